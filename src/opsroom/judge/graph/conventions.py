"""Conventions: what somebody who builds an image or a chart may be called, by its name alone.

A registry that is no public hub mostly names an image as its repository (`ghcr.io/owner/name`), or
as a part of it. Pages and raw files of GitHub have the names of their repositories by its rule.
"""

import re
from collections.abc import Iterator

from opsroom.judge.graph.targets import (
    CHART,
    GIT,
    IMAGE,
    GitAddress,
    anywhere,
    folded,
    git_target,
    package_target,
)
from opsroom.model.link import Sure
from opsroom.model.package import Package
from opsroom.model.purl import package_key, parts_of

HUBS = frozenset(
    {
        *(
            "docker.io",
            "registry-1.docker.io",
            "index.docker.io",
            "quay.io",
            "gcr.io",
            "k8s.gcr.io",
        ),
        *("registry.k8s.io", "mcr.microsoft.com", "public.ecr.aws", "docker.elastic.co", "lscr.io"),
        *("registry.access.redhat.com", "registry.redhat.io", "nvcr.io", "cgr.dev"),
        *("charts.bitnami.com", "raw.githubusercontent.com"),
    }
)
"""Registries in which names say nothing of repositories."""
TYPES = ("pkg:docker/", "pkg:helm/", "pkg:terraform/", "pkg:golang/")
LONGEST = 5
"""Parts of a path of which a repository's name may be the beginning."""
PAGES = re.compile(r"https?://([\w-]+)\.github\.io/([\w.-]+)?", re.ASCII)
FILES = re.compile(
    r"https?://(?:raw\.githubusercontent\.com|codeload\.github\.com|github\.com)/([\w.-]+/[\w.-]+)/",
    re.ASCII,
)
VANITY = frozenset(
    {
        *("golang.org", "google.golang.org", "gopkg.in", "go.uber.org", "go.opentelemetry.io"),
        *("k8s.io", "sigs.k8s.io", "modernc.org", "cloud.google.com", "honnef.co"),
    }
)
"""Hosts of modules of Go that are no addresses of repositories."""

Guess = tuple[str, Sure, str]
"""A target, how sure it is that it is meant, and what it is told from: an address, the exact target
of an image or a chart; or empty."""


def by_convention(package: Package) -> Iterator[Guess]:
    """Yield what else a package may be, whose name is not that of its repository."""
    if not (package.purl.startswith(TYPES) or package.origin.startswith("url:")):
        return
    kind, path, qualifiers = parts_of(package.purl)
    registry = qualifiers.get("repository_url", "")
    if kind == "docker" and registry:
        yield from _named(IMAGE, registry, path, package_target(package.purl))
    elif kind == "helm" and registry:
        pages = list(_page(package.origin.removeprefix("registry:")))
        yield from pages or _named(CHART, registry, path, package_target(package.purl))
    elif kind == "terraform" and registry:
        yield package_key(package.purl), Sure.LIKELY, ""
    elif kind == "golang":
        yield from _module(path)
    elif package.origin.startswith("url:"):
        yield from _page(package.origin.removeprefix("url:"))


def _named(prefix: str, registry: str, path: str, exact: str) -> Iterator[Guess]:
    """Every beginning of a path in a registry that may be `owner/name`."""
    host, _, place = re.sub(r"^[a-z0-9+]+://", "", registry).partition("/")
    if host.lower() in HUBS:
        return
    parts = folded(f"{place}/{path}").strip("/").split("/")
    for length in range(2, min(len(parts), LONGEST) + 1):
        yield f"{prefix}{'/'.join(parts[:length])}", Sure.LIKELY, exact


def _page(url: str) -> Iterator[Guess]:
    """The repository of GitHub that an address of its pages or of its files is of."""
    if page := PAGES.match(url):
        name = page[2] or f"{page[1]}.github.io"
        yield f"{GIT}github.com/{folded(f'{page[1]}/{name}')}", Sure.STRONG, ""
    elif (files := FILES.match(url)) and (target := git_target(f"https://github.com/{files[1]}")):
        yield target, Sure.CERTAIN, ""


def _module(path: str) -> Iterator[Guess]:
    """The repository that a module of Go is in, where its path is an address."""
    host, *parts = path.split("/")
    if len(parts) < 2 or "." not in host or host in VANITY or re.fullmatch(r"v\d+", parts[1]):
        return
    address = GitAddress(folded(host), folded("/".join(parts[:2])))
    yield f"{GIT}{address.host}/{address.name}", Sure.STRONG, ""
    if other := anywhere(address):
        yield other, Sure.LIKELY, f"git+https://{address.host}/{address.name}"
