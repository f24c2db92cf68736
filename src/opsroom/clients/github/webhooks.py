"""Webhooks of GitHub: whether one is genuine, and the little of it that is used.

A delivery is signed with HMAC-SHA256 over the bytes of its body, before anything parses them. All
that is read from it is where to look again, plus the state of a run, which can only move forward.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from opsroom.clients.github.runs import read_run
from opsroom.clients.host import Malformed, Unsigned
from opsroom.model.ci import CiRun
from opsroom.model.heard import Heard
from opsroom.model.shapes import mapping

LARGEST_BODY = 25 * 1024 * 1024
"""Bytes of one delivery. GitHub doesn't send larger ones."""

LONGEST_WORD = 200
"""Characters of an id or a name that are kept."""

FLEET_EVENTS = frozenset({"repository", "installation", "installation_repositories", "public"})
"""Events about which repositories there are."""

CI_EVENTS = frozenset({"workflow_run", "workflow_job", "check_suite", "check_run", "status"})
ALERT_EVENTS = frozenset(
    {
        "dependabot_alert",
        "code_scanning_alert",
        "secret_scanning_alert",
        "repository_vulnerability_alert",
    }
)
QUIET_EVENTS = frozenset({"ping"})
"""Events after which nothing can have moved."""

DATED = (
    ("workflow_run", "updated_at"),
    ("check_suite", "updated_at"),
    ("check_run", "completed_at"),
    ("workflow_job", "completed_at"),
    ("pull_request", "updated_at"),
    ("issue", "updated_at"),
    ("alert", "updated_at"),
    ("release", "published_at"),
    ("rule", "updated_at"),
    ("repository_ruleset", "updated_at"),
    ("deployment_status", "updated_at"),
)
"""Where a payload says when what it tells of happened, the first that is there."""


def signers(body: bytes, signature: str, secrets: Mapping[str, str]) -> list[str]:
    """Whose secrets verify a body, by the names of `secrets`; takes the same time for any answer.

    `signature` is the header `X-Hub-Signature-256`.

    Raises:
        Unsigned: nobody's; says whether there is a secret at all.
    """
    if not any(secrets.values()):
        raise Unsigned(
            "no webhook is expected here",
            "set webhook_secret in the source of opsroom.toml, and the same on the host",
        )
    given = signature.encode("ascii", "replace")
    found = [
        name
        for name, secret in secrets.items()
        if secret and hmac.compare_digest(_signature(body, secret), given)
    ]
    if not found:
        raise Unsigned(
            "this webhook is not signed with a secret of this centre",
            "see that webhook_secret and the secret of the webhook on the host are the same",
        )
    return found


def _signature(body: bytes, secret: str) -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest().encode()


def heard(headers: Mapping[str, str], body: bytes, host: str) -> Heard:
    """Read a genuine delivery. `headers` by names in lower case; `host` names runs.

    Raises:
        Malformed: a header is missing, or the body is not a JSON object.
    """
    delivery, event = (_word(headers.get(name)) for name in ("x-github-delivery", "x-github-event"))
    if not delivery or not event:
        raise Malformed("the webhook doesn't say which delivery of which event it is")
    payload = _object(body)
    repository = _part(payload, "repository")
    action, of_ci = _word(payload.get("action")), event in CI_EVENTS
    return Heard(
        delivery=delivery,
        event=event,
        action=action,
        hook=_word(headers.get("x-github-hook-id")),
        owner=_owner(payload, repository),
        repository_id=_word(repository.get("node_id")) or None,
        full_name=_word(repository.get("full_name")) or None,
        fleet=event in FLEET_EVENTS,
        ci=of_ci,
        ended=of_ci and action in ("completed", ""),
        alerts=event in ALERT_EVENTS,
        at=_when(payload, repository, event),
        run=_run(payload, host) if event == "workflow_run" else None,
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        payload: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed(
            "the body of the webhook is not JSON",
            "choose the content type application/json where the webhook is set up",
        ) from None
    found = mapping(payload)
    if not found and payload != {}:
        raise Malformed("the body of the webhook is not a JSON object")
    return found


def _part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return mapping(payload.get(name))


def _word(value: object) -> str:
    """A short printable text; empty for anything else."""
    text = value if isinstance(value, str) else ""
    return text if text.isprintable() and len(text) <= LONGEST_WORD else ""


def _owner(payload: Mapping[str, Any], repository: Mapping[str, Any]) -> str:
    account = _part(_part(payload, "installation"), "account")
    for part in (_part(repository, "owner"), _part(payload, "organization"), account):
        if login := _word(part.get("login")):
            return login
    return ""


def _when(payload: Mapping[str, Any], repository: Mapping[str, Any], event: str) -> datetime | None:
    for name, key in DATED:
        if told := _time(_part(payload, name).get(key)):
            return told
    return _time(repository.get("pushed_at" if event == "push" else "updated_at"))


def _time(value: object) -> datetime | None:
    """A time as payloads write it: ISO text, or in `push` seconds since 1970."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found and found.tzinfo else None


def _run(payload: Mapping[str, Any], host: str) -> CiRun | None:
    """The run that a `workflow_run` tells of; None when it lacks what makes it one."""
    try:
        return read_run(host, _part(payload, "workflow_run"))
    except (KeyError, TypeError, ValueError):
        return None
