"""CI fails on the default branch."""

from collections.abc import Iterator

from opsroom.judge.hosted import archived, told
from opsroom.judge.subjects import from_host
from opsroom.judge.wording import listed
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.ci import Ci
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository. While CI runs again, what it said last still stands."""

    def tell(ci: Ci) -> Iterator[Outcome]:
        stands = ci.last if ci.state == "running" else ci.state
        if stands is None:
            yield unknown("CI runs for the first time")
        elif stands == "failing" and not archived(snapshot):
            failed = sorted((run for run in ci.runs if run.failed), key=lambda run: run.workflow)
            which = listed(list(dict.fromkeys(run.workflow for run in failed)))
            remote = told(snapshot)
            branch = (remote and remote.default_branch) or "the default branch"
            at = f" at {ci.head[:7]}" if ci.head else ""
            url = next((run.url for run in failed if run.url), remote.url if remote else "")
            fails = "fails" if ci.state == "failing" else "failed, and runs again,"
            yield yes(f"CI {fails} on {branch}{at}" + f": {which}" * bool(which), location=url)
        else:
            yield no()

    return from_host(snapshot.ci, tell)


CHECK = Check(
    look=look,
    severity=Severity.HIGH,
    what="CI fails on the newest commit of the default branch.",
    why="Nobody can tell whether the next change breaks something too, and what is built from here "
    "may not work.",
    fix="`ci_status` with the run says which step failed, with which error, and what mended it "
    "elsewhere.",
)
