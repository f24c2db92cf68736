"""The server in memory: what both eras are told, and what a broken store does to it."""

from collections.abc import AsyncGenerator
from typing import Any

import anyio
import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from mcp import Client, MCPError
from mcp.server import Server
from mcp.types import PromptReference, TextContent
from tests.operations.rooms import Yard, look_over, opened

from opsroom.operations.room import Room
from opsroom.operations.surface import tools
from opsroom.serve.bus import Bus
from opsroom.serve.mcp import build_server

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning"),
]


@pytest.fixture
async def room(yard: Yard) -> AsyncGenerator[Room]:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        yield room


@pytest.fixture
def server(room: Room) -> Server[Any]:
    return build_server(room, Bus())


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_every_tool_is_described(server: Server[Any], era: Any) -> None:
    async with Client(server, mode=era, cache=None) as client:
        for tool in (await client.list_tools()).tools:
            assert tool.title
            assert tool.description
            assert tool.annotations
            decides = tool.name == "triage"
            assert tool.annotations.read_only_hint is not decides
            assert tool.annotations.destructive_hint is (None if decides else False)
            for schema in (tool.input_schema, tool.output_schema):
                assert schema
                jsonschema.Draft202012Validator.check_schema(schema)
            assert tool.input_schema["additionalProperties"] is False
            assert tool.output_schema
            assert {"as_of", "coverage"} <= set(tool.output_schema["required"])
            assert decides or "max_tokens" in tool.input_schema["properties"]


async def test_the_list_of_tools_is_small(server: Server[Any]) -> None:
    async with Client(server, cache=None) as client:
        tools = (await client.list_tools()).tools
    whole = sum(len(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools)
    mine = [tool.model_dump_json(include={"name", "description", "input_schema"}) for tool in tools]
    assert len(tools) <= 16
    assert whole <= 64_000
    assert sum(map(len, mine)) <= 16_000


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_number_may_stand_for_text(server: Server[Any], era: Any) -> None:
    async with Client(server, mode=era, cache=None) as client:
        for since in (0, "0"):
            answer = await client.call_tool("changes_since", {"since": since})
            assert not answer.is_error, answer
        assert (await client.call_tool("changes_since", {"since": True})).is_error


async def test_a_mistake_of_ours_says_nothing_of_its_insides(
    server: Server[Any], room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise RuntimeError("secret insides")

    async with Client(server, cache=None) as client:
        monkeypatch.setattr(room, "settled", fail)
        answer = await client.call_tool("fleet_status", {})
        assert answer.is_error
        assert "secret" not in answer.model_dump_json()
        with pytest.raises(MCPError) as refused:
            await client.read_resource("opsroom://fleet")
        assert refused.value.error.code == -32603
        assert "secret" not in refused.value.error.model_dump_json()
        monkeypatch.undo()
        assert not (await client.call_tool("fleet_status", {})).is_error


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_broken_store_is_said_and_the_server_lives_on(yard: Yard, era: Any) -> None:
    """Every question answers what is wrong, and works once it was put right."""
    yard.clone("api")
    store = yard.home / "store.sqlite"
    store.write_bytes(b"this is no database" * 1000)
    async with Room(yard.settings()) as room:
        async with Client(build_server(room, Bus()), mode=era, cache=None) as client:
            for _ in range(2):
                answer = await client.call_tool("fleet_status", {})
                assert answer.is_error
                (block,) = answer.content
                assert isinstance(block, TextContent)
                assert str(store) in block.text
                assert "restore" in block.text
            with pytest.raises(MCPError, match=r"store\.sqlite"):
                await client.read_resource("opsroom://fleet")
            prompt = PromptReference(type="ref/prompt", name="onboard_repository")
            with pytest.raises(MCPError, match=r"store\.sqlite"):
                await client.complete(prompt, {"name": "repository", "value": ""})
            assert len((await client.list_tools()).tools) == len(tools())
            if era == "legacy":
                await client.subscribe_resource("opsroom://fleet")  # pyright: ignore[reportDeprecated]
            store.unlink()
            assert not (await client.call_tool("fleet_status", {})).is_error
        room.tasks.cancel_scope.cancel()


async def test_many_first_calls_at_once_open_one_store(yard: Yard) -> None:
    yard.clone("api")
    async with Room(yard.settings()) as room:
        async with Client(build_server(room, Bus()), cache=None) as client:
            answers: list[bool] = []

            async def ask() -> None:
                answers.append((await client.call_tool("fleet_status", {})).is_error or False)

            async with anyio.create_task_group() as tasks:
                for _ in range(8):
                    tasks.start_soon(ask)
            assert answers == [False] * 8
        room.tasks.cancel_scope.cancel()


async def test_a_call_that_is_given_up_spoils_nothing(yard: Yard) -> None:
    yard.clone("api")
    async with Room(yard.settings()) as room:
        async with Client(build_server(room, Bus()), cache=None) as client:
            with anyio.move_on_after(0.05):
                await client.call_tool("fleet_status", {})
            answer = await client.call_tool("fleet_status", {})
            assert not answer.is_error
            assert answer.structured_content
            assert answer.structured_content["coverage"]["asked"] == 1
        room.tasks.cancel_scope.cancel()


async def test_without_a_source_the_fleet_is_not_green(yard: Yard) -> None:
    settings = yard.settings().model_copy(update={"sources": ()})
    async with opened(settings) as room, Client(build_server(room, Bus()), cache=None) as client:
        for tool in ("fleet_status", "changes_since"):
            answer = await client.call_tool(tool, {})
            (block,) = answer.content
            assert isinstance(block, TextContent)
            assert "no source is configured" in block.text
            assert "opsroom init" in block.text
        lost = await client.call_tool("repo_health", {"repository": "acme/api"})
        (block,) = lost.content
        assert lost.is_error
        assert isinstance(block, TextContent)
        assert "source" in block.text
