"""Faults on demand: before the effect, after it, in the middle of an answer."""

import json

import pytest
from tests.hub import SmallHub

from opsroom.demo.github.faults import Faults
from opsroom.demo.github.refusals import Refusal

pytestmark = pytest.mark.anyio


async def test_statistics_are_told_and_reset(hub: SmallHub) -> None:
    async with hub.client() as github, hub.control() as control:
        first = await github.get("/user")
        await github.get("/user", headers={"if-none-match": first.headers["etag"]})
        await github.post("/repos/acme/api/issues", json={"title": "x"})
        await github.post("/graphql", json={"query": "{viewer{login}}"})
        told = (await control.get("/stats")).json()
        assert (told["rest"], told["rest_304"], told["writes"]) == (3, 1, 1)
        assert (told["graphql"], told["graphql_points"], told["webhooks"]) == (1, 1, 0)
        await control.post("/stats/reset")
        assert set((await control.get("/stats")).json().values()) == {0}


async def test_errors_before_the_effect(hub: SmallHub) -> None:
    async with hub.client() as github, hub.control() as control:
        await control.post("/faults", json={"errors": 1})
        answers = [await github.post("/repos/acme/api/issues", json={"title": "x"}),
                   await github.get("/user"),
                   await github.post("/graphql", json={"query": "{viewer{login}}"})]  # fmt: skip
        assert [each.status_code for each in answers] == [502] * 3
        assert not hub.repository("acme/api").issues
        await control.post("/faults", json={})
        assert (await github.get("/user")).status_code == 200


async def test_errors_after_the_effect(hub: SmallHub) -> None:
    async with hub.client() as github, hub.control() as control:
        await control.post("/faults", json={"errors_after_write": 1})
        made = await github.post("/repos/acme/api/issues", json={"title": "x"})
        assert made.status_code == 502
        assert len(hub.repository("acme/api").issues) == 1
        assert (await github.get("/user")).status_code == 200


async def test_timeouts_and_truncated_bodies(hub: SmallHub) -> None:
    async with hub.client() as github, hub.control() as control:
        await control.post("/faults", json={"timeouts": 1, "patience": 0.01})
        assert (await github.get("/user")).status_code == 504
        await control.post("/faults", json={"truncated": 1})
        cut = await github.get("/user")
        assert cut.status_code == 200
        with pytest.raises(json.JSONDecodeError):
            cut.json()


async def test_a_share_is_a_share_and_the_same_again(hub: SmallHub) -> None:
    async def storm() -> list[int]:
        async with hub.client() as github, hub.control() as control:
            await control.post("/faults", json={"errors": 0.3, "seed": 7})
            return [(await github.get("/user")).status_code for _ in range(60)]

    first = await storm()
    assert first == await storm()
    assert 8 <= first.count(502) <= 28


@pytest.mark.parametrize("wanted", [{"errors": 2}, {"nonsense": 1}, {"errors": "many"}])
def test_unknown_faults_are_refused(wanted: dict[str, object]) -> None:
    faults = Faults(errors=0.5)
    with pytest.raises(Refusal):
        faults.set(wanted)
    assert faults.errors == 0.5


async def test_what_is_no_json(hub: SmallHub) -> None:
    async with hub.client() as github:
        for raw, status in ((b"{", 400), (b"7", 400), (b" " * (26 << 20), 413)):
            answer = await github.post("/repos/acme/api/issues", content=raw)
            assert answer.status_code == status
        missing = await github.post("/repos/acme/api/issues", json={})
        assert missing.status_code == 422
        assert missing.json()["errors"] == [
            {"resource": "Issue", "code": "missing_field", "field": "title"}
        ]
