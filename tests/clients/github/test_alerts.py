import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from tests.clients.github.asking import host
from tests.clients.github.scripted import Scripted, told
from tests.hub import SmallHub

from opsroom.clients.github.alerts import purl, read_alert
from opsroom.clients.github.graphql import document
from opsroom.clients.host import AlertList, Later, Priority
from opsroom.demo.github.acts.alerts import close_dependabot, raise_dependabot
from opsroom.demo.github.state.alerts import HostAdvisory
from opsroom.model.severity import Severity

pytestmark = pytest.mark.anyio

DEPENDENCY: dict[str, Any] = {
    "number": 3,
    "state": "open",
    "html_url": "https://github.com/acme/api/security/dependabot/3",
    "created_at": "2026-11-01T00:00:00Z",
    "dependency": {
        "package": {"ecosystem": "npm", "name": "@babel/traverse"},
        "manifest_path": "web/package-lock.json",
        "scope": "development",
    },
    "security_advisory": {
        "ghsa_id": "GHSA-67hx-6x53-jw92",
        "summary": "Runs\x1b code",
        "severity": "critical",
    },
    "security_vulnerability": {
        "severity": "critical",
        "first_patched_version": {"identifier": "7.23.2"},
    },
    "repository": {"full_name": "acme/api"},
}
CODE: dict[str, Any] = {
    "number": 4,
    "html_url": "https://github.com/acme/api/security/code-scanning/4",
    "created_at": "2026-11-02T00:00:00Z",
    "rule": {"id": "py/sql", "severity": "error", "description": "SQL from users"},
    "most_recent_instance": {"location": {"path": "src/api.py", "start_line": 7}},
    "repository": {"full_name": "acme/api"},
}
HIDDEN: dict[str, Any] = {
    "number": 5,
    "html_url": "https://github.com/acme/web/security/secret-scanning/5",
    "created_at": "2026-11-03T00:00:00Z",
    "secret_type_display_name": "Amazon AWS Access Key ID",
    "secret": "AKIAIOSFODNN7EXAMPLE",
    "validity": "unknown",
    "repository": {"full_name": "acme/web"},
}
ORGANISATION = told({"type": "Organization"})
USER = told({"type": "User"})


