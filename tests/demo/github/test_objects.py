"""Objects in memory and on disk: Git itself agrees with every id."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.hub import SmallHub

from opsroom.demo.git import Author
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.encoding import Signature, TreeEntry, commit_body, parse_commit, tree_body
from opsroom.demo.github.objects import MissingObject, Objects, Shelf
from opsroom.demo.github.trees import walk, with_files

WHO = Signature(Author("Zoë", "zoe@home.arpa"), datetime(2026, 1, 2, tzinfo=UTC))


def test_nothing_is_on_disk_until_git_is_needed(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "main", {"src/api.py": "answer = 43\n"}, "Change", hub.kim)
    assert api.head is not None
    assert api.objects.at(api.head, "src/api.py") is not None
    assert not api.objects.on_disk
    assert not api.objects.folder.exists()


def test_git_agrees_with_what_was_written_without_it(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    commit_files(
        hub.world, api, "main", {"a.b/x": "1", "a/x": "2", "a": None, "ä": "3"}, "Ümlaut", hub.kim
    )
    git = api.objects.git
    assert git("fsck", "--strict") == ""
    assert git("rev-parse", "HEAD") == api.head
    assert git("show", "HEAD:ä") == "3"
    assert api.objects.read_refs() == api.refs


def test_trees_sort_as_git_does() -> None:
    names = ("a.c", "a", "a-b")
    body = tree_body(TreeEntry("40000" if name == "a" else "100644", name, "0" * 40)
                     for name in names)  # fmt: skip
    assert [body.index(f" {name}\0".encode()) for name in ("a-b", "a.c", "a")] == sorted(
        body.index(f" {name}\0".encode()) for name in names
    )


def test_commits_are_read_as_they_were_written() -> None:
    body = commit_body("1" * 40, ("2" * 40, "3" * 40), WHO, WHO, "Line\n\nMore")
    made = parse_commit("4" * 40, body)
    assert (made.tree, made.parents) == ("1" * 40, ("2" * 40, "3" * 40))
    assert made.author == WHO
    assert made.headline == "Line"


def test_objects_are_borrowed_from_a_shared_store(tmp_path: Path) -> None:
    shelf = Shelf()
    lender = Objects(tmp_path / "lender.git", shelf)
    tree = with_files(lender, None, {"deep/down/file": b"lent\n"})
    commit = lender.write("commit", commit_body(tree, (), WHO, WHO, "Lent"))
    lender.materialise()
    borrower = Objects(
        tmp_path / "borrower.git", Shelf(), alternates=[tmp_path / "lender.git" / "objects"]
    )
    borrower.follow({"refs/heads/main": commit})
    found = {path for path, entry in walk(borrower, borrower.commit(commit).tree)
             if entry.kind == "blob"}  # fmt: skip
    assert found == {"deep/down/file"}
    assert borrower.git("show", "main:deep/down/file") == "lent"


def test_what_is_nowhere_is_missing(hub: SmallHub) -> None:
    objects = hub.repository("acme/api").objects
    with pytest.raises(MissingObject):
        objects.commit("f" * 40)
    assert not objects.has("f" * 40)


def test_the_same_life_has_the_same_ids(tmp_path: Path) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first, second = (SmallHub(tmp_path / name, clock=lambda: at) for name in "ab")
    for name in ("acme/api", "kim/notes"):
        one, other = first.repository(name), second.repository(name)
        assert (one.node_id, one.head) == (other.node_id, other.head)
