"""What works here and what doesn't, part by part, without changing anything."""

import errno
import os
import platform
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import anyio.to_thread

from opsroom import __version__
from opsroom.clients.git.command import git_program
from opsroom.errors import OpsroomError, UsageError
from opsroom.model.nearest import suggestion
from opsroom.model.text import plain
from opsroom.observe.sources.directory import find
from opsroom.operations.advisories.parts import advisory_parts
from opsroom.operations.host_parts import host_parts
from opsroom.operations.parts import Part, State, broken, note, works
from opsroom.operations.scan_parts import coverage_parts, scanner_parts
from opsroom.settings import DirectorySource, Settings, Source
from opsroom.settings.kept import secret_files
from opsroom.settings.written import from_here
from opsroom.store.place import Place

WATCHES_A_CLONE = 4
"""At most so many folders of a clone are watched for changes."""
WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


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
    for part in await host_parts(settings):
        yield part
    if not settings.sources:
        yield note("source", "none is configured", "run `opsroom init PATH`")
    if settings.probes:
        yield note("probes", *_probes(settings))
    for part in await anyio.to_thread.run_sync(advisory_parts, settings):
        yield part
    for part in await anyio.to_thread.run_sync(scanner_parts, settings):
        yield part
    for part in await coverage_parts(settings):
        yield part
    yield _watching(clones)
    yield _postgres(settings)
    for part in _private_files(settings):
        yield part
    yield note(
        "same user",
        "whoever has a shell as this user can read the store and both tokens",
        "run the centre as a user of its own where agents have a shell: docs/security.md",
    )


async def diagnose_directory(source: DirectorySource) -> Part:
    """Look at one folder alone."""
    part, _ = await anyio.to_thread.run_sync(_source, source)
    return part


def named(settings: Settings, name: str) -> Source:
    """The source of that name: its key, its path or its folder's name; its owner, also with host.

    Raises:
        UsageError: no source is called so, or several are.
    """
    names = {source.key: _names(source) for source in settings.sources}
    said = name.lower()
    found = [each for each in settings.sources if name == each.key or said in names[each.key][:2]]
    found = found or [each for each in settings.sources if said in names[each.key]]
    if not found:
        path = from_here(Path(name))
        found = [each for each in settings.directories if each.path == path]
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(names[each.key][0] for each in found)
        raise UsageError(f"{len(found)} sources are called {name!r}", f"say which: {keys}")
    known = dict.fromkeys(names[each.key][-1] for each in settings.sources)
    hint = suggestion(name, known) if known else "none is configured; run `opsroom init PATH`"
    raise UsageError(f"no source {plain(name, 100)!r}", hint)


def _names(source: Source) -> tuple[str, ...]:
    """What a source is called in small letters, the exact names first, the short one last."""
    if isinstance(source, DirectorySource):
        return str(source.path).lower(), source.key.lower(), (source.path.name or "/").lower()
    place = source.key.partition(":")[2]
    return place, source.key, (source.owner or place.rpartition("/")[2]).lower()


def _programs() -> Part:
    python = f"opsroom {__version__}, Python {platform.python_version()} on {sys.platform}"
    try:
        return works("programs", f"{python}, git at {git_program()}")
    except OpsroomError as error:
        return broken("programs", error)


def _settings(settings: Settings) -> Part:
    if settings.file is None:
        return note("settings", "no settings file: defaults", "run `opsroom init PATH`")
    return works("settings", str(settings.file))


def _home(home: Path) -> Part:
    if not home.exists():
        return note("home", f"{home} will be made at the first start")
    if not os.access(home, os.W_OK | os.X_OK):
        wrong = OpsroomError(
            f"{home} can't be written", "set OPSROOM_HOME, or mend its permissions"
        )
        return broken("home", wrong)
    return works("home", str(home))


def _probes(settings: Settings) -> tuple[str, str]:
    many = f"{len(settings.probes)} {'is' if len(settings.probes) == 1 else 'are'}"
    told = f"{many} read for the graph; this version asks none, so nobody watches what they name"
    return told, "watch it with something else until then"


async def _store(settings: Settings) -> Part:
    try:
        place = Place.of(settings.store, settings.home)
        if place.url is None:
            return await anyio.to_thread.run_sync(_file, place)
        return await _server(place)
    except OpsroomError as error:
        return broken("store", error)


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
    return works("store", f"{place} answers")


def _file(place: Place) -> Part:
    from opsroom.store.condition import condition

    if not place.file.exists():
        return note("store", f"{place} will be made at the first start")
    found = condition(place)
    size = f"{found.size / 1_000_000:.1f} MB"
    told = f"{place}, {size}, {found.events} events, the newest {found.newest}"
    if not found.known:
        return broken("store", OpsroomError(f"{told}, of a newer Opsroom", "upgrade Opsroom"))
    if not found.current:
        return note("store", f"{told}; the next start migrates it")
    return works("store", told)


async def _owner(settings: Settings) -> Part:
    if settings.store is not None or not (settings.home / "owner.lock").exists():
        return note("owner", "no process is known to watch the fleet from this home")
    pid = (settings.home / "owner.lock").read_text(encoding="ascii", errors="replace").strip()
    if pid.isdecimal() and _alive(int(pid)):
        return works("owner", f"process {pid} watches the fleet")
    return note("owner", "no process watches the fleet now", "start `opsroom serve`")


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
        return works(name, f"{count} clones"), count
    told = "; ".join(f"{each.path}: {each.reason}" for each in found.problems[:3])
    state = State.NOTE if count else State.BROKEN
    problems = f"{count} clones, {len(found.problems)} problems: {plain(told, 300)}"
    return Part(part=name, state=state, said=problems, fix="see the reasons"), count


def _watching(clones: int) -> Part:
    if not WATCH_LIMIT.exists():
        return works("file watching", "this system has no limit to look at")
    limit, needed = int(WATCH_LIMIT.read_text(encoding="ascii")), clones * WATCHES_A_CLONE
    if needed > limit * 0.8:
        return note(
            "file watching",
            f"{clones} clones need up to {needed} watches of {limit}; the rest is polled",
            f"sysctl fs.inotify.max_user_watches={max(needed * 4, 524_288)}",
        )
    return works("file watching", f"up to {needed} watches of {limit}")


def _postgres(settings: Settings) -> Part:
    if find_spec("psycopg") is not None:
        return works("postgres driver", "psycopg is installed")
    wanted = settings.store is not None
    return Part(
        part="postgres driver",
        state=State.BROKEN if wanted else State.NOTE,
        said="psycopg is not installed; only a store on Postgres needs it",
        fix="pip install 'opsroom[postgres]'",
    )


def _private_files(settings: Settings) -> Iterator[Part]:
    """Yield how private tokens and settings are, and the files that settings name secrets by."""
    kept = secret_files(settings.file) if settings.file is not None else ()
    for name, file, secret in (
        ("server token", settings.server_token_file, True),
        ("approver token", settings.approver_token_file, True),
        ("settings file", settings.file, False),
        *((f"secret {key}", file, True) for key, file in kept),
    ):
        if file is not None and file.exists():
            yield _privacy(name, file, secret=secret)


def _privacy(name: str, file: Path, *, secret: bool) -> Part:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        return Part(
            part=name,
            state=State.BROKEN if secret else State.NOTE,
            said=f"{file} can be read by others (mode {mode:o})",
            fix=f"chmod 600 {file}",
        )
    return works(name, f"{file} is private")
