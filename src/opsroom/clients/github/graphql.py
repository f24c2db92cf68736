"""Asking GraphQL: errors belong to paths, and what came beside them is kept.

An answer may hold data and errors at once. An error names the path of what could not be had; what
is not under such a path is as true as in an answer without errors.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from opsroom.clients.github.limits import QUIET, SPENT, UNTOLD_QUIET
from opsroom.clients.github.refusals import NO_PERMISSION, NOT_THERE, SIGN_ON, reason
from opsroom.clients.github.transport import Overloaded, Spend, Transport
from opsroom.clients.host import HostError, Later, NotLetIn
from opsroom.model.shapes import NONSENSE, listed, mapping, objects, time
from opsroom.model.text import plain

LOG = logging.getLogger(__name__)

Path = tuple[str | int, ...]

GONE = "NOT_FOUND"
"""What the host calls the error about a node that is not there, or not for this token."""

OVERLOADED = ("resource limits", "timeout", "timed out")
"""Words of errors that mean that too much was asked at once."""

BROKE = "something went wrong while executing"
"""Words of an error that, when it names no path, may mean the same, or that one thing broke all."""

UNDERSTOOD_LESS = frozenset({"undefinedField", "argumentNotAccepted", "undefinedType"})
"""Codes of errors about a document that the server's schema lacks something of."""


@cache
def document(name: str) -> str:
    """A document of `queries/`, by its file's name."""
    return (files("opsroom.clients.github") / "queries" / f"{name}.graphql").read_text("utf-8")


class Misunderstood(HostError):
    """The server's schema lacks something that was asked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What one error of an answer says: its type, and the reason that stands for the fact."""

    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """The data of an answer, and the errors by the path of what is missing from it."""

    data: Mapping[str, Any]
    faults: Mapping[Path, Fault] = field(default_factory=dict[Path, Fault])

    def fault(self, *path: str | int) -> Fault | None:
        """Why what is at `path` is missing: an error there, above it or below it."""
        for at, fault in self.faults.items():
            shorter = min(len(at), len(path))
            if at[:shorter] == path[:shorter]:
                return fault
        return None

    def below(self, *path: str | int) -> Mapping[str, str]:
        """The fields right below `path` that errors name, and why."""
        inside = len(path)
        return {
            key: fault.reason
            for at, fault in self.faults.items()
            if len(at) > inside and at[:inside] == path and isinstance(key := at[inside], str)
        }


async def ask(
    transport: Transport,
    text: str,
    variables: Mapping[str, Any],
    spend: Spend,
    *,
    heavy: bool = False,
) -> Told:
    """Send a document and take its answer apart; `heavy` as in `Transport.post`.

    Raises:
        Overloaded: too much was asked at once, or something in it breaks the host.
        Misunderstood: the server's schema lacks something of the document.
        HostError: there is no answer, or no data for us in it.
    """
    body = {"query": text, "variables": variables}
    reply = await transport.post(transport.address.graphql, body, spend, heavy=heavy)
    answer = mapping(reply.data)
    if reply.status != 200 or not answer:
        if reply.status == 403:
            raise NotLetIn(reason(reply), "the host answers this question to a token alone")
        raise HostError(reason(reply))
    errors = objects(answer.get("errors"))
    data = mapping(answer.get("data"))
    _whole(transport, errors, data, spend)
    _settle(transport, data, spend)
    faults = {_path(error): _fault(error) for error in reversed(errors) if _path(error)}
    if not data:
        said = _fault(errors[0]).reason if errors else "the host told nothing"
        raise HostError(said)
    return Told(data, faults)


def _whole(
    transport: Transport,
    errors: Sequence[Mapping[str, Any]],
    data: Mapping[str, Any],
    spend: Spend,
) -> None:
    """Raise for errors that are about the whole question."""
    for error in errors:
        said = str(error.get("message") or "")
        words = said.lower()
        kind = str(error.get("type") or "")
        if "secondary rate limit" in words:
            until = transport.clock() + UNTOLD_QUIET
            transport.ledger.pause(until, QUIET)
            raise Later(QUIET, until=until)
        if kind == "RATE_LIMITED" or "rate limit" in words:
            until = _refilled(transport, data)
            transport.ledger.pause(until, SPENT, spend.bucket)
            raise Later(SPENT, until=until)
        broke = BROKE in words and not error.get("path")
        if kind.startswith("RESOURCE_LIMITS") or broke or any(word in words for word in OVERLOADED):
            raise Overloaded(f"the host could not answer it all: {plain(said, 150)}")
        code = mapping(error.get("extensions")).get("code")
        if code in UNDERSTOOD_LESS or "doesn't exist on type" in said or "Cannot query" in said:
            raise Misunderstood(f"the host does not understand: {plain(said, 150)}")


def _refilled(transport: Transport, data: Mapping[str, Any]) -> datetime:
    told = mapping(data.get("rateLimit")).get("resetAt")
    try:
        return time(told) - transport.skew
    except NONSENSE:
        LOG.debug("the host did not say when its budget is refilled")
    for bucket in transport.ledger.snapshot(transport.clock()).buckets:
        if bucket.name == "graphql" and bucket.resets_at is not None:
            return bucket.resets_at
    return transport.clock() + UNTOLD_QUIET


def _settle(transport: Transport, data: Mapping[str, Any], spend: Spend) -> None:
    """Book what the host says that it cost, in place of what was expected."""
    cost = mapping(data.get("rateLimit")).get("cost")
    if isinstance(cost, int) and cost != spend.cost:
        transport.ledger.settle(
            spend.bucket, cost - spend.cost, spend.priority, spend.purpose, transport.clock()
        )


def _path(error: Mapping[str, Any]) -> Path:
    parts = listed(error.get("path")) or []
    return tuple(part for part in parts if isinstance(part, str | int))


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error.get("type") or "")
    said = plain(str(error.get("message") or ""), 200)
    if mapping(error.get("extensions")).get("saml_failure") or "SAML" in said:
        return Fault(kind, SIGN_ON)
    if kind == GONE:
        return Fault(kind, NOT_THERE)
    if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES") or "not accessible by" in said:
        return Fault(kind, NO_PERMISSION)
    return Fault(kind, f"the host failed: {said}" if said else "the host failed")
