"""Sources: where repositories are. Folders of clones on this machine, and owners on a host."""

from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from opsroom.model.value import Value
from opsroom.settings.written import (
    AppId,
    Duration,
    Folder,
    Glob,
    Owners,
    Pem,
    Secret,
    Site,
    Token,
    Word,
    on_loopback,
)

GITHUB_API = "https://api.github.com"


class DirectorySource(Value):
    """A folder of clones on this machine."""

    kind: Literal["directory"] = Field(
        description="A folder of clones on this machine.", examples=["directory"]
    )
    path: Folder = Field(
        description="The folder; clones are looked for beneath it.", examples=["~/code"]
    )
    labels: tuple[Word, ...] = Field(
        default=(), description="Labels for every repository found there.", examples=[["laptop"]]
    )
    environment: Word | None = Field(
        default=None, description="The environment of these repositories.", examples=["prod"]
    )

    @property
    def key(self) -> str:
        """What names this source in the store."""
        return f"directory:{self.path}"

    def one_each(self) -> "tuple[DirectorySource, ...]":
        """The one source that it is."""
        return (self,)


@cache
def _host(base_url: str) -> str:
    """The host of an address, worked out once: it is asked for with every repository."""
    parts = urlsplit(base_url)
    name = (parts.hostname or "").removesuffix(".")
    if name == "api.github.com" or name.endswith(".ghe.com"):
        name = name.removeprefix("api.")
    bracketed = f"[{name}]" if ":" in name else name
    own = parts.port in (None, {"http": 80, "https": 443}[parts.scheme])
    return bracketed if own else f"{bracketed}:{parts.port}"


class GithubSource(Value, validate_by_name=True):
    """The repositories of an owner on GitHub or on an Enterprise server.

    Written with several owners it stands for as many sources: `one_each` gives them.
    """

    kind: Literal["github"] = Field(
        description="The repositories of an owner on GitHub, or of an App's installations.",
        examples=["github"],
    )
    owners: Owners = Field(
        default=(),
        validation_alias="owner",
        description="A user or an organisation, or a list of them; with an App it may be left"
        " out: then all that the App is installed for.",
        examples=["acme"],
    )
    base_url: Site = Field(
        default=GITHUB_API,
        description="Its API; of an Enterprise server `https://HOST/api/v3`.",
        examples=["https://ghe.example.org/api/v3"],
    )
    token: Token | None = Field(
        default=None,
        description="The token that reads: `env:NAME`, `file:PATH`, or `gh` for the login of the"
        " GitHub command line. It never writes.",
        examples=["gh"],
    )
    write_token: Token | None = Field(
        default=None,
        description="The token that writes; left out, no write is possible.",
        examples=["env:GITHUB_WRITE_TOKEN"],
    )
    app_id: AppId | None = Field(
        default=None,
        description="The id of a GitHub App that reads in place of a token.",
        examples=["12345"],
    )
    private_key: Pem | None = Field(
        default=None,
        description="The App's private key: `file:PATH` or `env:NAME` of its PEM.",
        examples=["file:~/.config/opsroom/app.pem"],
    )
    webhook_secret: Secret | None = Field(
        default=None,
        description="The secret with which webhooks are signed: `env:NAME` or `file:PATH`.",
        examples=["env:WEBHOOK_SECRET"],
    )
    include: tuple[Glob, ...] = Field(
        default=(),
        description="Only repositories that one of these globs over `owner/name` matches.",
        examples=[["acme/*"]],
    )
    exclude: tuple[Glob, ...] = Field(
        default=(),
        description="None that one of these globs matches.",
        examples=[["*/*-archive"]],
    )
    labels: tuple[Word, ...] = Field(
        default=(), description="Labels for every repository found there.", examples=[["work"]]
    )
    environment: Word | None = Field(
        default=None, description="The environment of these repositories.", examples=["prod"]
    )
    sweep_every: Duration | None = Field(
        default=None,
        ge=timedelta(seconds=1),
        description="How often it is asked what moved; left out, as often as the size of the"
        " fleet and half of the token's budget allow.",
        examples=["1m"],
    )

    @property
    def owner(self) -> str | None:
        """Whose repositories; None: all that the App is installed for."""
        return self.owners[0] if self.owners else None

    @property
    def host(self) -> str:
        """The host's name as remotes write it, with a port that isn't its scheme's own."""
        return _host(self.base_url)

    @property
    def key(self) -> str:
        """What names this source in the store."""
        return f"github:{self.host}/{self.owner or f'app/{self.app_id}'}".lower()

    def has(self, full_name: str) -> bool:
        """Whether a repository that its host lists is wanted, by `include` and `exclude`."""
        name = full_name.lower()
        wanted = not self.include or any(fnmatchcase(name, glob) for glob in self.include)
        return wanted and not any(fnmatchcase(name, glob) for glob in self.exclude)

    def owns(self, full_name: str) -> bool:
        """Whether a repository of this name is of this source: by its owner, and wanted."""
        owner = full_name.rpartition("/")[0].lower()
        return self.has(full_name) and (self.owner is None or self.owner.lower() == owner)

    def one_each(self) -> "tuple[GithubSource, ...]":
        """A source for each owner."""
        return tuple(self.model_copy(update={"owners": (owner,)}) for owner in self.owners) or (
            self,
        )

    def fault(self) -> tuple[str, str, str] | None:
        """What can't be right about these keys together: a key, what is wrong, what to do."""
        if self.app_id and self.token:
            return "token", "there is an App too", "read with one of the two; take the other out"
        if self.app_id and not self.private_key:
            return "private_key", "is missing", 'write private_key = "file:PATH" of the App\'s PEM'
        if self.private_key and not self.app_id:
            return "app_id", "is missing", "write app_id = the App's id"
        if not (self.app_id or self.token):
            hint = 'write token = "gh", "env:GITHUB_TOKEN" or "file:PATH", or configure an App'
            return "token", "is missing", hint
        if not (self.app_id or self.owners):
            return "owner", "is missing", 'write owner = "NAME" of a user or an organisation'
        host = urlsplit(self.base_url)
        if host.scheme == "http" and not on_loopback(host.hostname or ""):
            return "base_url", "the token would travel unencrypted", "write https://"
        if self.write_token and self.token and _same(self.write_token, self.token):
            hint = "make another token, and give it only what shall be written"
            return "write_token", "is the token that reads", hint
        return None


def _same(one: SecretStr | str, other: SecretStr | str) -> bool:
    """Whether two tokens are one; that of the GitHub command line is not known here."""
    both = [each for each in (one, other) if isinstance(each, SecretStr)]
    return len(both) == 2 and both[0].get_secret_value() == both[1].get_secret_value()


HostSource = GithubSource
"""A source that a host is asked for, of whichever kind: rooms above know it by this name."""

Source = Annotated[DirectorySource | GithubSource, Field(discriminator="kind")]
KINDS: dict[str, type[Value]] = {"directory": DirectorySource, "github": GithubSource}
"""The kinds of sources, and what each may hold."""
