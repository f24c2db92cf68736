import pytest

from opsroom.clients.github.graphql import document
from opsroom.clients.github.smoke import answers
from opsroom.clients.github.smoke.shape import (
    MOST,
    Each,
    Kind,
    Maybe,
    Null,
    Shape,
    Word,
    differences,
    unanswered,
)


@pytest.mark.parametrize(
    ("value", "shape", "told"),
    [
        ("x", Kind.TEXT, ()),
        (1, Kind.NUMBER, ()),
        (True, Kind.NUMBER, ("the answer: true or false, not a number",)),
        (1, Kind.FLAG, ("the answer: a number, not true or false",)),
        (None, Kind.TEXT, ("the answer: null, not a text",)),
        ("2026-11-24T09:00:00Z", Kind.TIME, ()),
        ("2026-11-24T09:00:00", Kind.TIME, ("the answer: another text, not a time",)),
        ("name of acme", Kind.TIME, ("the answer: another text, not a time",)),
        (None, Null(Kind.TEXT), ()),
        ({}, {"a": Null(Kind.TEXT)}, ("a: is missing",)),
        ({}, {"a": Maybe(Kind.TEXT)}, ()),
        ({"a": 1}, {"a": Maybe(Kind.TEXT)}, ("a: a number, not a text",)),
        ("on", Word(frozenset({"on"})), ()),
        ("acme", Word(frozenset({"on"})), ("the answer: another text, not a word that is known",)),
        ({}, Each(Kind.TEXT), ("the answer: an object, not a list",)),
        ([], {"a": Kind.TEXT}, ("the answer: a list, not an object",)),
        ([{"a": 1}, {"a": "x"}, {"a": 2}], Each({"a": Kind.TEXT}), ("[].a: a number, not a text",)),
        ({"a": {"b": [None]}}, {"a": {"b": Each(Kind.TEXT)}}, ("a.b[]: null, not a text",)),
    ],
)
def test_differences(value: object, shape: Shape, told: tuple[str, ...]) -> None:
    assert differences(value, shape) == told


def test_only_so_many_differences_are_told_and_none_holds_a_value() -> None:
    told = differences({}, answers.LOOKED)
    assert len(told) <= MOST
    wide = {f"acme{number}": number for number in range(100)}
    assert differences(wide, {f"f{number}": Kind.TEXT for number in range(100)}) == tuple(
        f"f{number}: is missing" for number in range(MOST)
    )


def test_fields_that_a_document_chose_have_to_be_answered() -> None:
    text = """
    query Q { owner { login pulls: requests { nodes { ...Pull target { oid ...At } } } } }
    fragment At on Target { ... on Commit { at } }
    fragment Pull on PullRequest { number title }
    """
    whole = {"number": 1, "title": "x", "target": {"oid": "a", "at": "b"}}
    tag = {"number": 1, "title": "x", "target": {"oid": "a"}}
    assert unanswered(text, {"owner": {"login": "x", "pulls": {"nodes": [whole, tag, None]}}}) == ()
    assert unanswered(text, {"owner": None}) == ()
    half = {"number": 1, "target": None}
    assert unanswered(text, {"owner": {"pulls": {"nodes": [half]}}}) == (
        "owner.login: is missing",
        "owner.pulls.nodes[].title: is missing",
    )


@pytest.mark.parametrize("name", ["sweep", "fleet"])
def test_no_shape_wants_what_the_document_does_not_ask_for(name: str) -> None:
    """A field that is required and not chosen would be missing from every answer."""
    shape = {"sweep": answers.SWEEP, "fleet": answers.LOOK}[name]
    for field in fields(shape):
        assert field in document(name), field


def fields(shape: Shape) -> set[str]:
    if isinstance(shape, Maybe | Null | Each):
        return fields(shape.of)
    if isinstance(shape, Kind | Word):
        return set()
    return set(shape).union(*(fields(each) for each in shape.values()))
