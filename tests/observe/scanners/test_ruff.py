"""ruff over Python that is dangerous, quiet, broken or hostile."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import deep, misnamed
from tests.observe.scanners.laying import anchors, instead, laid, planted, rules

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Offer
from opsroom.observe.scanners.ruff import SCANNER

SHELL = "import subprocess\n\nsubprocess.call(input(), shell=True)\n"
EXCUSE = "noqa"
PASSWORD = 'password = "correct horse"\n'


def test_it_says_which_ruff_is_here() -> None:
    offer = SCANNER.offer()
    assert isinstance(offer, Offer)
    assert offer.version[0].isdigit()


def test_a_dangerous_call_is_seen_where_it_stands(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"app/run.py": SHELL, "README.md": "x"}), Bounds())
    (hit,) = look.hits
    assert (hit.rule, hit.path, hit.line) == ("ruff/S602", "app/run.py", 3)
    assert hit.severity is Severity.HIGH
    assert (look.files, look.kinds, look.skipped) == (1, frozenset({"python"}), ())


def test_scripts_without_an_ending_are_python_too(tmp_path: Path) -> None:
    files = {"bin/run": f"#!/usr/bin/env python3\n{SHELL}", "bin/other": SHELL}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert [(hit.rule, hit.path) for hit in look.hits] == [("ruff/S602", "bin/run")]


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = SCANNER.look(laid(tmp_path / "a", {"run.py": SHELL}), Bounds())
    moved = SHELL.replace("\n\nsubprocess", "\n\n\n# moved\nif True:\n    subprocess")
    after = SCANNER.look(laid(tmp_path / "b", {"other/name.py": moved}), Bounds())
    assert anchors(before) == anchors(after)
    other = SHELL.replace("input()", "open('x').read()")
    assert anchors(before) != anchors(
        SCANNER.look(laid(tmp_path / "c", {"run.py": other}), Bounds())
    )


def test_a_secret_is_in_no_part_of_a_hit(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path / "a", {"a.py": PASSWORD}), Bounds())
    assert rules(look) == {"ruff/S105": 1}
    assert "horse" not in str(look.hits)
    other = SCANNER.look(laid(tmp_path / "b", {"a.py": PASSWORD.replace("horse", "cow")}), Bounds())
    assert anchors(look) == anchors(other)


@pytest.mark.parametrize(
    "silencing",
    [
        {"ruff.toml": 'exclude = ["*"]\n'},
        {"app/.ruff.toml": "lint.ignore = ['S']\n"},
        {"pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n[tool.ruff.lint]\nignore = ["S602"]\n'},
        {".gitignore": "*.py\n", ".ignore": "*.py\n"},
        {"app/pyproject.toml": "[tool.ruff]\nextend = '/etc/passwd'\n"},
    ],
)
def test_a_repository_cannot_silence_it(tmp_path: Path, silencing: dict[str, str]) -> None:
    files = {
        "app/run.py": SHELL.replace("True)", f"True)  # {EXCUSE}: S602"),
        "app/all.py": f"# ruff: noqa\n{SHELL}",
        "node_modules/x/build/run.py": SHELL,
        ".venv/run.py": SHELL,
        **silencing,
    }
    look = SCANNER.look(laid(tmp_path, files, keep_silencers=True), Bounds())
    assert rules(look) == {"ruff/S602": 4}


def test_what_it_could_not_read_is_said(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "good.py": SHELL,
        "conflict.py": f"<<<<<<< ours\n{SHELL}=======\n>>>>>>> theirs\n",
        "latin.py": b"name = '\xff\xfe'\n",
        "large.py": b"x = 1\n" * (2 << 20),
    }
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look)["ruff/S602"] >= 1
    assert look.files == 1
    assert {(skip.reason, skip.example) for skip in look.skipped} == {
        ("not the Python that ruff can parse", "conflict.py"),
        ("ruff could not read it: not UTF-8", "latin.py"),
        ("too large", "large.py"),
    }


def test_if_nothing_could_be_read_nothing_is_known(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"a.py": "def (:\n"}), Bounds())
    assert look.reason == "ruff could parse none of the files"
    assert look.kinds == frozenset()


def test_a_file_that_takes_ruff_down_costs_itself_alone(tmp_path: Path) -> None:
    files = {f"module{n}.py": SHELL for n in range(9)}
    files["a/deep.py"] = "x = " + "-" * 100_000 + "1\n"
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"ruff/S602": 9}
    assert (look.reason, look.files) == (None, 9)
    assert [skip.paths for skip in look.skipped] == [("a/deep.py",)]
    assert "killed by signal" in look.skipped[0].reason


def test_an_ending_in_capitals_is_python_too(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"RUN.PY": SHELL, "run.py": SHELL}), Bounds())
    assert (look.reason, look.files) == (None, 2)
    assert {hit.path for hit in look.hits} == {"RUN.PY", "run.py"}


def test_more_files_than_one_run_can_name(tmp_path: Path) -> None:
    files = {f"package{n % 7}/module{n}.py": SHELL for n in range(400)}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"ruff/S602": 400}
    assert look.files == 400


def test_names_that_mean_something_else_to_a_command_line(tmp_path: Path) -> None:
    files = misnamed("run.py", SHELL)
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"ruff/S602": len(files)}
    assert look.files == len(files)
    assert not any("\n" in hit.path for hit in look.hits)
    assert not (tmp_path / "owned").exists()


def test_names_that_are_no_text(tmp_path: Path) -> None:
    export = laid(
        tmp_path,
        {
            "bad\udcff/\udcfe.py".encode("utf-8", "surrogateescape").decode(
                "utf-8", "surrogateescape"
            ): SHELL
        },
    )
    look = SCANNER.look(export, Bounds())
    assert rules(look) == {"ruff/S602": 1}
    assert look.hits[0].path == "bad\\xff/\\xfe.py"


def test_a_tree_of_many_folders(tmp_path: Path) -> None:
    assert rules(SCANNER.look(laid(tmp_path, deep("run.py", SHELL)), Bounds())) == {"ruff/S602": 1}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text(SHELL)
    export = laid(tmp_path / "in", {"good.py": "x = 1\n", "link.py": ""})
    (export.folder / "link.py").unlink()
    (export.folder / "link.py").symlink_to(outside)
    look = SCANNER.look(export, Bounds())
    assert look.hits == ()
    assert [(skip.reason, skip.example) for skip in look.skipped] == [("can't be read", "link.py")]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo oh no >&2; kill -SEGV $$", "was killed by signal 11"),
        ("echo 'error: broken' >&2; exit 101", "ruff failed (exit code 101): error: broken"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("exit 0", "not JSON"),
        ("echo '{\"runs\": []}'", "does not say that it checked every file"),
        ("echo '{\"runs\": []}'; echo 'Checked 0 files in: 1ms' >&2", "checked every file"),
        ("echo '[[[[[[['", "not JSON"),
    ],
)
def test_a_ruff_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = planted(tmp_path, "ruff", script)
    instead(monkeypatch, "ruff", fake)
    export = laid(tmp_path / "in", {"a.py": SHELL})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert (look.hits, look.files, look.kinds) == ((), 0, frozenset())
