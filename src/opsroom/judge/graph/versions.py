"""Releases: which versions the tags of a repository name, in the order of their ecosystem.

`v1.2.3`, `1.2.3` and `release-1.2.3` are of the whole repository; where it makes several packages,
`name-v1.2.3`, `name@1.2.3`, `@scope/name@1.2.3` and `folder/v1.2.3` (Go's rule) are of one of them.
A package that has such tags has no others.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsroom.judge import matching
from opsroom.judge.semantic_versions import parts, read
from opsroom.model.facts import Unknown
from opsroom.model.tags import Tag, Tags

GENERAL = ("", "release", "releases", "rel", "version", "ver")
"""What may stand before a version that is of the whole repository."""
SEPARATOR = r"(?:==|[-_/@])"
WRITTEN = re.compile(r"[vV]?(\d[^/\s]*)")
"""A version as tags write it."""
SEMANTIC = frozenset(
    {"npm", "cargo", "golang", "githubactions", "hex", "swift", "terraform", "pub"}
)
"""Types of purl in which whatever follows a dash is a pre-release."""
EARLY = re.compile(
    r"(?<![a-z])(?:a|b|c|rc|cr|m|alpha|beta|pre|preview|dev|snapshot|canary|next|nightly|milestone"
    r"|ea|experimental)(?![a-z])"
)
MOVED_ON = frozenset({"githubactions", "docker", ""})
"""Types of purl in which a tag like `v4` or `3.19` may be moved on from release to release."""
MAIN = re.compile(r"[vV]?\d+(?:\.\d+){0,3}")
"""What of a version says its place: of an image `-alpine` follows, which doesn't."""
UNTOLD = "its tags were not looked at yet"


