"""shellcheck over scripts that are faulty, quiet, broken or hostile."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import deep, misnamed
from tests.observe.scanners.laying import anchors, instead, laid, planted, rules

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Offer
from opsroom.observe.scanners.shellcheck import SCANNER

FAULTY = '#!/bin/sh\nset -e\nrm -rf "$1/"*\n'
RULE = "shellcheck/SC2115"


def test_it_says_which_shellcheck_is_here() -> None:
    offer = SCANNER.offer()
    assert isinstance(offer, Offer)
    assert offer.version[0].isdigit()


def test_a_fault_is_seen_where_it_stands(tmp_path: Path) -> None:
    files = {"bin/clean.sh": FAULTY, "bin/clean": FAULTY, "bin/other": "no script"}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert [(hit.rule, hit.path, hit.line, hit.severity) for hit in look.hits] == [
        (RULE, "bin/clean", 3, Severity.LOW),
        (RULE, "bin/clean.sh", 3, Severity.LOW),
    ]
    assert (look.files, look.kinds) == (2, frozenset({"shell"}))


def test_a_script_without_fault_is_read_and_the_witness_is_not_told(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"a.sh": "#!/bin/sh\necho hello\n"}), Bounds())
    assert (rules(look), look.files) == ({}, 1)


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = SCANNER.look(laid(tmp_path / "a", {"clean.sh": FAULTY}), Bounds())
    moved = {"x/y.bash": FAULTY.replace("set -e", "set -e\n\n# moved\n")}
    after = SCANNER.look(laid(tmp_path / "b", moved), Bounds())
    assert anchors(before) == anchors(after) != []


@pytest.mark.parametrize(
    "script",
    [
        FAULTY.replace("set -e", "# shellcheck disable=SC2115"),
        FAULTY.replace("set -e", "# shellcheck disable=all\n# shellcheck shell=bash disable=all"),
        FAULTY.replace("set -e", "set -e\n\t#shellcheck  disable=SC2115,SC2086"),
        FAULTY.replace("set -e", "# shellcheck source=/etc/passwd\n. ./x"),
    ],
)
def test_a_repository_cannot_silence_it(tmp_path: Path, script: str) -> None:
    files = {
        "clean.sh": script,
        ".shellcheckrc": "disable=SC2115\n",
        "shellcheckrc": "disable=all\n",
    }
    look = SCANNER.look(laid(tmp_path, files, keep_silencers=True), Bounds())
    assert rules(look)[RULE] == 1
    (hit,) = (hit for hit in look.hits if hit.rule == RULE)
    assert hit.line == script.count("\n", 0, script.index("rm -rf")) + 1


@pytest.mark.parametrize(
    "content", ["#!/bin/sh\nif then\n", "#!/bin/zsh\necho\n", "#!/bin/sh\n<<<\n"]
)
def test_what_it_cannot_parse_is_said_and_hides_nothing(tmp_path: Path, content: str) -> None:
    look = SCANNER.look(laid(tmp_path, {"a.sh": content, "b.sh": FAULTY}), Bounds(seconds=20))
    assert rules(look)[RULE] == 1
    assert (look.files, [skip.example for skip in look.skipped]) == (1, ["a.sh"])


def test_of_what_it_could_not_parse_nothing_else_is_said(tmp_path: Path) -> None:
    files = {"a.sh": "#!/bin/sh\n{% if x %}\n{rm}\nif then\n", "b.sh": "#!/bin/sh\n. $1\n"}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert (rules(look), look.files) == ({}, 1)


def test_bad_names_deep_trees_and_many_files(tmp_path: Path) -> None:
    files = {
        **misnamed("clean.sh", FAULTY),
        **deep("clean.sh", FAULTY),
        **{f"many/{n}.sh": FAULTY for n in range(40)},
    }
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {RULE: len(files)}
    assert look.files == len(files)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "was killed by signal 11"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("echo 'x: openBinaryFile: does not exist' >&2; exit 2", "exit code 2"),
        ("echo '{\"comments\": []}'", "did not come to the end"),
        ("echo '[]'", "did not come to the end"),
        ("echo", "not JSON"),
    ],
)
def test_a_shellcheck_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = planted(tmp_path, "shellcheck", script)
    instead(monkeypatch, "shellcheck", fake)
    export = laid(tmp_path / "in", {"a.sh": FAULTY})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert (look.hits, look.files, look.kinds) == ((), 0, frozenset())
