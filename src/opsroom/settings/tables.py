"""The tables of a settings file: what each may hold, what it means, and its default."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field
from pydantic.fields import FieldInfo

from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.settings.probes import ProbeSetting
from opsroom.settings.sources import KINDS, DirectorySource, GithubSource, Source
from opsroom.settings.written import (
    BasePath,
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
    on_loopback,
)


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
        return on_loopback(self.host)


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


Advisories = Literal["osv", "github", "snyk"]
"""A source of advisories."""


class ScanSetting(Value):
    """What is scanned, and by which advisories."""

    scanners: tuple[Word, ...] | None = Field(
        default=None,
        description="Which scanners run; left out, all that do by default, and `[]` is none.",
        examples=[["secrets", "zizmor", "dependencies"]],
    )
    every: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        description="How often it is asked of every repository whether a scan is due.",
    )
    advisories: tuple[Advisories, ...] = Field(
        default=("osv", "github"),
        description="Where advisories come from: `osv`, `github`, `snyk`.",
        examples=[["osv", "github"]],
    )
    offline: Folder | None = Field(
        default=None,
        description="A folder of advisories in osv-scanner's layout, used instead of the network.",
        examples=["~/advisories"],
    )
    snyk_organisation: Word | None = Field(
        default=None,
        description="The id of the organisation at Snyk, for `snyk` among the advisories.",
        examples=["00000000-0000-0000-0000-000000000000"],
    )
    snyk_token: Secret | None = Field(
        default=None,
        description="Its token: `env:NAME` or `file:PATH`, never the token.",
        examples=["env:SNYK_TOKEN"],
    )
    snyk_url: Site = Field(
        default="https://api.snyk.io", description="Where Snyk answers: each region has its own."
    )


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
    sources: tuple[Source, ...] = Field(
        default=(), validation_alias="source", description="Where repositories are."
    )
    server: Server = Field(default=Server(), description="How `opsroom serve` listens.")
    health: HealthSetting = Field(default=HealthSetting(), description="How health is judged.")
    checks: tuple[CheckSetting, ...] = Field(
        default=(), validation_alias="check", description="Other severities for single rules."
    )
    watch: Watch = Field(default=Watch(), description="How often the fleet is looked at.")
    scan: ScanSetting = Field(
        default=ScanSetting(), description="What is scanned, and by which advisories."
    )
    probes: tuple[ProbeSetting, ...] = Field(
        default=(), validation_alias="probe", description="What runs, and where."
    )
    journal: JournalSetting = Field(
        default=JournalSetting(), description="How long events are kept."
    )


class Settings(SettingsFile, validate_by_name=True):
    """What a process runs with. `file` is what was read, None when there is no settings file."""

    file: Path | None = None

    @property
    def directories(self) -> tuple[DirectorySource, ...]:
        """The folders of clones."""
        return tuple(each for each in self.sources if isinstance(each, DirectorySource))

    @property
    def hosts(self) -> tuple[GithubSource, ...]:
        """The owners on hosts."""
        return tuple(each for each in self.sources if isinstance(each, GithubSource))

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
            clones_expected=bool(self.directories),
            overrides=tuple(
                Override(rule=check.rule, severity=check.severity, where=check.where)
                for check in self.checks
            ),
        )


TABLES: dict[str, type[Value]] = {
    "": SettingsFile,
    **{f"source.{kind}": model for kind, model in KINDS.items()},
    "server": Server,
    "health": HealthSetting,
    "check": CheckSetting,
    "watch": Watch,
    "scan": ScanSetting,
    "probe": ProbeSetting,
    "journal": JournalSetting,
}
"""Every table of the settings file; the empty name is what stands above all tables.

A table of which there are several kinds stands here once for each, as `table.kind`.
"""

REPEATED = ("source", "check", "probe")
"""The tables that are written with two brackets, once for each."""


def keys(table: str) -> dict[str, FieldInfo]:
    """Return the keys of a table as the file writes them, with what is known of each."""
    fields = TABLES[table].model_fields
    return {str(field.validation_alias or name): field for name, field in fields.items()}


def header(table: str) -> str:
    """Return what stands above the keys of a table."""
    table = table.partition(".")[0]
    return f"[[{table}]]" if table in REPEATED else f"[{table}]"
