"""A host: where remotes live, and what it can be asked, whatever kind of host it is.

Nothing above `clients` knows more of a host than this. Answers are facts of the model and never
raise for one repository: what could not be had of one is said of that one, with the reason. A
question about everything raises `HostError` when the host can't be asked at all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Literal, Protocol

from opsroom.errors import ObservationError, OpsroomError, UsageError
from opsroom.model.budget import Budget, Cadence, Price
from opsroom.model.ci import Ci, CiRun, CiState
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings, Remote, SecurityAlert, Visibility
from opsroom.model.tags import Tags


class HostError(ObservationError):
    """The host could not be asked: wrong token, no network, budget spent.

    `until`: asking again before then is of no use; None: nothing is known of that.
    """

    def __init__(self, message: str, hint: str = "", *, until: datetime | None = None) -> None:
        super().__init__(message, hint)
        self.until = until


class Later(HostError):
    """The budget, or a limit of the host, doesn't allow it now for this priority: nobody's fault.

    The host itself is well, and more urgent questions may still be asked.
    """


class NotLetIn(HostError):
    """The host doesn't know the credential, or shuts it out: only a person can change that."""


class Unsigned(OpsroomError):
    """Who sent a webhook can't be told: no signature, a wrong one, or no secret here."""


class Malformed(UsageError):
    """A webhook that is signed and can't be read."""


