"""Protection, rulesets, labels and CI: what wasn't asked to change stays, and comes back."""

from datetime import timedelta

import pytest
from tests.clients.github.write.desk import NAME, Desk
from tests.clients.github.write.scenarios import RULES, failed_run, persons_issue

from opsroom.clients.github.write.ci import dispatch, rerun
from opsroom.clients.github.write.errors import CannotTell, WriteRefused
from opsroom.clients.github.write.labels import add_labels, create_label, remove_label
from opsroom.clients.github.write.protection import Change, protect, restore_protection
from opsroom.clients.github.write.rulesets import delete_ruleset, holds, put_ruleset
from opsroom.clients.github.write.writer import Writer
from opsroom.demo.github.acts.issues import create_label as press_label
from opsroom.demo.github.acts.protection import protect as press_protect
from opsroom.demo.github.acts.protection import save_ruleset
from opsroom.demo.github.acts.runs import rerun as press_rerun
from opsroom.demo.github.state.protection import Protection

pytestmark = pytest.mark.anyio


def strict(desk: Desk) -> Protection:
    """Protection that uses everything that the double knows."""
    return press_protect(
        desk.world,
        desk.api,
        "main",
        desk.kim,
        checks=(("build", 15368), ("lint", None)),
        strict=True,
        reviews=2,
        dismiss_stale=True,
        code_owners=True,
        last_push=True,
        admins=True,
        linear=True,
        conversations=True,
        restrictions=("kim", "bot"),
    )


def rules(found: Protection) -> dict[str, object]:
    return {
        name: getattr(found, name)
        for name in (
            "checks", "strict", "reviews", "dismiss_stale", "code_owners", "last_push", "admins",
            "linear", "force_pushes", "deletions", "block_creations", "conversations", "locked",
            "fork_syncing", "restrictions",
        )
    }  # fmt: skip


async def test_a_required_check_is_added_and_every_other_setting_kept(
    desk: Desk, writer: Writer
) -> None:
    before = rules(strict(desk))
    done = await protect(writer, NAME, "main", Change(add_checks=frozenset({"test"})))
    assert done.now
    after = rules(desk.api.protections["main"])
    assert after == {**before, "checks": (("build", 15368), ("lint", None), ("test", None))}
    assert done.before is not None
    await restore_protection(writer, NAME, done.before)
    assert rules(desk.api.protections["main"]) == before


async def test_protection_that_began_is_taken_away_again(desk: Desk, writer: Writer) -> None:
    done = await protect(writer, NAME, "main", Change(reviews=1))
    assert done.before is not None
    assert done.before.settings is None
    back = await restore_protection(writer, NAME, done.before)
    assert back.now
    assert not desk.api.protections
    assert not (await restore_protection(writer, NAME, done.before)).now


async def test_there_is_no_protection_of_a_branch_that_isnt_there(
    desk: Desk, writer: Writer
) -> None:
    with pytest.raises(WriteRefused) as refused:
        await protect(writer, NAME, "nowhere", Change(reviews=1))
    assert refused.value.reason == "gone"


async def test_protection_that_the_host_took_and_doesnt_hold_is_said_so(
    desk: Desk, writer: Writer
) -> None:
    desk.trouble.expect("refuse", "PUT", "/branches/main/protection", status=200)
    with pytest.raises(WriteRefused) as refused:
        await protect(writer, NAME, "main", Change(reviews=1))
    assert refused.value.reason == "not-kept"


async def test_a_ruleset_stands_beside_others_and_comes_back(desk: Desk, writer: Writer) -> None:
    theirs = save_ruleset(
        desk.world,
        desk.api,
        None,
        desk.kim,
        name="theirs",
        rules=[{"type": "deletion"}],
    )
    await put_ruleset(writer, NAME, "opsroom: main", RULES)
    changed = await put_ruleset(writer, NAME, "opsroom: main", {"enforcement": "disabled"})
    assert changed.before is not None
    ours = next(each for each in desk.api.rulesets.values() if each is not theirs)
    assert (ours.enforcement, len(ours.rules)) == ("disabled", 2)
    await put_ruleset(writer, NAME, "opsroom: main", changed.before.parts)
    assert ours.enforcement == "active"
    await delete_ruleset(writer, NAME, "opsroom: main")
    assert list(desk.api.rulesets.values()) == [theirs]