class ByPath(Scripted):
    """A host that answers by path."""

    def __init__(self, **answers: httpx2.Response | list[httpx2.Response]) -> None:
        super().__init__(self._by_path)
        self.by_path = answers

    def _by_path(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/users/"):
            return self.by_path["owner"]  # type: ignore[return-value]  # never a list
        for word, answer in self.by_path.items():
            if word.replace("_", "-") in request.url.path:
                return answer.pop(0) if isinstance(answer, list) else answer
        raise AssertionError(request.url)


async def lists(hub: Scripted, *names: str) -> dict[str, AlertList]:
    found = await hub.host().alerts("acme", names, priority=Priority.ASKED)
    return {each.kind: each for each in found}


async def test_an_organisation_has_three_lists_for_all_of_its_repositories() -> None:
    hub = ByPath(
        owner=ORGANISATION,
        dependabot=told([DEPENDENCY]),
        code_scanning=told([CODE]),
        secret_scanning=told([HIDDEN]),
    )
    found = await lists(hub, "acme/api", "acme/web")
    assert len(hub.asked) == 4
    (alert,) = found["dependency"].alerts["acme/api"]
    assert (alert.severity, alert.package) == (Severity.CRITICAL, "pkg:npm/%40babel/traverse")
    assert (alert.advisory, alert.fixed, alert.scope) == (
        "GHSA-67hx-6x53-jw92",
        "7.23.2",
        "development",
    )
    assert alert.summary == "Runs code"
    (alert,) = found["code"].alerts["acme/api"]
    assert (alert.severity, alert.location) == (Severity.HIGH, "src/api.py:7")
    (alert,) = found["secret"].alerts["acme/web"]
    assert (alert.severity, alert.summary) == (Severity.HIGH, "Amazon AWS Access Key ID")
    assert all(each.covered is None and not each.reason for each in found.values())
    asked = {request.url.path: request.url.params for request in hub.asked[1:]}
    assert asked["/orgs/acme/secret-scanning/alerts"]["hide_secret"] == "true"
    assert all((each["state"], each["sort"]) == ("open", "updated") for each in asked.values())


async def test_the_secret_itself_is_not_kept_anywhere() -> None:
    alert = read_alert("secret", HIDDEN)
    assert "AKIA" not in alert.model_dump_json()


async def test_pages_follow_the_hosts_own_links_by_cursor() -> None:
    after = "https://api.github.com/orgs/acme/dependabot/alerts?after=Y3Vyc29y&per_page=100"
    hub = ByPath(
        owner=ORGANISATION,
        dependabot=[
            told([DEPENDENCY], Link=f'<{after}>; rel="next", <{after}>; rel="first"'),
            told([{**DEPENDENCY, "number": 9}]),
        ],
        code_scanning=told([]),
        secret_scanning=told([]),
    )
    found = await lists(hub)
    assert [alert.number for alert in found["dependency"].alerts["acme/api"]] == [3, 9]
    assert after in [str(request.url) for request in hub.asked]
    assert not any("page" in request.url.params for request in hub.asked)


async def test_a_second_look_at_unchanged_lists_costs_nothing() -> None:
    hub = Scripted(ORGANISATION)
    host = hub.host()
    hub.add(*(told([], ETag=f'"{number}"') for number in range(3)), httpx2.Response(304))
    await host.alerts("acme", (), priority=Priority.ASKED)
    await host.alerts("acme", (), priority=Priority.ASKED)
    assert len(hub.asked) == 7
    spent = {each.purpose: each for each in host.budget().spent}
    assert (spent["alerts"].requests, spent["alerts"].points) == (6, 3)


async def test_a_list_that_is_not_given_says_why_and_is_no_empty_list() -> None:
    hub = ByPath(
        owner=ORGANISATION,
        dependabot=told(
            {"message": "Resource not accessible by personal access token"},
            403,
            X_Accepted_GitHub_Permissions="vulnerability_alerts=read",
        ),
        code_scanning=told({"message": "Code scanning is not enabled for this organization."}, 403),
        secret_scanning=told({"message": "Not Found"}, 404),
    )
    found = await lists(hub)
    assert found["dependency"].reason == "no permission (it needs vulnerability_alerts=read)"
    assert found["code"].reason.startswith("not enabled")
    assert found["secret"].reason == "not found, or not for this token"


async def test_an_alert_that_makes_no_sense_makes_its_list_unknown() -> None:
    hub = ByPath(
        owner=ORGANISATION,
        dependabot=told([DEPENDENCY, {"number": 1}]),
        code_scanning=told([]),
        secret_scanning=told([]),
    )
    found = await lists(hub)
    assert found["dependency"].reason
    assert found["dependency"].alerts == {}


async def test_a_users_alerts_are_read_for_the_repositories_that_are_asked_for() -> None:
    hub = ByPath(
        owner=USER,
        dependabot=told([{key: DEPENDENCY[key] for key in DEPENDENCY if key != "repository"}]),
        code_scanning=told({"message": "no analysis found"}, 404),
        secret_scanning=told({"message": "Secret scanning is disabled on this repository."}, 404),
    )
    found = await lists(hub, "kim/notes")
    assert len(hub.asked) == 4
    assert found["dependency"].covered == frozenset({"kim/notes"})
    assert len(found["dependency"].alerts["kim/notes"]) == 1
    assert found["code"].untold == {"kim/notes": "not enabled: no analysis found"}
    assert found["secret"].untold["kim/notes"].startswith("not enabled")


async def test_a_host_that_wants_quiet_gives_no_lists() -> None:
    hub = Scripted(ORGANISATION, told(status=429, Retry_After="600"))
    with pytest.raises(Later):
        await lists(hub)


@pytest.mark.parametrize(
    ("ecosystem", "name", "expected"),
    [
        ("pip", "Django_Extensions", "pkg:pypi/django-extensions"),
        ("maven", "org.slf4j:slf4j-api", "pkg:maven/org.slf4j/slf4j-api"),
        ("go", "github.com/a/b", "pkg:golang/github.com/a/b"),
        ("composer", "symfony/http-kernel", "pkg:composer/symfony/http-kernel"),
        ("actions", "tj-actions/changed-files", "pkg:githubactions/tj-actions/changed-files"),
        ("rubygems", "rails", "pkg:gem/rails"),
        ("rust", "tokio", "pkg:cargo/tokio"),
    ],
)
def test_packages_have_purls(ecosystem: str, name: str, expected: str) -> None:
    assert purl(ecosystem, name) == expected


def test_severities_of_code_scanning() -> None:
    rated = json.loads(json.dumps(CODE))
    rated["rule"]["security_severity_level"] = "critical"
    assert read_alert("code", rated).severity is Severity.CRITICAL
    rated["rule"] = {"id": "x"}
    assert read_alert("code", rated).severity is Severity.MEDIUM


def flaw(package: str) -> HostAdvisory:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return HostAdvisory(
        "GHSA-aaaa-bbbb-cccc", None, "Bad", "Very", "high", "pip", package, "< 2", "2.0", at
    )


async def test_alerts_of_the_double(hub: SmallHub) -> None:
    api, web = hub.repository("acme/api"), hub.repository("acme/web")
    gone = raise_dependabot(hub.world, api, flaw("requests"), "requirements.txt")
    raise_dependabot(hub.world, web, flaw("Flask_Login"), "requirements.txt", scope="development")
    close_dependabot(hub.world, api, gone, "fixed")
    asked = host(hub)
    found = {
        each.kind: each
        for each in await asked.alerts("acme", ("acme/api",), priority=Priority.ASKED)
    }
    assert set(found["dependency"].alerts) == {"acme/web"}
    (alert,) = found["dependency"].alerts["acme/web"]
    assert (alert.package, alert.severity, alert.fixed, alert.scope) == (
        "pkg:pypi/flask-login",
        Severity.HIGH,
        "2.0",
        "development",
    )
    assert [each.reason for each in found.values()] == ["", "", ""]
    hub.world.stats.reset()
    again = await asked.alerts("acme", ("acme/api",), priority=Priority.ROUTINE)
    assert {each.kind: each.alerts for each in again} == {
        kind: each.alerts for kind, each in found.items()
    }
    assert (hub.world.stats.rest, hub.world.stats.rest_304) == (3, 3)


async def test_a_users_alerts_on_the_double(hub: SmallHub) -> None:
    raise_dependabot(hub.world, hub.repository("kim/notes"), flaw("x"), "requirements.txt")
    lists = await host(hub).alerts("kim", ("kim/notes", "kim/dotfiles"), priority=Priority.ASKED)
    dependency = next(each for each in lists if each.kind == "dependency")
    assert dependency.covered == frozenset({"kim/notes", "kim/dotfiles"})
    assert {name: len(found) for name, found in dependency.alerts.items()} == {
        "kim/notes": 1,
        "kim/dotfiles": 0,
    }


def test_alerts_have_one_source_for_one_number() -> None:
    """Lists and GraphQL were seen to count otherwise: 9 there, 32 here."""
    for name in ("fleet", "sweep"):
        assert "vulnerabilityAlerts(" not in document(name)
