from typing import Any

from tests.judge.builders import THERE, ask, clone, hosted, only, refs, snapshot, unasked

from opsroom.model.check import Verdict
from opsroom.model.host import Whereabouts
from opsroom.model.limits import Limits
from opsroom.model.snapshot import RemoteAddress, Snapshot

RULE = "extra-clone"
WATCHED = Limits(owners=("github.com/acme",))


def asked(host_id: str | None = None, **where: Any) -> Snapshot:
    """A clone of what no source lists, with what its host says of the name."""
    seen = snapshot(host_id=host_id)
    return seen.model_copy(update={"whereabouts": Whereabouts(**THERE, **where)})


def test_its_owner_lists_no_such_repository_and_the_host_has_none() -> None:
    outcome = only(ask(RULE, asked(), limits=WATCHED))
    assert "has none of this name any more, or hides it" in outcome.message
    assert outcome.location == "/code/api"


def test_until_the_host_was_asked_for_the_name_it_may_have_another_one() -> None:
    outcome = only(ask(RULE, snapshot(), limits=WATCHED))
    assert outcome.verdict is Verdict.UNKNOWN
    assert "github.com/acme lists no acme/api" in outcome.message


def test_what_goes_on_elsewhere_is_no_extra() -> None:
    for host_id in (None, "R_1"):
        seen = asked(host_id, full_name="kim/api", url="https://github.com/kim/api")
        assert only(ask(RULE, seen, limits=WATCHED)).verdict is Verdict.NO


def test_its_host_had_it_once() -> None:
    outcome = only(ask(RULE, snapshot(host_id="R_1")))
    assert outcome.message == "its host has it no more, or hides it"


def test_what_the_host_has_is_no_extra() -> None:
    assert only(ask(RULE, hosted(clone()), limits=WATCHED)).verdict is Verdict.NO


def test_of_owners_that_nobody_listed_nothing_is_known() -> None:
    assert only(ask(RULE, snapshot())).verdict is Verdict.NO
    other = clone(refs=refs(remotes=(RemoteAddress(name="origin", url="git@gitlab.com:acme/api"),)))
    assert only(ask(RULE, snapshot(other), limits=WATCHED)).verdict is Verdict.NO


def test_a_fork_beside_origin_does_not_count() -> None:
    two = (
        RemoteAddress(name="origin", url="https://github.com/ann/api"),
        RemoteAddress(name="upstream", url="https://github.com/acme/api"),
    )
    assert only(ask(RULE, snapshot(clone(refs=refs(remotes=two))), limits=WATCHED)).verdict is (
        Verdict.NO
    )


def test_while_the_host_does_not_answer_nobody_knows() -> None:
    seen = hosted(clone(), remote=unasked("down"))
    assert only(ask(RULE, seen, limits=WATCHED)).message == "down"


def test_what_only_a_host_has_is_no_clone() -> None:
    assert ask(RULE, hosted(), limits=WATCHED) == []
