"""Workflows and actions of GitHub (and of Forgejo and Gitea, which read the same).

- `uses: owner/name[/path]@ref` is `pkg:githubactions/owner/name` (the type that osv.dev knows),
  `version` its tag, branch or commit. What a comment behind a commit says that it is, is its
  `constraint`: nobody keeps it true. Reusable workflows are the same; `part` is the path behind
  the name, which of a workflow is that of its file.
- `uses: ./folder` (or `$/folder`) is the repository's own: `pkg:generic/...` with origin `path:`.
- What its steps build and push is published (see `workflow_builds`).
- Images of `docker://`, of containers, services and Docker actions are `pkg:docker/...`.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.images import image
from opsroom.observe.reading.made_names import put_once
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import path_purl, purl
from opsroom.observe.reading.values import LONGEST, rows, table, words
from opsroom.observe.reading.workflow_builds import BUILDS, builds
from opsroom.observe.reading.yaml_text import Entries, document

USES = re.compile(
    r"(?P<host>https://[A-Za-z0-9.-]+/)?(?P<owner>[A-Za-z0-9_.-]+)/(?P<name>[A-Za-z0-9_.-]+)"
    r"(?:/(?P<part>[^@\s]*))?@(?P<ref>[^\s@]+)"
)
SAID = re.compile(
    r"\buses\s*:\s*[\"']?[^\s\"'#]+[\"']?\s+#\s*(?:(?:tag|pin|ratchet:\S+)\s*[=@]\s*)?"
    r"(?P<said>v?\d[\w.+-]*)"
)
DOCKER = "docker://"
MOST_BYTES = 1 << 20
"""Of a file whose builds are looked at, for every row of a matrix."""
OWN = ("./", "$/")
"""How what stands in the repository itself is written."""


def _uses(written: str, line: int, lines: list[str]) -> Package | Unread:
    if written.startswith(DOCKER):
        return image(written.removeprefix(DOCKER), line)
    if written.startswith(OWN):
        folder = written.partition("@")[0][2:]
        own = path_purl("generic", folder.strip("/") or "action")
        return Package(own, direct=True, origin=origins.path(f"./{folder}"), line=line)
    match = USES.fullmatch(written)
    if not match:
        return Unread(f"no action or workflow: {plain(written, 80)}", line)
    said = SAID.search(lines[line - 1][:LONGEST]) if 0 < line <= len(lines) else None
    return Package(
        purl=purl("githubactions", match["name"], match["owner"]),
        version=match["ref"],
        constraint=said["said"] if said else "",
        direct=True,
        origin=origins.registry(match["host"]) if match["host"] else "",
        line=line,
        part=plain((match["part"] or "").strip("/")),
    )


def _containers(job: Entries) -> Iterator[tuple[str, int]]:
    for holder, key in (
        (job, "container"),
        *((job["services"], name) for name in table(job.get("services"))),
    ):
        container = holder.get(key) if isinstance(holder, Entries) else None
        if isinstance(container, Entries):
            yield words(container.get("image")), container.lines.get("image", container.line)
        elif isinstance(holder, Entries):
            yield words(container), holder.lines.get(key, 0)


def _steps(steps: object, lines: list[str]) -> Iterator[Package | Unread]:
    for step in rows(steps):
        if isinstance(step, Entries) and (used := words(step.get("uses"))):
            yield _uses(used, step.lines["uses"], lines)


def _workflow(jobs: Entries, lines: list[str]) -> Iterator[Package | Unread]:
    for job in jobs.values():
        if not isinstance(job, Entries):
            continue
        if used := words(job.get("uses")):
            yield _uses(used, job.lines["uses"], lines)
        for reference, line in _containers(job):
            if reference:
                yield image(reference.removeprefix(DOCKER), line)
        yield from _steps(job.get("steps"), lines)


def _action(runs: Entries, lines: list[str]) -> Iterator[Package | Unread]:
    yield from _steps(runs.get("steps"), lines)
    reference = words(runs.get("image"))
    if words(runs.get("using")) == "docker" and reference.startswith(DOCKER):
        yield image(reference.removeprefix(DOCKER), runs.lines["image"])


def parse(path: str, content: bytes) -> Manifest:
    """Read a workflow or an action."""
    top = document(content)
    lines = text_of(content).split("\n")
    contents = Contents()
    jobs, runs = (top.get("jobs"), top.get("runs")) if isinstance(top, Entries) else (None, None)
    if isinstance(jobs, Entries):
        for found in _workflow(jobs, lines):
            contents.put(found)
    elif isinstance(runs, Entries):
        for found in _action(runs, lines):
            contents.put(found)
    else:
        raise NotUnderstood("neither jobs nor runs: it is no workflow and no action")
    if isinstance(top, Entries) and len(content) <= MOST_BYTES and BUILDS.search(content):
        put_once(builds(top), contents)
    return contents.manifest()


FORMAT = Format(
    names=(
        *(
            f".{host}/workflows/*.{ending}"
            for host in ("github", "forgejo", "gitea")
            for ending in ("yml", "yaml")
        ),
        *("action.yml", "action.yaml"),
    ),
    kind="actions",
    parse=parse,
    revision=2,
)
