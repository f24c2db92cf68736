"""No parser of Python's and Node's manifests raises anything but NotUnderstood."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.manifests.samples import read
from tests.observe.manifests.seeds import LATER_YARN, SEEDS

from opsroom.model.manifest import Manifest
from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table

ALL = [*SEEDS.items(), ("yarn-lock", LATER_YARN)]
IDS = [*SEEDS, "yarn-later"]
EACH = pytest.mark.parametrize(("name", "seed"), ALL, ids=IDS)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", " ", "\x1b[31m", "a\nb", "@", "@a", "a@b@c", "../..", ":", "#"),
    *(
        "git+",
        "file:",
        "npm:",
        "npm:@",
        "workspace:",
        "x" * 9000,
        "\ud83d",
        "http://[",
        "git+http://[",
    ),
    *([], [[]], [None], [{}], {}, {"": ""}, {"name": []}, {"version": {}}, {"a": {"b": {"c": []}}}),
)


def attempt(name: str, content: str | bytes) -> Manifest | None:
    """Read it, and see that what comes out is whole."""
    said = ""
    manifest = None
    try:
        manifest = read(name, content)
    except NotUnderstood as error:
        said = error.message
    assert plain(said, 400) == said
    if not manifest:
        return None
    count = len(manifest.packages)
    assert all(0 <= one < count and 0 <= other < count for one, other in manifest.edges)
    for package in manifest.packages:
        assert package.purl.startswith(("pkg:npm/", "pkg:pypi/"))
        for text in (package.purl, package.version, package.constraint, package.origin):
            assert text.isprintable()
    assert all(plain(unread.reason) == unread.reason for unread in manifest.unread)
    return manifest


@EACH
def test_the_seeds_hold_something(name: str, seed: str) -> None:
    manifest = attempt(name, seed)
    assert manifest
    assert len(manifest.packages) >= 2


@EACH
def test_cut_anywhere(name: str, seed: str) -> None:
    for end in range(len(seed)):
        attempt(name, seed[:end])


@EACH
@QUICK
@given(data=st.data())
def test_changed_anywhere(name: str, seed: str, data: st.DataObject) -> None:
    content = bytearray(seed.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4))
    attempt(name, bytes(content))


@EACH
@QUICK
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_anything(name: str, seed: str, content: bytes | str) -> None:
    attempt(name, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)


DOCUMENTS = ("pipfile-lock", "package-json", "package-lock", "pnpm-lock", "bun-lock", "yarn-lock")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_odd_values_everywhere_in_a_document(name: str) -> None:
    for changed in _changed(yaml.safe_load(LATER_YARN if name == "yarn-lock" else SEEDS[name])):
        # what yarn writes is told from its first version by how a line begins
        attempt(name, yaml.safe_dump(changed) if name == "yarn-lock" else json.dumps(changed))


TOMLS = ("uv-lock", "poetry-lock", "pdm-lock", "pylock", "pyproject", "pipfile")


@pytest.mark.parametrize("name", TOMLS)
def test_odd_values_everywhere_in_a_toml(name: str) -> None:
    for changed in _changed(tomllib.loads(SEEDS[name])):
        if changed := table(changed):
            attempt(name, "".join(f"{_toml(key)} = {_toml(changed[key])}\n" for key in changed))


def _toml(value: Any) -> str:
    """A value inline, as TOML."""
    if held := table(value):
        return f"{{{', '.join(f'{_toml(key)} = {_toml(held[key])}' for key in held)}}}"
    if listed := rows(value):
        return f"[{', '.join(map(_toml, listed))}]"
    return json.dumps(value if value is not None else "")


def _changed(document: Any) -> Iterator[Any]:
    """The document with each value, at any depth, replaced by each odd one; and each key."""
    yield from ODD
    if table(document):
        document = table(document)
        for key, value in document.items():
            rest = {other: document[other] for other in document if other != key}
            yield rest
            yield from ({**document, key: changed} for changed in _changed(value))
            yield from (
                {**rest, str(odd): value} for odd in ODD if not isinstance(odd, dict | list)
            )
    elif rows(document):
        document = rows(document)
        for at, value in enumerate(document):
            yield from (
                [*document[:at], changed, *document[at + 1 :]] for changed in _changed(value)
            )
