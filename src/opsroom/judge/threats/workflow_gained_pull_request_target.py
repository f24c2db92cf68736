"""A workflow that runs what strangers propose, with the repository's own rights."""

from collections.abc import Iterator

from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.threat import Scene, Threat, Workflow

RULE = "workflow-gained-pull-request-target"
PRIVILEGED = ("pull_request_target", "workflow_run")


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each trigger of a workflow. Together with a checkout it is wrong by itself."""
    had = {
        (each.path, trigger): each.runs_proposal
        for each in (before.workflows if before is not None else ())
        for trigger in each.triggers
    }
    for workflow in scene.workflows:
        for trigger in PRIVILEGED:
            if trigger not in workflow.triggers:
                continue
            is_new = before is not None and (workflow.path, trigger) not in had
            if workflow.runs_proposal or (is_new and trigger == PRIVILEGED[0]):
                yield _hit(workflow, trigger)


def _hit(workflow: Workflow, trigger: str) -> Hit:
    lines = dict(workflow.lines)
    runs = workflow.runs_proposal
    what = "and checks out what the pull request proposes" if runs else "which it was not before"
    return Hit(
        rule=RULE,
        severity=THREAT.severity if runs else Severity.MEDIUM,
        message=f"is started by {trigger}, {what}",
        anchor=f"{trigger} {'checkout' if runs else ''}".rstrip(),
        path=workflow.path,
        line=lines.get("checkout" if runs else f"on:{trigger}", 0),
        remediation=THREAT.fix,
    )


THREAT = Threat(
    look=look,
    severity=Severity.HIGH,
    what="A workflow is started by `pull_request_target` or `workflow_run` and checks out what a "
    "pull request proposes. Medium where it is newly started by `pull_request_target` alone.",
    why="Such a run has the repository's secrets and a token that may write, while it runs code of "
    "anybody who opens a pull request.",
    fix="Use `pull_request`; or split it: build without rights, and let a second workflow that "
    "checks nothing out use the result.",
)
