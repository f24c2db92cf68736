import time

import pytest

from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table
from opsroom.observe.reading.yaml_text import Entries, Items, Node, document, documents


def read(text: str) -> Node:
    return document(text.encode())


def test_values_and_lines() -> None:
    node = read("# a comment\nname: web\nports:\n  - 80\n  - '81'\nnested:\n  deep: {a: 1}\n")
    assert node == {"name": "web", "ports": [80, "81"], "nested": {"deep": {"a": 1}}}
    assert isinstance(node, Entries)
    assert node.line == 2
    assert node.lines == {"name": 2, "ports": 3, "nested": 6}
    ports = node["ports"]
    assert isinstance(ports, Items)
    assert (ports.line, ports.lines) == (4, [4, 5])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("on", "on"), ("yes", "yes"), ("no", "no"), ("true", True), ("False", False)),
        *(
            ("1.10", "1.10"),
            ("007", "007"),
            ("0x1F", "0x1F"),
            ("1_000", "1_000"),
            ("12:30", "12:30"),
        ),
        *(("42", 42), ("-3", -3), ("~", None), ("", None), ("'true'", "true"), ('"~"', "~")),
        *(("2024-01-01", "2024-01-01"), ("1e3", "1e3"), (".inf", ".inf"), ("9" * 30, "9" * 30)),
        *(("!!int '7'", "7"), ("!vault abc", "abc"), ("=", "=")),
    ],
)
def test_scalars_are_those_of_the_core_schema_and_versions_stay_as_written(
    written: str, value: object
) -> None:
    assert read(f"a: {written}\n") == {"a": value}


def test_keys_are_text_as_written() -> None:
    assert read("on: push\n1.10: a\n7: b\ntrue: c\n") == {
        "on": "push",
        "1.10": "a",
        "7": "b",
        "true": "c",
    }


def test_tags_are_not_acted_on() -> None:
    hostile = "a: !!python/object/apply:os.system ['touch /tmp/x']\nb: !reference [c, d]\n"
    assert read(hostile) == {"a": ["touch /tmp/x"], "b": ["c", "d"]}


def test_merge_keys() -> None:
    text = (
        "x: &x {image: a, restart: always}\ny: &y {image: b, ports: [1]}\n"
        "one:\n  <<: *x\n  image: c\ntwo:\n  <<: [*x, *y]\nthree: {'<<': plain}\n"
    )
    node = table(read(text))
    assert node["one"] == {"image": "c", "restart": "always"}
    assert node["two"] == {"image": "a", "restart": "always", "ports": [1]}
    assert node["three"] == {"<<": "plain"}
    assert node["one"].lines == {"image": 5, "restart": 1}


def test_many_documents() -> None:
    found = documents(b"a: 1\n---\n---\n- b\n...\n")
    assert found == [{"a": 1}, None, ["b"]]
    assert isinstance(found[2], Items)
    assert found[2].line == 4
    assert documents(b"") == []
    assert documents(b"# only a comment\n") == []
    with pytest.raises(NotUnderstood, match="2 documents"):
        document(b"a\n---\nb\n")


def test_byte_order_mark_and_line_ends_of_windows() -> None:
    node = document(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n")
    assert node == {"a": 1, "b": ["c"]}
    assert isinstance(node, Entries)
    assert node.lines == {"a": 1, "b": 2}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (BOMB.encode(), r"more than 1,000,000 nodes up to line 7"),
        (b"a: &a\n  - *a\n", "contains itself in line 2"),
        (b"a: *b\n", "alias of nothing in line 1: b"),
        (b"[" * 101, "nested more than 100 deep in line 1"),
        (b"a:\n" + b"- " * 100_000, "deep"),
        (b"".join(b"%s- a:\n" % (b"  " * n) for n in range(60)), "nested more than 100 deep"),
        (b"a: 1\nb: 2\na: 3\n", "a stands twice in line 3"),
        (b"{{ .Values.name }}: x\n", "a key that is not text in line 1"),
        (b"? [a, b]\n: c\n", "a key that is not text in line 1"),
        (b"a: [1, 2\nb: 3\n", "not YAML in line 2"),
        (b"a:\n\t- b\n", "not YAML in line 2"),
        (b"a: \x01\n", "not YAML"),
        (b"a: \0\n", "NUL character in line 1"),
        (b"a: 1\nb: \xff\n", "not UTF-8 in line 2"),
        (b"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "merge conflict in line 2"),
        (b"<<: 5\n", "merge key without a mapping"),
        (b"a\n---\n" * 5001, "more than 5,000 documents"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_refused(content: bytes, says: str) -> None:
    began = time.perf_counter()
    with pytest.raises(NotUnderstood, match=says):
        documents(content)
    assert time.perf_counter() - began < 2


def test_nesting_by_way_of_aliases_counts() -> None:
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
    with pytest.raises(NotUnderstood, match="nested more than 100 deep in line 100"):
        documents(chain.encode())


def test_too_many_bytes() -> None:
    with pytest.raises(NotUnderstood, match="101 bytes, more than the 100"):
        documents(b"x" * 101, 100)


def test_anchors_end_with_their_document() -> None:
    with pytest.raises(NotUnderstood, match="alias of nothing in line 3"):
        documents(b"a: &a 1\n---\nb: *a\n")


def test_shared_values_are_the_same() -> None:
    node = table(read("a: &a [1]\nb: *a\n"))
    assert rows(node["b"]) is rows(node["a"])
