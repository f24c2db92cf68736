"""Limits: the thresholds and profile that settings hand to the judge."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from opsroom.model.severity import Severity
from opsroom.model.value import Value
from opsroom.model.where import Where


class Profile(StrEnum):
    """Whose standards a repository is held to."""

    PERSONAL = "personal"
    PUBLIC = "public"
    TEAM = "team"


class Override(Value):
    """A severity that settings give to one rule where a filter matches; None switches it off."""

    rule: str
    severity: Severity | None
    where: Where = Where()


class Limits(Value):
    """What the checks measure against. `profile` None: told from the facts."""

    profile: Profile | None = None
    overrides: tuple[Override, ...] = ()
    stale_branch: timedelta = timedelta(days=90)
    inactive: timedelta = timedelta(days=365)
    clones_expected: bool = False
    """Whether folders of clones are watched, so that a repository without a clone lacks one."""
    owners: tuple[str, ...] = ()
    """`host/owner` in lower case, where every repository was listed: another one isn't there."""
    large_file: int = Field(default=10 * 1024 * 1024, description="bytes")
