"""Helm charts as packages: `pkg:helm/name?repository_url=charts.example.org/stable`.

Helm has no public registry, so that a chart is told by the repository it comes from: with it in
its purl, and as its `origin`. Where a file doesn't say which that is, there is neither.
"""

import re

from opsroom.model.package import Package
from opsroom.observe.reading import origins
from opsroom.observe.reading.purls import purl

EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
ADDRESS = re.compile(r"(?:https?|oci|s3|gs|git\+https|git\+ssh)://\S+")
LOCAL = ("file://", "./", "../")


def chart(
    name: str, asked: str, repository: str, line: int = 0, *, direct: bool | None = True
) -> Package:
    """The chart of a name in a repository, of which `asked` is an exact version or a range.

    `repository` is an address, `file://...`, the alias of one (`@name`), or empty.

    Raises:
        NotUnderstood: that is no name of a chart.
    """
    exact = asked if EXACT.fullmatch(asked) else ""
    if repository.startswith(LOCAL):
        origin = origins.path(repository.removeprefix("file://"))
        return Package(purl("helm", name), exact, asked, direct, origin=origin, line=line)
    if not ADDRESS.fullmatch(repository):
        return Package(purl("helm", name), exact, asked, direct, line=line)
    origin = origins.registry(repository.rstrip("/"))
    place = origin.partition("://")[2]
    return Package(
        purl("helm", name, repository_url=place), exact, asked, direct, origin=origin, line=line
    )


def chart_at(address: str, asked: str, line: int = 0) -> Package:
    """The chart at a whole address: `oci://ghcr.io/team/charts/web`.

    Raises:
        NotUnderstood: that is no name of a chart.
    """
    repository, _, name = address.rstrip("/").rpartition("/")
    return chart(name, asked, repository, line)
