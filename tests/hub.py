"""The double of GitHub as every test wants it: a small world, in memory or on a real port.

    async with hub.client() as github: ...           # httpx2 over ASGI, no socket
    with hub.serve() as url: Github(base_url=url)    # for PyGithub and git

`kim` owns `kim/dotfiles` and `kim/notes` (private); `acme` is an organisation of which kim is an
owner, with `acme/api`, `acme/web` and `acme/empty` (no commit). `stranger` has nothing here.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import anyio
import httpx2
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.interfaces.validation import Validated, wrong_delivery

from opsroom.demo.github.acts.repositories import create_repository
from opsroom.demo.github.acts.runs import add_workflow
from opsroom.demo.github.app import CONTROL, build_hub
from opsroom.demo.github.front import Manners
from opsroom.demo.github.limits import Rules
from opsroom.demo.github.state.accounts import Access, Account, Token
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World

BASE = "http://github.test"
WORKFLOW = "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
SCOPES = frozenset({"repo", "admin:org", "admin:repo_hook", "admin:org_hook", "delete_repo",
                    "security_events", "workflow", "read:org", "user"})  # fmt: skip


@dataclass
class Clock:
    """A time that a test moves by hand; without `at` it is the real one."""

    at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)


class SmallHub:
    """The double over a small world. `token` is kim's, with every scope."""

    def __init__(
        self,
        folder: Path,
        *,
        rules: Rules | None = None,
        manners: Manners | None = None,
        clock: Callable[[], datetime] | None = None,
        populate: bool = True,
    ) -> None:
        self.world = World(folder, clock or Clock(), root=BASE)
        self.hub = build_hub(self.world, rules=rules, manners=manners)
        self.answers = Validated(self.hub.app, lambda: self.hub.faults.truncated > 0)
        self.hub.app = self.answers  # type: ignore[assignment]  # an application all the same
        self.kim = self.world.add_account("kim", name="Kim Larsen")
        self.stranger = self.world.add_account("stranger", name="A Stranger")
        self.acme = self.world.add_account("acme", "Organization", "Acme")
        self.acme.members["kim"] = "admin"
        self.token = self.give_token("ghp_kim", self.kim, SCOPES)
        if populate:
            self._populate()

    def _populate(self) -> None:
        api = self.create("acme/api", {"src/api.py": "def answer():\n    return 42\n"})
        add_workflow(self.world, api, ".github/workflows/ci.yml", "CI")
        self.create("acme/web", {"package.json": "{}\n"})
        self.create("acme/empty", None)
        self.create("kim/dotfiles", {".vimrc": "set nocompatible\n"})
        self.create("kim/notes", {"notes.md": "secret\n"}, private=True)

    def create(
        self, full_name: str, files: dict[str, str] | None, *, private: bool = False
    ) -> Hosted:
        """Create a repository with one commit, or without any."""
        login, _, name = full_name.partition("/")
        owner = self.world.account(login)
        assert owner is not None
        if files is not None:
            files = {"README.md": f"# {name}\n", ".github/workflows/ci.yml": WORKFLOW, **files}
        return create_repository(
            self.world,
            owner,
            name,
            files=files,
            visibility="private" if private else "public",
            actor=self.kim,
        )

    def repository(self, full_name: str) -> Hosted:
        """A repository by its name."""
        found = self.world.repository(full_name)
        assert found is not None
        return found

    def give_token(
        self, text: str, account: Account, scopes: frozenset[str], **more: object
    ) -> str:
        """Let a classic token in."""
        self.world.add_token(Token(text, "classic", account, scopes, **more))  # type: ignore[arg-type]  # fields of Token
        return text

    def give_fine_grained(
        self,
        text: str,
        account: Account,
        owner: Account,
        permissions: dict[str, Access],
        repositories: frozenset[int] | None = None,
    ) -> str:
        """Let a fine-grained token in."""
        token = Token(text, "fine-grained", account, permissions=permissions, owner=owner)
        token.repositories = repositories
        self.world.add_token(token)
        return text

    @property
    def transport(self) -> httpx2.ASGITransport:
        """A transport that stays in memory."""
        return httpx2.ASGITransport(self.hub.app)

    def client(self, token: str | None = "", *, enterprise: bool = False) -> httpx2.AsyncClient:
        """A client of REST and GraphQL; by default it is kim's, with None it is nobody's."""
        headers = {} if token is None else {"authorization": f"Bearer {token or self.token}"}
        base = f"{BASE}/api/v3" if enterprise else BASE
        return httpx2.AsyncClient(transport=self.transport, base_url=base, headers=headers)

    def control(self) -> httpx2.AsyncClient:
        """A client of the double's control routes."""
        return httpx2.AsyncClient(transport=self.transport, base_url=f"{BASE}{CONTROL}")

    @contextlib.asynccontextmanager
    async def delivering(self, client: httpx2.AsyncClient | None = None) -> AsyncGenerator[None]:
        """Send webhooks while this lasts, with `client` (which may stay in memory)."""
        self.hub.courier.client = client
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.hub.courier.run)
            yield
            tasks.cancel_scope.cancel()
        self.check()

    @contextlib.contextmanager
    def serve(self, *, lifespan: Literal["on", "off"] = "on") -> Generator[str]:
        """Listen on a free port of loopback while this lasts; the address is yielded.

        With `lifespan` off no webhooks are sent from here: `delivering` sends them.
        """
        with serving(self.hub.app, lifespan=lifespan) as url:
            self.world.root = url
            try:
                yield url
            finally:
                self.world.root = BASE
        self.check()

    def check(self) -> None:
        """Fail if anything that went over a socket or to a hook isn't as GitHub publishes it."""
        hooks = [hook for one in self.world.hooks.values() for hook in one.values()]
        hooks += [hook for one in self.world.repositories.values() for hook in one.hooks.values()]
        hooks += [app.hook for app in self.world.apps.values() if app.hook is not None]
        wrong = {
            wrong_delivery(each.event, json.loads(each.payload))
            for hook in hooks
            for each in hook.deliveries
        }
        said = "\n".join(sorted({*self.answers.wrong, *wrong} - {""}))
        assert not said, said


class Port:
    """A server on a real port that shows one small world after another, without sending webhooks.

    To start and to end a server takes longer than most tests do.
    """

    def __init__(self) -> None:
        self._url = ""
        self._shown: ASGIApp | None = None

    @contextlib.contextmanager
    def open(self) -> Generator[None]:
        """Listen while this lasts."""
        with serving(self, lifespan="off") as self._url:
            yield

    @contextlib.contextmanager
    def show(self, small: SmallHub) -> Generator[str]:
        """Answer from this world while this lasts; the address is yielded."""
        small.world.root = self._url
        self._shown = small.hub.app
        try:
            yield self._url
        finally:
            self._shown = None
            small.world.root = BASE
        small.check()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the world that is shown does."""
        assert self._shown is not None, "a request after the test"
        await self._shown(scope, receive, send)


@contextlib.contextmanager
def serving(app: ASGIApp, *, lifespan: Literal["on", "off"]) -> Generator[str]:
    """Serve an application on a free port of loopback from a thread; the address is yielded."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # or the body of an answer waits for the client's late word that it has the head: 40 ms each
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            app, log_level="error", lifespan=lifespan, date_header=False, server_header=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
