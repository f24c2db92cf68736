"""The MCP surface as clients meet it: both protocol eras, over pipes and over HTTP."""

import json
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

import anyio
import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from mcp import Client, MCPError
from mcp.types import (
    CallToolResult,
    PromptReference,
    ResourceTemplateReference,
    ResourceUpdatedNotification,
    TextContent,
    TextResourceContents,
    Tool,
)
from tests.operations.rooms import Yard
from tests.serve.lines import ERAS, PATIENCE, client_of, complaints, serving, spoken, stdio_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning"),
]

LINES = [(transport, era) for transport in ("stdio", "http") for era in ERAS]
TOOLS = [
    *("changes_since", "ci_status", "dependency_graph", "findings", "fleet_status"),
    *("repo_health", "run_status", "scan", "triage"),
]


@asynccontextmanager
async def connected(yard: Yard, transport: str, era: str, **more: Any) -> AsyncGenerator[Client]:
    async with AsyncExitStack() as stack:
        if transport == "stdio":
            server: Any = stdio_of(yard.code, yard.home)
        else:
            config = yard.home / "opsroom.toml"
            config.write_text(f'[[source]]\nkind = "directory"\npath = "{yard.code}"\n')
            _, page = await stack.enter_async_context(
                serving("--config", str(config), home=yard.home)
            )
            server = f"{page}mcp"
        yield await stack.enter_async_context(client_of(server, era, **more))


