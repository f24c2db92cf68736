"""Pipelines of GitLab: what they include from other projects, whom they trigger, where they deploy.

A project is named without its host: it is that of whoever asks.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.manifests.workflow_names import environment
from opsroom.observe.reading.git_addresses import git_address
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.tree_walks import each, readable
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Node

PROJECT = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[\w.-]+)+")
COMPONENT = re.compile(
    r"(?P<host>[$\w{}.:-]+)/(?P<project>[\w.-]+(?:/[\w.-]+)+)/[\w.-]+@(?P<version>[\w.~/-]+)"
)
OWN_HOST = re.compile(r"\$\{?CI_SERVER_(?:FQDN|HOST)\}?")


def _project(written: str, ref: str, line: int) -> Iterator[Mention]:
    if PROJECT.fullmatch(written):
        asked = ref if ref.isprintable() and "$" not in ref else ""
        yield Mention("template", f"git+https://{{host}}/{written}", line, asked)


def _included(entry: Node, line: int) -> Iterator[Mention]:
    if not isinstance(entry, Entries):
        yield from _remote(words(entry), line)
        return
    if project := words(entry.get("project")):
        yield from _project(project, words(entry.get("ref")), entry.lines["project"])
    if remote := words(entry.get("remote")):
        yield from _remote(remote, entry.lines["remote"])
    if match := COMPONENT.fullmatch(words(entry.get("component"))):
        host = "{host}" if OWN_HOST.fullmatch(match["host"]) else match["host"].lower()
        if "$" not in host:
            name = f"git+https://{host}/{match['project']}"
            yield Mention("template", name, entry.lines["component"], match["version"])


def _remote(url: str, line: int) -> Iterator[Mention]:
    if found := git_address(url):
        yield Mention("template", found.origin, line, found.version)


def _job(job: Entries) -> Iterator[Mention]:
    yield from environment(job)
    trigger = job.get("trigger")
    if isinstance(trigger, Entries):
        line = trigger.lines.get("project", 0)
        named, ref = words(trigger.get("project")), words(trigger.get("branch"))
        for entry, place in each(trigger, "include"):
            yield from _included(entry, place)
    else:
        named, ref, line = words(trigger), "", job.lines.get("trigger", 0)
    for found in _project(named, ref, line):
        yield Mention("address", found.name, found.line, found.version)


def parse(path: str, content: bytes) -> Manifest:
    """Read a pipeline."""
    found: list[Mention] = []
    for top in readable(content):
        for entry, line in each(top, "include"):
            found += _included(entry, line)
        for job in top.values() if isinstance(top, Entries) else ():
            if isinstance(job, Entries):
                found += _job(job)
    return manifest_of(found)


FORMAT = Format(
    names=(
        *(".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", ".gitlab-ci-*.yml"),
        *(".gitlab-ci/**/*.yml", ".gitlab/**/*.yml"),
    ),
    kind="gitlab-ci",
    parse=parse,
    beside=True,
)