class Priority(IntEnum):
    """Who may still spend when the budget runs low: the lowest number last of all to wait."""

    WRITE = 0
    ASKED = 1
    """A person or an agent waits for the answer."""
    HEARD = 2
    """A webhook said that something moved."""
    SWEEP = 3
    MOVED = 4
    """A sweep saw that something moved."""
    ROUTINE = 5
    """Nothing is known to have moved; it is only long ago."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep tells of one repository. `ci` is None where the host didn't say."""

    id: str
    full_name: str
    head: str | None
    branch: str | None
    head_at: datetime | None
    ci: CiState | None
    pushed_at: datetime | None
    updated_at: datetime | None
    archived: bool
    fork: bool
    visibility: Visibility | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """A cheap look at all repositories of an owner, begun at `at`.

    `whole`: every one is listed, so what is missing is gone or hidden. Otherwise the list ended
    where nothing had moved since the sweep before.
    """

    at: datetime
    repositories: tuple[Swept, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class HostLook:
    """Everything that one full look at one repository told.

    `paths` is what the head of the default branch tracks in its top folder, in `.github` and in
    `.github/workflows`; folders end with a slash.
    """

    remote: Remote | Unknown
    settings: HostSettings | Unknown
    ci: Ci | Unknown
    paths: tuple[str, ...] | Unknown
    tags: Tags | Unknown | None = None
    """The newest; None: the host was not asked."""


@dataclass(frozen=True, slots=True)
class HostLooks:
    """Looks by id. `gone`: the host says that there is none, or not for this token.

    `failed` could not be looked at this time, with the reason; nothing is known to have changed.
    """

    looks: Mapping[str, HostLook] = field(default_factory=dict[str, HostLook])
    gone: frozenset[str] = frozenset()
    failed: Mapping[str, str] = field(default_factory=dict[str, str])
    unasked: frozenset[str] = frozenset()
    """Those among the failed whose turn never came: the host, or the budget, ended it before."""


@dataclass(frozen=True, slots=True)
class Named:
    """The repository that a name leads to: the host's id of it, and what it is called now."""

    id: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where names lead, each under the name that was asked for.

    `nowhere`: the host says that there is none, or not for this token. `failed` could not be told
    this time, with the reason.
    """

    to: Mapping[str, Named] = field(default_factory=dict[str, Named])
    nowhere: frozenset[str] = frozenset()
    failed: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class AlertList:
    """All open alerts of one kind, of an owner or of some repositories.

    `alerts` maps a repository's full name to its own; those in `covered` without an entry have
    none. None: every repository is covered. `reason`: why the list could not be had at all.
    """

    kind: Literal["dependency", "code", "secret"]
    at: datetime
    alerts: Mapping[str, tuple[SecurityAlert, ...]] = field(
        default_factory=dict[str, tuple[SecurityAlert, ...]]
    )
    covered: frozenset[str] | None = None
    untold: Mapping[str, str] = field(default_factory=dict[str, str])
    """Repositories of which this list says nothing, with the reason."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FailedStep:
    """The first step of a run that failed, and the end of its log as the host keeps it."""

    job: str
    step: str
    log: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that the token may or may not do, and what is therefore unknown."""

    what: str
    allowed: bool | None
    consequence: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who the token is, what it may do, and until when.

    `apart` is how far the host's clock is ahead of ours; nothing as long as they agree.
    """

    login: str
    kind: Literal["user", "app", "none"]
    scopes: tuple[str, ...] | None
    expires_at: datetime | None
    rights: tuple[Right, ...]
    apart: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Missed:
    """A delivery of a webhook that failed, as the host remembers it.

    `delivery` is the same as in the webhook itself; `number` is the host's of the repository.
    """

    delivery: str
    at: datetime
    event: str
    number: int | None = None


class Host(Protocol):
    """What can be asked. Every question is charged to the budget under what it is for."""

    @property
    def name(self) -> str:
        """The host's name, with a port that isn't its own: the first part of keys."""
        ...

    async def sweep(
        self, owner: str, known: Mapping[str, Swept], *, whole: bool, priority: Priority
    ) -> Sweep:
        """List the repositories of an owner (or of the App's installation), newest push first.

        Raises:
            HostError: it could not be listed; nothing is known to have changed.
        """
        ...

    async def look(self, ids: Sequence[str], *, priority: Priority) -> HostLooks:
        """Look at these repositories in full, in few requests.

        Raises:
            HostError: the host can't be asked at all.
        """
        ...

    async def resolve(self, full_names: Collection[str], *, priority: Priority) -> Resolved:
        """Which repositories these names lead to: former ones lead to what has another name now.

        Raises:
            HostError: the host can't be asked at all.
        """
        ...

    async def alerts(
        self, owner: str, full_names: Collection[str], *, priority: Priority
    ) -> tuple[AlertList, ...]:
        """Every open alert that the host raised itself: three lists an owner where it has them.

        Raises:
            HostError: the host can't be asked at all.
        """
        ...

    async def ci_runs(
        self, full_name: str, since: datetime | None, *, priority: Priority
    ) -> tuple[CiRun, ...]:
        """The runs of a repository created since then, newest first, at most 100.

        Raises:
            HostError: they could not be had.
        """
        ...

    async def failed_step(
        self, full_name: str, run: CiRun, *, priority: Priority
    ) -> FailedStep | None:
        """Where a run failed; None when none of its steps did.

        Raises:
            HostError: jobs or log could not be had.
        """
        ...

    async def git_token(self, full_name: str) -> str | None:
        """What `git fetch` of a repository signs in with; None: nothing is needed or had.

        It is handed on to git alone: never shown, logged or kept.

        Raises:
            HostError: none can be had.
        """
        ...

    async def missed(
        self,
        owner: str,
        full_names: Collection[str],
        ours: Callable[[str, str], bool],
        since: datetime,
        *,
        priority: Priority,
    ) -> tuple[Missed, ...]:
        """The deliveries to us that failed since then: nobody else sends them again.

        `ours` is told the id and the address of a webhook, and says whether it leads here.

        Raises:
            HostError: the webhooks or their deliveries can't be listed.
        """
        ...

    def budget(self) -> Budget:
        """What the credential may still ask, and what was spent on what."""
        ...

    def prices(self, repositories: int) -> tuple[Price, ...]:
        """What the questions about a fleet of this size would cost."""
        ...

    def cadence(self, repositories: int) -> Cadence:
        """How often a fleet of this size can be swept and looked at inside the budget."""
        ...

    def nominal(self, repositories: int) -> Cadence:
        """How often it would be with a budget that nobody has spent of: what is later is late."""
        ...

    async def rights(self, owner: str) -> Rights:
        """What the token may do for this owner.

        Raises:
            HostError: the host doesn't answer, or doesn't know the token.
        """
        ...
