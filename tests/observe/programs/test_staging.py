"""Copies for scanners: what is in them, under which names, and what is not."""

import time
from pathlib import Path

from tests.observe.scanners.hostile import NAMES, deep
from tests.observe.scanners.laying import laid

from opsroom.observe.programs import staging
from opsroom.observe.programs.staging import left_out, portions, staged


def test_plain_names_stay_and_the_copy_goes(tmp_path: Path) -> None:
    export = laid(tmp_path, {"a/b.py": "x", ".github/workflows/ci.yml": "y", "no": "z"})
    with staged(export, ["a/b.py", ".github/workflows/ci.yml"]) as copy:
        assert copy.names == {each: each for each in ("a/b.py", ".github/workflows/ci.yml")}
        assert (copy.folder / "a/b.py").read_text() == "x"
        assert not list(copy.empty.iterdir())
        folder = copy.folder
    assert not folder.exists()


def test_other_names_are_replaced_and_stay_apart(tmp_path: Path) -> None:
    files = {f"{name}/{name}.yml": name for name in NAMES if len(name) < 200}
    files |= {f".github/workflows/{name}.yml": name for name in NAMES if len(name) < 200}
    with staged(laid(tmp_path, files), files) as copy:
        assert len(copy.names) == len(files)
        for name, path in copy.names.items():
            assert (copy.folder / name).read_text() == files[path]
            assert all(each.isascii() and not each.startswith("-") for each in name.split("/"))
            assert name.endswith(".yml")
            assert name.startswith(".github/workflows/") == path.startswith(".github/workflows/")


def test_deep_files_are_laid_side_by_side(tmp_path: Path) -> None:
    files = deep("action.yml", "x")
    with staged(laid(tmp_path, files), files) as copy:
        assert list(copy.names) == ["deep/n0/action.yml"]


def test_what_silences_is_blanked_by_who_knows_it(tmp_path: Path) -> None:
    export = laid(tmp_path, {"a.sh": "echo # quiet\n"})
    with staged(export, export.files, lambda content: content.replace(b"quiet", b"")) as copy:
        assert (copy.folder / "a.sh").read_text() == "echo # \n"


def test_what_is_not_there_too_large_or_a_link_is_counted(tmp_path: Path) -> None:
    export = laid(tmp_path, {"large": b"x" * (staging.LARGEST + 1), "link": "", "ok": ""})
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("/etc/passwd")
    with staged(export, [*export.files, "gone"]) as copy:
        assert list(copy.names) == ["ok"]
        assert {(skip.reason, skip.example) for skip in copy.skipped} == {
            ("too large", "large"),
            ("can't be read", "link"),
            ("is not there", "gone"),
        }


def test_portions_hold_every_path_once() -> None:
    paths = [f"{'x' * (n % 90)}/{n}" for n in range(1000)]
    parts = list(portions(paths))
    assert [path for part in parts for path in part] == paths
    assert len(parts) > 5
    assert list(portions([])) == []


def test_what_is_left_out_is_named_in_full() -> None:
    skipped = left_out("too large", ["a\nb", "c"])
    assert (skipped.count, skipped.example, skipped.paths) == (2, "a b", ("a b", "c"))


def test_a_file_of_two_gigabytes_costs_nothing(tmp_path: Path) -> None:
    export = laid(tmp_path, {"a.py": "", "b.py": "x"})
    with (tmp_path / "a.py").open("wb") as file:
        file.truncate(2 << 30)
    began = time.monotonic()
    with staged(export, export.files) as copy:
        assert list(copy.names) == ["b.py"]
    assert time.monotonic() - began < 1
