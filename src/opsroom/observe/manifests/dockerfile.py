"""Dockerfiles: the images that they are built from, as `pkg:docker/name`.

`FROM`, `COPY --from=` and `RUN --mount=from=` of images (names and numbers of stages are none),
and the frontend that `# syntax=` names. Build arguments have the values that the file gives them.
What depends on one without value can't be told.

What the last stage stands on is there at run time. Everything else is for the build alone, though
parts of it may be copied: `dev`.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.images import image
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.values import LONGEST
from opsroom.observe.reading.variables import Unset, substituted

DIRECTIVE = re.compile(r"#\s*(?P<name>[a-zA-Z]+)\s*=\s*(?P<value>\S+)\s*")
HEREDOC = re.compile(r"<<(?P<dash>-?)(?P<quote>[\"']?)(?P<mark>[A-Za-z_]\w*)(?P=quote)")
ARGUMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:=(?P<value>\"[^\"]*\"|'[^']*'|\S*))?")
FLAG = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S+))?\s+")
MOUNT = re.compile(r"--mount=(\S*)")
KNOWN = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)
EMPTY = "scratch"


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """`(line, instruction, its arguments)`, continued lines joined, comments and bodies left out.

    A directive at the top comes as `(line, "# syntax", value)`.
    """
    escape = "\\"
    top = True
    begun = 0
    parts: list[str] = []
    marks: list[tuple[str, bool]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if marks:
            mark, dash = marks[0]
            if (raw.lstrip("\t") if dash else raw) == mark:
                marks.pop(0)
            continue
        if line.startswith("#"):
            directive = DIRECTIVE.fullmatch(line) if top else None
            if directive and directive["name"].lower() == "escape":
                escape = directive["value"]
            elif directive and directive["name"].lower() == "syntax":
                yield number, "# syntax", directive["value"]
            top = top and directive is not None
            continue
        top = False
        if not line:
            continue
        begun = begun or number
        if line.endswith(escape):
            parts.append(line[: -len(escape)])
            continue
        whole = " ".join([*parts, line])
        word, _, rest = whole.lstrip().partition(" ")
        if word.upper() in ("RUN", "COPY", "ADD"):
            marks = [(mark["mark"], bool(mark["dash"])) for mark in HEREDOC.finditer(rest)]
        yield begun, word.upper(), rest.strip()
        begun, parts = 0, []
    if parts or marks:
        raise NotUnderstood("its last instruction has no end: the file is cut off")


class _Build:
    """One Dockerfile on its way through its instructions."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.arguments: dict[str, str | None] = {}
        self.stages: dict[str, int] = {}
        """By its name, the index of the image that a stage stands on; -1: of none that is told."""
        self.last = -1
        self.count = 0

    def take(self, line: int, word: str, rest: str) -> None:
        """Take the next instruction."""
        if word == "# syntax":
            self.contents.put(image(rest, line, dev=True))
        elif word not in KNOWN:
            raise NotUnderstood(f"no instruction in line {line}: {plain(word, 40)}")
        elif word == "ARG" and not self.count:
            for argument in ARGUMENT.finditer(rest):
                self._argument(argument["name"], argument["value"])
        elif word == "FROM":
            self._from(line, rest)
        elif word in ("COPY", "ADD", "ONBUILD"):
            for flag in FLAG.finditer(rest):
                if flag["name"] == "from":
                    self._other(flag["value"] or "", line)
        elif word == "RUN":
            for mount in MOUNT.findall(rest):
                options = dict(option.partition("=")[::2] for option in mount.split(","))
                self._other(options.get("from", ""), line)

    def _argument(self, name: str, value: str | None) -> None:
        if value is None:
            self.arguments.setdefault(name, None)
            return
        try:
            self.arguments[name] = substituted(value.strip("\"'"), self.arguments)
        except Unset:
            self.arguments[name] = None

    def _from(self, line: int, rest: str) -> None:
        while flag := FLAG.match(rest):
            rest = rest[flag.end() :]
        words = rest.split()
        if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
            raise NotUnderstood(f"no FROM of an image in line {line}: {plain(rest, 60)}")
        self.last = self._image(words[0], line)
        self.count += 1
        if len(words) == 3:
            self.stages[words[2].lower()] = self.last

    def _other(self, name: str, line: int) -> None:
        if name and not name.isdigit():
            self._image(name, line)

    def _image(self, written: str, line: int) -> int:
        """Take an image, or what a stage of that name stands on; returns its index, or -1."""
        try:
            reference = substituted(written[:LONGEST], self.arguments)
        except Unset:
            reason = f"an image that depends on build arguments: {plain(written, 80)}"
            self.contents.put(Unread(reason, line))
            return -1
        if reference.lower() == EMPTY:
            return -1
        if (stage := self.stages.get(reference.lower())) is not None:
            return stage
        found = image(reference, line, constraint=written if written != reference else "")
        self.contents.put(found)
        return len(self.contents.packages) - 1 if isinstance(found, Package) else -1


def images_of(text: str) -> Contents:
    """The images of the text of a Dockerfile.

    Raises:
        NotUnderstood: it isn't one, or cut off.
    """
    build = _Build()
    for line, word, rest in _instructions(text):
        build.take(line, word, rest)
    if not build.count:
        raise NotUnderstood("no FROM: the file is cut off or of another kind")
    count = len(build.contents.packages)
    build.contents.only_for_development(index for index in range(count) if index != build.last)
    return build.contents


def parse(path: str, content: bytes) -> Manifest:
    """Read a Dockerfile; what it leaves out of a build (`Dockerfile.dockerignore`) is none."""
    if path.endswith(".dockerignore"):
        return Manifest()
    return images_of(text_of(content)).manifest()


FORMAT = Format(
    names=(
        *("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "dockerfile"),
        *("Containerfile", "Containerfile.*", "*.Containerfile", "*.containerfile"),
    ),
    kind="dockerfile",
    parse=parse,
    revision=2,
    by_name=True,
)
