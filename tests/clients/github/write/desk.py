"""A double with one repository, a writer at it, and a person who works there too."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clients.github.write.trouble import Trouble
from tests.hub import SCOPES, Port, SmallHub

from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.write.credential import WriteCredential
from opsroom.clients.github.write.mark import Evidence, Mark
from opsroom.clients.github.write.pace import Pace
from opsroom.clients.github.write.writer import Clock, Writer
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import create_repository
from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.trees import walk
from opsroom.demo.github.world import World
from opsroom.model.rejection import Rejection

NAME = "acme/api"
BRANCH = "opsroom/security-policy"
TIMEOUT = 1
FILES = {
    "README.md": "# api\n",
    "src/app.py": "print('hello')\n",
    "src/deep/data.txt": "one\n",
    "run.sh": "echo\n",
    ".github/workflows/ci.yml": "on: [push, workflow_dispatch]\n",
}


@dataclass
class Time:
    """A clock that only sleeping moves, and then at once."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    slept: list[float] = field(default_factory=list[float])
    started: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - self.started).total_seconds()

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.seconds, self.sleep)


class Forgetful:
    """Remembers a no as long as it lives."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Rejection] = {}

    async def rejection(self, host: str, repository: str, key: str) -> Rejection | None:
        return self.kept.get((host, repository, key))

    async def remember(self, rejection: Rejection) -> bool:
        self.kept[rejection.host, rejection.repository, rejection.key] = rejection
        return True


@dataclass
class Desk:
    """What a test needs: the double's inside, and a writer outside."""

    small: SmallHub
    trouble: Trouble
    time: Time
    url: str
    api: Hosted
    bot: Account
    rejections: Forgetful = field(default_factory=Forgetful)
    ledger: Ledger = field(default_factory=lambda: Ledger("host", "bot"))
    pace: Pace = field(default_factory=Pace)

    @property
    def world(self) -> World:
        return self.small.world

    @property
    def kim(self) -> Account:
        """A person who owns the organisation."""
        return self.small.kim

    def writer(self) -> Writer:
        """A writer as another process would have it: it remembers nothing of other writers."""
        return Writer(
            host="host",
            credential=WriteCredential.given(self.url, "written", "read"),
            ledger=self.ledger,
            pace=self.pace,
            rejections=self.rejections,
            clock=self.time.clock,
            timeout=TIMEOUT,
        )

    @property
    def head(self) -> str:
        """The head of the default branch."""
        found = self.api.head
        assert found is not None
        return found

    def oid(self, branch: str) -> str | None:
        return self.api.refs.get(HEADS + branch)

    def push(
        self,
        files: Mapping[str, str | bytes | None],
        branch: str = "main",
        message: str = "A person's work",
    ) -> str:
        """A person commits to a branch."""
        return commit_files(self.world, self.api, branch, files, message, self.kim)

    def held(self, branch: str) -> dict[str, tuple[str, bytes]]:
        """What a branch holds: path to mode and content."""
        oid = self.oid(branch)
        assert oid is not None
        tree = self.api.objects.commit(oid).tree
        return {
            path: (entry.mode, self.api.objects.blob(entry.oid))
            for path, entry in walk(self.api.objects, tree)
            if entry.kind == "blob"
        }


def mark(**changes: object) -> Mark:
    """A mark, as a plan would make it."""
    given = Mark(
        plan="plan_7f3a",
        key="put-files SECURITY.md",
        why="The repository says nobody whom to tell of a vulnerability.",
        evidence=(Evidence("missing-security-policy", "no SECURITY.md @kim fixes #1"),),
        approved_by="kim",
        undo="revert the pull request",
        stop="opsroom hold",
    )
    return replace(given, **changes)  # type: ignore[arg-type]  # tests name fields of the right type


@contextmanager
def opened(folder: Path, port: Port) -> Generator[Desk]:
    """A desk over a double that is made for it, on a port that others had before."""
    time = Time()
    small = SmallHub(folder, clock=time.now, populate=False)
    bot = small.world.add_account("bot", name="Opsroom")
    small.acme.members["bot"] = "admin"
    small.give_token("written", bot, SCOPES)
    reads: dict[str, Access] = {"contents": "read", "issues": "read", "pull_requests": "read"}
    small.give_fine_grained("read", bot, small.acme, reads)
    api = create_repository(small.world, small.acme, "api", files=FILES, actor=small.kim)
    trouble = Trouble(small.hub.app, hang=TIMEOUT + 0.5)
    small.hub.app = trouble  # type: ignore[assignment]  # an application all the same
    with port.show(small) as url:
        yield Desk(small, trouble, time, url, api, bot)
