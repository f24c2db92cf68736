"""URLs of Git repositories, as packages."""

from dataclasses import dataclass
from urllib.parse import unquote

from opsroom.observe.reading import origins
from opsroom.observe.reading.purls import path_purl

HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket"}
"""Hosts that have a type of purl of their own."""


@dataclass(frozen=True, slots=True)
class GitSource:
    """A Git repository: its purl without version, and where it is, without credentials."""

    purl: str
    origin: str


def git_source(url: str, reference: str = "") -> GitSource:
    """What a URL, the `user@host:path` of scp or a path of a Git repository names.

    On hosts that have a type of purl of their own it is `pkg:github/owner/name`, elsewhere
    `pkg:generic/name?vcs_url=git+https://...`, as the package-url specification says.

    Raises:
        NotUnderstood: it names nothing.
    """
    url = url.strip().removeprefix("git::")
    if url.startswith((".", "/")):
        origin = origins.path(url.partition("#")[0])
        name = url.rstrip("/").removesuffix(".git").rpartition("/")[2]
        return GitSource(path_purl("generic", name), origin)
    origin = origins.git(url, reference)
    whole = origin.partition("#")[0]
    host, _, path = whole.partition("://")[2].partition("/")
    host = host.rpartition("@")[2].partition(":")[0].lower()
    path = unquote(path).strip("/").removesuffix(".git")
    if host in HOSTS and "/" in path:
        named = path if host == "gitlab.com" else "/".join(path.split("/")[:2])
        return GitSource(path_purl(HOSTS[host], named), origin)
    return GitSource(path_purl("generic", path.rpartition("/")[2], vcs_url=whole), origin)
