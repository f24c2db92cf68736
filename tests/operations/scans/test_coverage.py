"""No findings without a look is unknown: what was looked at, and what was not."""

import pytest
from tests.judge.builders import remote
from tests.operations.hosted import told
from tests.operations.rooms import Clock, Yard
from tests.operations.scans.fleet import (
    COMMIT,
    depend,
    fleet_of,
    has_advisories,
    look,
    repository,
    row,
)

from opsroom.model.scan import Skipped
from opsroom.operations import room as rooms
from opsroom.operations.repository import repository_health
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import (
    ScanNumbers,
    heads_of,
    numbers,
    reasons,
    standing,
    unlooked,
)

pytestmark = pytest.mark.anyio


async def headed(room: Room, *names: str, head: str = COMMIT) -> None:
    for name in names:
        there = remote(id=name, full_name=name, head=head)
        await told(room, repository(name, remote=there))


async def test_repositories_are_counted_by_how_far_they_were_looked_at(yard: Yard) -> None:
    names = ("acme/never", "acme/whole", "acme/part", "acme/old", "acme/failed")
    async with fleet_of(yard, *names) as room:
        await headed(room, *names)
        await look(room, name="acme/whole")
        await look(room, name="acme/part")
        await look(room, name="acme/part", scanner="secrets", reason="out of memory")
        await look(room, name="acme/old", commit="d" * 40)
        await look(room, name="acme/failed", reason="no such commit")
        stands = {each.name: standing(each) for each in room.rows()}
        assert stands == {
            "acme/never": "never",
            "acme/whole": "whole",
            "acme/part": "part",
            "acme/old": "old",
            "acme/failed": "never",
        }
        told = numbers(room.rows())
        assert told == ScanNumbers(asked=5, whole=1, part=1, old=1, never=2)
        assert told.share == 0.2
        assert told.reading() == (
            "1 of 5 repositories scanned, 1 in part, 1 at an older commit, 2 never"
        )
        assert unlooked(room.rows()) == [
            "no scanner has looked yet (1 repository)",
            "ruff: no such commit (1 repository)",
            "secrets: out of memory (1 repository)",
        ]


async def test_a_language_that_nobody_reads_is_said(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api")
        has_advisories(room)
        await depend(room)
        assert reasons(row(room)) == ["javascript: no scanner reads it"]
        assert unlooked(room.rows()) == ["javascript: no scanner reads it (1 repository)"]
        await look(room, kinds=("javascript",))
        assert reasons(row(room)) == []


async def test_a_missing_scanner_without_anything_to_read_is_no_gap(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api")
        has_advisories(room)
        await depend(room)
        await look(room, scanner="zizmor", reason="it is not installed")
        assert standing(row(room)) == "whole"
        await look(room, scanner="secrets", reason="it is not installed")
        assert standing(row(room)) == "part"


async def test_a_missing_scanner_that_is_optional_is_no_gap_but_what_it_reads_is_said(
    yard: Yard,
) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api")
        has_advisories(room)
        await depend(room)
        await look(room, scanner="semgrep", reason="it is not installed", version="")
        assert standing(row(room)) == "whole"
        would = "javascript: no scanner reads it; semgrep would, if it were installed"
        assert reasons(row(room)) == [would]
        assert unlooked(room.rows()) == [f"{would} (1 repository)"]
        await look(room, scanner="semgrep", reason="it hangs", version="1.0")
        assert standing(row(room)) == "part"


async def test_a_look_that_did_not_come_to_its_end_is_one_in_part(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api")
        await look(room)
        assert standing(row(room)) == "whole"
        await look(room, scanner="secrets", key="")
        assert standing(row(room)) == "part"


async def test_old_advisories_are_said_where_packages_were_compared_with_them(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "FIRST_LOOK", 0.0)  # nobody looks at the host anew here
    clock = Clock()
    async with fleet_of(yard, "acme/api", "acme/web", clock=clock) as room:
        has_advisories(room)
        await depend(room)
        assert "are old" not in (await repository_health(room, "acme/api", 2000)).note
        clock.forward(days=60)
        assert "advisories are old" in (await repository_health(room, "acme/api", 2000)).note
        assert "advisories are old" not in (await repository_health(room, "acme/web", 2000)).note


async def test_what_was_left_out_is_said(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api")
        left = Skipped(reason="symbolic links", count=2, example="a")
        await look(room, skipped=(left,))
        assert reasons(row(room)) == ["ruff: 2 left out, symbolic links"]
        await look(room, scanner="secrets", skipped=(left,))
        await look(room, scanner="zizmor", reason="it hangs")
        assert unlooked(room.rows()) == [
            "zizmor: it hangs (1 repository)",
            "left out: symbolic links (1 repository)",
        ]


async def test_the_head_is_what_the_host_says(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await headed(room, "acme/api", head="e" * 40)
        assert heads_of(row(room)) == {"e" * 40}
        await look(room)
        assert standing(row(room)) == "old"
        assert "not the present commit" in reasons(row(room))[0]


def test_of_no_repositories_there_is_no_share() -> None:
    assert numbers([]).share is None
