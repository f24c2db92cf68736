from datetime import UTC, datetime, timedelta

import pytest
from tests.clients.github.answers import page
from tests.clients.github.asking import host
from tests.clients.github.scripted import Scripted, told
from tests.hub import SCOPES, SmallHub

from opsroom.clients.host import NotLetIn, Rights

pytestmark = pytest.mark.anyio


def allowed(rights: Rights) -> dict[str, bool | None]:
    return {right.what: right.allowed for right in rights.rights}


async def test_a_token_with_every_scope_may_read_everything(hub: SmallHub) -> None:
    rights = await host(hub).rights("kim")
    assert (rights.login, rights.kind) == ("kim", "user")
    assert rights.scopes is not None
    assert "repo" in rights.scopes
    assert set(allowed(rights).values()) == {True}
    organisation = allowed(await host(hub).rights("acme"))
    assert organisation.pop("read private repositories") is None
    assert set(organisation.values()) == {True}


async def test_missing_scopes_say_what_will_be_unknown(hub: SmallHub) -> None:
    token = hub.give_token("ghp_public", hub.kim, frozenset({"public_repo"}))
    rights = await host(hub, token).rights("kim")
    assert rights.scopes == ("public_repo",)
    assert allowed(rights)["read private repositories"] is False
    said = {right.what: right.consequence for right in rights.rights}
    assert "private repositories are missing" in said["read private repositories"]


async def test_a_fine_grained_token_tells_no_scopes_and_is_tried(hub: SmallHub) -> None:
    token = hub.give_fine_grained("github_pat_2", hub.kim, hub.acme, {"metadata": "read"})
    rights = await host(hub, token).rights("acme")
    assert rights.scopes is None
    tried = allowed(rights)
    assert tried["read repositories"] is True
    assert tried["read dependency alerts"] is False
    assert tried["read branch protection"] is False
    said = {right.what: right.consequence for right in rights.rights}
    assert said["read dependency alerts"].startswith("dependency alerts of the host are unknown")


async def test_when_a_token_expires_is_told(hub: SmallHub) -> None:
    at = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    token = hub.give_token("ghp_short", hub.kim, SCOPES, expires_at=at)
    assert (await host(hub, token).rights("kim")).expires_at == at


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("2026-12-01 10:20:30 UTC", datetime(2026, 12, 1, 10, 20, 30, tzinfo=UTC)),
        ("2026-12-01 10:20:30 +0200", datetime(2026, 12, 1, 8, 20, 30, tzinfo=UTC)),
        ("soon", None),
    ],
)
async def test_expiry_as_the_host_writes_it(header: str, expected: datetime | None) -> None:
    who = told({"login": "kim"}, GitHub_Authentication_Token_Expiration=header)
    hub = Scripted(told({"type": "User"}), who, page([], total=0))
    assert (await hub.host().rights("kim")).expires_at == expected


async def test_single_sign_on_that_hides_organisations_is_said() -> None:
    who = told({"login": "kim"}, X_GitHub_SSO="partial-results; organizations=21955855")
    rights = await Scripted(told({"type": "User"}), who, page([], total=0)).host().rights("kim")
    assert allowed(rights)["single sign-on"] is False


async def test_a_list_behind_single_sign_on_says_so(hub: SmallHub) -> None:
    hub.acme.single_sign_on = True
    rights = await host(hub).rights("acme")
    said = {right.what: right.consequence for right in rights.rights}
    assert allowed(rights)["read dependency alerts"] is False
    assert "single sign-on" in said["read dependency alerts"]


async def test_a_wrong_token_has_no_rights(hub: SmallHub) -> None:
    with pytest.raises(NotLetIn):
        await host(hub, "ghp_wrong").rights("acme")
