"""Hold what the double says against GitHub's published interface, cut to what is in use.

`Validated` wraps the double's application, so that every answer to every client is checked, over
sockets as in memory. `wrong_delivery` checks the payload of a webhook.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it has no types
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT7
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.interfaces.schemas import Json


class Checks(Protocol):
    """A validator, of whatever dialect."""

    def iter_errors(self, instance: Any) -> Iterator[Any]:
        """Yield what is wrong with a value."""
        ...


HERE = Path(__file__).parent
PREFIX = "/api/v3"
ANY_ERROR = {"$ref": "#/components/schemas/basic-error"}
LISTED = {"type": "array", "items": {"$ref": "#/components/schemas/installation"}}
MISTAKEN: dict[tuple[str, str], Json] = {("GET /app/installations", "200"): LISTED}
"""Where the description contradicts itself: there an account is a user and an enterprise at once,
while an installation by itself is of either."""
ANYWHERE = frozenset({301, 304, 307, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504})
"""Statuses that any operation may answer with, listed or not: who asks, limits, a busy server."""
OURS = re.compile(r"/_(control|logs)(/|$)|(/api)?/graphql$|/[^/]+/[^/]+/(info/refs|git-\w+-pack)$")
"""What OpenAPI knows nothing of: the double's own control, where logs are kept, GraphQL, Git."""
UNLISTED = {("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", 422)}
"""What GitHub answers though its description doesn't list it: no such trigger or branch."""
SLASHES = frozenset({"path", "ref", "branch", "basehead", "name", "tag"})
"""Parameters that may hold slashes."""
JSON = "application/json"
MOST_SAID = 3


@cache
def _openapi() -> Json:
    text = (HERE / "openapi.json").read_text(encoding="utf-8")
    read: Json = json.loads(text, object_hook=_lenient)
    return read


@cache
def _webhooks() -> Json:
    text = (HERE / "webhooks.json").read_text(encoding="utf-8")
    read: Json = json.loads(text, object_hook=_open)
    return read


def _open(part: Json) -> Json:
    """Let objects have more than is listed, and addresses of another host than github.com.

    The package is some years behind what GitHub sends.
    """
    return {
        word: value
        for word, value in part.items()
        if (word, value) != ("additionalProperties", False)
        and not (word == "const" and isinstance(value, str) and value.startswith("https://"))
    }


def _lenient(part: Json) -> Json:
    """Read `oneOf` as `anyOf`, and let null be wherever it is said that it may be.

    Some of GitHub's alternatives overlap. Some lists of words, and some references, forget null
    although `nullable` stands beside them.
    """
    read = {"anyOf" if word == "oneOf" else word: value for word, value in part.items()}
    if read.get("nullable") is not True:
        return read
    if isinstance(read.get("enum"), list):
        read["enum"] = [*read["enum"], None]
    return read if "type" in read else {"anyOf": [{"nullable": True, "enum": [None]}, read]}


def _absolute(schema: Any) -> Any:
    """Point references into the registry's one resource."""
    return json.loads(json.dumps(schema).replace('"#/', '"gh:#/'))


@cache
def _registry() -> Any:
    components = {"components": _openapi()["components"]}
    return Registry[Any]().with_resource("gh:", DRAFT4.create_resource(components))


@cache
def _payloads() -> Any:
    return Registry[Any]().with_resource("gh:", DRAFT7.create_resource(_webhooks()))


def _answers(schema: Any) -> Checks:
    checks: Checks = OAS30Validator(_absolute(schema), registry=_registry())
    return checks


