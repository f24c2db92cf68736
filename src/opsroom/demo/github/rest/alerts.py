"""Alerts of Dependabot, code scanning and secret scanning; a repository's own advisories."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from opsroom.demo.github.acts import alerts as acts
from opsroom.demo.github.bodies import alerts as bodies
from opsroom.demo.github.refusals import Refusal, forbidden, invalid, not_found, unprocessable
from opsroom.demo.github.rest.accounts import visible
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Access
from opsroom.demo.github.state.alerts import CodeAlert, DependabotAlert, SecretAlert
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

Alert = TypeVar("Alert", DependabotAlert, CodeAlert, SecretAlert)
Placed = tuple[Hosted, Alert]

LEVELS = {"low": 0, "medium": 1, "high": 2, "critical": 3}


def _dependabot(call: Call, access: Access = "read") -> Hosted:
    repository = call.repository("vulnerability_alerts", access)
    if not repository.features.vulnerability_alerts:
        raise forbidden("Dependabot alerts are disabled for this repository.")
    if repository.archived:
        raise forbidden("Dependabot alerts are not available for archived repositories.")
    return repository


def _code(call: Call, access: Access = "read") -> Hosted:
    repository = call.repository("security_events", access)
    if not repository.features.code_scanning:
        raise forbidden("Code scanning is not enabled for this repository.")
    return repository


def _secret(call: Call, access: Access = "read") -> Hosted:
    repository = call.repository("secret_scanning_alerts", access)
    if not repository.features.secret_scanning:
        raise Refusal(404, "Secret scanning is disabled on this repository.")
    return repository


def _across(call: Call, permission: str, feature: str) -> list[Hosted]:
    """The repositories of an organisation whose alerts of a kind the caller may read.

    Raises:
        Refusal: 403, the caller may read none of any of them.
    """
    owner = call.organization()
    call.signed_in()
    seen = visible(call, owner)
    may = [each for each in seen if call.identity.reads(each, permission)]
    if not may:
        scopes = call.identity.scopes
        if scopes is None:
            word = "integration" if call.identity.token is None else "personal access token"
            installed = call.identity.token and call.identity.token.kind == "installation"
            word = "integration" if installed else word
            raise forbidden(f"Resource not accessible by {word}")
        if seen or not scopes & {"repo", "security_events"}:
            raise forbidden("You are not authorized to perform this operation.")
    return [each for each in may if getattr(each.features, feature)]


def _sorted(call: Call, found: list[Placed[Alert]]) -> list[Placed[Alert]]:
    """In the order that was asked for: by time of creation or of change, newest first."""
    by = "updated_at" if call.query.get("sort") == "updated" else "created_at"
    return sorted(
        found,
        key=lambda each: (getattr(each[1], by), each[0].id, each[1].number),
        reverse=call.query.get("direction", "desc") == "desc",
    )


def _filtered(
    call: Call, found: list[Placed[Alert]], **by: Callable[[Alert], Any]
) -> list[Placed[Alert]]:
    """Those whose fields are among the values that the query names, split by commas."""
    for name, value in by.items():
        wanted = [each for each in call.query.get(name, "").split(",") if each]
        if wanted:
            found = [each for each in found if str(value(each[1])) in wanted]
    return found


def _by_cursor(
    call: Call, found: Sequence[Placed[Alert]], render: Callable[[Placed[Alert]], Json]
) -> list[Json]:
    """One page of a list that is walked by `after` and `before`, which name an alert.

    Raises:
        Refusal: 400, `page` was asked for.
    """
    if "page" in call.query:
        raise Refusal(400, "Pagination using the `page` parameter is not supported.")
    size = call.per_page()
    marks = [f"{repository.id}.{one.number}" for repository, one in found]
    after, before = call.query.get("after"), call.query.get("before")
    begin = 0
    if after in marks:
        begin = marks.index(after) + 1
    elif after:
        raise unprocessable("after is not a cursor of this list")
    elif before in marks:
        begin = max(0, marks.index(before) - size)
    page = found[begin : begin + size]
    links: dict[str, dict[str, str]] = {}
    if begin + size < len(found):
        links["next"] = {"after": marks[begin + size - 1]}
    if begin:
        links["prev"] = {"before": marks[begin]}
    call.query = {name: call.query[name] for name in call.query if name not in ("after", "before")}
    call.link(links)
    return [render(each) for each in page]


def _dependabot_filter(
    call: Call, found: list[Placed[DependabotAlert]]
) -> list[Placed[DependabotAlert]]:
    return _sorted(
        call,
        _filtered(
            call,
            found,
            state=lambda each: each.state,
            severity=lambda each: each.advisory.severity,
            ecosystem=lambda each: each.advisory.ecosystem,
            package=lambda each: each.advisory.package,
            manifest=lambda each: each.manifest,
            scope=lambda each: each.scope,
        ),
    )


@endpoint("GET", f"{REPOSITORY}/dependabot/alerts")
def dependabot_alerts(call: Call) -> Result:
    """The vulnerable dependencies of a repository; walked by cursor."""
    repository = _dependabot(call)
    found = _dependabot_filter(
        call, [(repository, each) for each in repository.dependabot.values()]
    )
    return _by_cursor(call, found, lambda each: bodies.dependabot(call.urls, *each))


@endpoint("GET", "/orgs/{organization}/dependabot/alerts")
def organization_dependabot_alerts(call: Call) -> Result:
    """Those of every repository of an organisation; walked by cursor."""
    owned = _across(call, "vulnerability_alerts", "vulnerability_alerts")
    live = [each for each in owned if not each.archived]
    found = _dependabot_filter(
        call, [(each, one) for each in live for one in each.dependabot.values()]
    )
    return _by_cursor(call, found, lambda each: bodies.dependabot(call.urls, *each, org=True))


def _one(call: Call, alerts: Mapping[int, Alert]) -> Alert:
    found = alerts.get(call.integer("number"))
    if found is None:
        raise not_found()
    return found


@endpoint("GET", f"{REPOSITORY}/dependabot/alerts/{{number}}")
def dependabot_alert(call: Call) -> Result:
    """One vulnerable dependency."""
    repository = _dependabot(call)
    return bodies.dependabot(call.urls, repository, _one(call, repository.dependabot))


@endpoint("PATCH", f"{REPOSITORY}/dependabot/alerts/{{number}}")
def update_dependabot_alert(call: Call) -> Result:
    """Dismiss an alert, or open it again."""
    repository = _dependabot(call, "write")
    one = _one(call, repository.dependabot)
    state = call.data.get("state")
    if state not in ("dismissed", "open"):
        raise invalid("DependabotAlert", "state")
    reason = call.data.get("dismissed_reason")
    if state == "dismissed" and not reason:
        raise invalid("DependabotAlert", "dismissed_reason", "missing_field")
    acts.close_dependabot(
        call.world,
        repository,
        one,
        state,
        actor=call.actor,
        reason=reason,
        comment=call.data.get("dismissed_comment"),
    )
    return bodies.dependabot(call.urls, repository, one)


def _code_filter(call: Call, found: list[Placed[CodeAlert]]) -> list[Placed[CodeAlert]]:
    return _sorted(
        call,
        _filtered(
            call,
            found,
            state=lambda each: each.state,
            severity=lambda each: each.security or each.severity,
            tool_name=lambda each: each.tool,
            ref=lambda each: each.ref,
        ),
    )


@endpoint("GET", f"{REPOSITORY}/code-scanning/alerts")
def code_alerts(call: Call) -> Result:
    """What code scanning found in a repository; 404 where it never ran."""
    repository = _code(call)
    if not repository.code and not repository.refs:
        raise Refusal(404, "no analysis found")
    found = _code_filter(call, [(repository, each) for each in repository.code.values()])
    return call.paged(found, lambda each: bodies.code(call.urls, *each))


@endpoint("GET", "/orgs/{organization}/code-scanning/alerts")
def organization_code_alerts(call: Call) -> Result:
    """What it found in an organisation."""
    owned = _across(call, "security_events", "code_scanning")
    found = _code_filter(call, [(each, one) for each in owned for one in each.code.values()])
    return call.paged(found, lambda each: bodies.code(call.urls, *each, org=True))


@endpoint("GET", f"{REPOSITORY}/code-scanning/alerts/{{number}}")
def code_alert(call: Call) -> Result:
    """One thing that it found."""
    repository = _code(call)
    return bodies.code(call.urls, repository, _one(call, repository.code))


@endpoint("PATCH", f"{REPOSITORY}/code-scanning/alerts/{{number}}")
def update_code_alert(call: Call) -> Result:
    """Dismiss it, or open it again."""
    repository = _code(call, "write")
    one = _one(call, repository.code)
    state = call.data.get("state")
    if state not in ("dismissed", "open"):
        raise invalid("CodeScanningAlert", "state")
    acts.close_code(
        call.world,
        repository,
        one,
        state,
        actor=call.actor,
        reason=call.data.get("dismissed_reason"),
        comment=call.data.get("dismissed_comment"),
    )
    return bodies.code(call.urls, repository, one)


def _secret_filter(call: Call, found: list[Placed[SecretAlert]]) -> list[Placed[SecretAlert]]:
    return _sorted(
        call,
        _filtered(
            call,
            found,
            state=lambda each: each.state,
            secret_type=lambda each: each.kind,
            resolution=lambda each: each.resolution,
            validity=lambda each: each.validity,
        ),
    )


@endpoint("GET", f"{REPOSITORY}/secret-scanning/alerts")
def secret_alerts(call: Call) -> Result:
    """The secrets that were pushed to a repository."""
    repository = _secret(call)
    found = _secret_filter(call, [(repository, each) for each in repository.secrets.values()])
    return call.paged(found, lambda each: bodies.secret(call.urls, *each))


@endpoint("GET", "/orgs/{organization}/secret-scanning/alerts")
def organization_secret_alerts(call: Call) -> Result:
    """Those of an organisation."""
    owned = _across(call, "secret_scanning_alerts", "secret_scanning")
    found = _secret_filter(call, [(each, one) for each in owned for one in each.secrets.values()])
    return call.paged(found, lambda each: bodies.secret(call.urls, *each, org=True))


@endpoint("GET", f"{REPOSITORY}/secret-scanning/alerts/{{number}}")
def secret_alert(call: Call) -> Result:
    """One secret."""
    repository = _secret(call)
    return bodies.secret(call.urls, repository, _one(call, repository.secrets))


@endpoint("PATCH", f"{REPOSITORY}/secret-scanning/alerts/{{number}}")
def update_secret_alert(call: Call) -> Result:
    """Resolve it, or open it again."""
    repository = _secret(call, "write")
    one = _one(call, repository.secrets)
    state, resolution = call.data.get("state"), call.data.get("resolution")
    if state not in ("resolved", "open") or (state == "resolved") != bool(resolution):
        raise invalid("SecretScanningAlert", "state")
    acts.resolve_secret(
        call.world,
        repository,
        one,
        resolution,
        actor=call.actor,
        comment=call.data.get("resolution_comment"),
    )
    return bodies.secret(call.urls, repository, one)


@endpoint("GET", f"{REPOSITORY}/secret-scanning/alerts/{{number}}/locations")
def secret_locations(call: Call) -> Result:
    """Where a secret was pushed."""
    repository = _secret(call)
    one = _one(call, repository.secrets)
    return call.paged(one.locations, lambda each: bodies.location(call.urls, repository, *each))


@endpoint("GET", f"{REPOSITORY}/security-advisories")
def advisories(call: Call) -> Result:
    """The advisories that a repository wrote about itself: drafts only for its own people."""
    repository = call.repository("metadata")
    drafts = call.identity.reads(repository, "repository_advisories")
    inside = drafts and call.identity.role(repository) in ("admin", "maintain", "write")
    found = [each for each in repository.advisories if inside or each.state == "published"]
    return call.paged(found, lambda each: bodies.draft(call.urls, repository, each))


@endpoint("POST", f"{REPOSITORY}/security-advisories", content=True)
def create_advisory(call: Call) -> Result:
    """Write an advisory, as a draft."""
    repository = call.repository("repository_advisories", "write")
    vulnerable: list[Json] = call.data.get("vulnerabilities") or []
    if not vulnerable:
        raise invalid("RepositoryAdvisory", "vulnerabilities", "missing_field")
    package: Json = vulnerable[0].get("package") or {}
    if call.data.get("severity") not in (None, *LEVELS):
        raise invalid("RepositoryAdvisory", "severity")
    one = acts.write_advisory(
        call.world,
        repository,
        call.actor,
        ghsa_id=_ghsa(call.world.ids.number()),
        summary=call.text("summary", "RepositoryAdvisory"),
        description=call.text("description", "RepositoryAdvisory"),
        severity=call.data.get("severity") or "medium",
        ecosystem=str(package.get("ecosystem") or "other"),
        package=str(package.get("name") or ""),
        vulnerable=str(vulnerable[0].get("vulnerable_version_range") or ""),
        patched=str(vulnerable[0].get("patched_versions") or ""),
        cve_id=call.data.get("cve_id"),
    )
    return Answer(bodies.draft(call.urls, repository, one), 201)


ALPHABET = "23456789cfghjmpqrvwx"
"""The letters of a GHSA id."""


def _ghsa(number: int) -> str:
    letters: list[str] = []
    for _ in range(12):
        number, place = divmod(number * 7919 + 104729, len(ALPHABET))
        letters.append(ALPHABET[place])
    text = "".join(letters)
    return f"GHSA-{text[:4]}-{text[4:8]}-{text[8:]}"


@endpoint("PATCH", f"{REPOSITORY}/security-advisories/{{ghsa}}")
def update_advisory(call: Call) -> Result:
    """Publish an advisory, or close it."""
    repository = call.repository("repository_advisories", "write")
    wanted = call.arguments["ghsa"]
    one = next((each for each in repository.advisories if each.ghsa_id == wanted), None)
    if one is None:
        raise not_found()
    state = call.data.get("state")
    if state == "published" and one.state != "published":
        acts.publish_advisory(call.world, repository, one)
    elif state in ("closed", "draft"):
        one.state, one.updated_at = state, call.world.now()
    return bodies.draft(call.urls, repository, one)
