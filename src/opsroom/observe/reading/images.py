"""References to container images, as packages.

    registry.example.org:5000/team/web:1.2@sha256:...

The purl has type `docker`, as the package-url specification shows it: `pkg:docker/nginx` for an
official image of Docker Hub, `pkg:docker/bitnami/redis`, and for other registries
`pkg:docker/team/web?repository_url=ghcr.io`. However Docker Hub is spelled, it is one package.
"""

import re

from opsroom.model.manifest import Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.reading.purls import path_purl

LONGEST = 600
HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})
PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
REFERENCE = re.compile(
    rf"(?P<path>{PART}(?:/{PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,256}))?"
)
HOST = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")
UNSETTLED = re.compile(r"\$|\{\{|\}\}|<%|%[A-Z_]+%")
"""Signs of a variable or a template that this file alone doesn't settle."""


def image(
    reference: str, line: int = 0, *, dev: bool = False, constraint: str = ""
) -> Package | Unread:
    """The image that a reference names, or why it can't be told."""
    reference = reference.strip()
    if UNSETTLED.search(reference):
        return Unread(f"an image that depends on variables: {plain(reference, 80)}", line)
    host, slash, rest = reference.partition("/")
    if not slash or not (("." in host) or (":" in host) or host == "localhost"):
        host, rest = "", reference
    match = REFERENCE.fullmatch(rest) if len(reference) <= LONGEST else None
    if match is None or (host and not HOST.fullmatch(host)):
        return Unread(f"no reference to an image: {plain(reference, 80)}", line)
    host = host.lower()
    path = match["path"]
    if host in HUB:
        host = ""
    if not host:
        path = path.removeprefix("library/")
    return Package(
        purl=path_purl("docker", path, **({"repository_url": host} if host else {})),
        version=match["tag"] or "",
        constraint=constraint,
        direct=True,
        dev=dev,
        origin=f"registry:https://{host}/" if host else "",
        digest=(match["digest"] or "").lower(),
        line=line,
    )
