"""What a diagnosis says of hosts: faults with whose they are, and what will be unknown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from tests.hub import SCOPES, Clock, SmallHub

from opsroom.operations import host_parts as asked_parts
from opsroom.operations.host_parts import host_parts
from opsroom.operations.hosts.watch import ASKED
from opsroom.operations.parts import Part, State
from opsroom.settings import GithubSource, Settings
from opsroom.store.database import Store
from opsroom.store.deliveries import Delivery, take_in
from opsroom.store.gaps import Gap, save_gap

NOW = datetime.now(UTC)
KIM = "ghp_kim"


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "host")


def source(url: str, token: str = KIM, owner: str = "acme", **more: Any) -> GithubSource:
    return GithubSource(
        kind="github", owners=(owner,), base_url=url, token=SecretStr(token), **more
    )


def diagnosed(hub: SmallHub, home: Path, *tokens: str, **more: Any) -> list[Part]:
    """What is said of acme's source; no token of it stands anywhere."""
    with hub.serve(lifespan="off") as url:
        sources = tuple(source(url, token, **more) for token in tokens or (KIM,))
        found = anyio.run(host_parts, Settings(home=home, sources=sources))
    assert not [part for part in found if "ghp_" in str(part) or "github_pat_" in str(part)]
    return found


def one(parts: list[Part], begin: str, word: str = "") -> Part:
    """The only part of this name that says this."""
    found = [part for part in parts if begin in part.part and word in part.said]
    assert len(found) == 1, parts
    return found[0]


def test_a_token_that_may_everything(hub: SmallHub, tmp_path: Path) -> None:
    found = diagnosed(hub, tmp_path)
    who = one(found, "source github:")
    assert who.state is State.WORKS
    assert who.said.startswith("answers to a token of kim, scopes ")
    assert "security_events" in who.said
    may = one(found, ": rights", "may read repositories")
    assert "read secret alerts" in may.said
    budget = one(found, ": budget")
    assert (budget.state, "rest " in budget.said, "graphql " in budget.said) == (
        State.WORKS,
        True,
        True,
    )
    assert one(found, ": writes").said == "no write token, so nothing can be written"
    assert "no webhook_secret" in one(found, ": webhooks").said
    assert not [part for part in found if part.part.endswith(": clock")]


def test_a_token_that_may_little_says_what_will_be_unknown(hub: SmallHub, tmp_path: Path) -> None:
    token = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"metadata": "read"})
    found = diagnosed(hub, tmp_path, token)
    assert "fine-grained" in one(found, "source github:").said
    lost = one(found, ": rights", "may not read dependency alerts")
    assert lost.state is State.NOTE
    assert "dependency alerts of the host are unknown" in lost.said
    assert "docs/hosts.md" in lost.fix


def test_a_token_that_sees_nothing_is_broken(hub: SmallHub, tmp_path: Path) -> None:
    with hub.serve(lifespan="off") as url:
        asked = source(url, owner="nobody-there")
        found = anyio.run(host_parts, Settings(home=tmp_path, sources=(asked,)))
    assert "no owner nobody-there" in one(found, "source github:").said
    assert one(found, "source github:").state is State.UNASKED
    assert one(found, "source github:").fix.startswith("look at owner")


def test_single_sign_on_says_what_to_do(hub: SmallHub, tmp_path: Path) -> None:
    hub.acme.single_sign_on = True
    lost = one(diagnosed(hub, tmp_path), ": rights", "may not read dependency alerts")
    assert "single sign-on" in lost.said
    assert "configure SSO" in lost.fix


def test_a_wrong_token_is_the_tokens_fault(hub: SmallHub, tmp_path: Path) -> None:
    wrong = one(diagnosed(hub, tmp_path, "ghp_wrong"), "source github:")
    assert wrong.state is State.BROKEN
    assert "the host does not know the token" in wrong.said
    assert "the fault lies with the token" in wrong.said
    assert wrong.fix == "make a new one, and name it in the settings"


def test_an_expired_token_is_broken(hub: SmallHub, tmp_path: Path) -> None:
    token = hub.give_token("ghp_old", hub.kim, SCOPES, expires_at=NOW - timedelta(days=1))
    assert one(diagnosed(hub, tmp_path, token), "source github:").state is State.BROKEN


