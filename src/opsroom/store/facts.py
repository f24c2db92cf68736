"""Facts: the groups of a snapshot as rows, one for each thing that was looked at.

The subject of `clone`, `refs` and `files` is the path of a clone; that of `worktree` the path of
a work tree, or, where none could be told, the clone's path, `#` and a number; that of the groups
which a host tells is `host`. `tags` are of either: there may be a thousand of one repository, so
they stay where they are until `store/tags` is asked for them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import bindparam, case, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.model.ci import Ci
from opsroom.model.facts import Facts, Unknown
from opsroom.model.host import HostSettings, Remote, Security, Whereabouts
from opsroom.model.repository import Clone
from opsroom.model.snapshot import CloneFacts, Files, Refs, Snapshot, Worktree
from opsroom.store.choose import among
from opsroom.store.tables import facts
from opsroom.store.upsert import upsert

OTHER_VERSION = "recorded by another version of Opsroom; the next look tells"
F = TypeVar("F", bound=Facts)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
HOST = "host"
TAGS = "tags"
HOSTED: dict[str, type[Facts]] = {
    "remote": Remote,
    "settings": HostSettings,
    "ci": Ci,
    "security": Security,
    "listed": Files,
    "whereabouts": Whereabouts,
}
"""The groups that a host tells, under the names that a Snapshot has for them."""


class _ClonePlace(BaseModel):
    """The body of a `clone` row: where it is, its work trees, its place among the clones."""

    git_dir: str
    bare: bool
    worktrees: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Observed:
    """The facts of one repository. `hosted` holds the groups of its host, by name."""

    clones: tuple[CloneFacts, ...] = ()
    hosted: Mapping[str, Facts | Unknown] = field(default_factory=dict[str, Facts | Unknown])


async def save_facts(connection: AsyncConnection, snapshots: Mapping[int, Snapshot]) -> None:
    """Save what is known of these repositories, by the id of each.

    A group never overwrites one with a newer `at`. Clones that are no longer there, work trees
    that the newest look at a clone no longer found, and groups of a host that is no longer asked,
    are forgotten.
    """
    rows = [
        {"repository_id": number, **row}
        for number, snapshot in snapshots.items()
        for row in _rows(snapshot)
    ]
    await upsert(connection, facts, rows, newest="at")
    await _forget(connection, snapshots)


async def load_facts(connection: AsyncConnection, ids: Sequence[int] | None) -> dict[int, Observed]:
    """What is known of these repositories, or of all."""
    found = (
        await connection.execute(
            select(facts).where(among(facts.c.repository_id, ids), facts.c.group != TAGS)
        )
    ).mappings()
    rows_of: dict[int, dict[tuple[str, str], Mapping[str, Any]]] = defaultdict(dict)
    for row in found:
        rows_of[row["repository_id"]][row["group"], row["subject"]] = dict(row)
    wanted = rows_of if ids is None else rows_of.keys() & set(ids)
    return {
        number: Observed(clones=_clones(rows_of[number]), hosted=_hosted(rows_of[number]))
        for number in wanted
    }


def _rows(snapshot: Snapshot) -> Iterable[dict[str, Any]]:
    for position, clone in enumerate(snapshot.clones):
        yield from _clone_rows(clone, position)
    for group in HOSTED:
        found: Facts | Unknown | None = getattr(snapshot, group)
        if found is not None:
            yield _group(group, HOST, found)
    if snapshot.tags is not None:
        yield _group(TAGS, HOST, snapshot.tags)


def _clone_rows(clone: CloneFacts, position: int) -> Iterable[dict[str, Any]]:
    path = clone.clone.path
    trees = [
        tree.path if isinstance(tree, Worktree) else f"{path}#{index}"
        for index, tree in enumerate(clone.worktrees)
    ]
    place = _ClonePlace(
        git_dir=clone.clone.git_dir,
        bare=clone.clone.bare,
        worktrees=tuple(trees),
        position=position,
    )
    newest = max(group.at for group in clone.groups)
    yield _row("clone", path, newest, "", place)
    yield _group("refs", path, clone.refs)
    yield _group("files", path, clone.files)
    if clone.tags is not None:
        yield _group(TAGS, path, clone.tags)
    for subject, tree in zip(trees, clone.worktrees, strict=True):
        yield _group("worktree", subject, tree)


def _group(group: str, subject: str, found: Facts | Unknown) -> dict[str, Any]:
    reason = found.reason if isinstance(found, Unknown) else None
    return _row(group, subject, found.at, found.source, found, reason)


def _row(
    group: str, subject: str, at: datetime, source: str, body: BaseModel, reason: str | None = None
) -> dict[str, Any]:
    return {
        "subject": subject,
        "group": group,
        "at": at,
        "source": source,
        "reason": reason,
        "body": body.model_dump_json(exclude_defaults=True),
    }


def _clones(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> tuple[CloneFacts, ...]:
    places = {
        subject: _ClonePlace.model_validate_json(row["body"])
        for (group, subject), row in rows.items()
        if group == "clone"
    }
    return tuple(
        CloneFacts(
            clone=Clone(path=path, git_dir=place.git_dir, bare=place.bare),
            worktrees=tuple(
                read_group(Worktree, rows.get(("worktree", tree))) for tree in place.worktrees
            ),
            refs=read_group(Refs, rows.get(("refs", path))),
            files=read_group(Files, rows.get(("files", path))),
        )
        for path, place in sorted(places.items(), key=lambda item: item[1].position)
    )


def _hosted(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Facts | Unknown]:
    return {
        group: read_group(kind, rows[group, HOST])
        for group, kind in HOSTED.items()
        if (group, HOST) in rows
    }


def read_group(kind: type[F], row: Mapping[str, Any] | None) -> F | Unknown:
    """The group of a row; unknown where this version doesn't understand what is there."""
    if row is None:
        return Unknown(at=LONG_AGO, source="", reason=OTHER_VERSION)
    if row["reason"] is None:
        try:
            return kind.model_validate_json(row["body"])
        except ValidationError:
            return Unknown(at=row["at"], source=row["source"], reason=OTHER_VERSION)
    return Unknown(at=row["at"], source=row["source"], reason=row["reason"])


