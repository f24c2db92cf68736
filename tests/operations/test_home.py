"""What hosts tell, in the answers about one repository and about the fleet, and on the page."""

from datetime import timedelta
from typing import Any

import pytest
from tests.judge.builders import (
    HEAD,
    NOW,
    OTHER,
    alert,
    branch,
    ci,
    ci_run,
    clone,
    host_settings,
    hosted,
    pull,
    refs,
    remote,
    security,
    unasked,
    untold,
)
from tests.operations.hosted import ACME, YAML, failed, ran, repository, room_of
from tests.operations.rooms import Clock, Yard, look_over, only, opened, rules

from opsroom.clients.host import Resolved
from opsroom.model.host import BranchRule, Release
from opsroom.operations.home import against, home
from opsroom.operations.hosts.joining import record_resolved
from opsroom.operations.overview import detail, overview, summary
from opsroom.operations.repository import repository_health
from opsroom.operations.status import fleet_status
from opsroom.settings import Settings
from opsroom.store.sweeps import SweepMark, save_sweep_mark

pytestmark = pytest.mark.anyio
BUSY = repository(
    "acme/api",
    remote={"pulls": 3, "issues": 5, "topics": ("homelab",), "description": "Plays music"},
    ci=ci("failing", failed(7)),
    settings=host_settings(rules=(BranchRule(pattern="main"),)),
    security=security(dependency=(alert(1), alert(2)), code=None, untold=(untold("code"),)),
)


@pytest.mark.parametrize(
    ("mine", "theirs", "stands"),
    [
        ({"upstream_head": HEAD}, {}, "level"),
        ({"upstream_head": HEAD}, {"head": OTHER}, "behind"),
        ({"head": OTHER, "upstream_head": HEAD, "ahead": 2}, {}, "ahead"),
        ({"head": OTHER, "upstream_head": HEAD, "ahead": 2}, {"head": "1" * 40}, "diverged"),
        ({"head": OTHER, "upstream_head": HEAD, "ahead": 2, "behind": 1}, {}, "diverged"),
        ({"head": OTHER, "upstream_head": HEAD, "behind": 4}, {}, "behind"),
        ({"upstream": None}, {}, None),
        ({}, {"head": OTHER, "at": NOW - timedelta(days=1), "head_at": None}, "unknown"),
    ],
)
def test_three_ways_a_clone_stands_against_the_real_head(
    mine: dict[str, Any], theirs: dict[str, Any], stands: str | None
) -> None:
    here = clone(refs=refs(branch(**mine)))
    assert against(hosted(here, remote=remote(**theirs))) == stands


def test_what_is_not_told_is_null_with_its_reason() -> None:
    told = home(
        hosted(
            remote=remote(visibility=None, untold=(untold("visibility", "not on this server"),)),
            settings=host_settings(rules=None, untold=(untold("rules", "needs admin"),)),
            security=security(secret=None),
        )
    )
    assert told is not None
    assert (told.visibility, told.protected, told.clone) == (None, None, None)
    assert told.alerts == {"dependency": 0, "code": 0, "secret": None}
    assert told.untold == ["visibility (not on this server)", "rules (needs admin)"]
    assert "secret alerts ?" in told.reading()
    assert home(hosted(remote=unasked())) is home(hosted(remote=None)) is None


async def test_one_repository_tells_what_its_host_does(yard: Yard) -> None:
    async with room_of(yard, BUSY) as room:
        answer = await repository_health(room, "acme/api", 2000)
    assert dict(answer.ci) == {"state": "failing", "head": HEAD, "ci_run": "ci_7"}
    told = answer.home
    assert told is not None
    assert (told.host, told.visibility, told.default_branch) == ("github.com", "private", "main")
    assert (told.pulls, told.issues, told.protected) == (3, 5, True)
    assert told.alerts == {"dependency": 2, "code": None, "secret": 0}
    assert answer.url == "https://github.com/acme/api"
    assert answer.path is None
    assert answer.next[0].arguments == {"ci_run": "ci_7"}
    reading = answer.reading()
    assert "CI: failing at 3f2a1bc03f, ci_7" in reading
    assert "on github.com: private, main at 3f2a1bc03f" in reading
    assert "open pulls 3, open issues 5, protected" in reading
    assert answer.tokens <= 2000


