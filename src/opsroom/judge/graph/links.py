"""Links: what the files of a repository ask for, out of the packages and names in them.

One package may have several targets: what comes from Git is asked for by its address and by its
name, an image by its exact name and by what whoever builds it may be called. Which of them somebody
answers, and how sure that is, `resolution` tells.
"""

from collections.abc import Iterable, Iterator, Mapping

from opsroom.judge.graph.about import About
from opsroom.judge.graph.conventions import by_convention
from opsroom.judge.graph.mentioned import links_of_mention
from opsroom.judge.graph.phases import asks_nothing, folder_of, is_template, phase_of
from opsroom.judge.graph.targets import (
    GIT,
    PATH,
    address_of,
    anywhere,
    git_target,
    target_of,
)
from opsroom.model.link import Link, LinkKind, Phase, Sure
from opsroom.model.mention import Mention
from opsroom.model.package import Package

Placed = tuple[str, str, Package]
"""The path of a manifest, its format with or without revision, and a package in it."""

MOST = 100_000
"""Links of one repository: of more, those that it asks for itself come first."""
FURTHEST = 4
"""Folders outside a repository that a path may lead through to another clone."""
OF_FORMAT: Mapping[str, LinkKind] = {
    "gitmodules": "submodule",
    "terraform": "module",
    "terraform-json": "module",
    "terraform-lock": "module",
    "ansible-requirements": "role",
    "ansible-role": "role",
    "ansible-galaxy": "role",
    "kubernetes": "deploys",
    "kustomization": "reference",
    "compose": "reference",
}
OF_TYPE: Mapping[str, LinkKind] = {
    "docker": "image",
    "helm": "chart",
    "terraform": "module",
    "ansible": "role",
    "githubactions": "action",
}
PHASES = tuple(Phase)
SURE = tuple(Sure)


def links_of(
    about: About, packages: Iterable[Placed], mentions: Iterable[tuple[str, Mention]]
) -> tuple[Link, ...]:
    """Return what a repository asks for, each thing once for a file, in the order of the files.

    Itself is no link, by whichever of its addresses it is named. Files that tests read, copies of
    what others made and templates ask for nothing.
    """
    placed = [
        (path, format_.partition("@")[0], package)
        for path, format_, package in packages
        if not (asks_nothing(path) or is_template(path))
    ]
    told = _origins(placed)
    asked = {(package.purl, folder_of(path)) for path, _, package in placed if package.direct}
    declaring = {(_type(purl), folder) for purl, folder in asked}
    found: dict[tuple[str, str, str, str, str], Link] = {}
    for path, format_, package in placed:
        direct = _is_direct(path, package, asked, declaring)
        for link in _of_package(about, path, format_, package, told, direct=direct):
            _keep(found, link)
    packaged = {(link.target, link.path) for link in found.values()}
    for path, mention in mentions:
        if not asks_nothing(path) and not mention.serves:
            for link in links_of_mention(about, path, mention):
                if (link.target, link.path) not in packaged:  # an address of a package is one
                    _keep(found, link)
    own = _own(about)
    links = [link for link in found.values() if link.target not in own]
    if len(links) > MOST:
        links = sorted(links, key=lambda link: not link.direct)[:MOST]
    return tuple(links)


def _own(about: About) -> frozenset[str]:
    """The targets that are this repository itself, whoever else goes by them."""
    named = about.addresses[:1]
    return frozenset(
        {
            *(f"{GIT}{each.host}/{each.name}" for each in about.addresses),
            *(f"{GIT}*/{each.name}" for each in named),
            *(f"pkg:githubactions/{each.name}" for each in named),
        }
    )


def _keep(found: dict[tuple[str, str, str, str, str], Link], link: Link) -> None:
    """Take a link, or what it says more of one that is there already."""
    key = (link.target, link.kind, link.part, link.path, link.version)
    before = found.get(key)
    if before is None:
        found[key] = link
        return
    found[key] = Link(
        *(link.target, link.kind, link.path, before.line, link.part, link.version),
        constraint=before.constraint or link.constraint,
        phase=min(before.phase, link.phase, key=PHASES.index),
        direct=before.direct or link.direct,
        sure=min(before.sure, link.sure, key=SURE.index),
    )


