"""What a look changes in the links or supplies of one repository, told by comparing alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opsroom.model.link import Link, Supply
from opsroom.store.link_rows import Body, Key, Shape


@dataclass(frozen=True, slots=True)
class Taken:
    """What one look at the files of a repository told.

    Of `unread` paths (a folder: of all in it) nothing is known now, of `partly` ones not all.
    `read` are the paths that were read where there may be others; None: they are all. What is
    current of a file that was not read stays as it is. `backlog`: what begins was there before
    anybody could see it, as the look goes by other rules than the last.
    """

    commit: str
    links: Sequence[Link] = ()
    supplies: Sequence[Supply] = ()
    unread: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    read: frozenset[str] | None = None
    backlog: bool = False


@dataclass(slots=True)
class Difference:
    """What to write of one repository in one table."""

    begun: list[tuple[Key, Body]] = field(default_factory=list[tuple[Key, Body]])
    ended: list[int] = field(default_factory=list[int])
    """Numbers of rows that are no longer seen."""
    told: list[tuple[int, Body]] = field(default_factory=list[tuple[int, Body]])
    """Numbers of rows that stay, with what is said of them now."""
    names: set[int] = field(default_factory=set[int])
    """Ids of names whose meaning may be another now."""

    @property
    def is_news(self) -> bool:
        """Whether anything begins or ends."""
        return bool(self.begun or self.ended)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.begun or self.ended or self.told)


NONE = Difference()


def difference(
    shape: Shape, before: Iterable[Sequence[Any]], now: Iterable[tuple[Key, Body]], taken: Taken
) -> Difference:
    """Compare current rows (the columns of the shape, in order) with what is seen now."""
    seen = _surest(now)
    things = {key[: shape.thing] for key in seen}
    width = 2 + len(shape.key)
    path = shape.key.index("path")
    found = Difference()
    there: set[Key] = set()
    for row in before:
        number, key, known = row[1], tuple(row[2:width]), tuple(row[width:])
        told = seen.get(key)
        if told is not None:
            there.add(key)
            if told != known:
                found.told.append((number, told))
                if told[shape.telling] != known[shape.telling]:
                    found.names.add(key[0])
        elif not _is_doubted(taken, key[path], key[: shape.thing] in things):
            found.ended.append(number)
            found.names.add(key[0])
    found.begun = [(key, body) for key, body in seen.items() if key not in there]
    found.names.update(key[0] for key, _ in found.begun)
    return found


def _is_doubted(taken: Taken, path: str, elsewise: bool) -> bool:
    """Whether something may be there still, though it was not seen; `elsewise`: it was seen in
    another version."""
    missed = taken.read is not None and path not in taken.read
    return (
        missed
        or (path in taken.partly and not elsewise)
        or (bool(taken.unread) and not taken.unread.isdisjoint(_with_folders(path)))
    )


def _with_folders(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _surest(rows: Iterable[tuple[Key, Body]]) -> Mapping[Key, Body]:
    """One for each key, the surest."""
    kept: dict[Key, Body] = {}
    for key, body in rows:
        if key not in kept or body[-1] < kept[key][-1]:
            kept[key] = body
    return kept
