"""Targets: one text for whatever a link may lead to and a supply may answer for.

    git:host/owner/name               a Git repository by its address; git:*/owner/name whatever
                                      its host is called
    pkg:type/name                     a package by the key of its purl; of another registry than
                                      the public one with `?repository_url=host/path`, for types
                                      of which names mean little without it
    image:owner/name/part, chart:...  what a repository of that name may have built
    path:/folder                      a clone beside another one
    host:name:port, env:name          a name of the network, where something is deployed

Equal targets are equal texts: what ecosystems write in different ways is folded here and nowhere
else.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from opsroom.model.identity import remote_identity
from opsroom.model.package import Package
from opsroom.model.purl import FOLDED, package_key, parts_of, short

GIT, PACKAGE, IMAGE, CHART, PATH, HOST, ENVIRONMENT = (
    "git:", "pkg:", "image:", "chart:", "path:", "host:", "env:"
)  # fmt: skip
ACTION, OF_REGISTRY = "pkg:githubactions/", "registry:"
SOMEWHERE = f"{GIT}*/"
"""Begins the address of a repository whatever its host is called."""

FORGES = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
"""Types of purl that are addresses of a host."""
OWNED = frozenset({"github.com", "bitbucket.org", "codeberg.org"})
"""Hosts on which a repository is its owner and its name, and whatever follows is within it."""
PUBLIC_FORGES = OWNED | {"gitlab.com", "git.sr.ht"}
"""Hosts that are never called otherwise."""
WITH_REGISTRY = frozenset({"docker", "helm", "terraform"})
"""Types of purl whose names belong to the registry that they are of."""
TYPES = FOLDED | WITH_REGISTRY | FORGES.keys() | {
    *("npm", "cargo", "gem", "maven", "pub", "swift", "cocoapods", "conda", "generic", "ansible"),
}  # fmt: skip
"""Types of purl that may begin what a caller writes."""

LONGEST = 600
REGISTRY = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?|localhost(?::\d+)?|[\w-]+:\d+", re.ASCII)
"""How the first part of a reference to an image says that it is a host."""


class GitAddress(NamedTuple):
    """A Git repository by its address, in lower case. `name` has its owner before it."""

    host: str
    name: str


def folded(text: str) -> str:
    """Return a text in lower case, in which no letter of another alphabet becomes a Latin one.

    The sign of Kelvin is a `k` to Python: what looks like another's name must not become it.
    """
    if text.isascii():
        return text.lower()
    return "".join(
        each if not each.isascii() and each.lower().isascii() else each.lower() for each in text
    )


def address_of(url: str) -> GitAddress | None:
    """Return which Git repository a URL or an origin names; None: none that others could name."""
    bare = re.split(r"[?#]", url.removeprefix("git+"), maxsplit=1)[0]
    found = remote_identity(bare) if len(bare) <= LONGEST else None
    if found is None:
        return None
    host, name = found
    host = host.removeprefix("www.")
    if ".." in host or host.endswith("."):
        return None
    parts = name.split("/")
    if host in OWNED:
        parts = parts[:2]
        parts[-1] = parts[-1].removesuffix(".git")
    return GitAddress(folded(host), folded("/".join(parts))) if all(parts) else None


def git_target(url: str) -> str | None:
    """Return the target of a URL or an origin (`git+https://...#v1`); None: it names none."""
    address = address_of(url)
    return f"{GIT}{address.host}/{address.name}" if address else None


def anywhere(address: GitAddress) -> str | None:
    """Return the target of a repository whose host may be called otherwise; None: it isn't."""
    return None if address.host in PUBLIC_FORGES else f"{SOMEWHERE}{address.name}"


@lru_cache(maxsize=50_000)
def package_target(purl: str) -> str:
    """Return the target of a purl; of a host's own type it is the address of a repository."""
    kind, path, qualifiers = parts_of(purl)
    if kind in FORGES and (found := git_target(f"https://{FORGES[kind]}/{path}")):
        return found
    if vcs := qualifiers.get("vcs_url"):
        return git_target(vcs) or package_key(purl)
    key = package_key(purl)
    registry = qualifiers.get("repository_url", "")
    if kind == "ansible" and qualifiers.get("type"):
        return f"{key}?type={qualifiers['type']}"
    return with_registry(key, registry) if kind in WITH_REGISTRY else key


def with_registry(key: str, registry: str) -> str:
    """Return the target of a key in a registry (`host/path`); that of the public one is its key."""
    place = folded(re.sub(r"^[a-z0-9+]+://", "", registry)).strip("/")
    return f"{key}?repository_url={place}" if place else key


