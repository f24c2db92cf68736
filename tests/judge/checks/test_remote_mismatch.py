import pytest
from tests.judge.builders import THERE, ask, clone, hosted, remote, snapshot, unasked, verdicts
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict
from opsroom.model.host import Whereabouts
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


def test_a_remote_that_names_the_repository_as_it_was_called() -> None:
    seen = hosted(
        clone(), remote=remote(full_name="corp/service", url="https://github.com/corp/service")
    )
    outcome = ask(RULE, seen)[-1]
    said = "origin names acme/api, which is corp/service now: https://github.com/corp/service"
    assert (outcome.message, outcome.severity) == (said, Severity.LOW)


def test_former_names_are_known_by_the_repository() -> None:
    moved = hosted(clone(), key="x", also=("github.com/acme/api",), remote=remote(full_name="a/b"))
    stranger = hosted(clone(), key="x", remote=remote(full_name="a/b"))
    assert ask(RULE, moved)[-1].verdict is Verdict.YES
    assert ask(RULE, stranger)[-1].verdict is Verdict.NO


def test_a_name_that_differs_in_case_is_the_same() -> None:
    assert verdicts(ask(RULE, hosted(clone(), remote=remote(full_name="Acme/API")))) == {Verdict.NO}


def test_a_host_that_does_not_answer_says_nothing_of_names() -> None:
    assert ask(RULE, hosted(clone(), remote=unasked()))[-1].verdict is Verdict.UNKNOWN


def test_a_name_that_leads_to_what_nobody_watches() -> None:
    kim = Whereabouts(**THERE, full_name="kim/api", url="https://github.com/kim/api")
    said = ask(RULE, snapshot().model_copy(update={"whereabouts": kim}))[-1]
    assert said.message == (
        "origin names acme/api, which is kim/api now, which nothing here watches: "
        "https://github.com/kim/api"
    )
    nowhere = snapshot().model_copy(update={"whereabouts": Whereabouts(**THERE)})
    assert verdicts(ask(RULE, nowhere)) == {Verdict.NO}
