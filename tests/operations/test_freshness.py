"""What is fresh, what is stale, and since when an answer is true."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.health import Grade, Health
from opsroom.model.host import HostSettings, Remote, Security
from opsroom.model.repository import Clone, Repository
from opsroom.model.snapshot import CloneFacts, Files, Refs, Snapshot
from opsroom.operations.fleet import Row
from opsroom.operations.freshness import Freshness, Trust
from opsroom.store.sweeps import SweepMark

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ACME, ANN = "github:github.com/acme", "github:github.com/ann"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def row(
    *,
    looked: timedelta,
    cloned: timedelta | None = None,
    moved: timedelta | None = None,
    **more: Any,
) -> Row:
    """A repository whose host was asked in full so long ago, and its clone, where it has one."""
    at = NOW - looked
    told: dict[str, Any] = {"at": at, "source": ACME}
    remote = Remote(
        **told,
        host="github.com",
        id="R_1",
        full_name="acme/api",
        url="https://github.com/acme/api",
        moved_at=None if moved is None else NOW - moved,
        archived=more.pop("archived", False),
    )
    groups: dict[str, Any] = {
        "remote": remote,
        "settings": HostSettings(**told),
        "ci": Ci(**told, state="passing", head="a" * 40),
        "listed": Files(**told),
    }
    clones = () if cloned is None else (clone(NOW - cloned),)
    repository = Repository(key="github.com/acme/api", name="acme/api", sources=(ACME,))
    snapshot = Snapshot(repository=repository, clones=clones, **{**groups, **more})
    return Row(snapshot, Health(grade=Grade.GREEN, score=100), ())


def clone(at: datetime) -> CloneFacts:
    told: dict[str, Any] = {"at": at, "source": "directory:/code"}
    return CloneFacts(
        clone=Clone(path="/code/api", git_dir="/code/api/.git"),
        refs=Refs(**told),
        files=Files(**told),
    )


def trust(whole: timedelta | None, **more: Any) -> Trust:
    """The trust in a source that is swept each minute and looked at each ten."""
    mark = SweepMark(
        source=ACME,
        at=NOW,
        whole_at=None if whole is None else NOW - whole,
        sweep_every=MINUTE,
        look_every=10 * MINUTE,
    )
    return Trust(NOW, more.pop("clones", 15 * MINUTE), {ACME: mark, **more})


@pytest.mark.parametrize(
    ("given", "whole", "freshness"),
    [
        ({"looked": 5 * MINUTE}, 20 * SECOND, "fresh"),
        ({"looked": 5 * MINUTE}, 3 * MINUTE, "stale"),  # nobody swept lately
        ({"looked": 1 * MINUTE}, 3 * MINUTE, "fresh"),  # but it was looked at itself
        ({"looked": 5 * MINUTE}, None, "stale"),  # no whole sweep ever
        ({"looked": 16 * MINUTE}, 20 * SECOND, "stale"),  # the round of looks is late
        ({"looked": 5 * MINUTE, "moved": 10 * SECOND}, 10 * SECOND, "stale"),  # not looked at since
        ({"looked": 10 * SECOND, "moved": 10 * SECOND}, 10 * SECOND, "unknown"),  # only swept
        ({"looked": 5 * MINUTE, "cloned": 10 * MINUTE}, 20 * SECOND, "fresh"),
        ({"looked": 5 * MINUTE, "cloned": 20 * MINUTE}, 20 * SECOND, "stale"),
    ],
)
def test_each_group_is_trusted_by_whoever_looks_at_it(
    given: dict[str, Any], whole: timedelta | None, freshness: Freshness
) -> None:
    assert trust(whole).of(row(**given)) == freshness


def test_what_could_not_be_observed_is_unknown_however_new() -> None:
    nothing = Unknown(at=NOW, source=ACME, reason="no permission")
    assert trust(SECOND).of(row(looked=SECOND, settings=nothing)) == "unknown"
    assert trust(SECOND).of(row(looked=SECOND).blinded("not mounted")) == "unknown"


def test_an_archived_repository_is_not_asked_for_alerts() -> None:
    old = Security(at=NOW - timedelta(days=9), source=ACME)
    assert trust(SECOND).of(row(looked=MINUTE, security=old)) == "stale"
    assert trust(SECOND).of(row(looked=MINUTE, security=old, archived=True)) == "fresh"


def test_a_look_of_a_source_that_was_never_swept_is_judged_like_a_clone() -> None:
    unswept = Trust(NOW, 15 * MINUTE, {})
    assert unswept.of(row(looked=10 * MINUTE)) == "fresh"
    assert unswept.of(row(looked=30 * MINUTE)) == "stale"


def test_as_of_is_the_oldest_that_is_vouched_for() -> None:
    swept = trust(20 * SECOND)
    looked = row(looked=5 * MINUTE)
    assert swept.at(looked) == NOW - 5 * MINUTE, "settings are as old as the look"
    bare = row(looked=5 * MINUTE, settings=None, listed=None)
    assert swept.at(bare) == NOW - 20 * SECOND, "a sweep vouches for all that there is"
    moved = row(looked=5 * MINUTE, moved=20 * SECOND, settings=None, listed=None)
    assert swept.at(moved) == NOW - 5 * MINUTE, "but not for what it saw move"
    assert swept.as_of([looked, bare]) == NOW - 5 * MINUTE
    stale = row(looked=40 * MINUTE)
    assert swept.as_of([stale, bare]) == NOW - 20 * SECOND, "the fresh ones count"
    assert swept.as_of([stale]) == NOW - 40 * MINUTE
    assert swept.as_of([]) is None


def test_coverage_counts_each_once_and_places_that_were_closed() -> None:
    nothing = Unknown(at=NOW, source=ACME, reason="no permission")
    rows = [row(looked=SECOND), row(looked=40 * MINUTE), row(looked=SECOND, ci=nothing)]
    covered = trust(SECOND).coverage(rows, unseen=2)
    assert (covered.asked, covered.fresh, covered.stale, covered.unknown) == (5, 1, 1, 3)
