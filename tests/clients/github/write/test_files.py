"""Paths that a commit may hold, and the ids that Git gives to contents."""

import subprocess
from pathlib import Path

import pytest

from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import Entry, File, blob_oid, change_digest, check_files


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\0\xff\r\n", "ä".encode()])
def test_a_blob_has_the_id_that_git_gives_it(content: bytes) -> None:
    told = subprocess.run(
        ["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True
    )
    assert blob_oid(content, 40) == told.stdout.decode().strip()


def test_a_blob_has_a_longer_id_where_git_gives_longer_ones(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--object-format=sha256", tmp_path], check=True)
    told = subprocess.run(
        ["git", "-C", tmp_path, "hash-object", "--stdin"],
        input=b"hello\n",
        capture_output=True,
        check=True,
    )
    assert blob_oid(b"hello\n", 64) == told.stdout.decode().strip()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "a//b",
        "a/",
        "../x",
        "a/./b",
        ".git/config",
        "a/.GIT/hooks/x",
        "a\\b",
        "a\nb",
    ],
)
def test_a_path_that_isnt_one_is_refused(path: str) -> None:
    with pytest.raises(WriteRefused, match="not a path"):
        check_files([File(path, b"x")])


@pytest.mark.parametrize("paths", [("a", "a"), ("a", "a/b"), ("a/b/c", "a")])
def test_a_path_comes_once_and_not_inside_of_another(paths: tuple[str, ...]) -> None:
    with pytest.raises(WriteRefused, match=r"twice|inside"):
        check_files([File(path, b"x") for path in paths])


def test_a_commit_needs_a_file() -> None:
    with pytest.raises(WriteRefused, match="at least one"):
        check_files([])


def test_a_change_is_recognised_whatever_the_order_of_its_paths() -> None:
    one, other = Entry("100644", "1" * 40), None
    assert change_digest("p", {"a": one, "b": other}) == change_digest("p", {"b": other, "a": one})
    assert change_digest("p", {"a": one}) != change_digest("q", {"a": one})
    assert change_digest("p", {"a": one}) != change_digest("p", {"a": other})
    assert change_digest("p", {"a": one}) != change_digest("p", {"a": Entry("100755", "1" * 40)})
