from pathlib import Path

import pytest
from tests.observe.workshop import Workshop

from opsroom.clients.git import objects
from opsroom.clients.git.command import GitFailed
from opsroom.clients.git.objects import contents, past
from opsroom.clients.git.place import Place

TIMEOUT = 10.0


def place(folder: Path) -> Place:
    return Place(folder / ".git", folder / ".git", folder)


def test_each_blob_once_with_a_path_and_a_commit_that_has_it(workshop: Workshop) -> None:
    folder = workshop.repository("api", {"a": "one\n", "b/c": "two\n"})
    first = workshop.head(folder)
    second = workshop.commit(folder, {"a": "three\n", "d": "two\n"})
    reached = past(place(folder), [second], [], TIMEOUT)
    told = {(blob.path, blob.commit, blob.size) for blob in reached.blobs}
    assert (b"a", second, 6) in told
    assert (b"a", first, 4) in told
    assert len(reached.blobs) == 3
    assert (reached.missing, reached.shallow) == (0, False)
    read = {content for _, content in contents(place(folder), reached.blobs, TIMEOUT)}
    assert read == {b"one\n", b"two\n", b"three\n"}


def test_only_what_is_new_and_what_is_known_may_be_gone(workshop: Workshop) -> None:
    folder = workshop.repository("api", {"a": "one\n"})
    first = workshop.head(folder)
    second = workshop.commit(folder, {"b": "two\n"})
    reached = past(place(folder), [second], [first, "f" * 40], TIMEOUT)
    assert [blob.path for blob in reached.blobs] == [b"b"]
    assert past(place(folder), [second], [second], TIMEOUT).blobs == []


def test_a_broken_object_is_missing(workshop: Workshop) -> None:
    folder = workshop.repository("api", {"a": "one\n"})
    first = workshop.run(folder, "rev-parse", "HEAD:a").strip()
    workshop.commit(folder, {"a": "two\n"})
    broken = folder / ".git/objects" / first[:2] / first[2:]
    broken.chmod(0o600)
    broken.write_bytes(b"no zlib")
    reached = past(place(folder), [workshop.head(folder)], [], TIMEOUT)
    assert [blob.size for blob in reached.blobs] == [4]
    assert reached.missing == 1


def test_in_batches_it_is_the_same(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}": f"{number}\n" * number for number in range(1, 40)}
    folder = workshop.repository("api", files)
    reached = past(place(folder), [workshop.head(folder)], [], TIMEOUT)
    monkeypatch.setattr(objects, "BATCH_BLOBS", 7)
    monkeypatch.setattr(objects, "BATCH_BYTES", 100)
    read = {blob.path.decode(): content for blob, content in
            contents(place(folder), reached.blobs, TIMEOUT)}  # fmt: skip
    assert read == {name: text.encode() for name, text in files.items()}


def test_a_shallow_clone_says_so_and_a_missing_commit_is_an_error(workshop: Workshop) -> None:
    origin = workshop.repository("origin", {"a": "one\n"})
    workshop.commit(origin, {"a": "two\n"})
    folder = workshop.clone(origin, "shallow", "--depth=1")
    assert past(place(folder), [workshop.head(folder)], [], TIMEOUT).shallow
    with pytest.raises(GitFailed, match="git rev-list"):
        past(place(folder), ["1" * 40], [], TIMEOUT)


def test_a_blob_that_went_away_is_none(workshop: Workshop) -> None:
    folder = workshop.repository("api", {"a": "one\n", "b": "two\n"})
    blobs = past(place(folder), [workshop.head(folder)], [], TIMEOUT).blobs
    gone = blobs[0].oid
    (folder / ".git/objects" / gone[:2] / gone[2:]).unlink()
    read = [content for _, content in contents(place(folder), blobs, TIMEOUT)]
    assert read[0] is None
    assert read[1] is not None


def test_a_repository_of_sha256(workshop: Workshop) -> None:
    folder = workshop.root / "wide"
    folder.mkdir()
    workshop.run(folder, "init", "-q", "--object-format=sha256")
    head = workshop.commit(folder, {"a": "one\n"})
    (blob,) = past(place(folder), [head], [], TIMEOUT).blobs
    assert len(blob.oid) == 64
    assert [content for _, content in contents(place(folder), [blob], TIMEOUT)] == [b"one\n"]
