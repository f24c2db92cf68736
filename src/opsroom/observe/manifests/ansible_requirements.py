"""requirements.yml of Ansible: roles and collections.

A collection of Galaxy is `pkg:ansible/namespace/name`, a role has `?type=role` besides: both have
names of their own there, and package-url knows no type for either yet. What comes from Git is
`pkg:github/owner/name` and the like.
"""

import re
from collections.abc import Callable

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.git_urls import git_source
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node, document

NAME = re.compile(r"(?P<namespace>[A-Za-z0-9_-]+)\.(?P<name>[A-Za-z0-9_.-]+)")
EXACT = re.compile(r"(?:==?\s*)?(v?\d+(?:\.\d+){1,3}(?:[-+][0-9A-Za-z.+-]+)?)")
GALAXY = re.compile(r"https?://(?:[a-z0-9-]+\.)?(?:galaxy\.)?ansible\.com(?:/.*)?")


def _galaxy(written: str, asked: str, server: str, line: int, *, role: bool) -> Package:
    match = NAME.fullmatch(written)
    name, namespace = (match["name"], match["namespace"]) if match else (written, "")
    exact = EXACT.fullmatch(asked)
    return Package(
        purl("ansible", name, namespace, **({"type": "role"} if role else {})),
        exact[1] if exact else "",
        asked,
        direct=True,
        origin=origins.registry(server) if server and not GALAXY.fullmatch(server) else "",
        line=line,
    )


def _git(address: str, asked: str, line: int) -> Package:
    address = re.sub(r"^git\+", "", address)
    if "," in address:  # a collection of a Git repository may have its branch behind a comma
        address, _, asked = address.partition(",")
    address = address.partition("#")[0]
    source = git_source(address)
    return Package(source.purl, asked, direct=True, origin=source.origin, line=line)


def role(entry: Node, line: int) -> Package | None:
    """A role, as a name or as a mapping; None: another file is included.

    Raises:
        NotUnderstood: it names nothing.
    """
    if isinstance(entry, str):
        source, asked, _ = f"{entry},,".split(",", 2)
        return role_from(source.strip(), asked.strip(), "", line)
    if not isinstance(entry, Entries):
        raise NotUnderstood("a role that is neither a name nor a mapping")
    if "include" in entry:
        return None
    source = words(entry.get("src")) or words(entry.get("role")) or words(entry.get("name"))
    return role_from(source, words(entry.get("version")), words(entry.get("scm")), line)


def role_from(source: str, asked: str, scm: str, line: int) -> Package:
    """A role from Galaxy, Git or an archive, by its source."""
    if scm == "git" or source.startswith(("git+", "git@")) or source.endswith(".git"):
        return _git(source, asked, line)
    if "://" in source:
        if re.search(r"\.(?:tar\.gz|tgz|zip)$", source):
            origin = origins.download(source)
            name = source.rpartition("/")[2]
            address = origin.removeprefix("url:")
            found = purl("generic", name, download_url=address)
            return Package(found, asked, direct=True, origin=origin, line=line)
        return _git(source, asked, line)
    return _galaxy(source, asked, "", line, role=True)


def collection(entry: Node, line: int) -> Package:
    """A collection, as a name or as a mapping.

    Raises:
        NotUnderstood: it names nothing.
    """
    if isinstance(entry, str):
        name, _, asked = entry.partition(":")
        return _galaxy(name.strip(), asked.strip(), "", line, role=False)
    if not isinstance(entry, Entries):
        raise NotUnderstood("a collection that is neither a name nor a mapping")
    source, kind = words(entry.get("source")), words(entry.get("type"))
    name, asked = words(entry.get("name")), words(entry.get("version"))
    if kind == "git" or name.startswith(("git+", "git@")) or name.endswith(".git"):
        return _git(source if "://" in source and "://" not in name else name, asked, line)
    if kind in ("dir", "subdirs", "file"):
        found = purl("generic", (source or name).rstrip("/").rpartition("/")[2])
        return Package(found, asked, direct=True, origin=origins.path(source or name), line=line)
    if "://" in name:
        origin = origins.download(name)
        file = name.rpartition("/")[2]
        found = purl("generic", file, download_url=origin.removeprefix("url:"))
        return Package(found, asked, direct=True, origin=origin, line=line)
    return _galaxy(name, asked, source, line, role=False)


def roles(listed: Node, contents: Contents) -> None:
    """Take a list of roles."""
    _listed(listed, role, contents)


def _listed(listed: Node, read: Callable[[Node, int], Package | None], contents: Contents) -> None:
    if isinstance(listed, Items):
        for entry, line in zip(listed, listed.lines, strict=True):
            with contents.entry(line):
                contents.put(read(entry, line))


def parse(path: str, content: bytes) -> Manifest:
    """Read the requirements of a playbook; in their oldest form they are a list of roles."""
    top = document(content)
    contents = Contents()
    if isinstance(top, Items):
        roles(top, contents)
    elif isinstance(top, Entries):
        roles(top.get("roles"), contents)
        _listed(top.get("collections"), collection, contents)
    return contents.manifest()


FORMAT = Format(names=("requirements.yml", "requirements.yaml"), kind="ansible", parse=parse)
