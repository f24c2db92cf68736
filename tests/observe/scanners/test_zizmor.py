"""zizmor over workflows that are dangerous, quiet, broken or hostile."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import ANCHORS, DEEP, LFS, deep, misnamed
from tests.observe.scanners.laying import anchors, instead, laid, planted, rules

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Offer
from opsroom.observe.scanners.zizmor import SCANNER

INJECTION = """\
on: issues
permissions: {}
jobs:
  greet:
    name: greet
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.issue.title }}"
"""
QUIET = INJECTION.replace("${{ github.event.issue.title }}", "hello")
WORKFLOW = ".github/workflows/greet.yml"


def test_it_says_which_zizmor_is_here() -> None:
    offer = SCANNER.offer()
    assert isinstance(offer, Offer)
    assert offer.version[0].isdigit()


def test_an_injection_is_seen_where_it_stands(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {WORKFLOW: INJECTION}), Bounds())
    (hit,) = (hit for hit in look.hits if hit.rule == "zizmor/template-injection")
    assert (hit.path, hit.line, hit.severity) == (WORKFLOW, 8, Severity.HIGH)
    assert (look.files, look.kinds, look.skipped) == (1, frozenset({"actions"}), ())


def test_a_workflow_without_fault_is_read_and_has_no_hits(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {WORKFLOW: QUIET}), Bounds())
    assert rules(look)["zizmor/template-injection"] == 0
    assert look.files == 1


def test_actions_and_dependabot_are_read_too(tmp_path: Path) -> None:
    files = {
        "setup/action.yml": "name: x\ndescription: x\nruns:\n  using: composite\n  steps: []\n",
        ".github/dependabot.yml": (
            "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n"
            "    insecure-external-code-execution: allow\n    schedule: {interval: daily}\n"
        ),
    }
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look)["zizmor/dependabot-execution"] == 1
    assert (look.files, look.kinds) == (2, frozenset({"actions", "dependabot"}))


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = SCANNER.look(laid(tmp_path / "a", {WORKFLOW: INJECTION}), Bounds())
    moved = {".github/workflows/renamed.yaml": f"# moved\n\n{INJECTION}"}
    after = SCANNER.look(laid(tmp_path / "b", moved), Bounds())
    assert anchors(before) == anchors(after) != []


@pytest.mark.parametrize(
    "silencing",
    [
        {".github/zizmor.yml": "rules:\n  template-injection:\n    disable: true\n"},
        {"zizmor.yml": "rules:\n  template-injection:\n    ignore: [greet.yml]\n"},
        {".gitignore": ".github\n"},
    ],
)
def test_a_repository_cannot_silence_it(tmp_path: Path, silencing: dict[str, str]) -> None:
    inline = INJECTION.replace('}}"', '}}" # zizmor: ignore[template-injection]')
    files = {WORKFLOW: inline, **silencing}
    look = SCANNER.look(laid(tmp_path, files, keep_silencers=True), Bounds())
    assert rules(look)["zizmor/template-injection"] == 1


@pytest.mark.parametrize(
    "content",
    [ANCHORS, f"on: {DEEP}", "on: [push\n", "x: 1\n", LFS, "\0\0", "<<<<<<< ours\non: push\n", ""],
)
def test_what_is_no_workflow_is_said_and_hides_nothing(tmp_path: Path, content: str) -> None:
    files = {WORKFLOW: INJECTION, ".github/workflows/bad.yml": content}
    look = SCANNER.look(laid(tmp_path, files), Bounds(seconds=20))
    assert rules(look)["zizmor/template-injection"] == 1
    assert look.files == 1
    assert [(skip.count, skip.example) for skip in look.skipped] == [
        (1, ".github/workflows/bad.yml")
    ]


def test_if_nothing_could_be_read_nothing_is_known(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {WORKFLOW: "on: [push\n"}), Bounds())
    assert look.reason == "zizmor could parse none of the files"
    assert look.kinds == frozenset()


def test_more_files_than_one_run_can_name(tmp_path: Path) -> None:
    files = {f".github/workflows/greet{n}.yml": INJECTION for n in range(400)}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look)["zizmor/template-injection"] == 400
    assert look.files == 400


def test_names_that_mean_something_else_to_a_command_line(tmp_path: Path) -> None:
    action = (
        "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n"
        "    - run: echo ${{ github.event.issue.title }}\n      shell: bash\n"
    )
    files = misnamed("action.yml", action)
    forged = ".github/workflows/a\n INFO audit: zizmor: x completed b.yml"
    look = SCANNER.look(laid(tmp_path, {**files, forged: INJECTION}), Bounds())
    assert rules(look)["zizmor/template-injection"] == len(files) + 1
    assert look.files == len(files) + 1


def test_a_tree_of_many_folders(tmp_path: Path) -> None:
    action = "name: x\ndescription: x\nruns:\n  using: composite\n  steps: []\n"
    look = SCANNER.look(laid(tmp_path, deep("action.yml", action)), Bounds())
    assert (look.files, look.reason) == (1, None)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -KILL $$", "was killed by signal 9"),
        ("echo 'fatal: no audit was performed' >&2; exit 1", "fatal: no audit was performed"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("echo '{}'", "not SARIF"),
        ("echo '{\"runs\": []}'", "could parse none"),
        (
            'echo \'{"runs": [{"invocations": [{"executionSuccessful": false}]}]}\'',
            "says that it failed",
        ),
    ],
)
def test_a_zizmor_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = planted(tmp_path, "zizmor", script)
    instead(monkeypatch, "zizmor", fake)
    export = laid(tmp_path / "in", {WORKFLOW: INJECTION})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert (look.hits, look.files, look.kinds) == ((), 0, frozenset())