def target_of(package: Package) -> tuple[str, ...]:
    """Return every target that a package names, its address first; none: a file at a URL, or a
    role without owner, which is one of the same playbook.

    Of what comes from Git these are its address and, where its ecosystem has a name for it, that
    name.
    """
    if package.purl.startswith(ACTION) and package.origin.startswith(OF_REGISTRY):
        path = package.purl.removeprefix(ACTION)
        address = git_target(f"{package.origin.removeprefix(OF_REGISTRY)}/{path}")
        return (address,) if address else ()
    found = [git_target(package.origin)] if package.origin.startswith("git") else []
    named = package_target(package.purl)
    local = named.startswith("pkg:ansible/") and named.count("/") == 1
    if not (named.startswith("pkg:generic/") or local):
        found.append(named)
    return tuple(dict.fromkeys(filter(None, found)))


def host_target(name: str) -> str:
    """Return the target of a name of the network, with or without port."""
    return f"{HOST}{folded(name).rstrip('.')}"


def environment_target(name: str) -> str:
    """Return the target of an environment."""
    return f"{ENVIRONMENT}{folded(name)}"


def shown(target: str) -> str:
    """Return a target as people write it: `npm/lodash`, `docker/ghcr.io/owner/name`, `env:prod`."""
    if not target.startswith(PACKAGE):
        return target
    key, _, registry = target.partition("?repository_url=")
    kind, _, path = short(key).partition("/")
    if kind not in TYPES or not path:
        return target
    return f"{kind}/{registry}/{path}" if registry else f"{kind}/{path}"


def read(text: str) -> tuple[str, ...]:
    """Return the targets that a caller may mean, likeliest first; none where it names none.

    A bare word names nothing here: which `nginx` is meant is no guess of ours.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        return ()
    for prefix in (GIT, IMAGE, CHART, HOST, ENVIRONMENT, PATH):
        if text.startswith(prefix):
            rest = text.removeprefix(prefix)
            return (text if prefix == PATH else f"{prefix}{folded(rest)}",) if rest else ()
    if text.startswith(PACKAGE) or text.partition("/")[0].lower() in TYPES:
        return _named(text.removeprefix(PACKAGE))
    if "://" in text or re.match(r"[\w.-]+@[\w.-]+:", text):
        return tuple(filter(None, (git_target(text),)))
    first, _, rest = text.partition("/")
    if REGISTRY.fullmatch(first) and rest:
        return _at_a_host(first, rest)
    return ()


def _named(text: str) -> tuple[str, ...]:
    """What `type/name@version` may mean."""
    if not re.match(r"[A-Za-z][A-Za-z0-9.+-]*/[^/?]", text):
        return ()
    kind, path, qualifiers = parts_of(text)
    path = path.strip("/")
    if (at := path.rfind("@")) > max(0, path.rfind("/") + 1):
        path = path[:at]
    if not path:
        return ()
    first, _, rest = path.partition("/")
    if kind == "docker":
        at_host = bool(REGISTRY.fullmatch(first) and rest)
        registry = qualifiers.get("repository_url") or (first if at_host else "")
        return (image_target(registry, rest if at_host else path),)
    if qualifiers:
        return (package_target(f"{PACKAGE}{text}"),)
    if kind in WITH_REGISTRY and REGISTRY.fullmatch(first) and "/" in rest:
        if kind == "helm":
            place, _, name = path.rpartition("/")
            return (with_registry(package_key(f"pkg:helm/{name}"), place),)
        return (with_registry(package_key(f"{PACKAGE}{kind}/{rest}"), first),)
    found = [package_target(f"{PACKAGE}{kind}/{path}")]
    if kind == "github":
        found.append(package_key(f"{ACTION}{path}"))
    return tuple(found)


def image_target(registry: str, path: str) -> str:
    """Return the target of an image of a registry; the public one is Docker Hub, or empty."""
    bare = re.split(r"[:@]", path, maxsplit=1)[0]
    if folded(registry) in ("", "docker.io", "index.docker.io", "registry-1.docker.io"):
        return f"pkg:docker/{folded(bare).removeprefix('library/')}"
    return with_registry(f"pkg:docker/{folded(bare)}", registry)


def _at_a_host(host: str, rest: str) -> tuple[str, ...]:
    """What `host/path` may mean: a repository, an image, a module of Go."""
    if re.search(r"[:@][^/]*$", rest):
        return (image_target(host, rest),)
    found = [git_target(f"https://{host}/{rest}"), image_target(host, rest)]
    if ":" not in host:
        found.append(package_key(f"pkg:golang/{host}/{rest}"))
    return tuple(dict.fromkeys(filter(None, found)))
