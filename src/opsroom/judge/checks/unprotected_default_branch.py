"""Nothing protects the default branch on its host."""

from collections.abc import Iterator

from opsroom.judge.hosted import archived, protected, told
from opsroom.judge.subjects import from_host, why_untold
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.host import HostSettings
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository. One that settings don't tell all of is unknown."""

    def tell(settings: HostSettings) -> Iterator[Outcome]:
        remote = told(snapshot)
        held = protected(remote, settings) if remote else None
        if held or archived(snapshot) or (remote and remote.empty):
            yield no()
        elif remote is None or remote.default_branch is None:
            yield unknown("the default branch is not known")
        elif held is None:
            untold = "rules" if settings.rules is None else "rulesets"
            yield unknown(why_untold(settings, untold))
        else:
            yield yes(
                f"no rule and no ruleset protects {remote.default_branch}", location=remote.url
            )

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
