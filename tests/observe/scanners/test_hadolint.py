"""hadolint over Dockerfiles that are faulty, quiet, broken or hostile."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import LFS, deep, misnamed
from tests.observe.scanners.laying import anchors, instead, laid, planted, rules

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Offer
from opsroom.observe.scanners.hadolint import SCANNER

FAULTY = "FROM debian:13\nRUN curl -s https://x.example | tar -x\n"


def test_it_says_which_hadolint_is_here() -> None:
    offer = SCANNER.offer()
    assert isinstance(offer, Offer)
    assert offer.version[0].isdigit()


def test_a_fault_is_seen_where_it_stands(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"api/Dockerfile": FAULTY}), Bounds())
    (hit,) = look.hits
    assert (hit.rule, hit.path, hit.line) == ("hadolint/DL4006", "api/Dockerfile", 2)
    assert hit.severity is Severity.LOW
    assert (look.files, look.kinds) == (1, frozenset({"dockerfile"}))


def test_a_file_without_fault_is_read_and_the_witness_is_not_told(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"Dockerfile": "FROM debian:13\n"}), Bounds())
    assert (rules(look), look.files) == ({}, 1)


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = SCANNER.look(laid(tmp_path / "a", {"Dockerfile": FAULTY}), Bounds())
    moved = {"x/web.Dockerfile": f"# moved\n{FAULTY}"}
    after = SCANNER.look(laid(tmp_path / "b", moved), Bounds())
    assert anchors(before) == anchors(after) != []


@pytest.mark.parametrize(
    "silencing",
    [
        {".hadolint.yaml": "ignored: [DL4006]\n"},
        {"hadolint.yml": "no-fail: true\nfailure-threshold: none\nignored: [DL4006]\n"},
    ],
)
def test_a_repository_cannot_silence_it(tmp_path: Path, silencing: dict[str, str]) -> None:
    files = {
        "Dockerfile": f"# hadolint global ignore=DL4006\n{FAULTY}",
        "b/Dockerfile": FAULTY.replace("RUN", "# hadolint ignore=DL4006\nRUN"),
        **silencing,
    }
    look = SCANNER.look(laid(tmp_path, files, keep_silencers=True), Bounds())
    assert rules(look) == {"hadolint/DL4006": 2}


@pytest.mark.parametrize("content", ["hello\n", LFS, "FROM a:1\nRUNN x\n", "\0", "<<<<<<< x\n"])
def test_what_is_no_dockerfile_is_said_and_hides_nothing(tmp_path: Path, content: str) -> None:
    look = SCANNER.look(
        laid(tmp_path, {"a/Dockerfile": content, "b/Dockerfile": FAULTY}), Bounds(seconds=20)
    )
    assert rules(look) == {"hadolint/DL4006": 1}
    assert (look.files, [skip.example for skip in look.skipped]) == (1, ["a/Dockerfile"])


def test_bad_names_deep_trees_and_many_files(tmp_path: Path) -> None:
    files = {
        **misnamed("Dockerfile", FAULTY),
        **deep("Dockerfile", FAULTY),
        **{f"many/{n}/Dockerfile": FAULTY for n in range(40)},
    }
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"hadolint/DL4006": len(files)}
    assert look.files == len(files)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "was killed by signal 11"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("exit 3", "failed (exit code 3)"),
        ('echo \'{"runs": [{"results": []}]}\'', "did not come to the end"),
    ],
)
def test_a_hadolint_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = planted(tmp_path, "hadolint", script)
    instead(monkeypatch, "hadolint", fake)
    export = laid(tmp_path / "in", {"Dockerfile": FAULTY})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert (look.hits, look.files, look.kinds) == ((), 0, frozenset())
