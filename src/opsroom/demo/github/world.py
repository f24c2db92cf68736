"""Everything that the double knows: one object, one lock, one clock.

Whoever reads or changes it from another thread holds `lock`. Changes that the outside should hear
of are made by the functions in `acts`, which emit webhooks; this module only finds and registers.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

from opsroom.demo.github.ids import Ids, node_id
from opsroom.demo.github.objects import Objects, Shelf
from opsroom.demo.github.state.accounts import Account, AccountKind, Token
from opsroom.demo.github.state.apps import HostApp, Installation
from opsroom.demo.github.state.hooks import Hook
from opsroom.demo.github.state.issues import Issue, Label
from opsroom.demo.github.state.protection import HostRuleset
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls

Node = Hosted | Account | tuple[Hosted, Pull | Issue | Label]
"""What GraphQL's `node(id:)` finds; what lives in a repository comes with it."""


@dataclass(slots=True)
class Stats:
    """What was asked of the double since the last reset."""

    rest: int = 0
    rest_304: int = 0
    graphql: int = 0
    graphql_points: int = 0
    writes: int = 0
    webhooks: int = 0
    git: int = 0

    def reset(self) -> None:
        """Begin again at zero."""
        for each in fields(self):
            setattr(self, each.name, 0)


@dataclass(frozen=True, slots=True)
class Emission:
    """Something that happened, for the hooks that listen. `details` builds the payload's rest."""

    event: str
    action: str | None
    repository: Hosted | None
    owner: Account
    actor: Account
    details: Callable[[Urls], Json]


@dataclass
class World:
    """The double's state. `folder` holds the bare repositories; `clock` may run at any speed.

    `root` is where the server listens, for addresses in webhooks. `listeners` are told of every
    emission, under the lock.
    """

    folder: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seed: int = 0
    root: str = "http://127.0.0.1"
    shelf: Shelf = field(default_factory=Shelf)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.ids = Ids(self.seed)
        self.stats = Stats()
        self.accounts: dict[str, Account] = {}
        """By lower-case login."""
        self.repositories: dict[int, Hosted] = {}
        """By database id, oldest first."""
        self.nodes: dict[str, Node] = {}
        """By node id."""
        self.names: dict[str, Hosted] = {}
        """By lower-case full name, former names included."""
        self.tokens: dict[str, Token] = {}
        """By their text."""
        self.apps: dict[int, HostApp] = {}
        self.hooks: dict[str, dict[int, Hook]] = {}
        """Of organisations, by lower-case login and id."""
        self.rulesets: dict[str, dict[int, HostRuleset]] = {}
        """Of organisations, by lower-case login and id."""
        self.nobody = Account(0, "", "User", "", self.now())
        """Who asks without a token."""
        self.github = Account(
            9919, "MDEyOk9yZ2FuaXphdGlvbjk5MTk=", "Organization", "github", self.now(), "GitHub"
        )
        """The host itself, where nobody else did something."""
        self.listeners: list[Callable[[Emission], None]] = []
        self.emitted: deque[Emission] = deque(maxlen=1000)
        """What happened last, newest last."""
        self.owned: dict[str, dict[int, Hosted]] = {}
        """Repositories by lower-case login of their owner and database id."""

    def now(self) -> datetime:
        """The time in this world, whole seconds: GitHub has no finer."""
        return self.clock().replace(microsecond=0)

    def identify(self, prefix: str) -> tuple[int, str]:
        """A fresh database id and the node id that goes with it."""
        number = self.ids.number()
        return number, node_id(prefix, number)

    def add_account(self, login: str, kind: AccountKind = "User", name: str = "") -> Account:
        """Create a user, an organisation or a bot."""
        prefix = {"User": "U", "Organization": "O", "Bot": "BOT"}[kind]
        number, node = self.identify(prefix)
        email = f"{login}@users.noreply.home.arpa" if kind == "User" else ""
        account = Account(number, node, kind, login, self.now(), name or login, email)
        self.accounts[login.lower()] = account
        self.nodes[node] = account
        self.owned[login.lower()] = {}
        return account

    def account(self, login: str) -> Account | None:
        """An account by its login, in whatever case."""
        return self.accounts.get(login.lower())

    def add_token(self, token: Token) -> Token:
        """Let a token in."""
        self.tokens[token.text] = token
        return token

    def register(self, repository: Hosted) -> Hosted:
        """Let a repository be found, by id and by name."""
        self.repositories[repository.id] = repository
        self.nodes[repository.node_id] = repository
        self.names[repository.full_name.lower()] = repository
        self.owned[repository.owner.login.lower()][repository.id] = repository
        repository.objects.follow(repository.refs)
        return repository

    def forget(self, repository: Hosted) -> None:
        """Let a repository be gone, with all the names that it ever had."""
        repository.deleted = True
        del self.repositories[repository.id]
        del self.nodes[repository.node_id]
        del self.owned[repository.owner.login.lower()][repository.id]
        for name in [name for name, each in self.names.items() if each is repository]:
            del self.names[name]

    def moved(self, repository: Hosted, owner: Account, name: str) -> None:
        """Give a repository another name or owner; the former name leads here."""
        del self.owned[repository.owner.login.lower()][repository.id]
        repository.owner, repository.name = owner, name
        self.names[repository.full_name.lower()] = repository
        self.owned[owner.login.lower()][repository.id] = repository
        for ruleset in repository.rulesets.values():
            ruleset.source = repository.full_name

    def repository(self, full_name: str) -> Hosted | None:
        """A repository by a name that it has or had, in whatever case."""
        return self.names.get(full_name.lower())

    def repositories_of(self, account: Account) -> list[Hosted]:
        """What an account owns, oldest first."""
        return list(self.owned[account.login.lower()].values())

    def new_objects(self, number: int) -> Objects:
        """Where the objects of a fresh repository live: a folder by id survives renames."""
        return Objects(self.folder / "repositories" / f"{number}.git", self.shelf)

    def installation(self, number: int) -> Installation | None:
        """An installation by its id."""
        for app in self.apps.values():
            if number in app.installations:
                return app.installations[number]
        return None

    def installations(self) -> Iterator[Installation]:
        """Every installation of every App."""
        for app in self.apps.values():
            yield from app.installations.values()

    def emit(
        self,
        event: str,
        action: str | None,
        repository: Hosted | None,
        details: Callable[[Urls], Json] = lambda _: {},
        *,
        actor: Account | None = None,
        owner: Account | None = None,
    ) -> None:
        """Tell the hooks that listen. `owner` is needed only where there is no repository."""
        whose = repository.owner if repository is not None else owner
        if whose is None:
            raise ValueError(f"{event}: neither a repository nor an owner")
        emission = Emission(event, action, repository, whose, actor or whose, details)
        self.emitted.append(emission)
        for listener in self.listeners:
            listener(emission)
