"""Settings: what `opsroom.toml` may hold, where it is looked for, and what is wrong with it.

The file is named by `--config`, else by `$OPSROOM_CONFIG`, else it is `opsroom.toml` in the user's
configuration folder; never in the working directory, which may be a stranger's repository.
Secrets are written as `env:NAME` or `file:PATH`. Only keys that work are accepted.
"""

import ipaddress
import os.path
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path, user_data_path
from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from opsroom.errors import SettingsError
from opsroom.model.duration import parse_duration as parse_duration
from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.nearest import suggestion
from opsroom.model.text import plain
from opsroom.model.toml import KeyPath, line_of, literal
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.settings.written import (
    BasePath,
    Context,
    Duration,
    Filter,
    Folder,
    HostHeader,
    Network,
    PostgresUrl,
    Secret,
    SeverityOrOff,
    Site,
    Word,
    absolute,
    from_here,
    read_text,
)

FILE_NAME = "opsroom.toml"


class DirectorySource(Value):
    """A folder of clones on this machine."""

    kind: Literal["directory"] = Field(
        description="What kind of source it is.", examples=["directory"]
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


class Server(Value):
    """How `opsroom serve` listens."""

    host: Word = Field(
        default="127.0.0.1", description="The address to listen on; beyond loopback needs `token`."
    )
    port: int = Field(default=8723, strict=True, ge=0, le=65535, description="The port.")
    token: Secret | None = Field(
        default=None,
        description="Who may call from elsewhere: `env:NAME` or `file:PATH`, never the token.",
        examples=["file:~/.config/opsroom/token"],
    )
    allowed_hosts: tuple[HostHeader, ...] = Field(
        default=(),
        description="Host names, besides its own, under which it may be asked.",
        examples=[["ops.example.org"]],
    )
    public_url: Site | None = Field(
        default=None,
        description="Its address as others see it, for links.",
        examples=["https://ops.example.org"],
    )
    base_path: BasePath = Field(
        default="", description="The path under which a proxy shows it.", examples=["/opsroom"]
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="Addresses or networks whose forwarding headers are believed.",
        examples=[["10.0.0.2"]],
    )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach `host`; False where that can't be told."""
        name = self.host.strip("[]").lower()
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name == "localhost"
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class HealthSetting(Value):
    """How health is judged."""

    profile: Profile | None = Field(
        default=None,
        description="Whose standards count; left out, it is told from the facts.",
        examples=["personal"],
    )


class CheckSetting(Value):
    """Another severity for one rule."""

    rule: Word = Field(description="The rule's id.", examples=["missing-license"])
    where: Filter = Field(
        default=Where(), description="Only in these repositories.", examples=["label:prod"]
    )
    severity: SeverityOrOff = Field(
        description="What it counts there; `off` switches the rule off.", examples=["off"]
    )


class Watch(Value):
    """How often the fleet is looked at."""

    worktree_every: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(seconds=1),
        description="How often each work tree is really looked at.",
    )
    gate_every: Duration = Field(
        default=timedelta(seconds=15),
        ge=timedelta(seconds=1),
        description="How often the cheap look asks whether anything moved.",
    )

    @property
    def late(self) -> timedelta:
        """How old the last pass over a source may be before nobody seems to watch it."""
        return max(self.gate_every * 4, timedelta(minutes=1))


class JournalSetting(Value):
    """How long events are kept."""

    keep: Duration = Field(
        default=timedelta(days=90),
        ge=timedelta(hours=1),
        description="Older events are dropped; a cursor from before then gets the full state.",
    )


class SettingsFile(Value):
    """Everything that `opsroom.toml` may hold."""

    home: Folder = Field(
        default_factory=lambda: absolute(user_data_path("opsroom"), "the user's data folder"),
        description="Where the store lives, unless `--home` or $OPSROOM_HOME says otherwise.",
        examples=["~/.local/share/opsroom"],
    )
    store: PostgresUrl | None = Field(
        default=None,
        repr=False,
        description="A Postgres URL, or `env:NAME` or `file:PATH` of one; left out, SQLite.",
        examples=["postgresql://localhost/opsroom"],
    )
    sources: tuple[DirectorySource, ...] = Field(
        default=(), validation_alias="source", description="Where repositories are."
    )
    server: Server = Field(default=Server(), description="How `opsroom serve` listens.")
    health: HealthSetting = Field(default=HealthSetting(), description="How health is judged.")
    checks: tuple[CheckSetting, ...] = Field(
        default=(), validation_alias="check", description="Other severities for single rules."
    )
    watch: Watch = Field(default=Watch(), description="How often the fleet is looked at.")
    journal: JournalSetting = Field(
        default=JournalSetting(), description="How long events are kept."
    )


class Settings(SettingsFile, validate_by_name=True):
    """What a process runs with. `file` is what was read, None when there is no settings file."""

    file: Path | None = None

    @property
    def server_token_file(self) -> Path:
        """Where the centre keeps the token that it makes, where the settings name none."""
        return self.home / "server.token"

    @property
    def approver_token_file(self) -> Path:
        """Where the centre keeps the token with which a person approves."""
        return self.home / "approver.token"

    @property
    def limits(self) -> Limits:
        """What the judge measures against."""
        return Limits(
            profile=self.health.profile,
            overrides=tuple(
                Override(rule=check.rule, severity=check.severity, where=check.where)
                for check in self.checks
            ),
        )


