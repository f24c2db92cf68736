"""A world in which there is something of everything that a smoke list asks for."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx2
from starlette.types import Message, Receive, Scope, Send
from tests.clients.github.test_alerts import flaw
from tests.hub import SmallHub

from opsroom.demo.github.acts.alerts import raise_code, raise_dependabot, raise_secret
from opsroom.demo.github.acts.issues import open_issue
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import rename
from opsroom.demo.github.acts.runs import add_workflow, finish_run, start_run
from opsroom.demo.github.state.hooks import Hook

FORMER = "acme/quokka-old"
HOOK = "https://ops.wombat.example/webhooks/github"
SECRET = "AKIAQUOKKAWOMBAT0000"


async def make_busy(hub: SmallHub) -> None:
    """Let runs fail, alerts be raised, webhooks be sent, and a repository be renamed."""
    world = hub.world
    old = hub.create(FORMER, {"quokka.py": "1\n"})
    now = world.now()
    place = world.hooks.setdefault("acme", {})
    hook = Hook(world.ids.number(), HOOK, ("*",), now, now, secret="wombatsecret")
    place[hook.id] = hook
    workflow = add_workflow(world, old, ".github/workflows/quokka.yml", "Quokka pipeline")
    commit_files(world, old, old.default_branch, {"wombat.txt": "x"}, "Wombat commit", hub.kim)
    run = start_run(world, old, workflow)
    said = "##[error]wombat exploded at quokka\n"
    steps = [step.name for job in run.newest.jobs for step in job.steps]
    finish_run(world, old, run, "failure", logs=dict.fromkeys(steps, said))
    raise_dependabot(world, old, flaw("wombatlib"), "wombat-requirements.txt")
    raise_code(world, old, "py/wombat", "Wombat in SQL", "quokka.py", 1)
    raise_secret(world, old, "aws_wombat", "Wombat key", SECRET, path="quokka.py")
    open_issue(world, old, "Wombats", "a wombat escaped", hub.kim)
    rename(world, old, "quokka-new")
    answer = httpx2.MockTransport(lambda _: httpx2.Response(202))
    async with httpx2.AsyncClient(transport=answer) as client:
        hub.hub.courier.client = client
        await hub.hub.courier.flush()


def names_of(hub: SmallHub, *more: str) -> set[str]:
    """Every name in the world that a report could give away, in small letters."""
    world = hub.world
    found = {"github.test", "quokka", "wombat", SECRET, *more}
    for account in world.accounts.values():
        found |= {account.login, account.node_id, account.name or ""}
    for each in world.repositories.values():
        found |= {each.name, each.full_name, each.node_id, str(each.id), each.default_branch}
        found |= {name.removeprefix("refs/heads/") for name in each.refs} | set(each.refs.values())
        for workflow in each.workflows.values():
            found |= {workflow.path, str(workflow.id)} | {workflow.name} - {"CI"}
        found |= {str(number) for number in each.runs}
    found |= {token.text for token in world.tokens.values()}
    return {name.lower() for name in found if len(name) > 2}


def given_away(text: str, names: set[str]) -> set[str]:
    """Which of these names stand in a text, as words of their own; invented ones anywhere."""
    low = text.lower()
    found = {name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", low)}
    return found | {name for name in ("quokka", "wombat", "github.test") if name in low}


def spoil(hub: SmallHub, change: Callable[[str, Any], Any]) -> None:
    """Let every JSON answer be what `change` makes of its path and itself."""
    inner = hub.hub.app

    async def spoiled(scope: Scope, receive: Receive, send: Send) -> None:
        begun: list[Message] = []
        body = bytearray()

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            raw = bytes(body)
            if raw.startswith((b"{", b"[")):
                raw = json.dumps(change(scope["path"], json.loads(raw))).encode()
            lengthless = [each for each in begun[0]["headers"] if each[0] != b"content-length"]
            await send({**begun[0], "headers": lengthless})
            await send({"type": "http.response.body", "body": raw})

        await inner(scope, receive, kept)

    hub.hub.app = spoiled  # type: ignore[assignment]  # an application all the same
