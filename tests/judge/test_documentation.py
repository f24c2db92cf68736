"""Every rule is one short file, documented, tested, and on the page of rules."""

import re
from pathlib import Path

import pytest

import opsroom.judge.checks
from opsroom.judge.documentation import Family, rules_page
from opsroom.judge.examination import built_in
from opsroom.judge.threats import threats

CHECKS = Path(opsroom.judge.checks.__file__).parent
HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "checks.md"
CONTRACT = """
    uncommitted-changes untracked-files unpushed-commits behind-upstream no-upstream no-remote
    detached-head merge-in-progress stashed-changes stale-branches stale-tags default-branch-drift
    remote-mismatch missing-readme missing-license missing-gitignore missing-security-policy
    missing-codeowners missing-ci missing-update-bot missing-lockfile large-files
    vendored-dependencies inactive unreadable missing-clone extra-clone
"""


def test_every_rule_that_was_promised_is_there() -> None:
    assert set(CONTRACT.split()) <= set(built_in())


@pytest.mark.parametrize("rule", built_in())
def test_a_rule_is_one_short_file_that_says_what_why_and_what_to_do(rule: str) -> None:
    check = built_in()[rule]
    text = (CHECKS / f"{rule.replace('-', '_')}.py").read_text()
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)
    assert len(text.splitlines()) <= 70
    assert text.startswith('"""')
    for said in (check.what, check.why, check.fix):
        assert said.endswith((".", ")"))
        assert "\n" not in said


@pytest.mark.parametrize("rule", built_in())
def test_a_rule_has_a_test_of_its_name(rule: str) -> None:
    text = (HERE / "checks" / f"test_{rule.replace('-', '_')}.py").read_text()
    assert f'RULE = "{rule}"' in text


def test_every_rule_is_on_the_page_with_an_anchor_to_it() -> None:
    page = rules_page()
    for rule, check in built_in().items():
        assert f"\n## {rule}\n" in page
        assert f"(#{rule})" in page
        assert check.why in page


@pytest.mark.parametrize("rule", threats())
def test_every_rule_about_threats_is_on_the_page_with_an_anchor_to_it(rule: str) -> None:
    page = rules_page()
    assert f"\n## {rule}\n" in page
    assert f"(#{rule})" in page
    for said in (threats()[rule].what, threats()[rule].why, threats()[rule].fix):
        assert said in page


def test_no_rule_has_the_name_of_another() -> None:
    assert not built_in().keys() & threats().keys()


def test_what_scanners_report_is_told_where_there_are_any() -> None:
    told = rules_page([Family("zizmor", ("zizmor/*",), "workflows")])
    assert "| zizmor | `zizmor/*` | workflows |" in told
    assert "What scanners report" not in rules_page()


def test_the_page_in_the_docs_is_what_the_rules_say() -> None:
    assert PAGE.read_text().startswith(rules_page()[:-1]), "run `make docs`"
