import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.observe.secrets.planting import plant, token
from tests.observe.workshop import Workshop

from opsroom.observe.secrets.detector import Detector, Sight
from opsroom.observe.secrets.pool import CACHE
from opsroom.observe.secrets.reading import LARGEST
from opsroom.observe.secrets.report import Order, Report
from opsroom.observe.secrets.worker import Search, order_of, serve

KEY = "00" * 32


@pytest.fixture(scope="module")
def detector(centre: Path) -> Detector:
    """The rules, compiled once for all."""
    return Detector(centre / CACHE)


def report_on(detector: Detector, folder: Path, *paths: str, **more: Any) -> Report:
    """What is seen in some files of a folder."""
    order = Order(key=KEY, seconds=30.0, trees=((str(folder), paths),), **more)
    return Search(detector, order).run()


def places(report: Report) -> list[tuple[str, int, str]]:
    """Where it saw something."""
    assert not report.reason, report.reason
    return [place for leak in report.leaks for place in leak.places]


def test_nothing_outside_of_the_tree_is_read(detector: Detector, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "token.py").write_text(plant(token(1)))
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "link.py").symlink_to(outside / "token.py")
    (tree / "folder").symlink_to(outside)
    report = report_on(
        detector, tree, "link.py", "folder/token.py", "../outside/token.py", "/etc/hosts", "gone"
    )
    assert places(report) == []
    assert report.files == 0
    ((reason, (count, paths)),) = report.skipped.items()
    assert (reason, count) == ("not a regular file, or not to be read", 5)
    assert "folder/token.py" in paths