@pytest.mark.parametrize("name", ["theirs", "opsroom", "Opsroom: x", "opsroom: a\nb"])
async def test_only_rulesets_of_ours_are_written(name: str, desk: Desk, writer: Writer) -> None:
    for call in (put_ruleset(writer, NAME, name, RULES), delete_ruleset(writer, NAME, name)):
        with pytest.raises(WriteRefused, match="not the name of a ruleset of ours"):
            await call
    assert not desk.trouble.asked


def test_what_is_wanted_is_there_whatever_the_host_adds() -> None:
    assert holds({"a": [1, {"b": 2}]}, {"a": [{"b": 2, "c": 3}, 1], "d": 4})
    assert not holds({"a": [1]}, {"a": [1, 2]})
    assert not holds({"a": {"b": 1}}, {"a": {"b": 2}})
    assert not holds({"a": []}, {"a": [1]})
    assert holds({"a": []}, {"a": []})


async def test_a_label_that_is_there_stays_as_it_is(desk: Desk, writer: Writer) -> None:
    press_label(desk.world, desk.api, "Security", desk.kim, color="ff0000")
    done = await create_label(writer, NAME, "security", "0e8a16", "ours")
    assert not done.now
    assert done.after.colour == "ff0000"
    assert done.before == done.after


async def test_a_colour_is_six_digits(desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused, match="hexadecimal"):
        await create_label(writer, NAME, "security", "#0e8a16", "ours")
    assert not desk.trouble.asked


async def test_labels_are_added_beside_others_and_told_for_the_undo(
    desk: Desk, writer: Writer
) -> None:
    await persons_issue(desk, writer)
    done = await add_labels(writer, NAME, 1, frozenset({"ci", "A/B"}))
    assert done.before == frozenset({"a/b"})
    assert done.after == frozenset({"a/b", "ci"})
    back = await remove_label(writer, NAME, 1, "ci")
    assert back.after == done.before


async def test_a_run_that_goes_on_is_not_run_again(desk: Desk, writer: Writer) -> None:
    await failed_run(desk, writer)
    run = next(iter(desk.api.runs.values()))
    press_rerun(desk.world, desk.api, run, desk.kim)
    with pytest.raises(WriteRefused) as refused:
        await rerun(writer, NAME, run.id, 2, failed_only=False)
    assert refused.value.reason == "busy"


async def test_an_attempt_that_a_person_asked_for_is_found(desk: Desk, writer: Writer) -> None:
    await failed_run(desk, writer)
    run = next(iter(desk.api.runs.values()))
    press_rerun(desk.world, desk.api, run, desk.kim)
    found = await rerun(writer, NAME, run.id, 1, failed_only=True)
    assert not found.now
    assert (found.after.attempt, found.after.actor) == (2, "kim")


async def test_a_started_workflow_says_which_run_it_is(desk: Desk, writer: Writer) -> None:
    await failed_run(desk, writer)
    done = await dispatch(writer, NAME, "ci.yml", "main", {}, desk.time.started)
    assert done.now
    assert done.after is not None
    run = desk.api.runs[done.after.number]
    assert (run.event, run.branch, run.actor.login) == ("workflow_dispatch", "main", "bot")


async def test_a_lost_start_is_never_repeated(desk: Desk, writer: Writer) -> None:
    await failed_run(desk, writer)
    desk.trouble.expect("before", "POST", "/dispatches")
    with pytest.raises(CannotTell):
        await dispatch(writer, NAME, "ci.yml", "main", {}, desk.time.started)
    assert (
        desk.trouble.writes.count("POST /repos/acme/api/actions/workflows/ci.yml/dispatches") == 1
    )


async def test_a_later_plan_starts_a_workflow_anew(desk: Desk, writer: Writer) -> None:
    await failed_run(desk, writer)
    await dispatch(writer, NAME, "ci.yml", "main", {}, desk.time.started)
    desk.time.pass_by(60)
    later = desk.time.now()
    done = await dispatch(writer, NAME, "ci.yml", "main", {}, later - timedelta(seconds=1))
    assert done.now


async def test_a_workflow_that_isnt_there_is_said_so(desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused) as refused:
        await dispatch(writer, NAME, "nowhere.yml", "main", {}, desk.time.started)
    assert refused.value.reason == "gone"
