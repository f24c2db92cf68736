"""Who asks: a personal token, the installation of an App, or nobody.

A token is never shown: not in a representation, an error or a log. `account` names the credential
in the ledger and stays the same while it is the same account; `key` names the very token, for
what the host remembers by token (ETags).
"""

import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

import anyio

from opsroom.clients.host import HostError, NotLetIn
from opsroom.clients.process import Completed, run, trusted, trusted_path
from opsroom.errors import ObservationError, SettingsError
from opsroom.model.shapes import NONSENSE, mapping, time
from opsroom.model.text import plain

AHEAD = timedelta(minutes=5)
"""An installation's token is renewed so long before it expires."""

SKEW = timedelta(seconds=60)
"""An App's proof is dated back so far, and is valid for nine minutes: the host allows ten."""

VALID = timedelta(minutes=9)

Proof = Callable[[datetime], str]
"""A signed statement of who asks, good for some minutes after the time that it is given."""

Prove = Callable[[str, Proof], Awaitable[Any]]
"""Shows a proof to a path of the host, and gives the JSON of its answer; None where it says 404."""

GH_ANSWERS_WITHIN = 5.0
"""Seconds for `gh` to find out whether its login works, which it asks the host."""

OF_GH = ("HOME", "GH_CONFIG_DIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""What the `gh` command needs to find its own configuration and the keyring."""


def digest(secret: str) -> str:
    """A name for a secret that doesn't tell it."""
    return sha256(secret.encode()).hexdigest()[:16]


class Credential(Protocol):
    """What a request is signed with."""

    @property
    def kind(self) -> Literal["user", "app", "none"]:
        """What kind of account asks."""
        ...

    @property
    def account(self) -> str:
        """Names the account whose budget is spent."""
        ...

    async def token(self, prove: Prove, now: datetime) -> str | None:
        """The token to send; `now` is the host's clock.

        Raises:
            HostError: none can be had.
        """
        ...

    def forget(self) -> None:
        """The host refused the token: ask for another one where that is possible."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody. The host tells little, and answers no GraphQL."""

    kind: Literal["none"] = "none"
    account: str = "anonymous"

    async def token(self, prove: Prove, now: datetime) -> None:
        """None: nothing is sent."""

    def forget(self) -> None:
        """Nothing to forget."""


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A token that a person made, classic or fine-grained."""

    secret: str = field(repr=False)
    kind: Literal["user"] = "user"

    def __post_init__(self) -> None:
        if not (self.secret.isascii() and self.secret.isprintable()) or " " in self.secret:
            raise SettingsError("the host's token holds characters that no token has")

    @property
    def account(self) -> str:
        """A hash of the token."""
        return digest(self.secret)

    async def token(self, prove: Prove, now: datetime) -> str:
        """The token itself."""
        return self.secret

    def forget(self) -> None:
        """A person has to make another one."""


@dataclass(slots=True)
class AppInstallation:
    """An App, where one owner installed it: its own budget, and tokens that live for an hour.

    Raises:
        SettingsError: the private key is none.
    """

    app: str
    owner: str
    private_key: str = field(repr=False)
    kind: Literal["app"] = "app"
    permissions: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the owner granted, as the host told with the newest token."""
    selected: bool = False
    """Whether the owner installed it for some repositories only."""
    expires_at: datetime | None = None
    _token: str | None = field(default=None, repr=False)
    _installation: int | None = None
    _renewing: anyio.Lock = field(default_factory=anyio.Lock, repr=False)

    def __post_init__(self) -> None:
        import jwt  # only an App needs it, and cryptography with it

        try:
            jwt.get_algorithm_by_name("RS256").prepare_key(self.private_key)
        except (jwt.InvalidKeyError, ValueError, TypeError) as error:
            raise SettingsError(
                "the App's private key can't be read", "it is a PEM file with an RSA key"
            ) from error

    @property
    def account(self) -> str:
        """A hash of the App and the owner: the budget is the installation's."""
        return digest(f"{self.app} {self.owner.lower()}")

    def proof(self, now: datetime) -> str:
        """A JWT that says for nine minutes that we are the App."""
        import jwt

        claims = {"iat": now - SKEW, "exp": now + VALID, "iss": self.app}
        return jwt.encode(claims, self.private_key, algorithm="RS256")

    async def token(self, prove: Prove, now: datetime) -> str:
        """The installation's token, a new one when the old one is about to expire.

        Raises:
            HostError: the App is not installed there, or the host doesn't know it.
        """
        async with self._renewing:
            if self._token and self.expires_at and now < self.expires_at - AHEAD:
                return self._token
            return await self._renew(prove)

    async def _renew(self, prove: Prove) -> str:
        if self._installation is None:
            self._installation = await self._find(prove)
        answer = mapping(
            await prove(f"/app/installations/{self._installation}/access_tokens", self.proof)
        )
        try:
            token, expiry = str(answer["token"]), time(answer["expires_at"])
        except NONSENSE as error:
            raise HostError("the host's answer holds no token for the App") from error
        self.permissions = mapping(answer.get("permissions"))
        self.selected = answer.get("repository_selection") == "selected"
        self._token, self.expires_at = token, expiry
        return token

    async def _find(self, prove: Prove) -> int:
        """Users and organisations have a path each, and the host says 404 at the other's."""
        for owners in ("orgs", "users"):
            found = await prove(f"/{owners}/{quote(self.owner)}/installation", self.proof)
            number = mapping(found).get("id")
            if isinstance(number, int):
                return number
        raise NotLetIn(
            f"the App is not installed for {plain(self.owner, 100)}",
            "install it there, or name the owner that it is installed for",
        )

    def forget(self) -> None:
        """Ask for a new token next time; the App may have been installed anew."""
        self._token = self.expires_at = self._installation = None


async def gh_token(host: str, environ: Mapping[str, str] = os.environ) -> str:
    """The token that the `gh` command holds for a host.

    Raises:
        ObservationError: `gh` is not installed, or could not be started.
        SettingsError: it holds none.
    """
    done = await _gh(["auth", "token", "--hostname", host], environ, timeout=10)
    token = done.stdout.decode("utf-8", "replace").strip()
    if done.outcome != "finished" or done.code != 0 or not token:
        raise SettingsError(
            f"gh holds no token for {plain(host, 100)}", f"gh auth login --hostname {host}"
        )
    return token


async def gh_login(host: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The account that the `gh` command is logged in with at a host; empty if it doesn't say.

    None: it is not installed, or has no login there that the host accepts, or can't reach it.
    """
    try:
        done = await _gh(["auth", "status", "--hostname", host], environ, timeout=GH_ANSWERS_WITHIN)
    except ObservationError:
        return None
    if done.outcome != "finished" or done.code != 0:
        return None
    said = re.search(
        rb"Logged in to \S+ (?:account|as) ([A-Za-z0-9_-]+)", done.stdout + done.stderr
    )
    return said[1].decode("ascii") if said else ""


async def _gh(words: Sequence[str], environ: Mapping[str, str], *, timeout: float) -> Completed:  # noqa: ASYNC109 - of the program, which is then ended
    path = environ.get("PATH", "")
    program = trusted("gh", path)
    env = {name: environ[name] for name in OF_GH if name in environ}
    quiet = {"PATH": trusted_path(path), "GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1"}

    def ask() -> Completed:
        return run(
            [program, *words],
            cwd=Path("/"),
            env={**env, **quiet},
            timeout=timeout,
            max_output=4_096,
            max_memory=4 << 30,
        )

    return await anyio.to_thread.run_sync(ask)
