import pytest
from tests.judge.builders import ask, verdicts
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "remote-mismatch"


def test_a_folder_named_for_another_repository(desk: Desk, see: See) -> None:
    repo = desk.cloned("billing")
    repo.answers_to("api")
    said = {outcome.message: outcome.severity for outcome in ask(RULE, see(repo))}
    assert said == {"the folder billing is a clone of api": None, "": None}


@pytest.mark.parametrize("folder", ["api", "API", "api-work", "acme-api", "api_2"])
def test_a_folder_that_says_so_in_other_words(desk: Desk, see: See, folder: str) -> None:
    repo = desk.cloned(folder)
    repo.answers_to("api")
    assert verdicts(ask(RULE, see(repo))) == {Verdict.NO}


def test_pushing_to_a_repository_of_another_name(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.answers_to("api")
    repo.git("remote", "set-url", "--push", "origin", "git@github.com:acme/billing.git")
    outcome = ask(RULE, see(repo))[-1]
    assert outcome.message == "origin fetches from acme/api and pushes to acme/billing"
    assert outcome.severity is Severity.MEDIUM
    assert outcome.location == str(repo.path)


def test_pushing_to_a_fork_is_usual(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.answers_to("api")
    repo.git("remote", "set-url", "--push", "origin", "git@github.com:ann/api.git")
    assert verdicts(ask(RULE, see(repo))) == {Verdict.NO}


def test_a_remote_on_a_disk_has_no_name_to_compare(desk: Desk, see: See) -> None:
    assert verdicts(ask(RULE, see(desk.cloned("billing")))) == {Verdict.NO}


def test_a_git_directory_inside_of_the_folder_is_named_by_the_folder(desk: Desk, see: See) -> None:
    desk.cloned()
    (desk.root / "code" / "work-of-api").mkdir()
    bare = desk.another("api", "work-of-api/.bare", "--bare")
    bare.answers_to("api")
    assert verdicts(ask(RULE, see(bare))) == {Verdict.NO}


def test_a_folder_that_says_less_than_the_name(desk: Desk, see: See) -> None:
    repo = desk.cloned("nvim")
    repo.answers_to("nvim-config")
    assert verdicts(ask(RULE, see(repo))) == {Verdict.NO}
