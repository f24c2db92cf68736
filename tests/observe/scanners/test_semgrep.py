"""semgrep: its report as it was seen to write it, our rules for it, and itself where installed."""

import json
from pathlib import Path

import pytest
from tests.observe.scanners.hostile import misnamed
from tests.observe.scanners.laying import anchors, instead, laid, planted, rules

from opsroom.observe.programs.program import program
from opsroom.observe.scanners import Bounds, Missing
from opsroom.observe.scanners.semgrep import CONFIGURATION, SCANNER

EVAL = "const x = process.argv[2]\nconsole.log(eval(x)) // nosemgrep\n"
REPORT = {
    "results": [
        {
            "check_id": "tmp.opsroom.empty.script-eval",
            "path": "FOLDER/a.js",
            "start": {"line": 2},
            "end": {"line": 2},
            "extra": {"message": "Text that is computed is run", "severity": "WARNING"},
        }
    ],
    "errors": [{"path": "FOLDER/bad.js", "type": "Syntax error", "level": "warn"}],
    "paths": {"scanned": ["FOLDER/a.js", "FOLDER/bad.js"]},
}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of semgrep; a test writes what it does."""
    path = tmp_path / "semgrep"
    instead(monkeypatch, "semgrep", path)
    return path


def test_a_report_becomes_hits_and_proof(tmp_path: Path, fake: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    planted(
        tmp_path,
        "semgrep",
        f'for last; do :; done; sed "s|FOLDER|$last|g" {tmp_path}/report.json',
    )
    files = {"a.js": EVAL, "bad.js": "(", "c.ts": "", "p.vue": "", "x.py": ""}
    look = SCANNER.look(laid(tmp_path / "in", files), Bounds())
    assert [(hit.rule, hit.path, hit.line) for hit in look.hits] == [
        ("semgrep/script-eval", "a.js", 2)
    ]
    assert (look.files, look.kinds) == (1, frozenset({"javascript"}))
    assert {(skip.reason, skip.example) for skip in look.skipped} == {
        ("semgrep could not parse all of it", "bad.js"),
        ("semgrep did not look at it", "c.ts"),
        ("pages, which semgrep can't take apart", "p.vue"),
    }


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "was killed by signal 11"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("exit 2", "exit code 2"),
        ("exit 0", "not JSON"),
        ("echo '{\"results\": []}'", "could parse none"),
        (
            'echo \'{"errors": [{"level": "error", "type": "Out of memory"}]}\'',
            "semgrep failed: Out of memory",
        ),
    ],
)
def test_one_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, fake: Path, script: str, reason: str
) -> None:
    planted(tmp_path, fake.name, script)
    export = laid(tmp_path / "in", {"a.js": EVAL})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert (look.hits, look.kinds) == ((), frozenset())


def test_a_missing_one_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "semgrep", None)
    assert SCANNER.offer() == Missing("semgrep is not installed", "install it: pip install semgrep")


def test_our_rules_are_of_its_shape() -> None:
    rules = json.loads(CONFIGURATION)["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert {rule["severity"] for rule in rules} <= {"ERROR", "WARNING"}
    assert all(("patterns" in rule) != ("pattern-either" in rule) for rule in rules)


EXAMPLES = {
    "script-eval": ("a.js", EVAL, "eval('1 + 1')\n"),
    "script-shell-command": (
        "b.js",
        "const {execSync} = require('child_process')\nexecSync('ls ' + process.argv[2])\n",
        "const {execSync} = require('child_process')\nexecSync('ls')\nre.exec('a' + b)\n",
    ),
    "script-certificates-ignored": (
        "c.ts",
        "const a = {rejectUnauthorized: false}\n",
        "const a = {rejectUnauthorized: true}\n",
    ),
    "script-unverified-token": (
        "d.js",
        'jwt.verify(t, k, {algorithms: ["none"]})\n',
        'jwt.verify(t, k, {algorithms: ["RS256"]})\n',
    ),
    "go-certificates-ignored": (
        "e.go",
        "package a\nvar c = &tls.Config{InsecureSkipVerify: true}\n",
        "package a\nvar c = &tls.Config{MinVersion: 1}\n",
    ),
    "go-shell-command": (
        "f.go",
        'package a\nfunc f(x string) { exec.Command("sh", "-c", "ls "+x).Run() }\n',
        'package a\nfunc f(x string) { exec.Command("ls", x).Run() }\n',
    ),
    "php-eval": ("g.php", "<?php eval($x);\n", "<?php echo $x;\n"),
    "php-shell-command": ("h.php", "<?php system('ls ' . $_GET['d']);\n", "<?php system('ls');\n"),
    "ruby-eval": ("i.rb", "eval(params[:x])\n", "eval('1')\n"),
    "java-shell-command": (
        "J.java",
        'class J { void f(String x) { Runtime.getRuntime().exec("ls " + x); } }\n',
        'class J { void f(String x) { Runtime.getRuntime().exec("ls"); } }\n',
    ),
}


def test_the_program_itself(tmp_path: Path) -> None:
    if program("semgrep") is None:
        pytest.skip("semgrep is not installed")
    assert {rule["id"] for rule in json.loads(CONFIGURATION)["rules"]} == EXAMPLES.keys()
    silencing = {".semgrepignore": "*\n", ".gitignore": "*\n"}
    bad = {f"tests/bad/{name}": content for name, content, _ in EXAMPLES.values()}
    good = {f"good/{name}": content for name, _, content in EXAMPLES.values()}
    export = laid(tmp_path / "a", {**bad, **good, **silencing}, keep_silencers=True)
    look = SCANNER.look(export, Bounds())
    assert rules(look) == {f"semgrep/{name}": 1 for name in EXAMPLES}
    assert {hit.path for hit in look.hits} == bad.keys()
    assert look.files == len(bad) + len(good)
    names = misnamed("a.js", EVAL)
    moved = SCANNER.look(laid(tmp_path / "b", names), Bounds())
    assert rules(moved) == {"semgrep/script-eval": len(names)}
    assert set(anchors(moved)) <= set(anchors(look))
