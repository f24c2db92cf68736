"""Addresses of Git repositories, and of files in them, taken apart: which repository, which ref.

    https://raw.githubusercontent.com/owner/name/v1.2/install.sh
    https://git.example.org/group/name/-/raw/main/ci.yml
    git@git.example.org:owner/name.git

What hosts serve beside the files (issues, wikis, badges, profiles) is no repository here.
"""

import re
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import unquote

from opsroom.model.text import plain

LONGEST = 600
"""Characters of an address."""
MOST_PARTS = 40

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}(?::[0-9]{2,5})?")
URL = re.compile(
    r"(?:git\+)?(?P<scheme>https?|ssh|git)://(?:[^/@\s]{0,200}@)?(?P<host>[^/?#\s]+)/(?P<path>[^?#\s]*)"
)
SCP = re.compile(
    r"[a-z][a-z0-9_-]{0,31}@(?P<host>[A-Za-z0-9.-]+):(?P<path>(?!/|[0-9]+/)[^?#\s:@]+)"
)
ARCHIVE = re.compile(r"\.(?:tar\.(?:gz|bz2|xz)|tgz|zip)$")
FILE = re.compile(r"\.(?:json|ya?ml|t?gz|zip|sh|ps1|html?|txt|xml|pdf|deb|rpm|exe|jar|asc|sig)$")
"""Endings of what is no repository: `https://dl.example.org/tools/install.sh`."""
COMMITTISH = re.compile(r"[\w.+/@-]{1,200}")

FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
RESERVED = frozenset(
    {
        *("about", "apps", "collections", "contact", "customer-stories", "discussions", "dist"),
        *("enterprise", "events", "explore", "features", "issues", "join", "login", "logos"),
        *("marketplace", "new", "notifications", "orgs", "organizations", "pricing", "pulls"),
        *("readme", "search", "security", "settings", "signup", "site", "sponsors", "stars"),
        *("topics", "trending", "user-attachments", "users", "help", "groups"),
    }
)
"""First parts of paths of forges that are no owner."""
FILES = {"raw": "raw", "archive": "archive", "tarball": "archive", "zipball": "archive"}
PAGES = frozenset({"blob", "tree", "src", "blame"})
BRANCHED = frozenset({"branch", "tag", "commit", "heads", "tags"})
FETCHED = {
    "raw.githubusercontent.com": "github.com",
    "raw.github.com": "github.com",
    "codeload.github.com": "github.com",
    "rawcdn.githack.com": "github.com",
    "raw.githack.com": "github.com",
}
"""Hosts that serve the files of repositories of another one, as `owner/name/ref/...`."""
TARBALLS = frozenset({"tar.gz", "zip", "legacy.tar.gz", "legacy.zip"})


class Shape(Enum):
    """How an address names a repository."""

    FILE = auto()
    """A file, an archive or a release of it, to be fetched."""
    CLONE = auto()
    """The repository as Git clones it: with `.git`, by SSH, or with `git+`."""
    PLAIN = auto()
    """`https://host/owner/name`, as people open it."""
    PAGE = auto()
    """A page about a file or a release."""


class GitAddress(NamedTuple):
    """One repository that an address names. `origin` has no credentials; `version` may be empty."""

    origin: str
    version: str
    shape: Shape


def git_address(url: str) -> GitAddress | None:
    """What an address names; None: no repository, or which one depends on variables."""
    if len(url) > LONGEST or not url.isprintable():
        return None
    if match := URL.match(url):
        host = match["host"].lower().removeprefix("www.")
        clone = match["scheme"] in ("ssh", "git") or url.startswith("git+")
        ref = _asked(url)
    elif match := SCP.match(url):
        host, clone, ref = match["host"].lower(), True, ""
    else:
        return None
    if match.re is URL and match["scheme"] == "https":
        host = host.removesuffix(":443")
    path = match["path"].lstrip("/").partition("//")[0]
    parts = [part for part in path.split("/", MOST_PARTS) if part]
    if not HOST.fullmatch(host) or not parts or ("." not in host and ":" not in host and not clone):
        return None
    return _on(host, parts, clone=clone, ref=ref)


def _asked(url: str) -> str:
    """The ref of `?ref=v1`, `#v1` and pip's `.git@v1`."""
    if found := re.search(r"[?&]ref=([^&#]+)", url):
        return found[1]
    if found := re.search(r"(?<=\.git)@([^?#/]+)", url):
        return found[1]
    if found := re.search(r"#(?!egg=)(?:semver:)?([\w./^~-]+)$", url):
        return found[1]
    return ""


