"""checkov and trivy: their reports as both were seen to write them, and both where installed.

The reports here are cut down to what is read; the programs are far too large to install for tests.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.observe.scanners.hostile import ANCHORS, misnamed
from tests.observe.scanners.laying import instead, laid, planted

from opsroom.model.severity import Severity
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.programs.infrastructure import heard
from opsroom.observe.programs.program import program
from opsroom.observe.scanners import Bounds, Missing, Scanner, checkov, trivy

BUCKET = 'resource "aws_s3_bucket" "b" {\n  acl = "public-read"\n}\n'
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true, containers: []}\n"
FILES = {"infra/main.tf": BUCKET, "k8s/pod.yaml": POD, "app.py": "x", ".checkov.yaml": "quiet: 1"}


def checkov_report(folder: str) -> Any:
    passed = {"check_id": "CKV_K8S_1", "file_abs_path": f"{folder}/k8s/pod.yaml"}
    failed = {
        "check_id": "CKV_AWS_20",
        "check_name": "bucket is readable by all",
        "file_abs_path": f"{folder}/infra/main.tf",
        "file_line_range": [1, 3],
        "resource": "aws_s3_bucket.b",
    }
    return [
        {"check_type": "terraform", "results": {"passed_checks": [], "failed_checks": [failed]}},
        {"check_type": "kubernetes", "results": {"passed_checks": [passed]}},
    ]


def trivy_report(folder: str) -> Any:
    failed = {
        "ID": "AVD-AWS-0092",
        "Title": "ACL",
        "Message": "public",
        "Resolution": "make it private",
        "Severity": "HIGH",
        "Status": "FAIL",
        "CauseMetadata": {"StartLine": 1, "EndLine": 3},
    }
    return {
        "Results": [
            {"Target": "infra", "Type": "terraform"},
            {"Target": "infra/main.tf", "Misconfigurations": [failed]},
            {"Target": "k8s/pod.yaml", "Misconfigurations": [{**failed, "Status": "PASS"}]},
        ]
    }


Report = Callable[[str], Any]
BOTH = (
    pytest.param(checkov.SCANNER, checkov_report, "checkov/CKV_AWS_20", id="checkov"),
    pytest.param(trivy.SCANNER, trivy_report, "trivy/AVD-AWS-0092", id="trivy"),
)


def answering(folder: Path, name: str, report: Report) -> Path:
    """A program that writes `report`, with the folder that it was given in it."""
    template = folder / "report.json"
    template.write_text(json.dumps(report("FOLDER")))
    return planted(
        folder,
        name,
        f'for each; do case "$each" in --directory=*) each="${{each#*=}}" ;; esac\n'
        f'case "$each" in */files) sed "s|FOLDER|$each|g" {template} ;; esac; done',
    )


def name_of(scanner: Scanner) -> str:
    return scanner.look.__module__.rpartition(".")[2]


@pytest.mark.parametrize(("scanner", "report", "rule"), BOTH)
def test_a_report_becomes_hits_and_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: Scanner, report: Report, rule: str
) -> None:
    name = name_of(scanner)
    instead(monkeypatch, name, answering(tmp_path, name, report))
    look = scanner.look(laid(tmp_path / "in", FILES), Bounds())
    (hit,) = look.hits
    assert (hit.rule, hit.path, hit.line) == (rule, "infra/main.tf", 1)
    assert hit.severity.rank <= Severity.MEDIUM.rank
    assert (look.files, look.kinds) == (2, frozenset({"terraform", "kubernetes"}))
    assert look.reason is None


@pytest.mark.parametrize(("scanner", "report", "rule"), BOTH)
def test_what_it_does_not_name_was_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: Scanner, report: Report, rule: str
) -> None:
    name = name_of(scanner)
    instead(monkeypatch, name, answering(tmp_path, name, report))
    look = scanner.look(laid(tmp_path / "in", {**FILES, "other/a.tf": BUCKET}), Bounds())
    assert look.files == 2
    assert [(skip.count, skip.example) for skip in look.skipped] == [(1, "other/a.tf")]
    silent = scanner.look(laid(tmp_path / "two", {"other/a.tf": BUCKET}), Bounds())
    assert silent.reason == f"{name} could read none of the files"


@pytest.mark.parametrize(("scanner", "report", "rule"), BOTH)
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -KILL $$", "was killed by signal 9"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("echo 'bad key in config' >&2; exit 2", "exit code 2): bad key"),
        ("echo hello", "not JSON"),
        ("echo '[[], null, {\"results\": 5}]'", "could read none"),
        ("echo 'fatal error: runtime: out of memory' >&2; exit 2", "more memory"),
    ],
)
def test_one_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scanner: Scanner,
    report: Report,
    rule: str,
    script: str,
    reason: str,
) -> None:
    instead(monkeypatch, name_of(scanner), planted(tmp_path, "fake", script))
    export = laid(tmp_path / "in", FILES)
    look = scanner.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert look.hits == ()


@pytest.mark.parametrize(("scanner", "report", "rule"), BOTH)
def test_a_missing_one_says_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: Scanner, report: Report, rule: str
) -> None:
    name = name_of(scanner)
    instead(monkeypatch, name, None)
    offer = scanner.offer()
    assert isinstance(offer, Missing)
    assert name in offer.reason
    assert "pip install" in offer.fix
    assert scanner.look(laid(tmp_path, FILES), Bounds()).reason == f"{name} is not installed"
    assert not scanner.default


@pytest.mark.parametrize(
    "comment",
    [
        "# checkov:skip=CKV_AWS_20: we know",
        "#checkov : skip=CKV_AWS_20",
        "//bridgecrew:skip=CKV_AWS_20",
        "# trivy:ignore:AVD-AWS-0092",
        "#tfsec:ignore:*",
        "annotations: {checkov.io/skip1: CKV_K8S_1=why}",
    ],
)
def test_comments_that_silence_are_blanked_in_their_line(comment: str) -> None:
    content = heard(f"a\n{comment}\nb\n".encode()).decode()
    assert content.count("\n") == 3
    assert not {"checkov", "bridgecrew", "trivy", "tfsec"}.intersection(
        content.replace(":", " ").replace(".", " ").replace("#", " ").split()
    )
    assert "checkov:latest" in heard(b"image: checkov:latest").decode()


def test_yaml_that_unfolds_is_given_to_nobody(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood):
        heard(f"apiVersion: v1\nkind: Pod\n{ANCHORS}".encode())


@pytest.mark.parametrize(("scanner", "report", "rule"), BOTH)
def test_the_program_itself(tmp_path: Path, scanner: Scanner, report: Report, rule: str) -> None:
    name = name_of(scanner)
    if program(name) is None:
        pytest.skip(f"{name} is not installed")
    bomb = f"apiVersion: v1\nkind: Pod\n{ANCHORS}"
    silenced = BUCKET.replace("acl", "#checkov:skip=CKV_AWS_20\n  #trivy:ignore:*\n  acl")
    names = misnamed("main.tf", f"\n\n{BUCKET}")
    files = {**FILES, "bomb/pod.yaml": bomb, "quiet/main.tf": silenced, **names}
    look = scanner.look(laid(tmp_path, files, keep_silencers=True), Bounds())
    found = [hit for hit in look.hits if hit.rule == rule]
    assert len(found) == len(names) + 2
    assert len({hit.anchor for hit in found}) <= 2
    assert ("could take a scanner down", "bomb/pod.yaml") in {
        (skip.reason, skip.example) for skip in look.skipped
    }
