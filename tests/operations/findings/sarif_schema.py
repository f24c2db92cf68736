"""What SARIF 2.1.0 asks of the parts of a document that Opsroom writes.

By the tables of properties in OASIS' specification, sections 3.13 to 3.58; nothing else is allowed.
"""

from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
BAG: dict[str, Any] = {"type": "object"}
LEVEL: dict[str, Any] = {"enum": ["none", "note", "warning", "error"]}


def one(required: str, **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def several(what: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": what, **more}


MESSAGE = one("text", text=TEXT)
RULE = one(
    "id shortDescription fullDescription help",
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=one("level", level=LEVEL),
    properties=BAG,
)
ARTIFACT = one("uri", uri={**TEXT, "pattern": r"^[!-~]+$"}, uriBaseId=TEXT)
PLACE = one(
    "artifactLocation",
    artifactLocation=ARTIFACT,
    region=one("startLine", startLine={"type": "integer", "minimum": 1}),
)
SUPPRESSION = one(
    "kind",
    kind={"enum": ["inSource", "external"]},
    status={"enum": ["accepted", "underReview", "rejected"]},
    justification=TEXT,
    properties=BAG,
)
RESULT = one(
    "ruleId ruleIndex level message locations partialFingerprints suppressions",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=several(one("physicalLocation", physicalLocation=PLACE), minItems=1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=several(SUPPRESSION),
    properties=BAG,
)
RUN = one(
    "tool results invocations",
    tool=one("driver", driver=one("name", name=TEXT, version=TEXT, rules=several(RULE))),
    originalUriBaseIds={
        "type": "object",
        "additionalProperties": one(
            "", uri={**TEXT, "pattern": "^file:///.*/$"}, description=MESSAGE
        ),
    },
    invocations=several(
        one(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            endTimeUtc={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
            toolExecutionNotifications=several(one("message", level=LEVEL, message=MESSAGE)),
        )
    ),
    results=several(RESULT),
)
DOCUMENT = one(
    "version runs",
    **{"$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"}},
    version={"const": "2.1.0"},
    runs=several(RUN),
)


def assert_valid(document: dict[str, Any]) -> None:
    """It is SARIF, and what it refers to is there."""
    jsonschema.validate(document, DOCUMENT)
    for run in document["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(set(rules)) == len(rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            for location in result["locations"]:
                artifact = location["physicalLocation"]["artifactLocation"]
                if "uriBaseId" in artifact:
                    assert artifact["uriBaseId"] in run["originalUriBaseIds"]
                    assert not artifact["uri"].startswith(("/", "file:"))
