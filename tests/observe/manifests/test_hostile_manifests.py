"""Files made to take long, or to lead somewhere: each is done with in seconds."""

import time

import pytest
from tests.observe.manifests.samples import read

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import NotUnderstood

SIZE = 1 << 18
AGES = 8.0
"""Seconds, on a machine that does other things; what is not linear takes minutes."""

ALL = (
    *("uv-lock", "poetry-lock", "pdm-lock", "pylock", "pipfile-lock", "requirements", "pyproject"),
    *("pipfile", "setup-cfg", "package-json", "package-lock", "yarn-lock", "pnpm-lock", "bun-lock"),
)
JSONS = ("pipfile-lock", "package-json", "package-lock", "bun-lock", "pnpm-lock")
TOMLS = ("uv-lock", "poetry-lock", "pdm-lock", "pylock", "pyproject", "pipfile")


def attempt(name: str, text: str | bytes) -> Manifest | None:
    """Read it, in time."""
    begun = time.perf_counter()
    try:
        return read(name, text)
    except NotUnderstood:
        return None
    finally:
        assert time.perf_counter() - begun < AGES


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("part", ["\n", " ", "a", '"', "[", ",", ",\n\n", "/*", '\\"', "# via\n"])
def test_much_of_the_same(name: str, part: str) -> None:
    before = "# yarn lockfile v1\n" if name == "yarn-lock" else ""
    attempt(name, before + part * (SIZE // len(part)))


@pytest.mark.parametrize("name", JSONS)
def test_json_nested_deeply(name: str) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, '{"dependencies":{"a":' * 50_000):
        with pytest.raises(NotUnderstood):
            read(name, text)


@pytest.mark.parametrize("name", TOMLS)
def test_toml_nested_deeply(name: str) -> None:
    for text in (f"a = {'[' * 100_000}", f"a = {'{a=' * 100_000}", f"a{'.a' * 100_000} = 1"):
        with pytest.raises(NotUnderstood):
            read(name, text)


def test_a_lock_whose_packages_all_have_one_name() -> None:
    tables = "".join(
        f'[[package]]\nname = "a"\nversion = "{n}"\ndependencies = [{{ name = "a" }}]\n'
        for n in range(1_000)
    )
    with pytest.raises(NotUnderstood, match="more than 100 packages are named pkg:pypi/a"):
        read("uv-lock", f"version = 1\n{tables}")


def test_more_edges_than_anybody_has() -> None:
    tables = "".join(f'[[package]]\nname = "a"\nversion = "{n}"\n' for n in range(1_500))
    tables += "".join(
        f'[[package]]\nname = "b{n}"\nversion = "1"\n[package.dependencies]\na = "*"\n'
        for n in range(1_500)
    )
    with pytest.raises(NotUnderstood, match="more than 2,000,000 edges"):
        read("poetry-lock", tables)


def test_folders_that_go_on_and_on() -> None:
    deep = "node_modules/a/" * 20_000
    text = f'{{"lockfileVersion": 3, "packages": {{"{deep}": {{"version": "1"}}}}}}'
    manifest = attempt("package-lock", text)
    assert manifest
    assert (manifest.packages, len(manifest.unread)) == ((), 1)
    manifest = attempt(
        "bun-lock", f'{{"lockfileVersion": 1, "packages": {{"{"a/" * 9_000}a": ["a@1"]}}}}'
    )
    assert manifest
    assert (manifest.packages, len(manifest.unread)) == ((), 1)


def test_a_tree_deeper_than_node_makes() -> None:
    tree = '{"version": "1"}'
    for _ in range(150):
        tree = f'{{"version": "1", "dependencies": {{"a": {tree}}}}}'
    with pytest.raises(NotUnderstood, match="nested more than 100 deep"):
        read("package-lock", f'{{"lockfileVersion": 1, "dependencies": {{"a": {tree}}}}}')


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xff\xff", "not UTF-8 in line 1"),
        (b"a\n\x00\n", "NUL character in line 2"),
        (b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n", "merge conflict in line 2"),
        (b" " * (16 << 20) + b"  ", "more than the 16,777,216"),
    ],
    ids=["bytes", "nul", "conflict", "size"],
)
def test_no_text_at_all(name: str, content: bytes, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read(name, content)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_marks_and_ends_of_other_systems(mark: bytes, end: bytes) -> None:
    lines = [b"version = 1", b"[[package]]", b'name = "a"', b'version = "1"', b""]
    manifest = read("uv-lock", mark + end.join(lines))
    assert [(package.version, package.line) for package in manifest.packages] == [("1", 2)]
