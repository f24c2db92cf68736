"""Looking at one clone: at most four git processes for an ordinary one, and nothing is changed.

Each group of facts stands alone: where one could not be observed it is Unknown, with the reason,
and the others stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from opsroom.clients.git.command import Setting
from opsroom.clients.git.config import Config, read_config
from opsroom.clients.git.history import held_by_a_ref
from opsroom.clients.git.index import read_index
from opsroom.clients.git.operation import operation
from opsroom.clients.git.ownership import refuse_strangers
from opsroom.clients.git.place import Place, shown
from opsroom.clients.git.refs import TAGS, RefStore, read_head, read_refs
from opsroom.clients.git.status import Status, read_status
from opsroom.clients.git.tags import newest_tags
from opsroom.clients.git.tracked import read_tracked
from opsroom.clients.git.user import user
from opsroom.errors import ObservationError
from opsroom.model.facts import Unknown
from opsroom.model.snapshot import CloneFacts, Files, Refs, Worktree
from opsroom.model.tags import MOST_TAGS, Tag, Tags
from opsroom.model.text import plain, readable
from opsroom.observe.branches import describe_refs
from opsroom.observe.checkout import Checkout
from opsroom.observe.files import classify
from opsroom.observe.gate import Signature, signature

SOURCE = "git"
LOOKS = 3
"""A look that was overtaken by a change is repeated, so often at most."""

LARGE = 10 * 1024 * 1024

PATH_LIMIT = 1000
"""Characters of a path that are kept."""

T = TypeVar("T")
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts of one clone, and the gate's signature from just before they were gathered.

    While `gate.signature` still gives the same, the facts are as true as the gate can tell.
    `gone`: its Git directory or its main work tree was no longer there when they had been gathered.
    The facts are then of a clone that is going, and the next `find` tells whether it went.
    """

    checkout: Checkout
    facts: CloneFacts
    signature: Signature
    gone: bool


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def look(checkout: Checkout, now: Now = utc_now, *, large: int = LARGE) -> CloneFacts:
    """The facts of one clone, as they were together at one moment. `large` is in bytes.

    Nothing raises: what could not be observed is Unknown. A clone that is changing all the time is
    looked at three times, and the last look counts.
    """
    return see(checkout, now, large=large).facts


def see(checkout: Checkout, now: Now = utc_now, *, large: int = LARGE) -> Seen:
    """As `look`, with the signature that belongs to the facts."""
    seen = _see_once(checkout, now(), large, signature(checkout))
    for _ in range(LOOKS - 1):
        after = signature(checkout)
        if after == seen.signature:
            break
        seen = _see_once(checkout, now(), large, after)
    return seen


def _see_once(checkout: Checkout, at: datetime, large: int, before: Signature) -> Seen:
    facts = _Look(checkout, at, large).facts()
    return Seen(checkout, facts, before, _is_gone(checkout.place))


