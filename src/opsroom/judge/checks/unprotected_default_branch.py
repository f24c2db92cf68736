"""Nothing protects the default branch on its host."""

from collections.abc import Iterator

from opsroom.judge.hosted import archived, protects, told
from opsroom.judge.subjects import from_host, why_untold
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.host import HostSettings
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository. A ruleset may protect other branches: that is not told."""

    def tell(settings: HostSettings) -> Iterator[Outcome]:
        remote = told(snapshot)
        branch = remote.default_branch if remote else None
        ruled = any(branch and protects(rule.pattern, branch) for rule in settings.rules or ())
        active = any(
            ruleset.enforcement == "active" and ruleset.target.lower() == "branch"
            for ruleset in settings.rulesets or ()
        )
        if ruled or active or archived(snapshot) or (remote and remote.empty):
            yield no()
        elif remote is None or branch is None:
            yield unknown("the default branch is not known")
        elif settings.rules is None:
            yield unknown(why_untold(settings, "rules"))
        elif settings.rulesets is None:
            yield unknown(why_untold(settings, "rulesets"))
        else:
            yield yes(f"no rule and no ruleset protects {branch}", location=remote.url)

    return from_host(snapshot.settings, tell)


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    personal=Severity.INFO,
    what="No branch protection and no active ruleset covers the default branch.",
    why="One forced push or one push without tests changes what everybody builds on, and nothing "
    "asks first.",
    fix="Add a ruleset for the default branch: no force-pushes, no deletion, required checks.",
)
