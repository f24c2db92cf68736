"""Borrowing the objects of clones: a Git directory of our own that reads theirs, and only theirs.

Nothing of a clone's configuration is obeyed through it, no replacement of objects is seen, and
nothing that a partial clone lacks is fetched: it is missing, and can be told as that.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from opsroom.clients.git.command import GitFailed, git
from opsroom.clients.git.config import read_config
from opsroom.clients.git.fetching import prepare
from opsroom.clients.git.place import Place
from opsroom.clients.git.regular import read_regular

TIPS = "refs/opsroom/tips/"
"""Every commit whose past is to be read is a ref below this."""

MOST_TIPS = 50_000
LARGEST_SHALLOW = 16 << 20


def borrow(folder: Path, places: Sequence[Place]) -> Place:
    """An empty bare repository in `folder`, which is made, that finds the objects of `places`.

    Raises:
        ObservationError: a clone's configuration can't be read.
    """
    formats = {read_config(place).last("extensions.objectformat") for place in places} - {None}
    place = prepare(folder)
    if formats == {"sha256"}:
        (folder / "config").write_text(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
            "[extensions]\n\tobjectformat = sha256\n",
            encoding="ascii",
        )
    (folder / "objects" / "info").mkdir(exist_ok=True)
    lines = [_quoted(each.common_dir / "objects") for each in places]
    (folder / "objects" / "info" / "alternates").write_bytes(b"".join(lines))
    shallow = [read_regular(each.common_dir / "shallow", LARGEST_SHALLOW) for each in places]
    if any(shallow):
        (folder / "shallow").write_bytes(b"".join(filter(None, shallow)))
    return place


def name_tips(place: Place, commit: str, oids: Iterable[str]) -> tuple[str, ...]:
    """Make `commit` the HEAD of `place`, and every commit of `oids` a ref of it.

    Those that are no commits, or not there, are left out; tags lead to what they tag. Gives the
    commits, sorted.

    Raises:
        GitFailed: there are too many, or git could not tell what they are.
    """
    wanted = sorted({*oids, commit})
    if len(wanted) > MOST_TIPS:
        raise GitFailed(f"its refs name more than {MOST_TIPS:,} commits")
    asked = "".join(f"{oid}^{{commit}}\n" for oid in wanted).encode("ascii")
    told = git(place, ["cat-file", "--batch-check", "--buffer"], stdin=asked).splitlines()
    tips = sorted({line[: line.index(b" ")].decode() for line in told if b" commit " in line})
    packed = "".join(f"{oid} {TIPS}{number}\n" for number, oid in _by_name(tips))
    (place.git_dir / "packed-refs").write_text(packed, encoding="ascii")
    (place.git_dir / "HEAD").write_text(f"{commit}\n", encoding="ascii")
    return tuple(tips)


def _by_name(tips: Sequence[str]) -> list[tuple[str, str]]:
    """Numbered, in the order of names that Git wants of packed refs."""
    return sorted((f"{number:06}", oid) for number, oid in enumerate(tips))


def _quoted(path: Path) -> bytes:
    """A line of `alternates`. Quoted, a path may hold any byte."""
    escaped = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in os.fsencode(os.path.realpath(path))
    )
    return f'"{escaped}"\n'.encode("ascii")
