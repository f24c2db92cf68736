"""What agents see is committed, small, and quick to list.

`OPSROOM_UPDATE_SNAPSHOTS=1 pytest tests/surface` accepts a change of the schemas.
"""

import json
import os
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from opsroom.operations.surface import resources, tools

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("OPSROOM_UPDATE_SNAPSHOTS") == "1"
LATER = frozenset(
    ("sqlalchemy", "aiosqlite", "alembic", "greenlet", "psycopg", "jinja2", "rich", "rustworkx")
) | {"numpy", "networkx"}
"""Of the base install: what only the first call, the page or a terminal needs."""


def normal(tool: dict[str, Any]) -> str:
    """The same text on every version of Python and pydantic that means the same."""
    return json.dumps(tool, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def minified(value: object) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def difference(kept: str, shown: str, name: str) -> str:
    lines = unified_diff(kept.splitlines(True), shown.splitlines(True), "committed", name, n=2)
    return "".join(lines)


@pytest.mark.parametrize("name", sorted(tools()))
def test_schema_is_the_committed_one(surface: dict[str, Any], name: str) -> None:
    shown = normal(next(tool for tool in surface["tools"] if tool["name"] == name))
    file = SNAPSHOTS / f"{name}.json"
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, "utf-8")
    assert file.is_file(), f"OPSROOM_UPDATE_SNAPSHOTS=1 pytest {Path(__file__).parent} makes it"
    kept = file.read_text("utf-8")
    assert kept == shown, "\n" + difference(kept, shown, name)


def test_no_snapshot_of_a_tool_that_is_gone() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*.json")} == set(tools())


def test_a_changed_schema_is_shown_as_a_difference(surface: dict[str, Any]) -> None:
    tool = surface["tools"][0]
    changed = {**tool, "description": "another"}
    told = difference(normal(tool), normal(changed), "x")
    assert '+ "description": "another"' in told


def test_every_tool_says_what_an_agent_needs(surface: dict[str, Any]) -> None:
    for tool in surface["tools"]:
        assert tool["title"], tool["name"]
        assert tool["description"], tool["name"]
        assert "readOnlyHint" in tool["annotations"], tool["name"]
        assert tool["inputSchema"]["additionalProperties"] is False, tool["name"]
        for argument, schema in tool["inputSchema"]["properties"].items():
            assert schema["description"], f"{tool['name']} {argument}"
            assert "repo" not in argument.split("_"), "the word is repository"
        answer = tool["outputSchema"]["properties"]
        assert {"as_of", "coverage"} <= answer.keys(), tool["name"]


def test_no_title_is_made_from_a_name(surface: dict[str, Any]) -> None:
    schemas = [tool[kind] for tool in surface["tools"] for kind in ("inputSchema", "outputSchema")]
    assert not [
        schema["title"]
        for whole in schemas
        for schema in [whole, *whole.get("$defs", {}).values()]
        if "title" in schema
    ]


def test_budgets(surface: dict[str, Any]) -> None:
    listed = surface["tools"]
    told = [[tool["name"], tool["description"], tool["inputSchema"]] for tool in listed]
    print(f"{len(listed)} tools, {minified(told)} bytes to choose by, {minified(listed)} in all")
    assert len(listed) <= 16
    assert minified(told) <= 16_000
    assert minified(listed) <= 64_000


def test_everything_that_was_found_is_shown(surface: dict[str, Any]) -> None:
    shown = {each["uri"] for each in surface["resources"]}
    shown |= {each["uriTemplate"] for each in surface["templates"]}
    assert shown == {found.uri for found in resources()}
    assert {tool["name"] for tool in surface["tools"]} == set(tools())


def test_listing_tools_loads_little_more_than_the_sdk(surface: dict[str, Any]) -> None:
    """Cold start matters on stdio: an agent waits for this list."""
    bare = subprocess.run(
        [sys.executable, "-c", "import mcp, mcp.server, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    tops = {name.partition(".")[0] for name in surface["modules"]}
    added = tops - {name.partition(".")[0] for name in bare} - sys.stdlib_module_names
    assert {name for name in added if not name.startswith("_")} <= {"opsroom", "platformdirs"}
    assert not LATER & tops
    assert "opsroom.store.database" not in surface["modules"]


def test_the_heavy_parts_are_what_a_call_needs() -> None:
    """The test above can fail: opening a room loads what listing must not."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import opsroom.operations.opening, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "sqlalchemy" in loaded