class _Look:
    """One look. Configuration, refs and what status said are read once and shared."""

    def __init__(self, checkout: Checkout, at: datetime, large: int) -> None:
        self.checkout = checkout
        self.place = checkout.place
        self.at = at
        self.large = large
        self.statuses: list[Status] = []

    def facts(self) -> CloneFacts:
        shared = self._group(lambda: _read_shared(self.place))
        if isinstance(shared, Unknown):
            places = self.checkout.worktrees
            return CloneFacts(
                clone=self.checkout.clone,
                worktrees=tuple(shared for _ in places),
                refs=shared,
                files=shared,
                tags=shared,
            )
        worktrees = [
            self._group(partial(self._worktree, place, shared)) for place in self.checkout.worktrees
        ]
        return CloneFacts(
            clone=self.checkout.clone,
            worktrees=tuple(worktrees),
            refs=self._group(lambda: self._refs(shared)),
            files=self._group(lambda: self._files(shared)),
            tags=self._group(lambda: self._tags(shared)),
        )

    def _group(self, gather: Callable[[], T]) -> T | Unknown:
        try:
            return gather()
        except FileNotFoundError:
            reason = "it is no longer there"
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        except ObservationError as error:
            reason = str(error)
        except ValueError as error:
            reason = f"git said what can't be understood ({error})"
        return Unknown(at=self.at, source=SOURCE, reason=plain(reason, 400))

    def _worktree(self, place: Place, shared: "_Shared") -> Worktree:
        refuse_strangers(place)
        config = read_config(place) if place.git_dir != place.common_dir else shared.config
        read_index(place, config)
        overrides, filters = _silenced(config)
        own_attributes = "core.attributesfile" in config.values
        status = read_status(
            place,
            overrides,
            filters,
            own_attributes=own_attributes,
            untracked=not _hides_untracked(config),
        )
        self.statuses.append(status)
        return Worktree(
            at=self.at,
            source=SOURCE,
            path=shown(place.folder),
            head=status.head,
            branch=_name(status.branch),
            upstream=_name(status.upstream),
            ahead=status.ahead,
            behind=status.behind,
            staged=status.staged,
            modified=len(status.modified),
            untracked=status.untracked,
            conflicts=status.conflicts,
            unfiltered=status.unfiltered,
            examples=tuple(_path(path) for path in status.examples),
            operation=operation(place),
            orphaned_commits=self._orphaned(place, shared, status),
        )

    def _orphaned(self, place: Place, shared: "_Shared", status: Status) -> bool | None:
        if status.branch is not None or status.head is None:
            return None
        try:
            refs = shared.refs()
            return not (refs.holds(status.head) or held_by_a_ref(place, status.head))
        except ObservationError:
            return None

    def _refs(self, shared: "_Shared") -> Refs:
        return describe_refs(
            self.checkout,
            shared.config,
            shared.refs(),
            read_head(self.place),
            self.statuses,
            at=self.at,
            source=SOURCE,
        )

    def _files(self, shared: "_Shared") -> Files:
        born = shared.refs().resolve(read_head(self.place)) is not None
        overrides, _ = _silenced(shared.config)
        tracked = read_tracked(self.place, shared.config, overrides, born=born, large=self.large)
        return classify(
            [_path(path) for path in tracked.paths],
            at=self.at,
            source=SOURCE,
            submodules=(_path(path) for path in tracked.submodules),
            large=((_path(path), size) for path, size in tracked.large),
        )

    def _tags(self, shared: "_Shared") -> Tags:
        total = len(shared.refs().names(TAGS))
        found = newest_tags(self.place, MOST_TAGS) if total else ()
        return Tags(
            at=self.at,
            source=SOURCE,
            tags=tuple(
                Tag(name=plain(readable(tag.name)), commit=tag.commit, at=tag.at) for tag in found
            ),
            total=total,
        )


class _Shared:
    """What every group needs: the configuration, and the refs when the first one asks."""

    def __init__(self, place: Place, config: Config) -> None:
        self.place = place
        self.config = config
        self._refs: RefStore | None = None

    def refs(self) -> RefStore:
        if self._refs is None:
            self._refs = read_refs(self.place, self.config)
        return self._refs


def _read_shared(place: Place) -> _Shared:
    refuse_strangers(place)
    return _Shared(place, read_config(place))


def _silenced(config: Config) -> tuple[tuple[Setting, ...], frozenset[str]]:
    """Settings that make git safe here, and the filters that do not run because of them."""
    settings = config.overrides() + user().overrides(frozenset(config.values))
    return settings, config.filters | user().filters | {"lfs"}


def _hides_untracked(config: Config) -> bool:
    """As is usual for a repository around a home: a wish of the repository's, else the user's."""
    own = config.hides_untracked
    return bool(user().hides_untracked if own is None else own)


def _is_gone(place: Place) -> bool:
    for path in (place.common_dir, place.folder):
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            continue
    return False


def _name(raw: bytes | None) -> str | None:
    return None if raw is None else plain(readable(raw))


def _path(raw: bytes) -> str:
    return plain(readable(raw), PATH_LIMIT)