@cache
def _answer(operation: str, status: str) -> Checks | None:
    """Return what checks the JSON of an answer; None: it has no body, or one of another type."""
    if mistaken := MISTAKEN.get((operation, status)):
        return _answers(mistaken)
    contents = _openapi()["operations"][operation].get(status)
    if contents is None or (not contents and status >= "4"):
        return _answers(ANY_ERROR)
    schema = contents.get(JSON)
    if schema is None:
        schema = next((each for media, each in contents.items() if media.endswith("json")), None)
    return None if schema is None else _answers(schema)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return a pattern for each operation, those with the fewest parameters first."""
    named = sorted(_openapi()["operations"], key=lambda each: (each.count("{"), -len(each)))
    return [(re.compile(_pattern(each)), each) for each in named]


def _pattern(operation: str) -> str:
    def part(found: re.Match[str]) -> str:
        return ".+" if found[1] in SLASHES else "[^/]+"

    pattern = re.sub(r"\\\{(\w+)\\\}", part, re.escape(operation).replace(r"\ ", " "))
    return pattern.replace("/contents/.+", "/contents(/.*)?")


def operation_of(method: str, path: str) -> str | None:
    """Return the operation that a request is for, as `GET /repos/{owner}/{repo}`."""
    path = re.sub(r"^/repositories/\d+", "/repos/o/r", path.removeprefix(PREFIX)) or "/"
    asked = f"{method} {path}"
    return next((name for pattern, name in _patterns() if pattern.fullmatch(asked)), None)


def wrong_answer(method: str, path: str, status: int, media: str, raw: bytes) -> str:
    """Return what is wrong with an answer of REST; empty: nothing is."""
    operation = operation_of(method, path)
    if operation is None:
        return "" if status in ANYWHERE else f"{method} {path}: no such operation"
    listed = _openapi()["operations"][operation]
    if not (str(status) in listed or status in ANYWHERE or (operation, status) in UNLISTED):
        return f"{operation}: doesn't answer {status}, only {', '.join(listed)}"
    checks = _answer(operation, str(status))
    if "raw" in media or (status >= 500 and JSON not in media):
        return ""
    if not raw:
        empty = status in (204, 205, 301, 302, 304) or not listed.get(str(status))
        return "" if empty or checks is None else f"{operation}: {status} without a body"
    if checks is None:
        expected = listed[str(status)]
        return "" if expected and JSON not in media else f"{operation}: {status} has no JSON"
    return said(f"{operation} {status}", checks, json.loads(raw))


def wrong_delivery(event: str, payload: Mapping[str, Any]) -> str:
    """Return what is wrong with the payload of a webhook; empty: nothing is."""
    action = payload.get("action")
    checks = _payload(event, action if isinstance(action, str) else None)
    if checks is None:
        return f"{event}: no such event, or not with the action {action}"
    return said(f"{event} {action or ''}", checks, payload)


@cache
def _payload(event: str, action: str | None) -> Checks | None:
    for name in (f"{event}${action}", f"{event}$event"):
        if name in _webhooks()["definitions"]:
            schema = {"$ref": f"gh:#/definitions/{name}"}
            checks: Checks = Draft7Validator(schema, registry=_payloads())
            return checks
    spoken = f"{event}-{action}".replace("_", "-")
    schema = _openapi()["webhooks"].get(spoken)
    return None if schema is None else _answers(schema)


def said(where: str, checks: Checks, value: Any) -> str:
    """Return the first things that a validator finds wrong, with where they are; or nothing."""
    found = [
        f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error, _ in zip(_deepest(checks, value), range(MOST_SAID), strict=False)
    ]
    return "\n".join(found)


def _deepest(checks: Checks, value: Any) -> Iterator[Any]:
    """Yield errors; of alternatives that all fail, those of the one that fits best."""
    for error in checks.iter_errors(value):
        context: list[Any] = error.context or []
        branches: dict[Any, list[Any]] = {}
        for each in context:
            branches.setdefault(each.schema_path[0], []).append(each)
        yield from min(branches.values(), key=len) if branches else [error]


class Validated:
    """An application whose every answer is checked, after it was sent: a wrong one fails the test.

    `wrong` keeps what was, for where nobody sees an application fail, as behind a socket. `seen`
    are the operations that were answered. While `spoils` says so, what isn't JSON was cut off on
    purpose.
    """

    def __init__(self, app: ASGIApp, spoils: Callable[[], bool]) -> None:
        self._app = app
        self._spoils = spoils
        self.wrong: list[str] = []
        self.seen: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and listen to what is sent back."""
        passed = scope["type"] != "http" or scope["method"] == "HEAD"
        if passed or OURS.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        begun: Message = {}
        body = bytearray()

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, listen)
        self._check(scope["method"], scope["path"], begun, bytes(body))

    def _check(self, method: str, path: str, begun: Message, body: bytes) -> None:
        headers = {name.lower(): value.decode() for name, value in begun.get("headers", ())}
        if (operation := operation_of(method, path)) is not None and begun["status"] != 404:
            self.seen.add(operation)
        try:
            media = headers.get(b"content-type", "")
            wrong = wrong_answer(method, path, begun["status"], media, body)
        except json.JSONDecodeError as cut:
            wrong = "" if self._spoils() else f"{method} {path}: {cut}"
        if wrong:
            self.wrong.append(wrong)
            raise AssertionError(wrong)
