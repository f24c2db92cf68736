"""The smoke list of a source: read-only questions to its host, and a report for anybody to read."""

import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from opsroom import __version__
from opsroom.clients.host import NotLetIn
from opsroom.clients.smoke import Outcome, Probe, Smoke
from opsroom.errors import Exit, ObservationError, StoreError, UsageError
from opsroom.model.repository import Repository
from opsroom.observe.sources.github import smoked
from opsroom.operations.parts import Part, State
from opsroom.settings import HostSource, Settings
from opsroom.store.peek import peek
from opsroom.store.place import Place
from opsroom.store.repositories import load_repositories, repository

REPORT = "smoke.md"
"""The file of a report, in the home folder."""

STATES: dict[Outcome, State] = {
    "fine": State.WORKS,
    "refused": State.NOTE,
    "skipped": State.NOTE,
    "wrong": State.BROKEN,
    "unanswered": State.UNASKED,
}


@dataclass(frozen=True, slots=True)
class Smoked:
    """A list that was gone through: what to show here, what to show to others, and the end."""

    parts: tuple[Part, ...]
    report: str
    exit: Exit


async def smoke_list(settings: Settings, source: HostSource) -> Smoked:
    """Go through the list for one source. Only a credential that can't be had raises.

    Raises:
        SettingsError: the credential can't be had.
    """
    name = f"source {source.key}"
    try:
        found = await smoked(source, await _former(settings, source))
    except ObservationError as error:
        kind = "an App" if source.app_id else "a token"
        found = Smoke("not known", kind, (), failure=error.message, hint=error.hint)
        code = Exit.NO if isinstance(error, NotLetIn) else Exit.UNOBSERVED
    else:
        code = _exit(found)
    parts = [_part(probe) for probe in found.probes]
    if found.failure:
        state = State.BROKEN if code is Exit.NO else State.UNASKED
        parts.append(Part(part=name, state=state, said=found.failure, fix=found.hint))
    return Smoked(tuple(parts), report(found), code)


def _exit(found: Smoke) -> Exit:
    """1: something is wrong, or we were not let in; 3: something was not answered."""
    shut_out = found.failure and not found.having("unanswered")
    unseen = any(probe.needed for probe in found.having("refused"))
    if found.having("wrong") or shut_out or unseen:
        return Exit.NO
    return Exit.UNOBSERVED if found.having("unanswered") else Exit.FINE


def _part(probe: Probe) -> Part:
    fix = "show the report to whoever maintains Opsroom" if probe.faults else ""
    said = "; ".join(filter(None, (probe.said, *probe.faults)))
    state = STATES[probe.outcome]
    if probe.needed and probe.outcome == "refused":
        state, fix = State.BROKEN, "look at owner of the source, and at what the token may see"
    return Part(part=probe.question, state=state, said=said, fix=fix)


async def _former(settings: Settings, source: HostSource) -> str | None:
    """A name that a repository of this source had before, if the store knows one."""
    try:
        async with peek(Place.of(settings.store, settings.home)) as connection:
            known = map(repository, await load_repositories(connection, None))
            return next(_former_names(known, source), None)
    except StoreError:
        return None


def _former_names(known: Iterator[Repository], source: HostSource) -> Iterator[str]:
    """Names that repositories of the source had on its host, and have no more."""
    host = f"{source.host}/".lower()
    for each in known:
        if source.key not in each.sources:
            continue
        for key in (each.key, *each.also):
            name = key.removeprefix(host)
            if name != key and name.count("/") == 1 and name != each.name.lower():
                yield name


def report(found: Smoke) -> str:
    """The report, in Markdown: statuses, counts, times, and names of fields and headers alone."""
    lines = [
        "# Smoke list of a host",
        "",
        f"Opsroom {__version__}, Python {platform.python_version()}, {sys.platform}.",
        f"The host is {found.host}, asked with {found.credential}.",
        f"{_counts(found)} Nothing was changed, and no name, address or token is in this report.",
        "",
        "| question | outcome | answers | seconds | told |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(probe) for probe in found.probes]
    wrong = found.having("wrong")
    if wrong:
        lines += ["", "## Shapes that differ", ""]
        lines += [f"- {probe.question}: {fault}" for probe in wrong for fault in probe.faults]
    if found.lacking:
        lines += ["", "## Fields that the server lacks", ""]
        lines += [f"- {field}" for field in found.lacking]
    headers = _headers(found.probes)
    if headers:
        lines += ["", "## Known headers that were seen", ""]
        lines += [f"- {name}: {times} of {len(found.probes)}" for name, times in headers.items()]
    return "\n".join([*lines, ""])


def _counts(found: Smoke) -> str:
    requests = sum(len(probe.statuses) for probe in found.probes)
    told = ", ".join(f"{len(had)} {each}" for each in STATES if (had := found.having(each)))
    return f"{requests} answers; questions: {told or 'none'}."


def _row(probe: Probe) -> str:
    statuses = " ".join(map(str, probe.statuses))
    return (
        f"| {probe.question} | {probe.outcome} | {statuses} | {probe.seconds:.2f} | {probe.said} |"
    )


def _headers(probes: Sequence[Probe]) -> dict[str, int]:
    names = sorted({name for probe in probes for name in probe.headers})
    return {name: sum(name in probe.headers for probe in probes) for name in names}


async def write_report(settings: Settings, text: str, file: Path | None) -> Path:
    """Write a report where it was asked for, else into the home folder; gives where.

    Raises:
        UsageError: it can't be written there.
    """
    place = file or settings.home / REPORT
    try:
        await anyio.to_thread.run_sync(_write, place, text)
    except OSError as error:
        raise UsageError(
            f"{place} can't be written: {error.strerror}", "name another: --report FILE"
        ) from error
    return place


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=place.parent, prefix=f".{place.name}.", delete=False
    ) as draft:
        draft.write(text)
    try:
        Path(draft.name).replace(place)
    except OSError:
        Path(draft.name).unlink()
        raise
