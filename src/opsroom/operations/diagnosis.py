"""What works here and what doesn't, part by part, without changing anything."""

import errno
import os
import platform
import stat
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

import anyio.to_thread

from opsroom import __version__
from opsroom.clients.git.command import git_program
from opsroom.errors import OpsroomError, UsageError
from opsroom.model.nearest import suggestion
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.observe.sources.directory import find
from opsroom.settings import DirectorySource, Settings
from opsroom.settings.written import from_here
from opsroom.store.place import Place

WATCHES_A_CLONE = 4
"""At most so many folders of a clone are watched for changes."""
WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


class State(StrEnum):
    """How one part is."""

    WORKS = "works"
    NOTE = "note"
    BROKEN = "broken"


class Part(Value):
    """One part that was looked at: what was seen, and what to do about it."""

    part: str
    state: State
    said: str
    fix: str = ""


def _works(part: str, said: str) -> Part:
    return Part(part=part, state=State.WORKS, said=said)


def _note(part: str, said: str, fix: str = "") -> Part:
    return Part(part=part, state=State.NOTE, said=said, fix=fix)


def _broken(part: str, error: OpsroomError) -> Part:
    return Part(part=part, state=State.BROKEN, said=error.message, fix=error.hint)


async def diagnose(settings: Settings) -> AsyncIterator[Part]:
    """Look at each part, the cheap ones first. Nothing raises: what fails is broken."""
    for part in _programs(), _settings(settings), _home(settings.home):
        yield part
    yield await _store(settings)
    yield await _owner(settings)
    clones = 0
    for source in settings.directories:
        part, found = await anyio.to_thread.run_sync(_source, source)
        clones += found
        yield part
    for host in settings.hosts:
        yield _note(f"source {host.key}", f"asked at {host.base_url}")
    if not settings.sources:
        yield _note("source", "none is configured", "run `opsroom init PATH`")
    yield _watching(clones)
    yield _postgres(settings)
    for part in _private_files(settings):
        yield part
    yield _note(
        "same user",
        "whoever has a shell as this user can read the store and both tokens",
        "run the centre as a user of its own where agents have a shell: docs/security.md",
    )


async def diagnose_source(settings: Settings, name: str) -> Part:
    """Look at one source alone, by its key, its path or the name of its folder.

    Raises:
        UsageError: no source is called so, or several are.
    """
    part, _ = await anyio.to_thread.run_sync(_source, _named(settings.directories, name))
    return part


def _named(sources: Sequence[DirectorySource], name: str) -> DirectorySource:
    exact = [each for each in sources if each.key == name or each.path == from_here(Path(name))]
    found = exact or [each for each in sources if each.path.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        paths = ", ".join(str(each.path) for each in found)
        raise UsageError(f"{len(found)} sources are called {name!r}", f"say which: {paths}")
    known = dict.fromkeys(each.path.name or str(each.path) for each in sources)
    hint = suggestion(name, known) if known else "none is configured; run `opsroom init PATH`"
    raise UsageError(f"no source {plain(name, 100)!r}", hint)


def _programs() -> Part:
    python = f"opsroom {__version__}, Python {platform.python_version()} on {sys.platform}"
    try:
        return _works("programs", f"{python}, git at {git_program()}")
    except OpsroomError as error:
        return _broken("programs", error)


def _settings(settings: Settings) -> Part:
    if settings.file is None:
        return _note("settings", "no settings file: defaults", "run `opsroom init PATH`")
    return _works("settings", str(settings.file))


def _home(home: Path) -> Part:
    if not home.exists():
        return _note("home", f"{home} will be made at the first start")
    if not os.access(home, os.W_OK | os.X_OK):
        wrong = OpsroomError(
            f"{home} can't be written", "set OPSROOM_HOME, or mend its permissions"
        )
        return _broken("home", wrong)
    return _works("home", str(home))


async def _store(settings: Settings) -> Part:
    try:
        place = Place.of(settings.store, settings.home)
        if place.url is None:
            return await anyio.to_thread.run_sync(_file, place)
        return await _server(place)
    except OpsroomError as error:
        return _broken("store", error)


async def _server(place: Place) -> Part:
    """Ask the Postgres server for a session, and nothing more."""
    from opsroom.store.engines import connect, require_driver
    from opsroom.store.failures import explained

    require_driver(place)
    try:
        session = await connect(place)
    except Exception as error:
        raise explained(error, place) from error
    await session.close()
    return _works("store", f"{place} answers")


def _file(place: Place) -> Part:
    from opsroom.store.condition import condition

    if not place.file.exists():
        return _note("store", f"{place} will be made at the first start")
    found = condition(place)
    size = f"{found.size / 1_000_000:.1f} MB"
    told = f"{place}, {size}, {found.events} events, the newest {found.newest}"
    if not found.known:
        return _broken("store", OpsroomError(f"{told}, of a newer Opsroom", "upgrade Opsroom"))
    if not found.current:
        return _note("store", f"{told}; the next start migrates it")
    return _works("store", told)


async def _owner(settings: Settings) -> Part:
    if settings.store is not None or not (settings.home / "owner.lock").exists():
        return _note("owner", "no process is known to watch the fleet from this home")
    pid = (settings.home / "owner.lock").read_text(encoding="ascii", errors="replace").strip()
    if pid.isdecimal() and _alive(int(pid)):
        return _works("owner", f"process {pid} watches the fleet")
    return _note("owner", "no process watches the fleet now", "start `opsroom serve`")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def _source(source: DirectorySource) -> tuple[Part, int]:
    found = find(source.path)
    name, count = f"source {source.path}", len(found.clones)
    if not found.problems:
        return _works(name, f"{count} clones"), count
    told = "; ".join(f"{each.path}: {each.reason}" for each in found.problems[:3])
    state = State.NOTE if count else State.BROKEN
    problems = f"{count} clones, {len(found.problems)} problems: {plain(told, 300)}"
    return Part(part=name, state=state, said=problems, fix="see the reasons"), count


def _watching(clones: int) -> Part:
    if not WATCH_LIMIT.exists():
        return _works("file watching", "this system has no limit to look at")
    limit, needed = int(WATCH_LIMIT.read_text(encoding="ascii")), clones * WATCHES_A_CLONE
    if needed > limit * 0.8:
        return _note(
            "file watching",
            f"{clones} clones need up to {needed} watches of {limit}; the rest is polled",
            f"sysctl fs.inotify.max_user_watches={max(needed * 4, 524_288)}",
        )
    return _works("file watching", f"up to {needed} watches of {limit}")


def _postgres(settings: Settings) -> Part:
    if find_spec("psycopg") is not None:
        return _works("postgres driver", "psycopg is installed")
    wanted = settings.store is not None
    return Part(
        part="postgres driver",
        state=State.BROKEN if wanted else State.NOTE,
        said="psycopg is not installed; only a store on Postgres needs it",
        fix="pip install 'opsroom[postgres]'",
    )


def _private_files(settings: Settings) -> Iterator[Part]:
    """Yield how private tokens and settings are."""
    for name, file in (
        ("server token", settings.server_token_file),
        ("approver token", settings.approver_token_file),
        ("settings file", settings.file),
    ):
        if file is not None and file.exists():
            yield _privacy(name, file)


def _privacy(name: str, file: Path) -> Part:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        secret = name.endswith("token")
        return Part(
            part=name,
            state=State.BROKEN if secret else State.NOTE,
            said=f"{file} can be read by others (mode {mode:o})",
            fix=f"chmod 600 {file}",
        )
    return _works(name, f"{file} is private")
