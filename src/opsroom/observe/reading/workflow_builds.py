"""Images and charts that a workflow or an action of GitHub makes, by its steps.

    env, inputs, matrix -> expressions settled -> what build steps and commands name

`${{ github.repository }}` is `{owner}/{name}`: of a workflow that others call it is the caller's.
Names that another step or a secret decides are left out.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice, product
from typing import NamedTuple

from opsroom.model.package import Published
from opsroom.observe.reading.build_commands import joined, made_by
from opsroom.observe.reading.folders import folder
from opsroom.observe.reading.made_names import NAME, OWNER, REPOSITORY, UNKNOWN, image_made
from opsroom.observe.reading.script_values import GIVEN, Values
from opsroom.observe.reading.values import LONGEST, rows, table, words
from opsroom.observe.reading.yaml_text import Entries

BUILDS = re.compile(
    rb"docker|podman|nerdctl|buildah|kaniko|redhat-actions/|helm\s+push|\bko\s+(?:build|publish)"
)
"""A file without these words makes none."""
EXPRESSION = re.compile(r"\$\{\{\s*(?P<what>[^{}]*?)\s*\}\}")
KEPT = re.compile(
    r"echo\s+(?:-\w+\s+)*[\"']?(?P<name>[A-Za-z_]\w*)=(?P<value>.*?)[\"']?\s*>>\s*"
    r"[\"']?\$\{?GITHUB_(?P<where>ENV|OUTPUT)\}?[\"']?\s*"
)
GITHUB = {
    "github.repository": REPOSITORY,
    "github.repository_owner": OWNER,
    "github.event.repository.full_name": REPOSITORY,
    "github.event.repository.name": NAME,
    "github.event.repository.owner.login": OWNER,
}
MOST_ROWS = 64
"""Rows of a matrix that are looked at."""
SEPARATORS = re.compile(r"[,\n]")
OUTPUT_NAME = re.compile(r"(?:^|[,\"\s])name=([^,\"\s]+)")


class _Scope(NamedTuple):
    """What expressions and variables stand for, in one row of a matrix."""

    expressions: dict[str, str]
    values: Values

    def settled(self, text: object) -> str:
        """A text with its expressions replaced, by `UNKNOWN` where nothing settles them."""
        return EXPRESSION.sub(
            lambda match: self.expressions.get(match["what"], UNKNOWN), words(text)
        )

    def environment(self, holder: Entries) -> None:
        """Take the `env` of a workflow, a job or a step, which stands over the one around it."""
        for name, value in table(holder.get("env")).items():
            settled = self.settled(value)
            self.values.known[name] = self.expressions[f"env.{name}"] = settled

    def inner(self) -> "_Scope":
        """A scope within this one, of which nothing comes back."""
        return _Scope(dict(self.expressions), Values(dict(self.values.known)))


def builds(top: Entries) -> Iterator[Published]:
    """What the steps of a workflow or an action make."""
    outer = _Scope(dict(GITHUB), Values(dict(GIVEN)))
    inputs = {**_inputs(top), **_inputs(_called(top))}
    outer.expressions.update({f"inputs.{name}": value for name, value in inputs.items()})
    outer.environment(top)
    runs = top.get("runs")
    if isinstance(runs, Entries):
        yield from _steps(runs, outer.inner())
    for job in table(top.get("jobs")).values():
        if not isinstance(job, Entries):
            continue
        for row in _matrix(table(table(job.get("strategy")).get("matrix"))):
            scope = outer.inner()
            scope.expressions.update({f"matrix.{name}": value for name, value in row.items()})
            scope.environment(job)
            yield from _steps(job, scope)


def _called(top: Entries) -> Entries:
    """What `on` says of calls."""
    called = table(top.get("on")).get("workflow_call")
    return called if isinstance(called, Entries) else Entries()


def _inputs(holder: Entries) -> dict[str, str]:
    """The values of inputs that nobody has to give."""
    return {
        name: EXPRESSION.sub(lambda match: GITHUB.get(match["what"], UNKNOWN), default)
        for name, each in table(holder.get("inputs")).items()
        if (default := words(table(each).get("default")))
    }


def _matrix(matrix: dict[str, object]) -> list[dict[str, str]]:
    """The rows of a matrix: its lists with each other, then those that it includes."""
    names = [name for name, each in matrix.items() if rows(each) and name != "include"]
    columns = [[_cell(name, each) for each in rows(matrix[name])] for name in names]
    cells = islice(product(*columns), MOST_ROWS if columns else 0)
    found = [dict(chain.from_iterable(row)) for row in cells]
    found += [dict(_cell("", each)) for each in rows(matrix.get("include"))[:MOST_ROWS]]
    return found or [{}]


def _cell(name: str, value: object) -> list[tuple[str, str]]:
    """One value of a matrix; of a mapping each of its own."""
    if not isinstance(value, Entries):
        return [(name, words(value))]
    before = f"{name}." if name else ""
    return [(f"{before}{key}", words(each)) for key, each in value.items()]


def _steps(holder: Entries, scope: _Scope) -> Iterator[Published]:
    for step in rows(holder.get("steps")):
        if not isinstance(step, Entries):
            continue
        inside = scope.inner()
        inside.environment(step)
        used = words(step.get("uses")).partition("@")[0].lower()
        given = step.get("with")
        if used in MAKES and isinstance(given, Entries):
            line = step.lines["uses"]
            for reference, part in MAKES[used](given, inside.settled):
                if made := image_made(reference, line, part):
                    yield made
        if isinstance(script := step.get("run"), str):
            yield from _script(script, step, inside, scope)


def _script(script: str, step: Entries, inside: _Scope, scope: _Scope) -> Iterator[Published]:
    line = step.lines["run"]
    lines = script.split("\n")
    first = line + 1 if len(lines) > 1 else line
    for number, text in joined(enumerate(lines, first)):
        settled = EXPRESSION.sub(
            lambda match: inside.expressions.get(match["what"], UNKNOWN), text[:LONGEST]
        )
        inside.values.assign(settled)
        if kept := KEPT.search(settled):
            value = inside.values.settled(kept["value"])
            if kept["where"] == "ENV":
                scope.values.known[kept["name"]] = scope.expressions[f"env.{kept['name']}"] = value
            else:
                name = f"steps.{words(step.get('id'))}.outputs.{kept['name']}"
                scope.expressions[name] = value
        yield from made_by(number, settled, inside.values)


Settle = Callable[[object], str]
Named = Iterator[tuple[str, str]]


def _listed(text: str) -> list[str]:
    return [each.strip() for each in SEPARATORS.split(text) if each.strip()]


def _build_push(given: Entries, settle: Settle) -> Named:
    """docker/build-push-action: its tags, where it pushes, and the names of its outputs."""
    part = folder(settle(given.get("context")))
    outputs = settle(given.get("outputs"))
    if given.get("push") not in (None, False, "false") or "push=true" in outputs:
        yield from ((tag, part) for tag in _listed(settle(given.get("tags"))))
    if "type=image" in outputs or "type=registry" in outputs:
        yield from ((name, part) for name in OUTPUT_NAME.findall(outputs))


def _metadata(given: Entries, settle: Settle) -> Named:
    """docker/metadata-action: the images that it makes tags for."""
    for each in settle(given.get("images")).split("\n"):
        name = next((part for part in each.split(",") if part.strip().startswith("name=")), each)
        yield name.strip().removeprefix("name=").partition(",")[0], ""


def _by_registry(given: Entries, settle: Settle) -> Named:
    """Actions that are told a registry and the name of an image in it."""
    name = settle(given.get("image")) or settle(given.get("name"))
    registry = settle(given.get("registry"))
    if name:
        yield f"{registry.rstrip('/')}/{name}" if registry else name, ""


MAKES: dict[str, Callable[[Entries, Settle], Named]] = {
    "docker/build-push-action": _build_push,
    "docker/metadata-action": _metadata,
    "redhat-actions/push-to-registry": _by_registry,
    "mr-smithers-excellent/docker-build-push": _by_registry,
    "elgohr/publish-docker-github-action": _by_registry,
}
"""Actions that make images, in lower case, and what they are told."""
