"""A workflow that got at secrets which it did not have."""

from collections.abc import Iterator

from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat, Workflow

RULE = "workflow-gained-secrets"
ALL = "*"
WHOLE = {ALL: "all secrets as one text", "inherit": "all secrets, by way of another workflow"}
ORDINARY = frozenset({"GITHUB_TOKEN"})
"""Every workflow has it; what it may do is in the permissions."""
FROM_OUTSIDE = frozenset({"pull_request_target", "workflow_run", "issue_comment", "issues"})
"""Strangers start it, and it runs with secrets."""


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each secret of a workflow. A look without one before tells only of workflows
    that take all secrets as one text.
    """
    for workflow in scene.workflows:
        gained = workflow.secrets - ORDINARY
        if before is None:
            gained &= {ALL}
        else:
            gained -= _had(workflow, scene, before)
        for secret in sorted(gained):
            yield _hit(workflow, secret)


def _had(workflow: Workflow, scene: Scene, before: Scene) -> frozenset[str]:
    """Return what the same file had, or, when the file is new, those that went away: a new name."""
    same = [each for each in before.workflows if each.path == workflow.path]
    if not same:
        now = {each.path for each in scene.workflows}
        same = [each for each in before.workflows if each.path not in now]
    return frozenset[str]().union(*(each.secrets for each in same))


def _hit(workflow: Workflow, secret: str) -> Hit:
    outside = sorted(workflow.triggers & FROM_OUTSIDE)
    what = WHOLE.get(secret) or f"the secret {plain(secret, 60)}"
    when = f", and strangers start it ({', '.join(outside)})" if outside else ""
    return Hit(
        rule=RULE,
        severity=Severity.HIGH if outside or secret == ALL else THREAT.severity,
        message=f"reads {what}{when}",
        anchor=secret,
        path=workflow.path,
        line=dict(workflow.lines).get(f"secret:{secret}", 0),
        remediation=THREAT.fix,
    )


THREAT = Threat(
    look=look,
    severity=Severity.MEDIUM,
    what="A workflow reads secrets that it did not read before, or a new one reads some. High where"
    " it takes all of them as one text, or where strangers can start it.",
    why="Whoever gets a change into a workflow file gets what its secrets open; worms do so.",
    fix="Make sure that the change was meant; if not, take it back and give out new secrets. Bind "
    "secrets to an environment with reviewers.",
)
