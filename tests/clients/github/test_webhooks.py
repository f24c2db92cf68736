import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from opsroom.clients.github.webhooks import heard, signers
from opsroom.clients.host import Malformed, Unsigned

SECRET = "it's a secret to everybody"
REPOSITORY = {
    "id": 186853002,
    "node_id": "R_kgDOAbc",
    "full_name": "acme/api",
    "owner": {"login": "acme", "type": "Organization"},
    "pushed_at": 1557933657,
    "updated_at": "2026-01-31T11:59:00Z",
}
RUN = {
    "id": 1589141559,
    "name": "build",
    "path": ".github/workflows/build.yml@refs/heads/main",
    "event": "push",
    "head_branch": "main",
    "head_sha": "a" * 40,
    "status": "completed",
    "conclusion": "failure",
    "run_number": 36,
    "run_attempt": 2,
    "created_at": "2026-01-31T11:58:00Z",
    "run_started_at": "2026-01-31T11:59:00Z",
    "updated_at": "2026-01-31T12:00:00Z",
    "html_url": "https://github.com/acme/api/actions/runs/1589141559",
}


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()


def said(event: str, payload: object, **more: str) -> Any:
    headers = {"x-github-delivery": "72d3162e", "x-github-event": event, **more}
    return heard(headers, json.dumps(payload).encode(), "github.com")


def test_the_signature_of_the_documentation_is_known() -> None:
    # The values with which GitHub lets one test an implementation.
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signers(b"Hello, World!", signature, {"acme": "It's a Secret to Everybody"}) == ["acme"]


def test_every_source_whose_secret_verifies_is_named() -> None:
    body = b'{"a": 1}'
    secrets = {"one": "other", "two": SECRET, "three": SECRET, "four": ""}
    assert signers(body, signed(body), secrets) == ["two", "three"]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        signed(b'{"a":1}'),  # the same JSON in other bytes
        signed(b'{"a": 1}', "another secret"),
        signed(b'{"a": 1}').removeprefix("sha256="),
        signed(b'{"a": 1}').upper(),
        "sha1=" + hmac.new(SECRET.encode(), b'{"a": 1}', "sha1").hexdigest(),
        signed(b'{"a": 1}') + "\u00e9",
    ],
)
def test_a_forged_body_is_refused(signature: str) -> None:
    with pytest.raises(Unsigned, match="not signed"):
        signers(b'{"a": 1}', signature, {"acme": SECRET})


@pytest.mark.parametrize("secrets", [{}, {"acme": ""}])
def test_without_a_secret_nothing_is_believed(secrets: dict[str, str]) -> None:
    with pytest.raises(Unsigned, match="no webhook is expected"):
        signers(b"x", signed(b"x", ""), secrets)


def test_a_run_is_read_whole() -> None:
    found = said(
        "workflow_run",
        {"action": "completed", "repository": REPOSITORY, "workflow_run": RUN},
        **{"x-github-hook-id": "42"},
    )
    assert (found.delivery, found.event, found.action) == ("72d3162e", "workflow_run", "completed")
    assert (found.hook, found.owner, found.full_name) == ("42", "acme", "acme/api")
    assert found.repository_id == "R_kgDOAbc"
    assert found.at == datetime(2026, 1, 31, 12, tzinfo=UTC)
    run = found.run
    assert run is not None
    assert (run.id, run.attempt, run.run_number) == ("ci_1589141559", 2, 36)
    assert (run.status, run.conclusion, run.failed) == ("done", "failure", True)
    assert run.path == ".github/workflows/build.yml"
    assert run.duration is not None
    assert run.duration.total_seconds() == 60


@pytest.mark.parametrize(
    ("status", "known"), [("in_progress", "running"), ("queued", "queued"), ("new one", "queued")]
)
def test_a_run_that_goes_on_has_no_conclusion(status: str, known: str) -> None:
    run = {**RUN, "status": status, "conclusion": None}
    found = said("workflow_run", {"repository": REPOSITORY, "workflow_run": run})
    assert found.run.status == known
    assert found.run.conclusion is None


@pytest.mark.parametrize(
    "broken",
    [{"id": "x"}, {"updated_at": "yesterday"}, {"head_sha": None}],
)
def test_a_run_that_makes_no_sense_is_only_a_reason_to_look(broken: dict[str, Any]) -> None:
    found = said("workflow_run", {"repository": REPOSITORY, "workflow_run": {**RUN, **broken}})
    assert found.run is None
    assert found.repository_id == "R_kgDOAbc"


@pytest.mark.parametrize(
    ("event", "action", "ci", "ended"),
    [
        ("workflow_run", "completed", True, True),
        ("workflow_run", "in_progress", True, False),
        ("workflow_job", "queued", True, False),
        ("check_suite", "completed", True, True),
        ("status", None, True, True),
        ("push", None, False, False),
        ("pull_request", "closed", False, False),
    ],
)
def test_what_of_ci_has_ended_is_told_from_what_goes_on(
    event: str, action: str | None, ci: bool, ended: bool
) -> None:
    found = said(event, {"action": action, "repository": REPOSITORY})
    assert (found.ci, found.ended) == (ci, ended)


def test_a_push_is_dated_in_seconds() -> None:
    found = said("push", {"ref": "refs/heads/main", "repository": REPOSITORY})
    assert found.at == datetime.fromtimestamp(1557933657, UTC)
    assert not found.fleet
    assert found.run is None


def test_what_repositories_there_are_is_about_the_fleet() -> None:
    renamed = said("repository", {"action": "renamed", "repository": REPOSITORY})
    assert renamed.fleet
    account = {"installation": {"id": 1, "account": {"login": "acme"}}, "action": "added"}
    added = said("installation_repositories", account)
    assert added.fleet
    assert added.owner == "acme"
    assert added.repository_id is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 6000]
)
def test_what_is_not_an_object_is_malformed(body: bytes) -> None:
    headers = {"x-github-delivery": "1", "x-github-event": "push"}
    with pytest.raises(Malformed):
        heard(headers, body, "github.com")


@pytest.mark.parametrize("missing", ["x-github-delivery", "x-github-event"])
@pytest.mark.parametrize("given", [None, "", "x" * 201, "a\nb"])
def test_a_delivery_says_which_it_is(missing: str, given: str | None) -> None:
    headers = {"x-github-delivery": "1", "x-github-event": "push"} | {missing: given or ""}
    with pytest.raises(Malformed):
        heard(headers, b"{}", "github.com")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"repository": None},
        {"repository": []},
        {"repository": {"node_id": 7, "full_name": ["x"], "pushed_at": 10**30}},
        {"repository": {"pushed_at": True, "updated_at": "2026-01-31"}},
        {"workflow_run": 7, "installation": {"account": 3}},
    ],
)
def test_fields_of_other_shapes_are_left_out(payload: object) -> None:
    found = said("push", payload)
    assert (found.repository_id, found.full_name, found.at, found.run) == (None, None, None, None)
