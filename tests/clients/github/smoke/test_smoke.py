from typing import Any

import httpx2
import pytest
from tests.clients.github.conftest import hub
from tests.clients.github.smoke.busy import FORMER, make_busy, spoil
from tests.clients.github.test_credentials import READS, key
from tests.hub import BASE, SmallHub

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.credentials import AppInstallation, Credential, PersonalToken
from opsroom.clients.github.smoke.listing import smoke
from opsroom.clients.smoke import Probe, Smoke
from opsroom.demo.github.acts.apps import create_app, install

pytestmark = pytest.mark.anyio
__all__ = ["hub"]

ROLLUP = "nodes[].defaultBranchRef.target.statusCheckRollup"


async def gone_through(
    hub: SmallHub,
    owner: str = "acme",
    *,
    token: str | None = None,
    credential: Credential | None = None,
    enterprise: bool = False,
    former: str | None = FORMER,
) -> Smoke:
    async with httpx2.AsyncClient(transport=hub.transport) as client:
        return await smoke(
            HostAddress.of(f"{BASE}/api/v3" if enterprise else BASE),
            credential or PersonalToken(token or hub.token),
            owner,
            client=client,
            former=former,
            delay=0.001,
        )


def by_question(found: Smoke) -> dict[str, Probe]:
    return {probe.question: probe for probe in found.probes}


def broken(found: Smoke) -> list[Probe]:
    """What is wrong or open, to be shown where a test fails."""
    return [*found.having("wrong"), *found.having("unanswered")]


async def test_everything_is_asked_and_fine_with_every_scope(hub: SmallHub) -> None:
    await make_busy(hub)
    hub.world.stats.reset()
    found = await gone_through(hub)
    assert {
        probe.question: probe.outcome for probe in found.probes if probe.outcome != "fine"
    } == {}
    asked = by_question(found)
    assert asked["sweep of the owner"].said == "4 of 4 repositories, 0 errors"
    assert asked["the same answer again"].statuses == (200, 304)
    assert asked["a repository by its former name"].statuses == (301, 200)
    assert asked["a repository that is not there"].statuses == (404,)
    assert asked["log of a failed run"].said.endswith("to the end of the failing step")
    assert not asked["log of a failed run"].said.startswith("0 ")
    for kind in ("dependency", "code", "secret"):
        assert asked[f"{kind} alerts"].said.startswith("1 open")
    assert asked["deliveries of a webhook"].said != "0 deliveries"
    assert asked["what the schema has"].said.endswith("it lacks 0 fields")
    assert sum(len(probe.statuses) for probe in found.probes) <= 32
    assert hub.world.stats.writes == 0


async def test_a_user_has_lists_per_repository(hub: SmallHub) -> None:
    found = await gone_through(hub, "kim", former=None)
    asked = by_question(found)
    assert not broken(found)
    assert asked["what the owner is"].said == "a user"
    assert asked["dependency alerts"].outcome == "fine"
    assert asked["a repository by its former name"].outcome == "skipped"


async def test_an_owner_without_repositories(hub: SmallHub) -> None:
    found = await gone_through(hub, "stranger", former=None)
    assert {probe.outcome for probe in found.probes} == {"fine", "skipped"}


async def test_an_enterprise_server_lacks_fields_and_is_fine(hub: SmallHub) -> None:
    await make_busy(hub)
    found = await gone_through(hub, enterprise=True)
    assert not broken(found)
    assert found.host.startswith("an Enterprise server")
    assert "Repository.rulesets" in found.lacking
    assert by_question(found)["look in full, 3 at once"].outcome == "fine"


async def test_an_app_is_asked_as_an_installation(hub: SmallHub) -> None:
    await make_busy(hub)
    private, public = key()
    app = create_app(hub.world, "watcher", hub.kim, public, permissions=READS)
    install(hub.world, app, hub.acme)
    credential = AppInstallation(str(app.id), "acme", private)
    found = await gone_through(hub, credential=credential)
    assert by_question(found)["who the token is"].said == "an installation of an App"
    assert not broken(found)


async def test_missing_scopes_are_refusals_and_nothing_is_wrong(hub: SmallHub) -> None:
    await make_busy(hub)
    token = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"metadata": "read"})
    found = await gone_through(hub, token=token)
    asked = by_question(found)
    assert not broken(found)
    assert asked["dependency alerts"].outcome == "refused"
    assert asked["webhooks"].outcome == "refused"
    assert "read dependency alerts: no" in asked["what the token may do"].said


