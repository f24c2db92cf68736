"""What of the past was read before is not read again, and nothing of it is forgotten."""

import os
import random
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.observe.secrets.planting import plant, token
from tests.observe.workshop import Workshop

from opsroom.observe.secrets import memory, worker
from opsroom.observe.secrets.detector import Detector, Sight
from opsroom.observe.secrets.pool import CACHE
from opsroom.observe.secrets.report import Order, Report
from opsroom.observe.secrets.worker import Search

KEY = "00" * 32


@pytest.fixture(scope="module")
def detector(centre: Path) -> Detector:
    """The rules, compiled once for all."""
    return Detector(centre / CACHE)


class Look:
    """Looks at a repository one after the other, each from where the last one came to."""

    def __init__(self, detector: Detector, workshop: Workshop, folder: Path, kept: Path) -> None:
        self.detector = detector
        self.workshop = workshop
        self.folder = folder
        self.kept = kept
        self.recall = ""

    def order(self, **more: Any) -> Order:
        """What there is to look at now."""
        run, folder = self.workshop.run, self.folder
        files = tuple(run(folder, "ls-files").split())
        git = str(folder / ".git")
        tips = run(folder, "for-each-ref", "--format=%(objectname)").split()
        usual = Order(
            KEY,
            30.0,
            ((str(folder), files),),
            (git, git, ""),
            tuple(sorted(set(tips))),
            self.workshop.head(folder),
            str(self.kept),
            self.recall,
        )
        return replace(usual, **more)

    def once(self, **more: Any) -> Report:
        """The next look."""
        report = Search(self.detector, self.order(**more)).run()
        assert not report.reason, report.reason
        self.recall = report.kept or self.recall
        return report

    def whole(self) -> Report:
        """A look that knows nothing."""
        return Search(self.detector, self.order(memory="", recall="")).run()


@pytest.fixture
def look(detector: Detector, workshop: Workshop, tmp_path: Path) -> Look:
    folder = workshop.repository("api", {"a.py": plant(token(1))})
    return Look(detector, workshop, folder, tmp_path / "kept")


def told(report: Report) -> set[tuple[str, str, bool]]:
    """Each secret: its kind, its hash, and whether it is in a file of today."""
    return {
        (leak.kind, leak.hash, any(not commit for _, _, commit in leak.places))
        for leak in report.leaks
    }


def test_after_a_push_only_what_is_new_is_read(look: Look) -> None:
    look.workshop.commit(look.folder, {"a.py": "x = 1\n", "b.py": plant(token(2))})
    first = look.once()
    assert (first.blobs, len(first.leaks)) == (1, 2)
    look.workshop.commit(look.folder, {"b.py": plant(token(3))})
    look.workshop.commit(look.folder, {"b.py": "x = 2\n"})
    second = look.once()
    assert second.blobs == 1
    assert told(second) == told(look.whole())
    assert len(second.leaks) == 3
    before = look.recall
    assert look.once().blobs == 0
    assert {path.name for path in look.kept.iterdir()} == {before, look.recall}


def test_a_secret_of_today_that_is_taken_out_is_one_of_the_past(look: Look) -> None:
    ((_, mark, _),) = told(look.once())
    gone = look.workshop.commit(look.folder, {"a.py": "x = 1\n"})
    after = look.once()
    assert (after.blobs, told(after)) == (0, {("github-pat", mark, False)})
    (leak,) = after.leaks
    assert leak.places[0][:2] == ("a.py", 1)
    assert leak.places[0][2] not in ("", gone)


def test_a_secret_that_was_never_committed_goes_with_its_file(look: Look, tmp_path: Path) -> None:
    dirty = tmp_path / "dirty"
    dirty.mkdir()
    (dirty / "new.py").write_text(plant(token(9)))
    (tree,) = look.order().trees
    assert len(look.once(trees=(tree, (str(dirty), ("new.py",)))).leaks) == 2
    assert len(look.once().leaks) == 1


def test_a_dirty_file_does_not_hide_the_same_content_in_the_past(
    look: Look, tmp_path: Path
) -> None:
    dirty = tmp_path / "dirty"
    dirty.mkdir()
    (dirty / "again.py").write_text(plant(token(1)))
    look.workshop.commit(look.folder, {"a.py": "x = 1\n"})
    (tree,) = look.order().trees
    look.once(trees=(tree, (str(dirty), ("again.py",))))
    assert len(look.once().leaks) == 1


def test_a_force_push_is_a_reason_to_read_all(look: Look) -> None:
    look.workshop.commit(look.folder, {"b.py": plant(token(4))})
    assert len(look.once().leaks) == 2
    look.workshop.run(look.folder, "reset", "-q", "--hard", "HEAD~1")
    look.workshop.commit(look.folder, {"c.py": "x = 1\n"})
    assert told(look.once()) == told(look.whole())


