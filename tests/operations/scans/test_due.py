"""What is due: a look is repeated when it could tell something new, and at no other time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from opsroom.clients.git.exports import Export
from opsroom.judge import graph
from opsroom.model.scan import Scan
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner
from opsroom.observe.sight import Sight
from opsroom.operations.scans.due import Patience, due, key
from opsroom.operations.scans.equipment import (
    DEPENDENCIES,
    Equipment,
    _formats,  # pyright: ignore[reportPrivateUsage] # remembered for the life of a process
    equip,
)
from opsroom.settings import Settings
from opsroom.settings.tables import ScanSetting

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SIGHT = Sight(commit="a" * 40, past="p", dirty="")


def nothing(export: Export, bounds: Bounds) -> Look:
    return Look()


CODE = Scanner(nothing, lambda: Offer("1"), frozenset({"python"}), ("x/*",), "code")
PAST = replace(CODE, history=True)


def equipment(**offers: Offer | Missing) -> Equipment:
    return Equipment({"code": CODE, "past": PAST}, offers or {"code": Offer("1", "r")})


def scan(name: str, by: Equipment, sight: Sight = SIGHT, reason: str | None = None) -> Scan:
    return Scan(
        scanner=name,
        key=key(name, by, sight),
        commit=sight.commit,
        at=NOW,
        reason=reason,
    )


def asked(
    by: Equipment,
    kept: list[Scan],
    sight: Sight = SIGHT,
    *,
    now: datetime = NOW,
    patience: Patience | None = None,
    waits: bool = False,
) -> tuple[str, ...]:
    held = patience or Patience(timedelta(hours=24))
    known = {each.scanner: each for each in kept}
    return due("acme/api", known, sight, by, held, now, asked=waits)


def test_what_was_never_looked_at_is_due() -> None:
    assert asked(equipment(), []) == ("code",)


def test_what_has_not_moved_is_not_due() -> None:
    by = equipment()
    assert asked(by, [scan("code", by)], now=NOW + timedelta(days=400)) == ()
    assert asked(by, [scan("code", by)], waits=True) == ()


@pytest.mark.parametrize(
    "other", [Offer("2", "r"), Offer("1", "other rules"), Missing("not installed")]
)
def test_another_version_or_other_rules_are_due(other: Offer | Missing) -> None:
    assert asked(equipment(code=other), [scan("code", equipment())]) == ("code",)


def test_other_severities_are_due() -> None:
    by = equipment()
    assert asked(replace(by, severities="other"), [scan("code", by)]) == ("code",)


def test_another_commit_is_due() -> None:
    by = equipment()
    assert asked(by, [scan("code", by)], replace(SIGHT, commit="b" * 40)) == ("code",)


@pytest.mark.parametrize("moved", [replace(SIGHT, past="q"), replace(SIGHT, dirty="d")])
def test_a_moved_past_concerns_only_who_reads_it(moved: Sight) -> None:
    by = equipment(code=Offer("1"), past=Offer("1"))
    kept = [scan("code", by), scan("past", by)]
    assert asked(by, kept, moved) == ("past",)


def test_what_failed_is_due_later_and_later() -> None:
    by = equipment()
    patience = Patience(timedelta(hours=1))
    failed = scan("code", by, reason="it broke")
    waits: list[timedelta] = []
    for _ in range(6):
        patience.took_place("acme/api", [failed])
        waits.append(patience.until("acme/api", failed) - NOW)
    assert [each.total_seconds() / 60 for each in waits] == [5, 10, 20, 40, 60, 60]
    assert asked(by, [failed], now=NOW + timedelta(minutes=59), patience=patience) == ()
    assert asked(by, [failed], now=NOW + timedelta(minutes=60), patience=patience) == ("code",)
    assert asked(by, [failed], patience=patience, waits=True) == ("code",)
    patience.took_place("acme/api", [scan("code", by)])
    assert patience.until("acme/api", failed) == NOW + timedelta(minutes=5)


def test_what_is_not_installed_is_told_once() -> None:
    by = equipment(code=Missing("not installed"))
    told = scan("code", by, reason="not installed")
    assert asked(by, [], now=NOW) == ("code",)
    assert asked(by, [told], now=NOW + timedelta(days=9)) == ()


def test_a_repository_that_cannot_be_seen_is_tried_again() -> None:
    by = equipment()
    unseen = Sight(reason="it is no longer there")
    told = scan("code", by, unseen, reason="it is no longer there")
    assert asked(by, [told], unseen) == ()
    assert asked(by, [told], unseen, now=NOW + timedelta(minutes=5)) == ("code",)
    assert asked(by, [told], SIGHT) == ("code",)


def test_manifests_are_read_anew_when_the_graph_makes_other_links_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(scan=ScanSetting(scanners=(DEPENDENCIES,)))
    before = equip(settings)
    kept = [scan(DEPENDENCIES, before)]
    assert asked(before, kept) == ()
    monkeypatch.setattr(graph, "REVISION", graph.REVISION + 1)
    _formats.cache_clear()
    assert asked(equip(settings), kept) == (DEPENDENCIES,)
    _formats.cache_clear()