def _origins(placed: Iterable[Placed]) -> dict[str, str]:
    """Where what is locked comes from, of packages of which all locks say the same."""
    told: dict[str, set[str]] = {}
    for _, _, package in placed:
        if package.version:
            told.setdefault(package.purl, set()).add(package.origin)
    return {purl: origin for purl, (origin, *more) in told.items() if origin and not more}


def _type(purl: str) -> str:
    return purl.removeprefix("pkg:").partition("/")[0]


def _is_direct(
    path: str, package: Package, asked: set[tuple[str, str]], declaring: set[tuple[str, str]]
) -> bool:
    """Whether the repository asks for it itself, as a manifest beside a lock may tell."""
    if package.direct is not None:
        return package.direct
    folder = folder_of(path)
    return (package.purl, folder) in asked or (_type(package.purl), folder) not in declaring


def _of_package(
    about: About,
    path: str,
    format_: str,
    package: Package,
    told: Mapping[str, str],
    *,
    direct: bool,
) -> Iterator[Link]:
    origin = package.origin or told.get(package.purl, "")
    if origin.startswith("workspace:"):
        return
    kind = _kind(format_, package, origin)

    def link(target: str, sure: Sure, constraint: str = "") -> Link:
        return Link(
            *(target, kind, path, package.line, package.part),
            version=package.version or package.digest,
            constraint=constraint or package.constraint,
            phase=phase_of(path, format_, package),
            direct=direct,
            sure=sure,
        )

    if origin.startswith(PATH):
        place = origin.removeprefix(PATH)
        if format_ == "gitmodules":
            yield from (link(each, Sure.CERTAIN) for each in _beside_on_host(about, place))
        else:
            beside = _beside_on_disk(about, path, place)
            yield from (link(each, Sure.STRONG, place) for each in beside)
        return
    git = address_of(origin) if origin.startswith("git") else None
    if git:
        yield link(f"{GIT}{git.host}/{git.name}", Sure.CERTAIN)
        if other := anywhere(git):
            yield link(other, Sure.LIKELY, origin)
    for target in target_of(package):
        if git and not target.startswith(GIT):
            yield link(target, Sure.LIKELY, origin)  # a name for it, which is answered by address
        elif not git or target != git_target(origin):
            yield link(target, _sure(target, origin))
    if not git:
        for target, sure, address in by_convention(package):
            yield link(target, sure, address)


def _kind(format_: str, package: Package, origin: str) -> LinkKind:
    kind = _type(package.purl)
    if kind == "githubactions":
        return "workflow" if package.part.endswith((".yml", ".yaml")) else "action"
    if kind in OF_TYPE:
        return OF_TYPE[kind]
    if format_ == "pre-commit" and origin:
        return "hook"
    return OF_FORMAT.get(format_, "package")


def _sure(target: str, origin: str) -> Sure:
    """How sure it is that a package of this target is the one that is meant."""
    exact = ("pkg:docker/", "pkg:githubactions/", "pkg:golang/", GIT)
    if target.startswith(exact) or "?repository_url=" in target:
        return Sure.CERTAIN
    return Sure.STRONG if origin.startswith("registry:") else Sure.LIKELY


def _beside_on_host(about: About, place: str) -> Iterator[str]:
    """A submodule by a path is relative to the address of the repository that has it."""
    if about.addresses and place.startswith("../"):
        host, name = about.addresses[0]
        whole = _resolved(f"/{name}/{place}").strip("/")
        if target := git_target(f"https://{host}/{whole}"):
            yield target


def _beside_on_disk(about: About, path: str, place: str) -> Iterator[str]:
    """The folders outside every clone that a path leads to or through."""
    for clone in about.folders:
        whole = _resolved(f"{clone}/{folder_of(path)}/{place}")
        inside = clone.rstrip("/")
        if whole == inside or whole.startswith(f"{inside}/"):
            continue
        for _ in range(FURTHEST):
            if whole in ("/", "") or inside.startswith(f"{whole}/"):
                break
            yield f"{PATH}{whole}"
            whole = folder_of(whole)


def _resolved(path: str) -> str:
    """A path from the root without `.` and `..`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return f"/{'/'.join(parts)}"