def test_a_branch_that_is_squashed_and_deleted_keeps_its_secret(look: Look) -> None:
    run = look.workshop.run
    run(look.folder, "checkout", "-q", "-b", "side")
    look.workshop.commit(look.folder, {"s.py": plant(token(5))})
    run(look.folder, "checkout", "-q", "main")
    look.once()
    run(look.folder, "merge", "-q", "--squash", "side")
    run(look.folder, "commit", "-q", "-m", "squashed")
    run(look.folder, "branch", "-q", "-D", "side")
    look.workshop.commit(look.folder, {"s.py": "x = 1\n"})
    assert told(look.once()) == told(look.whole())
    assert len(look.once().leaks) == 2


def test_a_clone_that_is_deepened_is_read_further(
    detector: Detector, workshop: Workshop, tmp_path: Path
) -> None:
    origin = workshop.repository("origin", {"a.py": plant(token(6))})
    workshop.commit(origin, {"a.py": "x = 1\n"})
    shallow = workshop.clone(origin, "shallow", "--depth=1")
    look = Look(detector, workshop, shallow, tmp_path / "kept")
    assert look.once().leaks == []
    workshop.run(shallow, "fetch", "-q", "--unshallow")
    assert len(look.once().leaks) == 1


class Hasty(Detector):
    """One for whom the time is up after so many contents of the past."""

    def __init__(self, cache: Path, search: list[Search], most: int) -> None:
        super().__init__(cache)
        self.search, self.most, self.looked = search, most, 0

    def look(self, content: bytes, path: str) -> list[Sight]:
        """What is seen; then the clock jumps."""
        self.looked += bool(path)
        if self.looked > self.most:
            self.search[0]._deadline = 0.0  # pyright: ignore[reportPrivateUsage]  # time is up
        return super().look(content, path)


def test_a_past_that_takes_too_long_is_read_little_by_little(
    look: Look, centre: Path, workshop: Workshop
) -> None:
    for number in range(10, 16):
        workshop.commit(look.folder, {"b.py": plant(token(number))})
    found: list[set[tuple[str, str, bool]]] = []
    untold: list[int] = []
    for _ in range(9):
        search: list[Search] = []
        search.append(Search(Hasty(centre / CACHE, search, 3), look.order()))
        report = search[0].run()
        assert not report.reason
        look.recall = report.kept
        found.append(told(report))
        untold.append(report.untold)
        if not report.untold:
            assert not report.onward
            break
        assert report.onward
        (why,) = report.skipped
        assert why.startswith(worker.UNTOLD)
    assert untold == sorted(untold, reverse=True)
    assert len(untold) > 2
    assert all(before <= after for before, after in pairwise(found))
    assert found[-1] == told(look.whole())


def test_what_is_kept_under_another_key_or_is_broken_is_not_gone_by(look: Look) -> None:
    look.once()
    assert memory.recall(look.kept, look.recall, b"0" * 32) is None
    assert memory.recall(look.kept, "../key", bytes(32)) is None
    look.workshop.commit(look.folder, {"a.py": "x = 1\n"})
    (look.kept / look.recall).write_text("{")
    assert told(look.once()) == told(look.whole())


def test_no_secret_is_kept_and_nobody_else_can_read_it(look: Look) -> None:
    look.once()
    (file,) = look.kept.iterdir()
    assert token(1) not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_too_many_memories_go_the_oldest_first(tmp_path: Path) -> None:
    names = [memory.keep(tmp_path, memory.Memory(), b"k") for _ in range(4)]
    for age, name in enumerate(reversed(names)):
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    memory.sweep(tmp_path, most=2)
    assert {path.name for path in tmp_path.iterdir()} == set(names[2:])


@pytest.mark.parametrize("seed", range(3))
def test_looks_one_after_the_other_tell_what_one_of_everything_tells(look: Look, seed: int) -> None:
    """Random pushes: commits, branches, merges, squashes, deletions, amended and reset heads."""
    chance = random.Random(seed)
    run, folder = look.workshop.run, look.folder
    for step in range(40):
        branches = run(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        here = run(folder, "rev-parse", "--abbrev-ref", "HEAD").strip()
        others = [each for each in branches if each != here]
        what = chance.choice(("write", "write", "branch", "switch", "merge", "delete", "amend"))
        if what == "branch":
            run(folder, "checkout", "-q", "-b", f"b{step}")
        elif what == "switch" and others:
            run(folder, "checkout", "-q", chance.choice(others))
        elif what == "merge" and others:
            how = chance.choice(("--squash", "--no-ff"))
            run(folder, "merge", "-q", "-X", "ours", how, chance.choice(others), check=False)
            run(folder, "add", "-A")
            run(folder, "commit", "-q", "--allow-empty", "-m", "merged", check=False)
        elif what == "delete" and others:
            run(folder, "branch", "-q", "-D", chance.choice(others))
        elif what == "amend":
            (folder / "c.py").write_text(chance.choice(("", plant(token(200 + step)))))
            run(folder, "add", "-A")
            run(folder, "commit", "-q", "--allow-empty", "--amend", "-m", "amended")
        else:
            text = plant(token(100 + chance.randrange(6))) if chance.random() < 0.5 else f"{step}\n"
            look.workshop.commit(folder, {f"{chance.choice('abcd')}.py": text + f"# {step}\n"})
        if chance.random() < 0.4:
            assert told(look.once()) == told(look.whole()), (seed, step, what)
