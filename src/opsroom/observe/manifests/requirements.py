"""`requirements*.txt` and `*.in`, as pip reads them; also what pip-compile and uv write.

What pip-compile and uv say in comments (`# via`) is taken: who asked, so what is direct, and the
edges. In other files every line is direct, but where there are hashes: nobody writes these by
hand, so the file is a lock that doesn't tell. A file is for development when its name says so.
"""

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join
from typing import NamedTuple

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import pypi_purl
from opsroom.observe.reading.requirements import Asked, is_read, requirement

FOR_DEVELOPMENT = frozenset(
    {
        *("build", "ci", "dev", "devel", "develop", "development", "doc", "docs", "lint"),
        *("mypy", "test", "testing", "tests", "typing"),
    }
)
MOST_STRANGE = 1_000
"""Lines that are no requirements, after which a file is taken for something else."""
COMMENT = re.compile(r"(?:^|\s)#.*$")
OPTION = re.compile(r"(--?[A-Za-z][A-Za-z-]*)(?:[= ]\s*|$)(.*)", re.DOTALL)
INLINE = re.compile(r"\s--?[A-Za-z][A-Za-z-]*(?=[= ])")
VIA = re.compile(r"\s*#\s*(via\b)?(.*)")
INCLUDES = frozenset({"-r", "--requirement"})
INDEXES = frozenset({"-i", "--index-url", "--pypi-url"})
EDITABLE = frozenset({"-e", "--editable"})
NAMES = (
    *("requirements*.txt", "requirements*.in", "*requirements.txt", "*requirements.in"),
    *("**/requirements/*.txt", "**/requirements/*.in"),
)
BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Line(NamedTuple):
    """One requirement or option, joined where it was continued, and the comments after it."""

    number: int
    text: str
    comments: list[str]


def parse(path: str, content: bytes) -> Manifest:
    """Read a list of requirements. `path` tells what it is for."""
    contents = Contents()
    index = ""
    strange = 0
    read: list[tuple[Line, Asked, bool]] = []
    for line in _lines(_text(content)):
        option = OPTION.fullmatch(line.text)
        written, is_hashed = line.text, False
        if option and option[1] in EDITABLE:
            written = option[2]
        elif option:
            if option[1] in INDEXES:
                index = origins.registry(option[2].strip())
            elif option[1] in INCLUDES and not is_read(join(dirname(path), option[2].strip())):
                contents.unread(f"{line.text}: not read, since its name tells nothing", line.number)
            continue
        if inline := INLINE.search(written):
            is_hashed = "--hash" in written
            written = written[: inline.start()]
        asked = requirement(written)
        if not asked:
            strange += 1
            if strange > MOST_STRANGE:
                raise NotUnderstood(f"more than {MOST_STRANGE:,} lines are no requirements")
            contents.unread(f"not a requirement: {written}", line.number)
        elif not asked.purl and asked.origin.startswith("path:") and not asked.version:
            continue  # a folder, mostly of the repository itself, whose own manifest names it
        elif not asked.purl:
            contents.unread(f"what is named {written} is not known", line.number)
        else:
            read.append((line, asked, is_hashed))
    _take(contents, read, index, dev=_is_for_development(path))
    return contents.manifest()


FORMAT = Format(names=NAMES, kind="python", parse=parse)


def _take(contents: Contents, read: list[tuple[Line, Asked, bool]], index: str, dev: bool) -> None:
    compiled = any(_via(line) for line, _, _ in read)
    found: dict[str, int] = {}
    needs: list[tuple[int, list[str]]] = []
    for line, asked, is_hashed in read:
        via = _via(line)
        direct = None if is_hashed else True
        if compiled:
            direct = any(not pypi_purl(name) for name in via) if via else None
        place = contents.add(
            Package(
                asked.purl or "",
                asked.version,
                asked.constraint,
                direct,
                dev,
                asked.origin or index,
                line=line.number,
            )
        )
        found.setdefault(asked.purl or "", place)
        needs.append((place, via))
    for place, via in needs:
        for name in via:
            parent = found.get(pypi_purl(name) or "")
            if parent is not None:
                contents.edge(parent, place)


def _via(line: Line) -> list[str]:
    """Who asked, as pip-compile and uv say: names of packages, and files (`-r requirements.in`)."""
    names: list[str] = []
    begun = False
    for comment in line.comments:
        found = VIA.fullmatch(comment)
        begun = begun or bool(found and found[1])
        if found and begun:
            names += [name.strip() for name in found[2].split(",") if name.strip()]
    return names


def _lines(text: str) -> Iterator[Line]:
    """Join what is continued, and take comments off; those under a requirement go with it."""
    number, parts = 0, list[str]()
    last: Line | None = None
    for at, line in enumerate(text.split("\n"), 1):
        if not parts:
            number = at
        is_comment = line.lstrip().startswith("#")
        comment = COMMENT.search(line)
        bare = COMMENT.sub("", line)
        if is_comment and not parts:
            if last:
                last.comments.append(line)
            continue
        if bare.endswith("\\") and not comment:
            parts.append(bare[:-1].strip())
            continue
        joined = " ".join([*parts, bare.strip()]).strip()
        parts = []
        if joined:
            if last:
                yield last
            last = Line(number, joined, [comment[0]] if comment else [])
    if last:
        yield last
    if joined := " ".join(parts).strip():
        yield Line(number, joined, [])


def _text(content: bytes) -> str:
    """The text, also where a Windows shell redirected it: UTF-16, which pip reads too."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return text_of(content[2:].decode(encoding, "replace").encode())
    return text_of(content)


def _is_for_development(path: str) -> bool:
    """Whether the name of a file says that it is for development, tests or documentation."""
    parts = re.split(r"[^a-z]+", basename(path).lower().rpartition(".")[0])
    return not FOR_DEVELOPMENT.isdisjoint(parts)
