"""Long lists: pages by number, pages by cursor, filters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx2
import pytest
from tests.hub import Clock, SmallHub

from opsroom.demo.github.acts.alerts import close_dependabot, raise_dependabot, raise_secret
from opsroom.demo.github.acts.issues import open_issue
from opsroom.demo.github.acts.runs import finish_run, start_run
from opsroom.demo.github.state.alerts import HostAdvisory

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> SmallHub:
    return SmallHub(tmp_path, clock=clock)


async def _walk(github: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Follow `next` to the end."""
    found: list[dict[str, Any]] = []
    pages = 0
    where: str | None = path
    while where is not None:
        answer = await github.get(where)
        assert answer.status_code == 200, answer.text
        found += answer.json()
        pages += 1
        where = answer.links.get("next", {}).get("url")
        assert where is None or where.startswith("http://github.test/")
    assert pages > 1
    return found


def _advisory(severity: str = "high") -> HostAdvisory:
    return HostAdvisory("GHSA-2222-3333-4444", "CVE-2026-1", "Bad", "Very bad", severity,  # type: ignore[arg-type]  # one of the levels
                        "npm", "lodash", "< 4", "4.0.0", NOW)  # fmt: skip


async def test_pages_by_number(hub: SmallHub) -> None:
    for number in range(7):
        open_issue(hub.world, hub.repository("acme/api"), f"Issue {number}", None, hub.kim)
    async with hub.client() as github:
        found = await _walk(github, "/repos/acme/api/issues?per_page=3&state=all")
        assert [each["number"] for each in found] == [7, 6, 5, 4, 3, 2, 1]
        second = await github.get("/repos/acme/api/issues?per_page=3&page=2")
        pages = {rel: parse_qs(urlparse(link["url"]).query)["page"][0]
                 for rel, link in second.links.items()}  # fmt: skip
        assert pages == {"prev": "1", "first": "1", "next": "3", "last": "3"}
        assert (await github.get("/repos/acme/api/issues?page=9")).json() == []


async def test_alerts_of_an_organisation_by_cursor(hub: SmallHub, clock: Clock) -> None:
    for name in ("acme/api", "acme/web"):
        for minute in range(4):
            clock.at = NOW + timedelta(minutes=minute)
            raise_dependabot(hub.world, hub.repository(name), _advisory(), "package-lock.json")
    close_dependabot(hub.world, hub.repository("acme/web"),
                     hub.repository("acme/web").dependabot[1], "fixed")  # fmt: skip
    async with hub.client() as github:
        refused = await github.get("/orgs/acme/dependabot/alerts?page=2")
        assert refused.status_code == 400
        path = "/orgs/acme/dependabot/alerts?state=open&per_page=3&sort=updated"
        found = await _walk(github, path)
        names = [(each["repository"]["name"], each["number"]) for each in found]
        assert len(names) == len(set(names)) == 7
        times = [each["updated_at"] for each in found]
        assert times == sorted(times, reverse=True)
        fixed = await github.get("/orgs/acme/dependabot/alerts?state=fixed")
        assert [each["number"] for each in fixed.json()] == [1]
        low = await github.get("/repos/acme/api/dependabot/alerts?severity=low,medium")
        assert low.json() == []


async def test_alerts_that_are_switched_off(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    raise_dependabot(hub.world, api, _advisory(), "package-lock.json")
    raise_secret(hub.world, api, "aws_key", "AWS key", "AKIA", path="README.md")
    async with hub.client() as github:
        found = await github.get("/repos/acme/api/secret-scanning/alerts/1/locations")
        assert found.json()[0]["details"]["path"] == "README.md"
        await github.delete("/repos/acme/api/vulnerability-alerts")
        assert (await github.get("/repos/acme/api/vulnerability-alerts")).status_code == 404
        refused = await github.get("/repos/acme/api/dependabot/alerts")
        assert (refused.status_code, refused.json()["message"]) == (
            403, "Dependabot alerts are disabled for this repository.")  # fmt: skip
        assert (await github.get("/orgs/acme/dependabot/alerts")).json() == []
        api.features.secret_scanning = False
        gone = await github.get("/repos/acme/api/secret-scanning/alerts")
        assert gone.status_code == 404


async def test_runs_filtered(hub: SmallHub, clock: Clock) -> None:
    api = hub.repository("acme/api")
    workflow = next(iter(api.workflows.values()))
    for hour, conclusion in enumerate(("success", "failure", "success")):
        clock.at = NOW + timedelta(hours=hour)
        run = start_run(hub.world, api, workflow)
        finish_run(hub.world, api, run, "failure" if conclusion == "failure" else "success")
    start_run(hub.world, api, workflow, branch="other")
    async with hub.client() as github:

        async def count(query: str) -> int:
            answer = await github.get(f"/repos/acme/api/actions/runs?{query}")
            total: int = answer.json()["total_count"]
            return total

        assert await count("status=failure") == 1
        assert await count("status=queued") == 1
        assert await count("branch=other") == 1
        assert await count("created=%3E2026-11-24T12:30:00Z") == 3
        assert await count("created=2026-11-24T12:00:00Z..2026-11-24T13:00:00Z") == 2
        assert await count(f"head_sha={api.head}&event=push") == 4
        assert await count(f"head_sha={'0' * 40}") == 0
        newest = await github.get("/repos/acme/api/actions/runs?per_page=1")
        assert newest.json()["workflow_runs"][0]["run_number"] == 4
