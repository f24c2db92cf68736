"""Commands that build or push images and charts, in the lines of scripts.

`docker`, `podman`, `nerdctl` and `buildah` (`build -t`, `push`), `helm push`, `ko build` and the
`--destination` of kaniko. Names whose variables the script settles, and no others.
"""

import re
from collections.abc import Iterable, Iterator

from opsroom.model.package import Published
from opsroom.observe.reading.folders import folder
from opsroom.observe.reading.made_names import chart_made, image_made
from opsroom.observe.reading.script_values import Values
from opsroom.observe.reading.values import LONGEST

BUILDS = re.compile(
    rb"\b(?:docker|podman|nerdctl|buildah)\b|\bhelm\s+push\b|\bkaniko\b|\bko\s+(?:build|publish)\b"
)
"""A file without these words builds nothing that is read here."""
COMMAND = re.compile(
    r"\b(?:docker|podman|nerdctl|buildah)\s+(?:(?:image|builder|buildx|manifest)\s+)?"
    r"(?P<verb>build|bud|push|imagetools\s+create)\b(?P<rest>[^;&|]*)"
)
CHART = re.compile(r"\bhelm\s+push\s(?P<rest>[^;&|]*)")
KO = re.compile(r"\bko\s+(?:build|publish)\b(?P<rest>[^;&|]*)")
KO_PLACE = re.compile(r"\bKO_DOCKER_REPO=(\S+)")
KANIKO = re.compile(r"--destination[=\s]\s*(\S+)")
TAG = ("-t", "--tag")
OUTPUT = re.compile(r"(?:^|,)name=([^,\s]+)")
MOST_CONTINUED = 50


def joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines with those that they continue in, each at the number of its first."""
    begun, parts = 0, list[str]()
    for number, line in lines:
        begun = begun or number
        if line.rstrip().endswith("\\") and len(parts) < MOST_CONTINUED:
            parts.append(line.rstrip()[:-1])
            continue
        yield begun, " ".join((*parts, line))
        begun, parts = 0, []
    if parts:
        yield begun, " ".join(parts)


def made_by(line: int, text: str, values: Values) -> Iterator[Published]:
    """What the commands of one line make."""
    if len(text) > LONGEST or text.lstrip().startswith("#"):
        return
    settled = values.settled(text).replace('"', "").replace("'", "")
    for command in COMMAND.finditer(settled):
        words = _words(command["rest"])
        if command["verb"] == "push":
            named = [word for word in words if not word.startswith("-")]
            found = [image_made(word, line) for word in named[-1:]]
        else:
            place = "" if command["verb"].startswith("imagetools") else _context(words)
            found = [image_made(tag, line, place) for tag in _tags(words)]
        yield from filter(None, found)
    for command in CHART.finditer(settled):
        named = [word for word in _words(command["rest"]) if not word.startswith("-")]
        if len(named) > 1 and (chart := chart_made(named[0], named[1], line)):
            yield chart
    for destination in KANIKO.finditer(settled):
        if pushed := image_made(destination[1], line):
            yield pushed
    for command in KO.finditer(settled):
        given = KO_PLACE.search(settled)
        address = given[1] if given else values.known.get("KO_DOCKER_REPO", "")
        if built := _by_ko(_words(command["rest"]), address, line):
            yield built


def _words(rest: str) -> list[str]:
    """The words of a command, up to where it is sent elsewhere."""
    words = rest.split()
    end = next((at for at, word in enumerate(words) if ">" in word or word == "\\"), len(words))
    return words[:end]


def _context(words: list[str]) -> str:
    """The folder that is built, which stands last; what may be the value of a flag is none."""
    *before, last = ("", *words)
    flagged = bool(before) and before[-1].startswith("-") and "=" not in before[-1]
    return "" if last.startswith("-") or (flagged and not last.startswith(".")) else folder(last)


def _tags(words: list[str]) -> Iterator[str]:
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        following = words[at + 1] if at + 1 < len(words) else ""
        if flag in TAG:
            yield value if equals else following
        elif flag in ("-o", "--output"):
            yield from OUTPUT.findall(value if equals else following)


def _by_ko(words: list[str], address: str, line: int) -> Published | None:
    """What ko builds where its flags say that no digest is part of the name."""
    if "--bare" in words:
        return image_made(address, line)
    if {"-B", "--base-import-paths"} & set(words):
        return image_made(f"{address}/{words[-1].rstrip('/').rpartition('/')[2]}", line)
    return None
