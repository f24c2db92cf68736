"""Things to keep in a store."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from anyio import fail_after

from opsroom.model.event import Event, Happening
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding, KeptFinding
from opsroom.model.repository import Clone, Repository
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Branch, CloneFacts, Files, LargeFile, Refs, Snapshot, Worktree
from opsroom.store.database import Store
from opsroom.store.journal import append

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def happening(summary: str, repository: str | None = "acme/api") -> Happening:
    return Happening(
        kind="repository.changed", repository=repository, summary=summary, data={"n": [1, "é"]}
    )


async def tell(store: Store, *summaries: str, at: datetime = NOW) -> list[Event]:
    """Append events in a transaction of their own."""
    async with store.write() as connection:
        return await append(connection, [happening(summary) for summary in summaries], at)


async def heard(store: Store, after: int, count: int) -> list[Event]:
    """The first `count` events of a tail."""
    events: list[Event] = []
    with fail_after(4):
        async for event in store.journal.tail(after):
            events.append(event)
            if len(events) == count:
                break
    return events


def worktree(path: str, at: datetime = NOW, modified: int = 0) -> Worktree:
    return Worktree(
        at=at, source="directory:/code", path=path, head="a" * 40, branch="main", modified=modified
    )


def clone(path: str, *trees: Worktree | Unknown, at: datetime = NOW) -> CloneFacts:
    return CloneFacts(
        clone=Clone(path=path, git_dir=f"{path}/.git"),
        worktrees=trees or (worktree(path, at),),
        refs=Refs(
            at=at,
            source="directory:/code",
            branches=(Branch(name="main", head="a" * 40, committed_at=at - MINUTE),),
            last_commit_at=at - MINUTE,
        ),
        files=Files(
            at=at, source="directory:/code", count=3, large=(LargeFile(path="big", size=1 << 40),)
        ),
    )


def snapshot(name: str, *clones: CloneFacts, key: str = "") -> Snapshot:
    return Snapshot(
        repository=Repository(
            key=key or f"github.com/{name}",
            name=name,
            url=f"https://github.com/{name}",
            labels=("laptop",),
            sources=("directory:/code",),
        ),
        clones=clones,
    )


def fleet(count: int) -> list[Snapshot]:
    return [snapshot(f"acme/r{n:05}", clone(f"/code/r{n:05}")) for n in range(count)]


def finding(rule: str, fingerprint: str, **life: object) -> KeptFinding:
    return KeptFinding.model_validate(
        {
            "finding": Finding(
                rule=rule, severity=Severity.HIGH, message=f"{rule} holds", fingerprint=fingerprint
            ),
            "opened_at": NOW,
            **life,
        }
    )


def ids(events: Sequence[Event]) -> list[int]:
    return [event.id for event in events]