@pytest.mark.parametrize(("days", "state"), [(13, State.NOTE), (15, State.WORKS)])
def test_a_token_that_ends_soon_is_noted(
    hub: SmallHub, tmp_path: Path, days: int, state: State
) -> None:
    at = NOW + timedelta(days=days, hours=1)
    token = hub.give_token("ghp_short", hub.kim, SCOPES, expires_at=at)
    who = one(diagnosed(hub, tmp_path, token), "source github:")
    assert who.state is state
    assert f"it lives until {at:%Y-%m-%d %H:%M} UTC" in who.said
    assert ("13 more days" in who.said) is (days == 13)


def test_a_host_that_is_down_could_not_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_parts, "WITHIN", 3.0)
    settings = Settings(home=tmp_path, sources=(source("http://127.0.0.1:1"),))
    down = one(anyio.run(host_parts, settings), "source github:")
    assert down.state is State.UNASKED
    assert "127.0.0.1:1" in down.said
    assert down.fix.startswith("look at the network and at base_url (http://127.0.0.1:1)")


def test_a_host_that_is_slow_is_not_waited_for(
    hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_parts, "WITHIN", 0.3)
    hub.hub.faults.set({"timeouts": 1.0, "patience": 2.0})
    slow = one(diagnosed(hub, tmp_path), "source github:")
    assert (slow.state, "within 0 s" in slow.said) == (State.UNASKED, True)


@pytest.mark.parametrize(("minutes", "side"), [(10, "behind"), (-10, "ahead of")])
def test_a_skewed_clock_is_told(tmp_path: Path, minutes: int, side: str) -> None:
    clock: Callable[[], datetime] = Clock(datetime.now(UTC) + timedelta(minutes=minutes))
    hub = SmallHub(tmp_path / "host", clock=clock)
    skewed = one(diagnosed(hub, tmp_path), ": clock")
    assert skewed.state is State.NOTE
    assert f"s {side} the host's" in skewed.said
    assert "NTP" in skewed.fix


def test_a_write_token_stands_apart_or_is_broken(hub: SmallHub, tmp_path: Path) -> None:
    apart = diagnosed(hub, tmp_path, write_token=SecretStr("ghp_writer"))
    assert one(apart, ": writes").state is State.WORKS
    assert "it never reads" in one(apart, ": writes").said
    same = one(diagnosed(hub, tmp_path, write_token=SecretStr("ghp_kim")), ": writes")
    assert (same.state, same.said) == (State.BROKEN, "write_token is the token that reads")


def test_webhooks_that_never_came_came_or_were_missed(hub: SmallHub, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with hub.serve(lifespan="off") as url:
        asked = source(url, webhook_secret=SecretStr("wombat"))
        settings = Settings(home=home, sources=(asked,))

        def told(*kept: Delivery | Gap) -> Part:
            anyio.run(keep, home, kept)
            return one(anyio.run(host_parts, settings), ": webhooks")

        key = asked.key
        part = one(anyio.run(host_parts, settings), ": webhooks")
        assert "whether any came is not known" in part.said
        never = told(Delivery(guid="0", source=key, event=ASKED, received_at=NOW))
        assert (never.state, "none ever came" in never.said) == (State.NOTE, True)
        old = NOW - timedelta(days=4)
        assert told(Delivery(guid="1", source=key, event="push", received_at=old)).fix
        came = told(Delivery(guid="2", source=key, event="push", received_at=NOW))
        assert (came.state, came.said) == (
            State.WORKS,
            f"the newest came {NOW:%Y-%m-%d %H:%M} UTC",
        )
        gap = Gap(source=key, since=NOW - timedelta(hours=2), until=NOW, reason="nobody listened")
        missed = told(gap)
        assert missed.state is State.NOTE
        assert "missed 1 times lately (nobody listened)" in missed.said
        assert "wombat" not in str(missed)


async def keep(home: Path, kept: tuple[Delivery | Gap, ...]) -> None:
    async with Store.open(None, home) as store, store.write() as connection:
        for each in kept:
            if isinstance(each, Gap):
                await save_gap(connection, each)
            else:
                await take_in(connection, each)


def test_several_sources_are_told_in_their_order(hub: SmallHub, tmp_path: Path) -> None:
    hub.give_token("ghp_second", hub.kim, SCOPES)
    with hub.serve(lifespan="off") as url:
        sources = (source(url), source(url, "ghp_wrong", "kim"))
        found = anyio.run(host_parts, Settings(home=tmp_path, sources=sources))
    heads = [part.state for part in found if part.part.startswith("source ")]
    assert heads == [State.WORKS, State.BROKEN]
