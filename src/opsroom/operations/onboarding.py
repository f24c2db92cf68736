"""The first five minutes: which clones are here, whose they are, and the settings to begin with."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path

from opsroom.clients.git.config import read_config
from opsroom.errors import ObservationError, SettingsError
from opsroom.model.identity import remote_identity
from opsroom.observe.checkout import Checkout, Problem
from opsroom.observe.survey import find_all
from opsroom.settings import FILE_NAME

USUAL = (
    *("code", "src", "projects", "Projects", "repos", "git", "dev", "Developer", "work"),
    *("workspace", "homelab", "go/src", "Documents/GitHub", "Documents/Code"),
)
"""Folders of a home in which people keep clones."""


@dataclass(frozen=True)
class Proposal:
    """What was found. `owners` are `host/owner` with their number of clones, most first."""

    folders: tuple[Path, ...]
    clones: int
    owners: tuple[tuple[str, int], ...]
    remoteless: int
    problems: tuple[Problem, ...]


def usual_folders(home: Path) -> list[Path]:
    """Return the folders of `home` that usually hold clones, each once, if they are there."""
    there = [home / name for name in USUAL if (home / name).is_dir()]
    distinct = {path.stat().st_ino: path for path in reversed(there)}
    return sorted(distinct.values())


def propose(folders: Sequence[Path]) -> Proposal:
    """Look for clones and read whose they are. Runs nothing of theirs, writes nothing."""
    found = find_all(folders)
    owners = Counter(owner for clone in found.clones if (owner := _owner(clone)))
    return Proposal(
        folders=tuple(folders),
        clones=len(found.clones),
        owners=tuple(owners.most_common()),
        remoteless=len(found.clones) - owners.total(),
        problems=found.problems,
    )


def _owner(checkout: Checkout) -> str:
    """The host and owner of `origin`, or of the only remote; empty when there is none."""
    try:
        remotes = read_config(checkout.place).sections("remote")
    except ObservationError:
        return ""
    remote = remotes.get("origin") or (next(iter(remotes.values())) if remotes else {})
    known = remote_identity(remote.get("url", ("",))[-1])
    return f"{known[0]}/{known[1].rpartition('/')[0]}" if known else ""


def settings_file(config: Path | None, environ: Mapping[str, str]) -> Path:
    """Return where settings are read from, and so where they have to be written."""
    said = environ.get("OPSROOM_CONFIG")
    named = config or (Path(said) if said else None)
    return named.expanduser().absolute() if named else user_config_path("opsroom") / FILE_NAME


def write_settings(file: Path, text: str, *, replace: bool) -> None:
    """Write a settings file that only its owner can read: whole, or not at all.

    Raises:
        SettingsError: there is one already and `replace` is not set, or the disk says no.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with open(descriptor, "w", encoding="utf-8") as opened:
                opened.write(text)
            _put(Path(draft), file, replace=replace)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{file} can't be written", error.strerror or "") from error


def _put(draft: Path, file: Path, *, replace: bool) -> None:
    """Give the draft its name, in one step."""
    if replace:
        draft.replace(file)
        return
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        raise SettingsError(
            f"{file} is there already", "edit it, or move it away to begin anew"
        ) from None


def client_lines(program: str, config: Path | None) -> list[tuple[str, str]]:
    """Return `(client, what to paste)` for the MCP clients whose way in is known."""
    where = ["--config", str(config)] if config else []
    words = [program, *where, "stdio"]
    arguments = ", ".join(f'"{word}"' for word in words[1:])
    entry = f'"opsroom": {{"command": "{program}", "args": [{arguments}]}}'
    return [
        ("Claude Code", f"claude mcp add opsroom -- {' '.join(words)}"),
        ("Claude Desktop, Cursor (mcpServers)", f'{{"mcpServers": {{{entry}}}}}'),
        ("VS Code (.vscode/mcp.json)", f'{{"servers": {{{entry}}}}}'),
    ]