async def test_without_a_host_ci_is_unknown(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        answer = await repository_health(room, "api", 2000)
        fleet = await fleet_status(room, "", 1200)
    assert (answer.ci.state, answer.home) == ("unknown", None)
    assert "CI:" not in answer.reading()
    assert fleet.ci == {"unknown": 1}
    assert "CI:" not in fleet.reading()


async def test_the_fleet_counts_the_states_of_ci(yard: Yard) -> None:
    fleet = [BUSY, repository("acme/a"), repository("acme/b", ci=ci("none"))]
    async with room_of(yard, *fleet) as room:
        answer = await fleet_status(room, "", 1200)
        numbers = await summary(room)
        narrowed = await fleet_status(room, "ci:failing is:private label:homelab music", 1200)
        public = await fleet_status(room, "is:public", 1200)
    assert answer.ci == numbers.ci == {"failing": 1, "passing": 1, "none": 1}
    assert "CI: failing 1, passing 1, none 1" in answer.reading()
    assert [standing.repository for standing in narrowed.worst] == ["acme/api"]
    assert public.worst == []


async def test_a_thousand_repositories_of_a_host_in_few_words(yard: Yard) -> None:
    states = ("failing", "passing", "running", "none")
    many = [
        repository(f"acme/service-with-a-name-{n:04}", ci=ci(states[n % 4], ci_run(n)))
        for n in range(1000)
    ]
    async with room_of(yard, *many) as room:
        answer = await fleet_status(room, "", 1200)
    assert answer.tokens <= 1200
    assert answer.ci == dict.fromkeys(("failing", "running", "passing", "none"), 250)
    assert len(answer.worst) >= 5


async def test_a_tile_tells_what_its_host_does(yard: Yard) -> None:
    async with room_of(yard, BUSY, repository("acme/old", remote={"archived": True})) as room:
        tiles = {tile.name: tile for tile in (await overview(room, "")).repositories}
    api, old = tiles["acme/api"], tiles["acme/old"]
    assert (api.ci, api.ci_run, api.pulls, api.alerts) == ("failing", "ci_7", 3, 2)
    assert api.ci_url == "https://github.com/acme/api/actions/runs/7"
    assert (api.visibility, api.archived, old.archived) == ("private", False, True)
    assert api.labels == ("homelab",)
    assert api.committed_at == api.pushed_at == NOW - timedelta(days=1)


async def test_a_detail_tells_runs_pull_requests_and_the_newest_release(yard: Yard) -> None:
    told = {
        "newest_pulls": (pull(4, title="\x1b[31mMend\u202e it", review="approved"),),
        "release": Release(tag="v1", published_at=NOW),
    }
    seen = repository("acme/api", remote=told, ci=ci("failing", failed(7, attempt=2)))
    other = repository("acme/web", ci=ci("failing", failed(8)))
    mended = repository("acme/fine")
    async with room_of(yard, seen, other, mended) as room:
        await ran(room, "acme/api", failed(7, attempt=2), why={7: YAML})
        await ran(room, "acme/web", failed(8), why={8: YAML})
        await ran(room, "acme/fine", failed(9, ago=4), why={9: YAML})
        one = await detail(room, "acme/api")
    (run,) = one.ci_runs
    assert run.error == "ModuleNotFoundError: No module named 'yaml'"
    assert (run.step, run.also) == ("build / Run tests", ["acme/web"])
    assert (run.ci_run, run.attempt, run.seconds, run.conclusion) == ("ci_7", 2, 60, "failure")
    (asked,) = one.pulls
    assert (asked.number, asked.title, asked.review) == (4, "[31mMend it", "approved")
    assert one.release is not None
    assert one.release.tag == "v1"
    assert one.home is not None
    assert (one.ci, one.ci_head) == ("failing", HEAD)


async def test_a_clone_that_a_watched_owner_does_not_list_is_extra(yard: Yard) -> None:
    """Only after the owner was swept as a whole, and lately."""
    yard.clone("api", "https://github.com/acme/api.git")
    folder = yard.settings().sources
    settings = Settings(home=yard.home, sources=(*folder, ACME))
    clock = Clock()
    async with opened(settings, clock=clock) as room:
        await look_over(room)
        assert "extra-clone" not in rules(only(room))
        every = timedelta(minutes=1)
        mark = SweepMark(
            source=ACME.key, at=clock(), whole_at=clock(), sweep_every=every, look_every=every
        )
        async with room.store.write() as connection:
            await save_sweep_mark(connection, mark)
        await room.refresh()
        assert room.limits.owners == ("github.com/acme",)
        yard.commit(yard.code / "api")
        await look_over(room)
        assert "extra-clone" not in rules(only(room)), "nobody asked where the name leads"
        nowhere = Resolved(nowhere=frozenset({"acme/api"}))
        await record_resolved(room, ACME, {"github.com/acme/api": "acme/api"}, nowhere)
        assert "extra-clone" in rules(only(room))
        clock.forward(hours=1)
        assert not room.limits.owners
