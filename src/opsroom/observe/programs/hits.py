"""Hits out of a scanner's results: names given back, and what tells one from another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from opsroom.clients.git.regular import read_regular
from opsroom.errors import ObservationError
from opsroom.model.scan import Hit, Skipped
from opsroom.model.severity import Severity
from opsroom.observe.documents import sarif
from opsroom.observe.documents.sarif import Result, text_lines
from opsroom.observe.programs.staging import LARGEST, Staged, left_out, shown
from opsroom.observe.scanners import Look

MOST_TRIES = 60
"""How often a scanner that fails is tried with fewer files."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one scanner's results become hits.

    `rule` gives the id as the contract names it, or None for what is no finding; `severity` says
    how bad a result at a path is. `secret`: rules whose flagged line may hold a secret.
    """

    rule: Callable[[Result], str | None]
    severity: Callable[[Result, str], Severity]
    secret: Callable[[Result], bool] = lambda result: False
    remediation: Callable[[Result], str] = lambda result: ""


@dataclass(slots=True)
class Harvest:
    """What was made of results."""

    hits: list[Hit] = field(default_factory=list[Hit])
    skipped: list[Skipped] = field(default_factory=list[Skipped])


def hits(results: Iterable[Result], copy: Staged, reader: Reader) -> Harvest:
    """Results about files of a copy, as hits about the repository's own files."""
    harvest = Harvest()
    astray = 0

    @lru_cache(maxsize=64)
    def lines(name: str) -> list[str] | None:
        return _lines(copy.folder / name)

    for result in results:
        rule = reader.rule(result)
        if rule is None:
            continue
        name = None if result.path is None else inside(copy.folder, result.path)
        path = None if name is None else copy.names.get(name)
        if name is None or path is None:
            astray += 1
            continue
        harvest.hits.append(
            sarif.hit(
                result,
                rule,
                reader.severity(result, path),
                shown(path),
                lines(name),
                secret=reader.secret(result),
                remediation=reader.remediation(result),
            )
        )
    if astray:
        harvest.skipped.append(Skipped(reason="results about no file of ours", count=astray))
    return harvest


def inside(folder: Path, said: str) -> str | None:
    """The path in `folder` that a scanner means, absolute or relative; None: it means another."""
    top = f"{folder}/"
    if said.startswith(top):
        return said[len(top) :]
    if said.startswith(top[1:]):
        return said[len(top) - 1 :]
    return None if said.startswith("/") else said.removeprefix("./")


def named(copy: Staged, said: Iterable[str]) -> set[str]:
    """The paths of the repository that a scanner means by names of the copy."""
    names = (inside(copy.folder, each) for each in said)
    return {copy.names[name] for name in names if name is not None and name in copy.names}


def together(looks: Sequence[Look], nothing: str) -> Look:
    """Several runs as one look. `nothing` is the reason when files were given and none was read."""
    failed = next((look for look in looks if look.reason is not None), None)
    if failed is not None:
        return failed
    skipped: dict[str, Skipped] = {}
    for each in (skip for look in looks for skip in look.skipped):
        before = skipped.get(each.reason)
        if before is not None:
            count, paths = before.count + each.count, (*before.paths, *each.paths)
            each = before.model_copy(update={"count": count, "paths": paths})
        skipped[each.reason] = each
    files = sum(look.files for look in looks)
    return Look(
        tuple(sorted((hit for look in looks for hit in look.hits), key=_place)),
        files,
        frozenset(kind for look in looks for kind in look.kinds),
        tuple(skipped.values()),
        nothing if looks and not files else None,
    )


def apart(
    paths: Sequence[str], look: Callable[[Sequence[str]], Look], goes_on: Callable[[], bool]
) -> list[Look]:
    """Looks at `paths`: at all of them, and where that fails, at each half by itself.

    So a file that takes a scanner down costs itself alone, and is told as left out. It is tried
    no further once `goes_on` says no, nor very often. Where every try fails, so does the look.
    """
    first = look(paths)
    if first.reason is None:
        return [first]
    failed, lost = [(first, paths)], list[tuple[Look, Sequence[str]]]()
    done: list[Look] = []
    tries = 1
    while failed:
        last, some = failed.pop()
        if len(some) < 2 or tries >= MOST_TRIES or not goes_on():
            lost.append((last, some))
            continue
        for half in (some[len(some) // 2 :], some[: len(some) // 2]):
            tries += 1
            told = look(half)
            if told.reason is None:
                done.append(told)
            else:
                failed.append((told, half))
    if not done:
        return [first]
    return [*done, *(Look(skipped=(left_out(each.reason or "", some),)) for each, some in lost)]


def _place(hit: Hit) -> tuple[str, int, str]:
    """The order of hits: that in which programs tell them may differ from run to run."""
    return hit.path, hit.line, hit.rule


def unread(given: Iterable[str], read: Iterable[str], reason: str) -> tuple[Skipped, ...]:
    """The paths that a scanner was given and did not read, as one line."""
    seen = set(read)
    left = [path for path in given if path not in seen]
    return (left_out(reason, left),) if left else ()


def _lines(path: Path) -> list[str] | None:
    try:
        content = read_regular(path, LARGEST)
    except ObservationError:
        return None
    return None if content is None else text_lines(content)
