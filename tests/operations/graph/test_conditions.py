"""Conditions on versions, by the rules of each ecosystem."""

import pytest

from opsroom.errors import UsageError
from opsroom.operations.graph.conditions import wanted


@pytest.mark.parametrize(
    ("text", "name", "conditions"),
    [
        ("npm/lodash", "npm/lodash", ()),
        ("npm/@scope/ui", "npm/@scope/ui", ()),
        ("npm/@scope/ui@1.0", "npm/@scope/ui", (("=", "1.0"),)),
        ("npm/lodash<4.17.21", "npm/lodash", (("<", "4.17.21"),)),
        ("pypi/django >= 4, <5", "pypi/django", ((">=", "4"), ("<", "5"))),
        ("docker/python:3.12", "docker/python", (("=", "3.12"),)),
        ("docker/localhost:5000/app", "docker/localhost:5000/app", ()),
        ("pkg:docker/localhost:5000/app:1", "pkg:docker/localhost:5000/app", (("=", "1"),)),
        ("host:db.example.org:5432", "host:db.example.org:5432", ()),
    ],
)
def test_a_name_and_its_conditions(
    text: str, name: str, conditions: tuple[tuple[str, str], ...]
) -> None:
    assert wanted(text) == (name, conditions)


@pytest.mark.parametrize(
    ("text", "kind", "version", "holds"),
    [
        ("npm/a<4.17.21", "npm", "4.17.20", True),
        ("npm/a<4.17.21", "npm", "4.17.21", False),
        ("npm/a<4.17.21", "npm", "latest", None),
        ("npm/a<4.17.21", "npm", "", None),
        ("pypi/a>=4,<5", "pypi", "4.2rc1", True),
        ("pypi/a>=4,<5", "pypi", "5.0", False),
        ("githubactions/a/b<4.1", "githubactions", "v4", None),
        ("githubactions/a/b<5", "githubactions", "v4", True),
        ("docker/python:3.12", "docker", "3.12", True),
        ("docker/python:3.12", "docker", "3.13", False),
        ("docker/python<3.12", "docker", "3.11", None),
    ],
)
def test_what_can_not_be_told_is_neither(
    text: str, kind: str, version: str, holds: bool | None
) -> None:
    assert wanted(text).holds(kind, version) is holds


def test_a_pin_is_a_version() -> None:
    assert wanted("npm/a<2").holds("npm", "", "1.2.3") is True
    assert wanted("npm/a<2").holds("npm", "", "^1.2.3") is None


def test_what_is_no_condition_is_refused() -> None:
    with pytest.raises(UsageError, match="no condition"):
        wanted("npm/a<4,x")
