import os
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop

from opsroom.clients.git.config import read_config
from opsroom.clients.git.place import Corrupt, Place
from opsroom.clients.git.refs import Head, list_refs, read_head, read_refs
from opsroom.errors import ObservationError


def place(folder: Path) -> Place:
    return Place(folder / ".git", folder / ".git", folder)


@pytest.fixture
def clone(workshop: Workshop) -> Path:
    origin = workshop.repository("origin")
    workshop.run(origin, "branch", "feature/deep/one")
    clone = workshop.clone(origin, "clone")
    workshop.run(clone, "tag", "light")
    workshop.run(clone, "tag", "-a", "-m", "x", "heavy")
    workshop.run(clone, "branch", "some/branch")
    return clone


@pytest.mark.parametrize("packed", ["loose", "packed", "both"])
def test_the_files_say_what_git_says(workshop: Workshop, clone: Path, packed: str) -> None:
    if packed != "loose":
        workshop.run(clone, "pack-refs", "--all")
    if packed == "both":
        workshop.commit(clone, {"a": "1"})
        workshop.run(clone, "branch", "-D", "some/branch")
    found, listed = read_refs(place(clone), read_config(place(clone))), list_refs(place(clone))
    assert found.oids == listed.oids
    assert (
        found.symbolic
        == listed.symbolic
        == {b"refs/remotes/origin/HEAD": b"refs/remotes/origin/main"}
    )
    assert found.holds(workshop.run(clone, "rev-parse", "heavy^{}").strip())


def test_lock_files_and_hidden_files_are_no_refs(clone: Path) -> None:
    heads = clone / ".git" / "refs" / "heads"
    (heads / "main.lock").write_text("")
    (heads / ".DS_Store").write_text("x")
    found = read_refs(place(clone), read_config(place(clone)))
    assert found.names(b"refs/heads/") == [b"refs/heads/main", b"refs/heads/some/branch"]


def test_a_packed_line_that_is_broken(workshop: Workshop, clone: Path) -> None:
    workshop.run(clone, "pack-refs", "--all")
    with (clone / ".git" / "packed-refs").open("a") as packed:
        packed.write("what is this\n")
    with pytest.raises(Corrupt, match="packed-refs has a broken line"):
        read_refs(place(clone), read_config(place(clone)))


@pytest.mark.parametrize(
    "content", ["", "garbage", "ref: ", "ref: HEAD", "ref: refs/../../x", "0" * 39]
)
def test_a_head_that_is_broken(clone: Path, content: str) -> None:
    (clone / ".git" / "HEAD").write_text(content)
    with pytest.raises(Corrupt):
        read_head(place(clone))


def test_a_head_that_is_a_pipe_or_huge(clone: Path) -> None:
    head = clone / ".git" / "HEAD"
    head.write_bytes(b"x" * 100_000)
    with pytest.raises(ObservationError, match="larger than"):
        read_head(place(clone))
    head.unlink()
    os.mkfifo(head)
    with pytest.raises(ObservationError, match="not a regular file"):
        read_head(place(clone))


def test_a_head_of_the_oldest_kind_is_a_link(clone: Path) -> None:
    head = clone / ".git" / "HEAD"
    head.unlink()
    head.symlink_to("refs/heads/main")
    assert read_head(place(clone)) == Head(b"refs/heads/main", None)
