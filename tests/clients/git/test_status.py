import pytest

from opsroom.clients.git.status import parse_status

OID = b"a" * 40


def test_headers() -> None:
    status = parse_status(
        b"# branch.oid %s\0# branch.head main\0# branch.upstream origin/main\0"
        b"# branch.ab +2 -3\0# stash 4\0" % OID
    )
    assert (status.head, status.branch, status.upstream) == (OID.decode(), b"main", b"origin/main")
    assert (status.ahead, status.behind, status.stashes) == (2, 3, 4)


def test_before_the_first_commit_and_detached() -> None:
    status = parse_status(b"# branch.oid (initial)\0# branch.head (detached)\0")
    assert (status.head, status.branch, status.ahead) == (None, None, None)


@pytest.mark.parametrize(
    ("xy", "staged", "modified"),
    [(b"M.", 1, 0), (b".M", 0, 1), (b"MM", 1, 1), (b"A.", 1, 0), (b".D", 0, 1), (b".A", 0, 1)],
)
def test_a_changed_path(xy: bytes, staged: int, modified: int) -> None:
    line = b"1 %s N... 100644 100644 100644 %s %s a name with spaces\0" % (xy, OID, OID)
    status = parse_status(line)
    assert (status.staged, len(status.modified)) == (staged, modified)
    assert status.examples == [b"a name with spaces"]


def test_untracked_conflicts_and_odd_names() -> None:
    conflict = b"u UU N... 100644 100644 100644 100644 %s %s %s both of us\0" % (OID, OID, OID)
    status = parse_status(conflict + b"? two\nlines\0? \xff\0")
    assert (status.conflicts, status.untracked) == (1, 2)
    assert status.examples == [b"both of us", b"two\nlines", b"\xff"]
