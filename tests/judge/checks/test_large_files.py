from tests.judge.builders import ask, clone, files, only, snapshot
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import LargeFile

RULE = "large-files"


def test_a_tracked_file_over_the_limit(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("backup.bin", b"\0" * (11 * 1024 * 1024))
    repo.git("add", "-A")
    repo.git("commit", "-qm", "backup")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "1 tracked file over 10 MB: backup.bin (11 MB)"
    assert outcome.location == "backup.bin"
    generous = Limits(large_file=20 * 1024 * 1024)
    assert only(ask(RULE, see(repo), limits=generous)).verdict is Verdict.NO


def test_a_large_file_that_is_not_tracked(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("backup.bin", b"\0" * (11 * 1024 * 1024))
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO


def test_small_files(desk: Desk, see: See) -> None:
    assert only(ask(RULE, see(desk.cloned()))).verdict is Verdict.NO


def test_what_a_host_refuses_is_worse_and_named_first() -> None:
    large = tuple(LargeFile(path=f"{mb}.bin", size=mb * 1024**2) for mb in (20, 101))
    outcome = only(ask(RULE, snapshot(clone(files=files(large=large)))))
    assert outcome.severity is Severity.MEDIUM
    assert outcome.message == "2 tracked files over 10 MB: 101.bin (101 MB), 20.bin (20 MB)"


def test_one_file_in_two_clones_is_one_finding() -> None:
    both = files(large=(LargeFile(path="a.bin", size=20 * 1024**2),))
    seen = snapshot(clone(files=both), clone("/code/api-2", files=both))
    assert only(ask(RULE, seen)).message.startswith("1 tracked file ")