@dataclass(frozen=True, slots=True)
class Released:
    """One version that was released, or that is in use. `key` orders it among those of its type.

    `tag`, `commit` and `at` (when that was committed) are empty where no tag was seen.
    """

    version: str
    key: Any
    early: bool
    tag: str = ""
    commit: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases of one package or repository, newest first. `reason`: why none is known.

    `whole` tells whether no older one may be missing. `moved` are tags that are moved on from
    release to release, as `v4` of an action, with the commits that they lead to.
    """

    kind: str
    found: tuple[Released, ...] = ()
    whole: bool = True
    reason: str = ""
    moved: Mapping[str, str] | None = None


def joined(clones: Iterable[Tags | Unknown], host: Tags | Unknown | None) -> Tags | Unknown | None:
    """Return the tags of one repository by whoever told; None: nobody was asked.

    A host that told all of its tags is right: a clone may hold some that were never pushed, or that
    were taken back. Where it told the newest alone, clones tell the older ones.
    """
    if isinstance(host, Tags) and host.whole:
        return host
    asked = [*clones, *([host] if host is not None else [])]
    told = [each for each in asked if isinstance(each, Tags)]
    if not told:
        return asked[0] if asked else None
    by_name = {tag.name: tag for each in told for tag in each.tags}
    total = max(each.total for each in told)
    newest = max(told, key=lambda each: each.at)
    tags = sorted(by_name.values(), key=lambda tag: (tag.at, tag.name), reverse=True)
    return newest.model_copy(update={"tags": tuple(tags), "total": max(total, len(tags))})


def releases(
    tags: Tags | Unknown | None, kind: str, names: Sequence[str] = (), folder: str = ""
) -> Releases:
    """Return the releases that tags name.

    `kind` is the type of the purl that is asked for (empty: the repository itself); `names` are
    what the package is called, with and without its scope, and `folder` where it is made from.
    """
    if not isinstance(tags, Tags):
        return Releases(kind, whole=False, reason=tags.reason if tags else UNTOLD)
    own = [each for each in (folder, *names) if each]
    found = _read(tags.tags, kind, own) if own else []
    if not found and not (kind == "golang" and folder):
        found = _read(tags.tags, kind, GENERAL)
    moved = _moved(found) if kind in MOVED_ON else {}
    best: dict[Any, Released] = {}
    for each in found:
        if each.tag not in moved:
            best.setdefault(each.key, each)
    ordered = sorted(best.values(), key=lambda each: each.key, reverse=True)
    reason = "" if ordered else "no tag of it names a version"
    return Releases(kind, tuple(ordered), tags.whole, reason, moved)


def in_use(kind: str, versions: Iterable[str]) -> Releases:
    """Return the versions of a package that are in use, in place of releases that nobody knows."""
    found = {each.key: each for text in versions if (each := released(kind, text)) is not None}
    ordered = sorted(found.values(), key=lambda each: each.key, reverse=True)
    reason = "" if ordered else "no exact version of it is in use"
    return Releases(kind, tuple(ordered), whole=False, reason=reason)


def released(kind: str, version: str, tag: Tag | None = None) -> Released | None:
    """Return a version with what orders it; None: it is none in this ecosystem."""
    key = order(kind, version)
    if key is None:
        return None
    early = is_early(kind, version)
    if tag is None:
        return Released(version, key, early)
    return Released(version, key, early, tag.name, tag.commit, tag.at)


def order(kind: str, version: str) -> Any:
    """Return what to compare versions of a type of purl by; None: it is no version there.

    What has no number in it is a branch, or a word that moves. Types without a scheme of their own
    (images, repositories) go by their numbers, up to four, and by what is before a release; what an
    image is built on doesn't count.
    """
    if kind in matching.schemes():
        numbered = any(each.isdigit() for each in version) and not version.startswith("dev-")
        return matching.key(kind, version) if numbered else None
    main = MAIN.match(version)
    if main is None or len(version) > matching.LONGEST:
        return None
    rest = version[main.end() :]
    if rest and rest[0] not in "-+._":
        return None
    numbers, _, _ = read(main[0], 4)
    early = rest[1:].partition("+")[0] if is_early(kind, version) else ""
    return (numbers, 0, parts(early)) if early else (numbers, 1, ())


def is_early(kind: str, version: str) -> bool:
    """Whether a version comes before a release: an alpha, a candidate, a snapshot."""
    bare = version.partition("+")[0]
    if kind in SEMANTIC:
        return "-" in bare
    return EARLY.search(re.sub(r"\d+", "0", bare).lower()) is not None


def stem(version: str) -> tuple[int, ...]:
    """Return the numbers of a version that names no release, only its beginning: `v4`, `4.1`.

    Empty: it is another one.
    """
    found = re.fullmatch(r"[vV]?(\d{1,9})(?:\.(\d{1,9}))?", version)
    return tuple(int(each) for each in found.groups() if each) if found else ()


def begins(numbers: tuple[int, ...], version: str) -> bool:
    """Whether a version is one of those that a stem stands for, with more numbers than it has."""
    main = MAIN.match(version)
    own = [int(each) for each in main[0].lstrip("vV").split(".")] if main else []
    return len(own) > len(numbers) and tuple(own[: len(numbers)]) == numbers


def _moved(found: Iterable[Released]) -> dict[str, str]:
    """Tags that lead where a release does whose version begins with theirs.

    A tag like that with a commit of its own is a release: `4.2` comes before `4.2.1`.
    """
    at: dict[str, list[str]] = {}
    short: list[Released] = []
    for each in found:
        at.setdefault(each.commit, []).append(each.version)
        short += [each] if stem(each.version) else []
    return {
        each.tag: each.commit
        for each in short
        if any(begins(stem(each.version), other) for other in at[each.commit])
    }


def _read(tags: Iterable[Tag], kind: str, prefixes: Sequence[str]) -> list[Released]:
    """The tags that name a version behind one of these prefixes, as they come."""
    words = "|".join(re.escape(each) for each in sorted(prefixes, key=len, reverse=True) if each)
    optional = "?" if "" in prefixes else ""
    before = re.compile(rf"(?:(?:{words}){SEPARATOR}){optional}")
    found: list[Released] = []
    for tag in tags:
        start = before.match(tag.name)
        version = WRITTEN.fullmatch(tag.name, start.end()) if start else None
        each = released(kind, version[1], tag) if version else None
        if each is not None:
            found.append(each)
    return found