def test_what_is_no_file_is_not_waited_for(detector: Detector, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert report_on(detector, tmp_path, "pipe", "folder").files == 0


def test_a_huge_file_is_left_out_and_counted(detector: Detector, tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(2 << 30)
    report = report_on(detector, tmp_path, "huge")
    assert report.skipped == {f"larger than {LARGEST >> 20} MiB": (1, ["huge"])}
    assert report.files == 0


def test_a_bomb_is_not_unpacked(detector: Detector, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", b"\0" * (200 << 20))
    report = report_on(detector, tmp_path, "bomb.zip")
    assert (report.files, places(report)) == (1, [])
    assert report.size < 1 << 20


def test_a_million_lines_and_a_secret_on_the_edge_of_a_piece(
    detector: Detector, tmp_path: Path
) -> None:
    filler = b"x = 1\n" * 1_000_000
    (tmp_path / "long.py").write_bytes(filler + plant(token(2)).encode())
    edge = b"#" * ((4 << 20) - 20) + b"\n" + plant(token(3)).encode()
    (tmp_path / "edge.py").write_bytes(edge)
    assert places(report_on(detector, tmp_path, "long.py", "edge.py")) == [
        ("long.py", 1_000_001, ""),
        ("edge.py", 2, ""),
    ]


def test_a_million_names_of_passwords_do_not_stop_it(detector: Detector, tmp_path: Path) -> None:
    (tmp_path / "many.env").write_bytes(b"DB_PASSWORD=changeme1\n" * 60_000)
    (tmp_path / "nested.txt").write_bytes(b"password=" * 200_000 + b"[" * 200_000)
    (tmp_path / "urls.txt").write_bytes(b"a://" * 200_000 + b":" * 200_000)
    assert places(report_on(detector, tmp_path, "many.env", "nested.txt", "urls.txt")) == []


def test_a_file_that_is_made_to_take_long_costs_no_more_than_itself(
    detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "many.env").write_bytes(b"DB_PASSWORD=changeme1\n" * 60_000)
    (tmp_path / "other.py").write_text(plant(token(4)))
    monkeypatch.setattr("opsroom.observe.secrets.detector.PATIENCE", 0.05)
    report = report_on(detector, tmp_path, "many.env", "other.py")
    assert places(report) == [("other.py", 1, "")]
    assert report.skipped == {"took too long to look through": (1, ["many.env"])}


def test_more_secrets_than_can_be_told_are_said_to_be_more(
    detector: Detector, tmp_path: Path
) -> None:
    (tmp_path / "many.py").write_text("".join(plant(token(n)) for n in range(5200)))
    report = report_on(detector, tmp_path, "many.py")
    assert len(report.leaks) == 5000
    assert report.skipped == {
        "more than 5000 secrets: the rest is not told one by one": (200, ["many.py"] * 200)
    }


def test_names_that_are_no_text(detector: Detector, workshop: Workshop) -> None:
    folder = workshop.empty()
    odd = [b"new\nline.py", b"caf\xe9.py", b"-rf.py", b'"quoted".py']
    for number, name in enumerate(odd):
        with open(os.path.join(os.fsencode(folder), name), "w") as file:
            file.write(plant(token(40 + number)))
    names = [os.fsdecode(name) for name in odd]
    order = Order(key=KEY, seconds=30.0, trees=((str(folder), tuple(names)),))
    order = order_of(json.loads(json.dumps({**vars_of(order)})))
    report = Search(detector, order).run()
    assert sorted(path for path, _, _ in places(report)) == sorted(names)
    workshop.run(folder, "add", "-A")
    workshop.run(folder, "commit", "-q", "-m", "odd")
    git = str(folder / ".git")
    past = Order(KEY, 30.0, (), (git, git, ""), (workshop.head(folder),))
    seen = [path for path, _, _ in places(Search(detector, past).run())]
    assert sorted(seen) == sorted(['"quoted".py', "-rf.py", "caf\\xe9.py", "new"])


def vars_of(order: Order) -> dict[str, Any]:
    """Its fields."""
    return {name: getattr(order, name) for name in Order.__dataclass_fields__}


def test_objects_that_a_partial_clone_lacks_are_counted(
    detector: Detector, workshop: Workshop
) -> None:
    origin = workshop.repository("origin", {"a.py": plant(token(50)), "b.py": "x = 2\n"})
    workshop.commit(origin, {"a.py": "x = 1\n"})
    workshop.run(origin, "config", "uploadpack.allowFilter", "true")
    partial = workshop.clone(origin, "partial", "--filter=blob:none", "--bare")
    order = Order(KEY, 30.0, (), (str(partial), str(partial), ""), (workshop.head(origin),))
    report = Search(detector, order).run()
    assert places(report) == []
    assert report.skipped == {"missing from the clone (a partial one)": (3, [])}


def test_a_past_that_can_not_be_read_is_unknown(detector: Detector, workshop: Workshop) -> None:
    git = str(workshop.repository() / ".git")
    report = Search(detector, Order(KEY, 30.0, (), (git, git, ""), ("1" * 40,))).run()
    assert report.reason.startswith("git rev-list: ")
    assert report.leaks == []


class Blind(Detector):
    """One whose rules see nothing."""

    def __init__(self) -> None:
        """Compile nothing."""

    def look(self, content: bytes, path: str) -> list[Sight]:
        """Nothing is ever seen."""
        return []


class Slow(Detector):
    """One that takes too long over one file."""

    def look(self, content: bytes, path: str) -> list[Sight]:
        """What is seen, unless it is the hard one."""
        if path == "hard.py":
            raise TimeoutError
        return super().look(content, path)


def test_a_detector_that_sees_nothing_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(plant(token(1)))
    report = report_on(Blind(), tmp_path, "a.py")
    assert report.reason == "the scanner does not see a secret that was shown to it"


def test_what_takes_too_long_is_left_out_and_counted(centre: Path, tmp_path: Path) -> None:
    for name in ("hard.py", "easy.py"):
        (tmp_path / name).write_text(plant(token(1)))
    report = report_on(Slow(centre / CACHE), tmp_path, "hard.py", "easy.py")
    assert places(report) == [("easy.py", 1, "")]
    assert report.skipped == {"took too long to look through": (1, ["hard.py"])}


def test_a_question_that_is_none_gets_an_answer_without_its_text(detector: Detector) -> None:
    answers: list[str] = []
    serve(detector, [plant(token(60)).encode(), b"{}", b"\xff"], answers.append)
    assert [json.loads(each)["reason"] for each in answers] == [
        "it failed (JSONDecodeError)",
        "it failed (KeyError)",
        "it failed (UnicodeDecodeError)",
    ]
    assert token(60) not in "".join(answers)


def test_neither_the_report_nor_the_order_shows_what_is_secret(
    detector: Detector, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text(plant(token(70)))
    order = Order(key="ab" * 32, seconds=30.0, trees=((str(tmp_path), ("a.py",)),))
    assert "abab" not in repr(order)
    assert token(70) not in repr(Search(detector, order).run())
    (sight,) = detector.look(plant(token(70)).encode(), "a.py")
    assert token(70) not in repr(sight)
