import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.clients.github.asking import host, swept, whole
from tests.hub import Clock, SmallHub

from opsroom.clients.github.credentials import AppInstallation, PersonalToken, gh_token
from opsroom.clients.github.memory import InMemory
from opsroom.clients.host import HostError, NotLetIn, Priority
from opsroom.demo.github.acts.apps import create_app, install
from opsroom.demo.github.state.accounts import Access
from opsroom.demo.github.state.apps import Installation
from opsroom.errors import ObservationError, SettingsError

pytestmark = pytest.mark.anyio

READS: dict[str, Access] = {"metadata": "read", "contents": "read", "vulnerability_alerts": "read"}


@cache
def key() -> tuple[str, str]:
    """A private key and its public half, as PEM."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def installed(
    hub: SmallHub, *, repositories: frozenset[int] | None = None
) -> tuple[AppInstallation, Installation]:
    app = create_app(hub.world, "opsroom", hub.kim, key()[1], permissions=READS)
    there = install(hub.world, app, hub.acme, repositories)
    return AppInstallation(str(app.id), "Acme", key()[0]), there


async def test_an_app_reads_what_it_is_installed_for(hub: SmallHub) -> None:
    credential, _ = installed(hub)
    asked = host(hub, credential=credential)
    assert set(await swept(asked)) == {"acme/api", "acme/web", "acme/empty"}
    assert credential.permissions["contents"] == "read"
    rights = await asked.rights("acme")
    assert (rights.login, rights.kind, rights.expires_at) == (
        "Acme",
        "app",
        credential.expires_at,
    )
    with pytest.raises(HostError, match="for Acme alone"):
        await whole(asked, "kim")


async def test_an_app_for_some_repositories_lists_those_alone(hub: SmallHub) -> None:
    chosen = frozenset({hub.repository("acme/web").id})
    credential, _ = installed(hub, repositories=chosen)
    assert set(await swept(host(hub, credential=credential))) == {"acme/web"}


async def test_a_token_is_renewed_before_it_expires_and_etags_miss_then(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    hub = SmallHub(tmp_path, clock=clock)
    credential, _ = installed(hub)
    kept = InMemory()
    asked = host(hub, credential=credential, clock=clock, validators=kept)
    names = ("acme/api",)
    await asked.alerts("acme", names, priority=Priority.ASKED)
    first = credential.expires_at
    hub.world.stats.reset()
    await asked.alerts("acme", names, priority=Priority.ASKED)
    known = hub.world.stats.rest_304
    assert known > 0
    clock.at = clock() + timedelta(minutes=56)
    hub.world.stats.reset()
    await asked.alerts("acme", names, priority=Priority.ASKED)
    assert credential.expires_at is not None
    assert first is not None
    assert credential.expires_at > first
    assert hub.world.stats.rest_304 == 0, "an ETag is good for one token"
    assert asked.budget().account == credential.account, "the budget is the installation's"


async def test_a_token_that_was_taken_back_is_asked_for_anew(hub: SmallHub) -> None:
    credential, _ = installed(hub)
    asked = host(hub, credential=credential)
    await whole(asked)
    for text in [text for text, token in hub.world.tokens.items() if token.installation]:
        del hub.world.tokens[text]
    assert len((await whole(asked)).repositories) == 3


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_wrong_clock_of_ours_is_seen_from_the_hosts(hub: SmallHub, hours: int) -> None:
    credential, _ = installed(hub)

    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    assert len((await whole(host(hub, credential=credential, clock=wrong))).repositories) == 3


async def test_an_app_that_is_not_installed_or_not_known_is_said(hub: SmallHub) -> None:
    credential, there = installed(hub)
    other = AppInstallation(credential.app, "kim", key()[0])
    with pytest.raises(NotLetIn, match="not installed for kim"):
        await whole(host(hub, credential=other), "kim")
    with pytest.raises(NotLetIn, match="got no token"):
        await whole(host(hub, credential=AppInstallation("1", "acme", key()[0])))
    there.suspended_at = datetime.now(UTC)
    with pytest.raises(HostError):
        await whole(host(hub, credential=credential))


def test_no_secret_is_ever_shown() -> None:
    credential = AppInstallation("1", "acme", key()[0])
    assert key()[0] not in repr(credential)
    assert "PRIVATE" not in repr(credential)
    token = PersonalToken("ghp_secret")
    assert "ghp_secret" not in f"{token!r} {token.account}"


def test_what_can_be_no_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="private key"):
        AppInstallation("1", "acme", "no key")
    for text in ("two words", "line\nbreak", "übel"):
        with pytest.raises(SettingsError):
            PersonalToken(text)


def gh(folder: Path, script: str) -> Mapping[str, str]:
    program = folder / "gh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": str(folder), "HOME": str(folder), "GITHUB_TOKEN": "unused"}


async def test_the_token_of_gh(tmp_path: Path) -> None:
    said = 'test "$1 $2 $3 $4" = "auth token --hostname git.example.com" && echo "t-$GITHUB_TOKEN"'
    assert await gh_token("git.example.com", gh(tmp_path, said)) == "t-"


async def test_a_gh_that_holds_no_token(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="gh holds no token") as caught:
        await gh_token("github.com", gh(tmp_path, "echo secret >&2; exit 1"))
    assert caught.value.hint == "gh auth login --hostname github.com"
    (tmp_path / "empty").mkdir()
    with pytest.raises(ObservationError, match="gh was not found"):
        await gh_token("github.com", {"PATH": str(tmp_path / "empty")})
