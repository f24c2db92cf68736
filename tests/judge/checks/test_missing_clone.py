from typing import Any

import pytest
from tests.judge.builders import ask, clone, hosted, only, remote, snapshot, unasked

from opsroom.model.check import Verdict
from opsroom.model.limits import Limits

RULE = "missing-clone"
FOLDERS = Limits(clones_expected=True)


def test_the_host_has_it_and_no_folder_does() -> None:
    outcome = only(ask(RULE, hosted(), limits=FOLDERS))
    assert outcome.message == "acme/api has no clone in the folders here"
    assert outcome.location == "https://github.com/acme/api"


@pytest.mark.parametrize("fact", ["archived", "fork", "disabled", "empty"])
def test_some_nobody_misses(fact: str) -> None:
    seen = hosted(remote=remote(**{fact: True}))
    assert only(ask(RULE, seen, limits=FOLDERS)).verdict is Verdict.NO


def test_a_centre_without_folders_misses_none() -> None:
    assert only(ask(RULE, hosted())).verdict is Verdict.NO


def test_a_clone_is_enough() -> None:
    seen: Any
    for seen in (snapshot(), hosted(clone()), hosted(clone(), remote=unasked())):
        assert only(ask(RULE, seen, limits=FOLDERS)).verdict is Verdict.NO


def test_while_the_host_does_not_tell_nobody_knows() -> None:
    assert only(ask(RULE, hosted(remote=unasked()), limits=FOLDERS)).verdict is Verdict.UNKNOWN