async def test_single_sign_on_is_a_refusal_that_is_said(hub: SmallHub) -> None:
    hub.acme.single_sign_on = True
    found = await gone_through(hub)
    assert not found.having("wrong")
    assert "single sign-on" in by_question(found)["dependency alerts"].said


async def test_a_wrong_token_ends_the_list_at_its_first_question(hub: SmallHub) -> None:
    found = await gone_through(hub, token="ghp_wrong")
    assert found.probes[0].outcome == "refused"
    assert {probe.outcome for probe in found.probes[1:]} == {"skipped"}
    assert found.failure == "the host does not know the token"


async def test_a_host_that_is_down_ends_the_list(hub: SmallHub) -> None:
    def down(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(down)) as client:
        found = await smoke(
            HostAddress.of(BASE), PersonalToken("x"), "acme", client=client, delay=0.001
        )
    assert found.probes[0].outcome == "unanswered"
    assert {probe.outcome for probe in found.probes[1:]} == {"skipped"}
    assert "can't be reached" in found.failure


async def test_a_host_that_fails_again_and_again_leaves_questions_open(hub: SmallHub) -> None:
    hub.hub.faults.set({"errors": 1.0})
    found = await gone_through(hub)
    assert {probe.outcome for probe in found.probes} <= {"unanswered", "skipped"}
    assert found.having("unanswered")


def without_sha(path: str, answer: Any) -> Any:
    if path.endswith("/actions/runs"):
        for run in answer["workflow_runs"]:
            del run["head_sha"]
    return answer


def renumbered(path: str, answer: Any) -> Any:
    if path.endswith("/dependabot/alerts"):
        for alert in answer:
            alert["number"] = "one"
    return answer


def retold(path: str, answer: Any) -> Any:
    """Answer GraphQL with a state that nobody knows, and without a field that was asked for."""
    data: dict[str, Any] = (answer.get("data") or {}) if path == "/graphql" else {}
    nodes: list[Any] = data.get("nodes") or []
    for node in nodes:
        if node and node.get("defaultBranchRef"):
            node["defaultBranchRef"]["target"]["statusCheckRollup"] = {"state": "ACME_MOOD"}
            del node["isArchived"]
    return answer


def unlisted(path: str, answer: Any) -> Any:
    return [] if path == "/graphql" else answer


def without_fields(path: str, answer: Any) -> Any:
    """Answer the question for the schema with types that have nameless fields."""
    data: dict[str, Any] = (answer.get("data") or {}) if path == "/graphql" else {}
    if "Repository" in data:
        data["Repository"]["fields"] = [{"type": None}]
    return answer


@pytest.mark.parametrize(
    ("change", "question", "faults"),
    [
        (unlisted, "sweep of the owner", {"the answer: it could not be read"}),
        (without_fields, "what the schema has", {"the answer: it could not be read"}),
        (without_sha, "runs", {"workflow_runs[].head_sha: is missing"}),
        (
            renumbered,
            "dependency alerts",
            {"[].number: a text, not a number", "reading it failed: ValidationError"},
        ),
        (
            retold,
            "look in full, 3 at once",
            {
                "nodes[].isArchived: is missing",
                f"{ROLLUP}.state: another text, not a word that is known",
                "reading it failed: KeyError",
            },
        ),
    ],
)
async def test_an_answer_of_another_shape_is_told_field_by_field(
    hub: SmallHub, change: Any, question: str, faults: set[str]
) -> None:
    await make_busy(hub)
    spoil(hub, change)
    found = await gone_through(hub)
    wrong = {probe.question: set(probe.faults) for probe in found.having("wrong")}
    assert wrong[question] == faults
    assert not found.having("unanswered")


async def test_an_etag_that_is_not_honoured_is_wrong(hub: SmallHub) -> None:
    inner = hub.hub.app

    async def forgetful(scope: Any, receive: Any, send: Any) -> None:
        headers = [each for each in scope.get("headers", ()) if each[0] != b"if-none-match"]
        await inner({**scope, "headers": headers}, receive, send)

    hub.hub.app = forgetful  # type: ignore[assignment]  # an application all the same
    probe = by_question(await gone_through(hub))["the same answer again"]
    assert (probe.outcome, probe.faults) == ("wrong", ("the second answer: 200, not 304",))
