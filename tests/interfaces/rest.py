"""Cut an OpenAPI description to the answers of some operations, and to some webhooks."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.interfaces.schemas import Json, bare, reached

SCHEMAS = "#/components/schemas/"
RESPONSES = "#/components/responses/"
ANY_ERROR = "basic-error"
"""What an answer holds that any operation may give, whether or not it is listed with it."""


def operations(description: Json) -> set[str]:
    """Return every operation of a description, as `GET /user`."""
    return {
        f"{method.upper()} {path}"
        for path, methods in description["paths"].items()
        for method in methods
        if method in {"get", "put", "post", "patch", "delete"}
    }


def cut(description: Json, wanted: Iterable[str], webhooks: Iterable[str]) -> Json:
    """Return the bare schemas of every answer of the operations, and of the webhooks' payloads.

    `{"operations": {operation: {status: {media type: schema}}}, "webhooks": {name: schema},
    "components": {"schemas": {...}}}`; an answer without a body has no media type.

    Raises:
        KeyError: there is no such operation or webhook.
    """
    answers = {each: _answers(description, each) for each in sorted(wanted)}
    payloads = {each: _payload(description["x-webhooks"][each]) for each in sorted(webhooks)}
    roots = [answers, payloads, {"$ref": SCHEMAS + ANY_ERROR}]
    components = reached(description["components"]["schemas"], SCHEMAS, roots)
    return {
        "operations": answers,
        "webhooks": payloads,
        "components": {"schemas": components},
    }


def _answers(description: Json, operation: str) -> Json:
    method, path = operation.split(" ")
    listed: Mapping[str, Json] = description["paths"][path][method.lower()]["responses"]
    return {status: _contents(description, each) for status, each in listed.items()}


def _contents(description: Json, response: Json) -> Json:
    if there := response.get("$ref"):
        response = description["components"]["responses"][there.removeprefix(RESPONSES)]
    return {
        media: bare(each.get("schema", {})) for media, each in response.get("content", {}).items()
    }


def _payload(webhook: Json) -> Any:
    contents: Json = webhook["post"]["requestBody"]["content"]
    return bare(contents["application/json"]["schema"])
