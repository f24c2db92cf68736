"""Staging: a copy of the files that a scanner reads, under names that can't lead it astray.

A file's name may begin with a hyphen, hold a newline or be no text at all, and its content may hold
comments by which a scanner is silenced. So a scanner is given a copy: the same folders, but every
name that is not plain is replaced, and what silences is blanked without moving a line.
"""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import splitext

from opsroom.clients.git.exports import Export, copy_folder
from opsroom.clients.git.regular import read_regular
from opsroom.clients.git.silencers import silences
from opsroom.errors import ObservationError
from opsroom.model.scan import Skipped
from opsroom.model.text import plain, readable
from opsroom.observe.manifests import NotUnderstood

LARGEST = 8 << 20
"""Bytes of a file that a scanner is given; larger ones are not written by people."""

MOST_BYTES = 1 << 30
"""Bytes of one copy."""

MOST_FILES = 50_000

DEEPEST = 40
"""Folders above a file; deeper ones are laid side by side."""

LONGEST = 400
"""Characters of a path in the copy."""

PLAIN = re.compile(r"[A-Za-z0-9._@+][A-Za-z0-9._@+-]{0,99}")
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}")

SAID = 24 << 10
"""Bytes of paths in one portion."""

Rewrite = Callable[[bytes], bytes]
"""Blanks what would silence a scanner, keeping every line where it is.

Raises NotUnderstood for what had better not be given to it.
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A copy. `names` are the paths in it (relative to `folder`) and whose copies they are.

    `empty` is a folder of its own with nothing in it: the working directory and the home of
    whoever looks at the copy.
    """

    folder: Path
    empty: Path
    names: Mapping[str, str]
    skipped: tuple[Skipped, ...]


@contextmanager
def staged(
    export: Export, paths: Iterable[str], rewrite: Rewrite | None = None, ending: str = ""
) -> Generator[Staged]:
    """Lay out `paths` of an export; the copy is removed afterwards.

    Names without an ending, or with one in capitals, get `ending`, for scanners that go by it.

    Raises:
        ObservationError: there is no room for it, or no permission.
    """
    try:
        with copy_folder(export) as root:
            folder, empty = root / "files", root / "empty"
            folder.mkdir()
            empty.mkdir()
            names, skipped = _lay_out(export, paths, folder, rewrite, ending)
            yield Staged(folder, empty, names, skipped)
    except OSError as error:
        raise ObservationError(f"no copy to scan could be laid out: {error.strerror}") from error


def portions(paths: Iterable[str]) -> Iterator[list[str]]:
    """`paths`, as many at once as a program can name twice in the complaints that are kept."""
    portion: list[str] = []
    said = 0
    for path in paths:
        if said > SAID:
            yield portion
            portion, said = [], 0
        portion.append(path)
        said += min(len(path), LONGEST) + 120
    if portion:
        yield portion


def left_out(reason: str, paths: Sequence[str]) -> Skipped:
    """Files that were not looked at, and why: all of them are named."""
    names = tuple(map(shown, paths))
    return Skipped(reason=reason, count=len(names), example=names[0], paths=names)


def shown(path: str) -> str:
    """A path of a repository as text that can be stored and shown."""
    return plain(readable(path.encode("utf-8", "surrogateescape")), 1000)


def _lay_out(
    export: Export, paths: Iterable[str], folder: Path, rewrite: Rewrite | None, ending: str
) -> tuple[dict[str, str], tuple[Skipped, ...]]:
    names: dict[str, str] = {}
    skipped: dict[str, list[str]] = {}
    room = MOST_BYTES
    for number, path in enumerate(each for each in paths if not silences(each)):
        if number >= MOST_FILES or room <= 0:
            reason = f"more than {MOST_FILES:,} files" if room > 0 else "too much to copy"
            skipped.setdefault(reason, []).append(path)
            continue
        try:
            content = read_regular(export.folder / path, LARGEST)
        except ObservationError as error:
            reason = "too large" if "larger than" in str(error) else "can't be read"
            skipped.setdefault(reason, []).append(path)
            continue
        if content is None:
            skipped.setdefault("is not there", []).append(path)
            continue
        try:
            content = content if rewrite is None else rewrite(content)
        except NotUnderstood:
            skipped.setdefault("could take a scanner down", []).append(path)
            continue
        room -= len(content)
        name = _name(path, number)
        own = splitext(name)[1]
        if ending and (not own or own != own.lower()):
            name = f"{name}.n{number}{ending}"
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        names[name] = path
    return names, tuple(left_out(reason, left) for reason, left in skipped.items())


def _name(path: str, number: int) -> str:
    """Where a file lies in the copy: where it lay, as far as its names are plain.

    The number keeps apart what the replacing would make equal. The file's own name stays whenever
    it can, and so does its folder: by them scanners tell what it is.
    """
    *folders, name = path.split("/")
    if not _is_plain(name):
        ending = splitext(name)[1]
        name = f"n{number}{ending if ENDING.fullmatch(ending) else ''}"
    if len(folders) > DEEPEST or len(path) > LONGEST:
        return f"deep/n{number}/{name}"
    if all(map(_is_plain, folders)):
        return "/".join((*folders, name))
    return "/".join((*(each if _is_plain(each) else f"n{number}" for each in folders), name))


def _is_plain(name: str) -> bool:
    return PLAIN.fullmatch(name) is not None and name not in {".", ".."}
