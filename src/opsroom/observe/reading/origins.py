"""Where packages come from: `registry:`, `url:`, `path:`, `workspace:` and `git+...`, cleaned.

Users, passwords and queries are cut off addresses: tokens are in them. Of a fragment only a Git
reference is left.
"""

import re
from urllib.parse import unquote, urlsplit

from opsroom.model.identity import without_credentials
from opsroom.model.text import plain

LONGEST = 500
PUBLIC = frozenset(
    {
        *(("org", "npmjs", "registry"), ("com", "yarnpkg", "registry")),
        *(("com", "npmjs", "registry"), ("org", "npmmirror", "registry")),
        *(("org", "pypi"), ("org", "python", "pypi"), ("org", "pythonhosted", "files")),
    }
)
"""Hosts of the public registries, as their labels from the right."""
PUBLIC_HOSTS = frozenset(".".join(reversed(labels)) for labels in PUBLIC)
PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)/")
"""The everyday address, told at once: a lockfile has thousands."""

FORGES = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "gist": "gist.github.com",
}
OF_FORGE = re.compile(r"https://codeload\.github\.com/([\w.-]+/[\w.-]+)/tar\.gz/([^?#]+)")
"""Where tools fetch a commit of GitHub as a tarball."""
SHORTHAND = re.compile(r"(?:(github|gitlab|bitbucket|gist):)?((?:[\w.-]+/)?[\w.-]+)")
SCP_LIKE = re.compile(r"(?:[^@/\s:]+@)?([\w.-]+):(?!/)(\S+)")


def is_public(url: str) -> bool:
    """Whether an address is one of the public registry's."""
    if everyday := PLAIN_HOST.match(url):
        return everyday[1] in PUBLIC_HOSTS
    try:
        return urlsplit(url).hostname in PUBLIC_HOSTS
    except ValueError:
        return False


def unquoted(written: str) -> str:
    """An address that stands in another one, as itself."""
    return unquote(written)


def registry(url: str) -> str:
    """The origin of what a registry serves; empty for the public one."""
    return "" if is_public(url) else f"registry:{cleaned(url)}"


def download(url: str) -> str:
    """The origin of a file at an address; empty where the public registry serves it."""
    if forge := OF_FORGE.fullmatch(url):
        return git(f"https://github.com/{forge[1]}", forge[2])
    return "" if is_public(url) else f"url:{cleaned(url)}"


def tarball(url: str, name: str) -> str:
    """The origin of a tarball of npm: its registry where the address tells it, else the address."""
    if is_public(url):
        return ""
    before, separator, _ = url.partition("/-/")
    for written in (name, name.replace("/", "%2f"), name.replace("/", "%2F")):
        if separator and before.endswith(f"/{written}"):
            return f"registry:{cleaned(before[: -len(written)])}"
    before, separator, _ = url.partition(f"/download/{name}/")
    return f"registry:{cleaned(before)}/" if separator else download(url)


def path(written: str) -> str:
    """The origin of a folder or file of the machine, or of the repository."""
    return f"path:{plain(written, LONGEST)}"


def workspace(folder: str) -> str:
    """The origin of a package that is made in the same workspace; `folder` may be unknown."""
    return f"workspace:{plain(folder, LONGEST)}"


def git(url: str, reference: str = "") -> str:
    """The origin of what Git brings: `git+https://host/owner/name#reference`.

    `url` is as tools write it: with or without `git+`, like scp, or short for a forge.
    """
    url, _, fragment = url.partition("#")
    reference = reference or fragment
    bare = url.removeprefix("git+")
    if "://" not in bare:
        if short := SHORTHAND.fullmatch(bare):
            bare = f"https://{FORGES[short[1] or 'github']}/{short[2]}"
        elif scp := SCP_LIKE.fullmatch(bare):
            bare = f"ssh://{scp[1]}/{scp[2]}"
    shown = cleaned(bare)
    found = shown if shown.startswith("git://") else f"git+{shown}"
    return f"{found}#{plain(reference, 200)}" if reference else found


def cleaned(url: str) -> str:
    """An address that can be shown: no user, query or fragment."""
    shown = without_credentials(plain(url, LONGEST)).partition("#")[0].partition("?")[0]
    return shown.replace("://git@", "://")
