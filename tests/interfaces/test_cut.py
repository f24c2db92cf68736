"""What is committed of GitHub's interface: facts and no prose, and the same when cut again."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import build_schema, parse, validate
from tests.interfaces.cut import DOUBLE, HERE, SCHEMA, cuts
from tests.interfaces.schemas import FACTS

PACKAGES = os.environ.get("OPSROOM_INTERFACES", "")
QUERIES = DOUBLE.parents[1] / "clients/github/queries"
MOST_WORDS = 4
"""Words of a value that names something, as an enum's `Rule 4 of ours`; a sentence has more."""

unpacked = pytest.mark.skipif(not PACKAGES, reason="OPSROOM_INTERFACES names no packages")


def texts(part: Any) -> Iterator[str]:
    """Yield every text in a piece of JSON, patterns left out: they are no words."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for word, value in cast("dict[str, Any]", part).items():
            yield word
            if word != "pattern":
                yield from texts(value)
    elif isinstance(part, list):
        for each in part:  # pyright: ignore[reportUnknownVariableType] # JSON may hold anything
            yield from texts(each)


def words(schema: Any) -> Iterator[str]:
    """Yield the words by which a schema says something."""
    if not isinstance(schema, dict):
        return
    for word, value in cast("dict[str, Any]", schema).items():
        yield word
        if word == "properties":
            for each in value.values():
                yield from words(each)
        elif word in ("additionalProperties", "items", "not"):
            yield from words(value)
        elif word in ("allOf", "anyOf", "oneOf"):
            for each in value:
                yield from words(each)


def schemas() -> Iterator[tuple[str, Any]]:
    """Yield every schema that is committed, by where it stands."""
    openapi = json.loads((HERE / "openapi.json").read_text())
    for operation, answers in openapi["operations"].items():
        for status, contents in answers.items():
            yield from ((f"{operation} {status}", each) for each in contents.values())
    yield from openapi["webhooks"].items()
    yield from openapi["components"]["schemas"].items()
    yield from json.loads((HERE / "webhooks.json").read_text())["definitions"].items()


def test_schemas_say_names_and_types_alone() -> None:
    found = {f"{where}: {word}" for where, each in schemas() for word in words(each)}

    assert {each for each in found if each.rpartition(": ")[2] not in FACTS} == set()


@pytest.mark.parametrize("name", ["openapi.json", "webhooks.json"])
def test_no_text_is_a_sentence(name: str) -> None:
    found = set(texts(json.loads((HERE / name).read_text())))

    assert {each for each in found if len(each.split()) > MOST_WORDS} == set()


@pytest.mark.parametrize("name", ["github.graphql", "enterprise.graphql"])
def test_the_schemas_of_graphql_have_no_descriptions(name: str) -> None:
    text = (DOUBLE / "graphql" / name).read_text()

    assert not re.search(r'["#@]', text)
    assert len(text) < 20_000


@unpacked
def test_cutting_again_gives_the_same() -> None:
    for path, text in cuts(Path(PACKAGES)).items():
        assert path.read_text() == text, path


@unpacked
@pytest.mark.parametrize("document", sorted(QUERIES.glob("*.graphql")), ids=lambda path: path.stem)
def test_the_clients_documents_are_valid_against_the_whole_schema(document: Path) -> None:
    published = (Path(PACKAGES) / SCHEMA).read_text()

    assert validate(build_schema(published, assume_valid=True), parse(document.read_text())) == []