def _on(host: str, parts: list[str], *, clone: bool, ref: str) -> GitAddress | None:
    if host in FETCHED and len(parts) > 2:
        rest = parts[2:]
        if host.startswith("codeload"):
            rest = rest[1:] if rest[0] in TARBALLS else []
        return _named(FETCHED[host], parts[:2], _ref(rest), Shape.FILE)
    if host == "cdn.jsdelivr.net" and parts[0] == "gh" and len(parts) > 2:
        name, _, asked = parts[2].partition("@")
        return _named("github.com", [parts[1], name], asked, Shape.FILE)
    if host == "api.github.com":
        return _api("github.com", parts)
    if parts[0] == "api":
        return _api(host, parts[2:]) if len(parts) > 2 else None
    if parts[0].lower() in RESERVED or host.startswith("gist."):
        return None
    if "-" in parts[2:]:
        dash = parts.index("-", 2)
        return _gitlab(host, parts[:dash], parts[dash + 1 :])
    ended = next((at for at, part in enumerate(parts) if re.search(r"\.git(?:@|$)", part)), None)
    if ended is not None and ended > 0:
        name = re.split(r"\.git(?:@|$)", parts[ended])[0]
        return _named(host, [*parts[:ended], name], ref, Shape.CLONE)
    return _plain(host, parts, clone=clone, ref=ref)


def _plain(host: str, parts: list[str], *, clone: bool, ref: str) -> GitAddress | None:
    if len(parts) < 2:
        return None
    if len(parts) == 2 or clone:
        name, _, pinned = parts[-1].partition("@")
        if FILE.search(name):
            return None
        shape = Shape.CLONE if clone else Shape.PLAIN
        return _named(host, [*parts[:-1], name], pinned or ref, shape)
    kind, rest = parts[2], parts[3:]
    if kind in FILES and rest:
        return _named(host, parts[:2], _ref(rest), Shape.FILE)
    if kind in PAGES and rest and (host in FORGES or rest[0] in BRANCHED):
        return _named(host, parts[:2], _ref(rest), Shape.PAGE)
    if kind == "get" and host == "bitbucket.org" and rest:
        return _named(host, parts[:2], _ref(rest), Shape.FILE)
    if kind == "releases" and rest:
        return _release(host, parts[:2], rest)
    if host == "gitlab.com" and len(parts) < 6:
        return _named(host, parts, ref, Shape.PLAIN)
    return None


def _release(host: str, named: list[str], rest: list[str]) -> GitAddress | None:
    if rest[0] == "latest":
        return _named(host, named, "", Shape.FILE if len(rest) > 1 else Shape.PAGE)
    if rest[0] in ("download", "tag") and len(rest) > 1:
        shape = Shape.FILE if rest[0] == "download" else Shape.PAGE
        return _named(host, named, _ref(rest[1:2]), shape)
    return None


def _gitlab(host: str, named: list[str], rest: list[str]) -> GitAddress | None:
    if len(rest) < 2:
        return None
    if rest[0] in FILES:
        return _named(host, named, _ref(rest[1:]), Shape.FILE)
    if rest[0] == "releases":
        fetched = len(rest) > 2 and rest[2] == "downloads"
        return _named(host, named, _ref(rest[1:2]), Shape.FILE if fetched else Shape.PAGE)
    return _named(host, named, _ref(rest[1:]), Shape.PAGE) if rest[0] in PAGES else None


def _api(host: str, parts: list[str]) -> GitAddress | None:
    """What `repos/owner/name/...` and GitLab's `projects/owner%2Fname/...` name."""
    if parts[0] == "repos" and len(parts) > 3:
        named, rest = parts[1:3], parts[3:]
    elif parts[0] == "projects" and len(parts) > 2 and "%2f" in parts[1].lower():
        named, rest = unquote(parts[1]).split("/"), parts[2:]
    else:
        return None
    if rest[0] in ("releases", "tags", "contents", "git", "commits", "repository", "branches"):
        tag = rest[2] if rest[:2] == ["releases", "tags"] and len(rest) > 2 else ""
        return _named(host, named, _ref([tag]), Shape.FILE)
    return _named(host, named, _ref(rest[1:]), Shape.FILE) if rest[0] in FILES else None


def _ref(rest: list[str]) -> str:
    """The ref at the head of what stands behind `raw`, `archive` and the like."""
    if rest[:1] == ["refs"]:
        rest = rest[1:]
    if len(rest) > 1 and rest[0] in BRANCHED:
        rest = rest[1:]
    ref = ARCHIVE.sub("", unquote(rest[0])) if rest else ""
    return "" if ref in ("HEAD", "latest") else ref


def _named(host: str, named: list[str], ref: str, shape: Shape) -> GitAddress | None:
    if not all(PART.fullmatch(part) for part in named):
        return None
    if len(named) < 2:
        return None
    if not COMMITTISH.fullmatch(ref) or ref == "v":
        ref = ""
    name = "/".join(named).removesuffix(".git")
    return GitAddress(f"git+https://{host}/{name}", plain(ref), shape)
