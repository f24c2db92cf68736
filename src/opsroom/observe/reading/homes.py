"""Homes: the Git repository that a manifest says a package is made in."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from opsroom.observe.reading import origins
from opsroom.observe.reading.values import words

FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
"""Hosts of which an address with two names is a repository, whatever it was given as."""
REPOSITORY = frozenset(
    {"repository", "repo", "source", "sourcecode", "code", "git", "github", "gitlab", "scm"}
)
"""How people call the address of a repository, without case and what is no letter."""
WEBSITE = frozenset({"homepage", "home", "url", "website"})
UNSETTLED = re.compile(r"[$`{}<>\s]")
PREFIX = re.compile(r"(?:scm:git:|git::|git\+(?=[a-z]+://))")
SHOWN = re.compile(r"/(?:-/)?(?:tree|blob|src|issues|wiki|releases)(?:/.*)?$")
OWNERLESS = frozenset({"orgs", "sponsors", "topics", "marketplace", "apps"})


def home(written: object, *, website: bool = False, short: bool = False) -> str:
    """`git+https://host/owner/name` of an address; empty: it names no repository.

    `website`: it was given as where people read about it, which is a repository on forges alone.
    `short`: `owner/name` and `forge:owner/name` are addresses too.
    """
    address = PREFIX.sub("", words(written), count=1)
    bare = "://" not in address and not address.startswith("git@")
    if not address or UNSETTLED.search(address) or (bare and not short):
        return ""
    scheme, _, rest = origins.git(address).partition("#")[0].rpartition("://")
    host, _, path = rest.partition("/")
    if scheme not in ("git+https", "git+http"):
        host = host.partition(":")[0]
    path = SHOWN.sub("", unquote(path).strip("/")).removesuffix(".git")
    parts = path.split("/")
    if host.lower().removeprefix("www.") in FORGES:
        host = host.lower().removeprefix("www.")
        parts = parts if host == "gitlab.com" else parts[:2]
    elif website:
        return ""
    if len(parts) < 2 or not all(parts) or parts[0] in OWNERLESS or ".." in parts:
        return ""
    found = f"git+https://{host.lower()}/{'/'.join(parts).removesuffix('.git')}"
    return found if found.isprintable() else ""


def home_among(named: Iterable[tuple[str, object]]) -> str:
    """The home that a list of named addresses tells: what is called so first, else the website."""
    known = [(re.sub(r"[^a-z]", "", name.lower()), address) for name, address in named]
    sure = (home(address) for name, address in known if name in REPOSITORY)
    sites = (home(address, website=True) for name, address in known if name in WEBSITE)
    return next(filter(None, (*sure, *sites)), "")