TABLES: dict[str, type[Value]] = {
    "": SettingsFile,
    "source": DirectorySource,
    "server": Server,
    "health": HealthSetting,
    "check": CheckSetting,
    "watch": Watch,
    "journal": JournalSetting,
}
"""Every table of the settings file; the empty name is what stands above all tables."""

REPEATED = ("source", "check")
"""The tables that are written with two brackets, once for each."""


def keys(table: str) -> dict[str, FieldInfo]:
    """Return the keys of a table as the file writes them, with what is known of each."""
    fields = TABLES[table].model_fields
    return {str(field.validation_alias or name): field for name, field in fields.items()}


def header(table: str) -> str:
    """Return what stands above the keys of a table."""
    return f"[[{table}]]" if table in REPEATED else f"[{table}]"


def load(config: Path | None, home: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings file; without one, everything has its default.

    `config` and `home` are from the command line and come before `environ`'s OPSROOM_CONFIG and
    OPSROOM_HOME. Only a file that was asked for has to exist.

    Raises:
        SettingsError: names the file, the key's path, the line and the nearest right word.
    """
    asked = _named(config, "OPSROOM_CONFIG", environ)
    file = asked or absolute(user_config_path("opsroom"), "the configuration folder") / FILE_NAME
    if not asked and _absent(file):
        return _at_home(SettingsFile(), home, environ, None)
    text = read_text(file)
    try:
        read = SettingsFile.model_validate(
            _tables(file, text), by_alias=True, by_name=False, context=Context(file.parent, environ)
        )
    except ValidationError as error:
        raise _refusal(file, text, error.errors(include_url=False)) from None
    paths = [source.path for source in read.sources]
    for index, path in enumerate(paths):
        if path in paths[:index]:
            what = f"the folder {path} is a source already"
            raise _said(file, text, ("source", index, "path"), what, "take one of the two out")
    return _at_home(read, home, environ, file)


def _absent(file: Path) -> bool:
    """Whether there is surely no such file."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _tables(file: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{file} is not TOML", "it is nested too deeply") from None
    except ValueError as error:
        said = plain(str(error))
        at = re.search(r"at line (\d+)", said)
        line = int(at[1]) if at else text.count("\n") + 1
        raise SettingsError(f"{file}, line {line}: not TOML", said) from None


def for_paths(paths: Sequence[Path], settings: Settings) -> Settings:
    """Return settings whose sources are these folders; those that were configured stay so."""
    known = {source.path: source for source in settings.sources}
    wanted = dict.fromkeys(from_here(path) for path in paths)
    sources = tuple(
        known.get(path) or DirectorySource(kind="directory", path=path) for path in wanted
    )
    return settings.model_copy(update={"sources": sources})


def _named(given: Path | None, variable: str, environ: Mapping[str, str]) -> Path | None:
    """Return the path from the command line, else from the environment."""
    if given is not None:
        return from_here(given)
    said = environ.get(variable, "")
    return absolute(Path(os.path.expanduser(said)), f"${variable}") if said else None


def _at_home(
    read: SettingsFile, home: Path | None, environ: Mapping[str, str], file: Path | None
) -> Settings:
    chosen = _named(home, "OPSROOM_HOME", environ) or read.home
    return Settings.model_validate({**dict(read), "home": chosen, "file": file}, by_name=True)


def _refusal(file: Path, text: str, problems: Sequence[ErrorDetails]) -> SettingsError:
    """Say what is wrong first, and how much more there is."""
    first = problems[0]
    what, hint = _explained(first)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return _said(file, text, first["loc"], what, hint + more)


def _said(file: Path, text: str, key: KeyPath, what: str, hint: str) -> SettingsError:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    line = line_of(text, key)
    place = f"{file}, line {line}" if line else f"{file}"
    return SettingsError(f"{place}: {plain(path.removeprefix('.'), 100)}: {what}", hint)


def _explained(problem: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a value, and what to write."""
    key, context = problem["loc"], problem.get("ctx", {})
    name = str(key[-1])
    match problem["type"]:
        case "refused":
            return context["what"], context["hint"]
        case "extra_forbidden":
            return "unknown key", suggestion(name, keys(str(key[0]) if len(key) > 1 else ""))
        case "missing":
            examples = keys(str(key[0]))[name].examples or [""]
            return "is missing", f"write {name} = {literal(examples[0])}"
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            said = str(problem["input"])
            return f"unknown value {plain(said, 60)!r}", suggestion(said, allowed)
        case "time_delta_type":
            return "not a duration", 'write "30s", "10m", "2h" or "7d"'
        case "tuple_type" | "model_type" if name in TABLES:
            return "not a table", f"write {header(name)} above its keys"
        case "model_type":
            return "not a table", f"write {header(str(key[0]))} above its keys"
        case "tuple_type":
            return "not a list", f'write {name} = ["...", "..."]'
        case _:
            return problem["msg"][:1].lower() + problem["msg"][1:], ""
