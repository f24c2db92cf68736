"""Every verb has one effect, whatever the network does, and a repeat of it has none."""

from datetime import timedelta

import pytest
from tests.clients.github.write.desk import Desk
from tests.clients.github.write.scenarios import BY_NAME, Scenario

from opsroom.clients.github.write.errors import CannotTell
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import Later

pytestmark = pytest.mark.anyio


def verbs(*names: str) -> pytest.MarkDecorator:
    """Some verbs, or all of them, in turn."""
    chosen = [BY_NAME[name] for name in names or BY_NAME]
    return pytest.mark.parametrize("verb", [pytest.param(verb, id=verb.name) for verb in chosen])


each_verb = verbs()
creating_verbs = verbs("create-branch", "commit", "open-pull", "merge", "create-issue", "comment")


@each_verb
async def test_a_verb_has_its_effect_once_and_a_repeat_none(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    assert verb.effect(desk) == 0
    first = await verb.act(desk, writer)
    assert first.now
    assert verb.effect(desk) == 1
    written = len(desk.trouble.writes)
    another = desk.writer()
    again = await verb.act(desk, another)
    await another.close()
    assert not again.now
    assert again.after == first.after
    assert verb.effect(desk) == 1
    assert len(desk.trouble.writes) == written


@each_verb
async def test_a_502_after_the_effect_doesnt_repeat_it(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("after", verb.method, verb.path)
    done = await verb.act(desk, writer)
    assert done.now
    assert verb.effect(desk) == 1


@creating_verbs
async def test_half_an_answer_doesnt_repeat_the_effect(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("cut", verb.method, verb.path)
    await verb.act(desk, writer)
    assert verb.effect(desk) == 1


@verbs("commit", "open-pull", "merge", "create-issue")
async def test_a_timeout_after_the_effect_doesnt_repeat_it(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("hang", verb.method, verb.path)
    done = await verb.act(desk, writer)
    assert done.now
    assert verb.effect(desk) == 1


@creating_verbs
async def test_a_502_without_an_effect_is_repeated_once(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("before", verb.method, verb.path)
    done = await verb.act(desk, writer)
    assert done.now
    assert verb.effect(desk) == 1


@creating_verbs
async def test_a_host_that_goes_on_failing_is_said_so_and_a_later_repeat_does_it(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("before", verb.method, verb.path, times=2)
    before = len(desk.trouble.writes)
    with pytest.raises(CannotTell, match="answer"):
        await verb.act(desk, writer)
    tried = [asked for asked in desk.trouble.writes[before:] if asked.startswith(verb.method)]
    assert len(tried) <= 4
    assert verb.effect(desk) == 0
    desk.trouble.faults.clear()
    await verb.act(desk, writer)
    assert verb.effect(desk) == 1


@creating_verbs
async def test_who_cant_look_after_a_lost_answer_says_so(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await verb.prepare(desk, writer)
    desk.trouble.expect("after", verb.method, verb.path, times=2)

    def blind() -> None:
        desk.trouble.expect("before", "GET", ".*", times=100)

    desk.trouble.on_fault = blind
    with pytest.raises(CannotTell):
        await verb.act(desk, writer)
    assert verb.effect(desk) == 1


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (403, {"Retry-After": "30"}, 30),
        (403, {}, 60),
        (429, {"Retry-After": "20"}, 20),
        (429, {}, 60),
    ],
)
async def test_a_limit_comes_back_at_once_and_nothing_is_sent_before_its_end(
    status: int, headers: dict[str, str], seconds: int, desk: Desk, writer: Writer
) -> None:
    await limited(BY_NAME["create-issue"], status, headers, seconds, desk, writer)


@creating_verbs
async def test_a_limit_in_the_middle_of_a_verb_leaves_nothing_half_done(
    verb: Scenario, desk: Desk, writer: Writer
) -> None:
    await limited(verb, 403, {"Retry-After": "30"}, 30, desk, writer)


async def limited(
    verb: Scenario,
    status: int,
    headers: dict[str, str],
    seconds: int,
    desk: Desk,
    writer: Writer,
) -> None:
    """Be limited at a verb, ask too early, and then in time."""
    await verb.prepare(desk, writer)
    message = "You have exceeded a secondary rate limit. Please wait a few minutes."
    desk.trouble.expect(
        "refuse", verb.method, verb.path, status=status, headers=headers, message=message
    )
    with pytest.raises(Later) as told:
        await verb.act(desk, writer)
    assert told.value.until == desk.time.now() + timedelta(seconds=seconds)
    assert verb.effect(desk) == 0
    asked = len(desk.trouble.asked)
    with pytest.raises(Later):
        await verb.act(desk, writer)
    assert len(desk.trouble.asked) == asked
    desk.time.pass_by(seconds)
    await verb.act(desk, writer)
    assert verb.effect(desk) == 1
