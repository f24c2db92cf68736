"""Lines of keys, and values as TOML."""

import tomllib
from datetime import timedelta
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.model.toml import KeyPath, line_of, literal
from opsroom.model.where import Where

TEXT = '''\
home = "/h"  # not = a key
note = """
[server]
port = 1
"""
[[source]]
path = "a"
text = \'\'\'
path = "no"
[[source]]
\'\'\'

  [ server ]
host="x # no"
"quoted key" = 1
 [[ source ]]
labels = [
  "a",
]
'path' = "b"
[a.b]
c.d = 1
inline = { deep = 1 }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("home",), 1),
        (("note",), 2),
        (("source",), 6),
        (("source", 0), 6),
        (("source", 0, "path"), 7),
        (("server",), 13),
        (("server", "host"), 14),
        (("server", "quoted key"), 15),
        (("source", 1), 16),
        (("source", 1, "labels"), 17),
        (("source", 1, "labels", 0), 17),
        (("source", 1, "path"), 20),
        (("source", 1, "kind"), 16),
        (("server", "port"), 13),
        (("a", "b", "c", "d"), 22),
        (("a", "b", "inline", "deep"), 23),
        (("absent", 0), None),
        ((), None),
    ],
)
def test_the_line_of_a_key_or_of_what_holds_it(path: KeyPath, line: int | None) -> None:
    assert tomllib.loads(TEXT)
    assert line_of(TEXT, path) == line


def test_windows_line_ends() -> None:
    assert line_of("a = 1\r\n[b]\r\nc = 2\r\n", ("b", "c")) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8723, "8723"),
        (True, "true"),
        ("a", '"a"'),
        (("a", "b"), '["a", "b"]'),
        ((), "[]"),
        (timedelta(minutes=10), '"10m"'),
        (PurePath("/a b"), '"/a b"'),
        (Where.parse("label:x"), '"label:x"'),
    ],
)
def test_values_are_written(value: object, text: str) -> None:
    assert literal(value) == text


def test_what_no_setting_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        literal(object())


scalar = st.text(st.characters(codec="utf-8")) | st.integers(-(2**63), 2**63 - 1) | st.booleans()


@settings(deadline=None)
@given(scalar | st.lists(scalar, max_size=3))
def test_what_is_written_reads_back(value: Any) -> None:
    assert tomllib.loads(f"key = {literal(value)}")["key"] == value


@settings(deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z_-]{1,5}", fullmatch=True), scalar, max_size=6))
def test_every_key_of_a_document_has_its_line(table: dict[str, Any]) -> None:
    lines = [f"{key} = {literal(value)}" for key, value in table.items()]
    for number, key in enumerate(table, 1):
        assert line_of("\n".join(lines), (key,)) == number