def text(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


@pytest.mark.parametrize(("transport", "era"), LINES)
async def test_everything_that_can_be_asked(yard: Yard, transport: str, era: str) -> None:
    (yard.clone("api", "https://gitlab.com/acme/deep/api.git") / "README.md").write_text("x\n")
    yard.clone("work/web")
    yard.clone("play/web")
    async with connected(yard, transport, era) as client:
        assert client.server_info
        assert client.server_info.name == "opsroom"
        assert client.server_info.version
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert sorted(tools) == TOOLS
        arguments: dict[str, dict[str, Any]] = {
            "changes_since": {"since": "24h"},
            "ci_status": {},
            "dependency_graph": {"query": "hotspots"},
            "findings": {"group_by": "rule"},
            "fleet_status": {},
            "repo_health": {"repository": "acme/deep/api"},
            "scan": {"where": "repo:nothing"},
            "run_status": {},
        }
        for name, given in arguments.items():
            answer = await client.call_tool(name, given)
            assert not answer.is_error, text(answer)
            schema = tools[name].output_schema
            assert schema
            jsonschema.validate(answer.structured_content, schema)
            assert text(answer)
        await decision(client, tools["triage"])
        await refusals(client)
        await resources(client)
        await prompts_and_completion(client)


async def decision(client: Client, triage: Tool) -> None:
    """A finding of the fleet, suppressed and counted again."""
    found = (await client.call_tool("findings", {})).structured_content
    assert found
    id_ = found["findings"][0]["id"]
    for given, state in (
        ({"action": "suppress", "reason": "known"}, "suppressed"),
        ({"action": "reopen"}, "open"),
    ):
        answer = await client.call_tool("triage", {"id": id_, **given})
        assert not answer.is_error, text(answer)
        assert answer.structured_content
        assert triage.output_schema
        jsonschema.validate(answer.structured_content, triage.output_schema)
        assert answer.structured_content["state"] == state
        assert (await read(client, f"opsroom://findings/{id_}"))["state"] == state


async def refusals(client: Client) -> None:
    for name, given, said in (
        ("fleet_status", {"wher": "x"}, "did you mean 'where'?"),
        ("repo_health", {"repo": "acme/deep/api"}, "did you mean 'repository'?"),
        ("repo_health", {}, "repository"),
        ("fleet_status", {"max_tokens": 1}, "max_tokens"),
        ("fleet_status", {"where": "helth:red"}, "did you mean health"),
        ("repo_health", {"repository": "acme/deep/apy"}, "acme/deep/api"),
        ("repo_health", {"repository": "web"}, "local/web@play"),
        ("fleet_statu", {}, "did you mean 'fleet_status'?"),
        ("triage", {"id": "nothing", "action": "reopen"}, "is not the id of a finding"),
        ("scan", {"scanners": ["secret"]}, "secrets"),
    ):
        answer = await client.call_tool(name, given)
        assert answer.is_error, name
        assert said in text(answer), text(answer)
        assert answer.structured_content
        for call in answer.structured_content["next"]:
            again = await client.call_tool(call["tool"], call["arguments"])
            assert not again.is_error


async def resources(client: Client) -> None:
    listed = [str(each.uri) for each in (await client.list_resources()).resources]
    names = ("budget", "fleet", "graph", "journal")
    assert sorted(listed) == [f"opsroom://{name}" for name in names]
    templates = (await client.list_resource_templates()).resource_templates
    assert sorted(each.uri_template for each in templates) == [
        "opsroom://findings/{finding}",
        "opsroom://journal/{cursor}",
        "opsroom://repos/{owner}/{name}",
        "opsroom://repos/{owner}/{name}/closure",
        "opsroom://repos/{owner}/{name}/sbom",
        "opsroom://repos/{owner}/{name}/vex",
        "opsroom://runs/{run}",
    ]
    fleet = await read(client, "opsroom://fleet")
    assert fleet["coverage"]["asked"] == 3
    assert (await read(client, "opsroom://budget"))["hosts"] == []
    (diagram,) = (await client.read_resource("opsroom://graph")).contents
    assert isinstance(diagram, TextResourceContents)
    assert "flowchart" in diagram.text
    journal = await read(client, "opsroom://journal")
    page = await read(client, f"opsroom://journal/{journal['cursor']}")
    assert page["events"] == []
    nested = await read(client, f"opsroom://repos/{quote('acme/deep', safe='')}/api")
    assert nested["repository"] == "acme/deep/api"
    for owner_and_name in ("local/web@play", "local/web%40play"):
        one = await read(client, f"opsroom://repos/{owner_and_name}")
        assert one["repository"] == "local/web@play"
    for wrong in (
        "opsroom://nothing",
        "opsroom://repos/acme",
        "opsroom://repos/acme/nothing",
        "opsroom://journal/nonsense",
        "http://fleet",
    ):
        with pytest.raises(MCPError) as refused:
            await client.read_resource(wrong)
        assert refused.value.error.code == -32602, wrong
        assert refused.value.error.data == {"uri": wrong}


async def read(client: Client, uri: str) -> Any:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert str(content.uri) == uri
    return json.loads(content.text)


async def prompts_and_completion(client: Client) -> None:
    listed = (await client.list_prompts()).prompts
    names = [prompt.name for prompt in listed]
    assert names == [
        *("harden_repository", "investigate_ci", "morning"),
        *("onboard_repository", "upgrade_dependency"),
    ]
    filled = await client.get_prompt("onboard_repository", {"repository": "acme/deep/api"})
    (message,) = filled.messages
    assert isinstance(message.content, TextContent)
    assert '"acme/deep/api"' in message.content.text
    for name, given in (
        ("evening", {}),
        ("onboard_repository", {}),
        ("morning", {"sinse": "24h"}),
    ):
        with pytest.raises(MCPError) as refused:
            await client.get_prompt(name, given)
        assert refused.value.error.code == -32602
    template = ResourceTemplateReference(type="ref/resource", uri="opsroom://repos/{owner}/{name}")
    owners = await client.complete(template, {"name": "owner", "value": ""})
    assert owners.completion.values == ["acme%2Fdeep", "local"]
    named = await client.complete(template, {"name": "name", "value": "w"}, {"owner": "local"})
    assert named.completion.values == ["web@play", "web@work"]
    prompt = PromptReference(type="ref/prompt", name="onboard_repository")
    found = await client.complete(prompt, {"name": "repository", "value": "api"})
    assert found.completion.values == ["acme/deep/api"]


@pytest.mark.parametrize(("transport", "era"), LINES)
async def test_a_commit_is_announced(yard: Yard, transport: str, era: str) -> None:
    """At once, on exactly the URIs that were asked for, and it can be read then."""
    clone = yard.clone("api")
    yard.clone("web")
    uri = "opsroom://repos/local/api"
    heard: list[str] = []
    got = anyio.Event()

    async def listen(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            heard.append(str(message.params.uri))
            got.set()

    async with connected(yard, transport, era, message_handler=listen) as client:
        await client.call_tool("fleet_status", {})
        if era == "legacy":
            await client.subscribe_resource(uri)  # pyright: ignore[reportDeprecated]
            await anyio.sleep(0.3)  # its answer stream is opened without an answer
            yard.commit(clone)
            with anyio.fail_after(PATIENCE):
                await got.wait()
        else:
            async with client.listen(resource_subscriptions=[uri]) as stream:
                yard.commit(clone)
                with anyio.fail_after(PATIENCE):
                    heard.append(getattr(await anext(stream), "uri", ""))
        state = await read(client, uri)
        assert set(heard) == {uri}
        assert state["worktrees"][0]["modified"] == 0
        after = await client.call_tool("changes_since", {"since": "1h"})
        assert "main moved to" in text(after)


async def test_several_clients_at_once(yard: Yard) -> None:
    """Modern and legacy ones beside each other on one centre, each with its own URIs."""
    clone = yard.clone("api")
    config = yard.home / "opsroom.toml"
    config.write_text(f'[[source]]\nkind = "directory"\npath = "{yard.code}"\n')
    old: list[str] = []
    got = anyio.Event()

    async def listen(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            old.append(str(message.params.uri))
            got.set()

    async with serving("--config", str(config), home=yard.home) as (process, page):
        mcp = f"{page}mcp"
        async with (
            client_of(mcp, "auto") as one,
            client_of(mcp, "auto") as two,
            client_of(mcp, "legacy", message_handler=listen) as three,
        ):
            answers = [
                await client.call_tool("fleet_status", {}) for client in (one, two, three) * 5
            ]
            assert not any(answer.is_error for answer in answers)
            async with (
                one.listen(resource_subscriptions=["opsroom://fleet"]) as fleet,
                two.listen(resource_subscriptions=["opsroom://repos/local/api"]) as repository,
            ):
                await three.subscribe_resource("opsroom://journal")  # pyright: ignore[reportDeprecated]
                await anyio.sleep(0.3)
                yard.commit(clone)
                with anyio.fail_after(PATIENCE):
                    assert getattr(await anext(fleet), "uri", "") == "opsroom://fleet"
                    assert getattr(await anext(repository), "uri", "").endswith("/api")
                    await got.wait()
                assert set(old) == {"opsroom://journal"}
                process.send_signal(signal.SIGTERM)
                with anyio.fail_after(PATIENCE + 3):
                    await process.wait()
                assert process.returncode == 0


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18"])
async def test_a_raw_handshake_of_an_older_protocol(yard: Yard, version: str) -> None:
    clone = yard.clone("api")
    async with spoken(str(yard.code), home=yard.home) as line:
        hello = await line.shake_hands(version)
        assert hello["result"]["protocolVersion"] == version
        assert hello["result"]["capabilities"]["resources"]["subscribe"] is True
        assert sorted(t["name"] for t in (await line.ask("tools/list"))["result"]["tools"]) == TOOLS
        assert not (await line.call("fleet_status")).get("isError")
        await line.ask("resources/subscribe", uri="opsroom://fleet")
        yard.commit(clone)
        with anyio.fail_after(PATIENCE):
            while (message := await line.read()).get("method") != "notifications/resources/updated":
                pass
        assert message["params"]["uri"] == "opsroom://fleet"
        wrong = await line.ask("no/such/method")
        assert wrong["error"]["code"] == -32601


async def test_stdout_holds_only_json_rpc(yard: Yard) -> None:
    """Also with a chatty log, deprecation warnings, and messages that are no JSON-RPC."""
    yard.clone("api")
    options = (str(yard.code), "--log", "json", "--debug")
    async with spoken(*options, home=yard.home, PYTHONWARNINGS="always") as line:
        await line.shake_hands()
        await line.call("fleet_status")
        await line.call("repo_health", repository="nothing")
        assert line.process.stdin
        await line.process.stdin.send(b"this is no JSON\n{}\n[1,2]\n")
        await line.call("changes_since", since="24h")
        await line.process.stdin.aclose()
        with anyio.fail_after(PATIENCE):
            assert line.process.stdout
            rest = b"".join([part async for part in line.process.stdout])
            assert await line.process.wait() == 0
        for each in [*line.heard, *rest.decode().splitlines()]:
            assert json.loads(each)["jsonrpc"] == "2.0"
        told = [each for each in (await complaints(line.process)).splitlines() if each[:1] == "{"]
        assert any(json.loads(each)["cause"] for each in told)


async def test_read_only_and_hidden_repositories(yard: Yard) -> None:
    """What is outside `--where` is answered like what never existed."""
    yard.clone("open", "https://github.com/acme/open.git")
    secret = yard.clone("secret", "https://github.com/acme/secret.git")
    (secret / "README.md").write_text("changed\n")
    scope = ("--read-only", "--where", "repo:acme/open")
    async with spoken(*scope, str(yard.code), home=yard.home) as line:
        await line.shake_hands()
        status = await line.call("fleet_status")
        assert status["structuredContent"]["coverage"]["asked"] == 1
        refusals: list[str] = []
        for name in ("acme/secret", "acme/sicret"):
            for asked in (name, str(yard.code / name.rpartition("/")[2])):
                refused = await line.call("repo_health", repository=asked)
                assert refused["isError"]
                refusals.append(json.dumps(refused).replace("sicret", "secret"))
        assert refusals[:2] == refusals[2:]
        yard.commit(secret)
        await line.call("repo_health", repository="acme/open")
        await line.call("changes_since", since="24h")
        await line.ask("resources/read", uri="opsroom://journal")
        await line.ask("resources/read", uri="opsroom://journal/0")
        reference = {"type": "ref/prompt", "name": "onboard_repository"}
        argument = {"name": "repository", "value": ""}
        completed = await line.ask("completion/complete", ref=reference, argument=argument)
        assert completed["result"]["completion"]["values"] == ["acme/open"]
        told = [each for each in line.heard if "isError" not in each or "sicret" not in each]
        mentions = [each for each in told if "acme/secret" in each]
        assert all("no repository" in each for each in mentions), mentions
