"""Workflows of GitHub and their like: where jobs deploy to, and which repositories steps work on.

`environment:` of a job is told by name; its `url` is where the deployment answers. Steps that are
given a `repository: owner/name` (to check it out, to send it an event) ask for that one.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format, github_actions
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.served_names import serving
from opsroom.observe.reading.tree_walks import below, each, readable
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries

WANTED = re.compile(rb"\b(?:environment|repository)[\"']?\s*:")
SLUG = re.compile(r"[A-Za-z0-9][\w-]*/[\w.-]+")
URL = re.compile(r"https?://([A-Za-z0-9.-]+)(?::[0-9]+)?(?:/.*)?")
UNSETTLED = "${{"


def environment(job: Entries) -> Iterator[Mention]:
    """Where a job deploys to, and under which name that answers."""
    held = job.get("environment")
    name, line = words(held), job.lines.get("environment", 0)
    if isinstance(held, Entries):
        name, line = words(held.get("name")), held.lines.get("name", line)
        if url := URL.fullmatch(words(held.get("url"))):
            yield from serving(url[1], held.lines["url"])
    if name and name.isprintable() and not re.search(r"[$`{}]", name):
        yield Mention("environment", name, line)


def _steps(holder: Entries) -> Iterator[Mention]:
    for step, _ in each(holder, "steps"):
        given = below(step, "with")
        name, ref = words(given.get("repository")), words(given.get("ref"))
        if SLUG.fullmatch(name):
            asked = "" if UNSETTLED in ref or not ref.isprintable() else ref
            line = given.lines["repository"]
            yield Mention("address", f"git+https://{{host}}/{name}", line, asked)


def parse(path: str, content: bytes) -> Manifest:
    """Read a workflow or an action."""
    if not WANTED.search(content):
        return Manifest()
    found: list[Mention] = []
    for top in readable(content):
        for job in below(top, "jobs").values():
            if isinstance(job, Entries):
                found += [*environment(job), *_steps(job)]
        found += _steps(below(top, "runs"))
    return manifest_of(found)


FORMAT = Format(
    names=github_actions.FORMAT.names,
    kind="actions",
    parse=parse,
    beside=True,
)
