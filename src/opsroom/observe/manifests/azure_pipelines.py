"""Pipelines of Azure: repositories of templates on other hosts, and where deployments go.

A repository of Azure itself is named within its organization, which the file doesn't tell.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.manifests.workflow_names import environment
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.tree_walks import below, each, mappings, readable
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Node

HOSTS = {"github": "github.com", "bitbucket": "bitbucket.org"}
SLUG = re.compile(r"[\w-][\w.-]*/[\w.-]+")
REF = re.compile(r"(?:refs/(?:heads|tags)/)?([\w.+/-]+)")


def _repositories(top: Node) -> Iterator[Mention]:
    for entry, _ in each(below(top, "resources"), "repositories"):
        if not isinstance(entry, Entries):
            continue
        host, name = HOSTS.get(words(entry.get("type"))), words(entry.get("name"))
        if host and SLUG.fullmatch(name):
            ref = REF.fullmatch(words(entry.get("ref")))
            line = entry.lines["name"]
            yield Mention("template", f"git+https://{host}/{name}", line, ref[1] if ref else "")


def parse(path: str, content: bytes) -> Manifest:
    """Read a pipeline."""
    found: list[Mention] = []
    for top in readable(content):
        found += _repositories(top)
        for _, job in mappings(top):
            if "deployment" in job:
                found += environment(job)
    return manifest_of(found)


FORMAT = Format(
    names=(
        *("azure-pipelines.yml", "azure-pipelines.yaml", "azure-pipelines-*.yml"),
        *("azure-pipelines.*.yml", ".azure-pipelines/**/*.yml", ".azuredevops/**/*.yml"),
    ),
    kind="azure-pipelines",
    parse=parse,
    beside=True,
)
