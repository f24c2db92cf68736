"""Cut the schemas of webhook payloads to the events that the double sends."""

from collections.abc import Iterable

from tests.interfaces.schemas import Json, reached

DEFINITIONS = "#/definitions/"
OUTGROWN = frozenset({"code_scanning_alert"})
"""Events of which the package contradicts what the newer OpenAPI says is sent."""


def cut(published: Json, events: Iterable[str]) -> Json:
    """Return the bare schemas of the events, `event$action` each, with what they reach.

    An event without actions is `event$event`. What the package doesn't know is left out.
    """
    definitions = published["definitions"]
    roots = [
        {"$ref": DEFINITIONS + name}
        for event in events
        if event not in OUTGROWN
        for name in definitions
        if name.startswith(f"{event}$")
    ]
    return {"definitions": reached(definitions, DEFINITIONS, roots)}


def unknown(published: Json, webhooks: Json, events: Iterable[str]) -> list[str]:
    """Return those of OpenAPI's `webhooks` that are of the events, and not taken from the package.

    OpenAPI writes `check-run-created`, the package `check_run$created`.
    """
    known = {
        name.removesuffix("$event").replace("$", "-").replace("_", "-")
        for name in published["definitions"]
        if "$" in name
    }
    ours = set(events)
    return [
        name
        for name, each in webhooks.items()
        if (event := each["post"]["x-github"]["subcategory"]) in ours
        and (name not in known or event in OUTGROWN)
    ]