async def _forget(connection: AsyncConnection, snapshots: Mapping[int, Snapshot]) -> None:
    """Delete the facts of clones and of work trees that are no longer named, and of no host."""
    place = case((facts.c.group == "clone", facts.c.body))
    rows = (
        await connection.execute(
            select(
                facts.c.repository_id, facts.c.subject, facts.c.group, place.label("place")
            ).where(among(facts.c.repository_id, snapshots))
        )
    ).all()
    kept = {
        (number, facts_of.clone.path)
        for number, snapshot in snapshots.items()
        for facts_of in snapshot.clones
    }
    trees = {
        (row.repository_id, tree)
        for row in rows
        if row.place is not None and (row.repository_id, row.subject) in kept
        for tree in _ClonePlace.model_validate_json(row.place).worktrees
    }

    def is_kept(number: int, subject: str, group: str) -> bool:
        if group in HOSTED:
            return getattr(snapshots[number], group) is not None
        if (group, subject) == (TAGS, HOST):
            return snapshots[number].remote is not None
        return (number, subject) in (trees if group == "worktree" else kept)

    gone = [
        {"gone_id": row.repository_id, "gone_subject": row.subject, "gone_group": row.group}
        for row in rows
        if row.repository_id in snapshots and not is_kept(row.repository_id, row.subject, row.group)
    ]
    if gone:
        await connection.execute(
            delete(facts)
            .where(facts.c.repository_id == bindparam("gone_id"))
            .where(facts.c.subject == bindparam("gone_subject"))
            .where(facts.c.group == bindparam("gone_group")),
            gone,
        )
