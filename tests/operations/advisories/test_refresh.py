"""Advisories kept up to date, against a double of the services on real sockets."""

import json
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr
from tests.clients.advisories.archives import write
from tests.clients.advisories.double import SNYK_TOKEN, Services, epss_list, ghsa, vuln
from tests.hub import serving
from tests.operations.rooms import Clock, Yard, events, opened

from opsroom.clients.advisories import offline
from opsroom.clients.advisories.github import GithubAdvisories
from opsroom.clients.advisories.osv import Osv
from opsroom.clients.advisories.web import Web
from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.operations.advisories import sources as advisory_sources
from opsroom.operations.advisories.data import age_note, told_data
from opsroom.operations.advisories.refresh import refresh
from opsroom.operations.advisories.sources import in_use, refresh_github, refresh_osv
from opsroom.operations.room import Room
from opsroom.operations.scans import rematching
from opsroom.settings.tables import ScanSetting
from opsroom.store.owner import Owner
from opsroom.store.packages import save_manifests
from opsroom.store.place import Place

pytestmark = pytest.mark.anyio

USED = (
    Package("pkg:pypi/jinja2", "3.1.3"),
    Package("pkg:pypi/flask", "2.0"),
    Package("pkg:npm/%40a/b", "1.0.0"),
)


@pytest.fixture
def services() -> Services:
    return Services(
        osv={
            "PYSEC-1": vuln("PYSEC-1", "PyPI", "jinja2", "3.1.4", aliases=["CVE-2024-34064"]),
            "GHSA-bbbb-0000-0001": vuln("GHSA-bbbb-0000-0001", "npm", "@a/b"),
        },
        github=[
            ghsa(
                "GHSA-aaaa-0000-0001", "jinja2", "< 3.1.4", "3.1.4",
                identifiers=[{"type": "CVE", "value": "CVE-2024-34064"}],
            ),
        ],
        kev=[{"cveID": "CVE-2024-34064", "dateAdded": "2026-01-02"}],
        epss={"CVE-2024-34064": 0.4},
    )  # fmt: skip


@pytest.fixture
def base(services: Services) -> Generator[str, None, None]:
    with serving(services.app(), lifespan="off") as url:
        yield url


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What is handed on to be matched."""
    told: list[set[str]] = []

    async def rematch(_: Room, purls: set[str]) -> None:
        told.append(purls)

    monkeypatch.setattr(rematching, "rematch", rematch)
    return told


@asynccontextmanager
async def centre(
    yard: Yard, clock: Callable[[], datetime] | None = None, **scan: Any
) -> AsyncGenerator[Room]:
    more: dict[str, Any] = {"clock": clock} if clock else {}
    async with opened(yard.settings(scan=ScanSetting(**scan)), **more) as room:
        async with room.store.write() as connection:
            await save_manifests(connection, {("a", "f@1"): Manifest(packages=USED)})
        yield room


async def told(room: Room) -> dict[str, Any]:
    return {each.source: each for each in await told_data(room)}


async def test_sources_are_merged_and_only_what_is_new_is_asked(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    where = services.addresses(base)
    clock = Clock()
    async with centre(yard, clock, advisories=("osv", "github")) as room:
        assert await refresh(room, where, delay=0)
        (one,) = room.advisories.of(["pkg:pypi/jinja2"])["pkg:pypi/jinja2"]
        assert one.names == {"CVE-2024-34064", "PYSEC-1", "GHSA-aaaa-0000-0001"}
        assert one.sources == ("github", "osv")
        assert one.exploited
        assert one.likely == 0.4
        assert handed == [{"pkg:pypi/jinja2", "pkg:npm/%40a/b"}]
        assert all(each.fetched_at for each in (await told(room)).values())

        asked = services.asked.copy()
        await refresh(room, where, delay=0)
        assert services.asked == asked  # nothing is due
        clock.forward(hours=26)
        await refresh(room, where, delay=0)
        assert services.asked - asked == {"querybatch": 1, "advisories": 4, "kev": 1, "epss": 1}
        assert len(handed) == 1  # and nothing moved

        services.osv["PYSEC-2"] = vuln("PYSEC-2", "PyPI", "flask")
        services.osv["PYSEC-1"]["modified"] = "2026-11-24T00:00:00Z"
        del services.osv["GHSA-bbbb-0000-0001"]
        asked = services.asked.copy()
        await refresh(room, where, force=True, delay=0)
        assert (services.asked - asked)["vulns"] == 2
        assert handed[1:] == [{"pkg:pypi/flask", "pkg:npm/%40a/b"}]


async def test_a_new_package_is_asked_for_alone(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    where = services.addresses(base)
    async with centre(yard, advisories=("osv", "github")) as room:
        await refresh(room, where, delay=0)
        services.osv["PYSEC-3"] = vuln("PYSEC-3", "PyPI", "click")
        async with room.store.write() as connection:
            new = Manifest(packages=(Package("pkg:pypi/click", "1"),))
            await save_manifests(connection, {("b", "f@1"): new})
        services.queries.clear()
        await refresh(room, where, delay=0)
        asked = [query["affects"] for query in services.queries if "affects" in query]
        assert asked == ["click", "click"]
        assert handed[-1] == {"pkg:pypi/click"}


async def test_a_package_that_comes_back_is_asked_for_again(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    where = services.addresses(base)
    used = in_use((package.purl, package.version) for package in USED)
    async with centre(yard) as room, httpx2.AsyncClient() as client:
        index, web = room.advisories, Web(client, delay=0)
        osv, github = Osv(web, where.osv), GithubAdvisories(web, where.github)
        other = in_use([("pkg:pypi/click", "1")])
        for whole, asked in (True, used), (True, other), (False, used):
            await refresh_osv(index, osv, asked, room.now(), whole=whole)
            await refresh_github(index, github, asked, room.now(), whole=whole)
            found = index.get("PYSEC-1")
            assert bool(found and "osv" in found.sources) == (asked is used)
        assert [query for query in services.queries if "modified" in query] == []


async def test_a_source_that_fails_keeps_its_data_and_is_named(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    where = services.addresses(base)
    clock = Clock()
    async with centre(yard, clock, advisories=("osv", "github")) as room:
        await refresh(room, where, delay=0)
        services.faults = {"querybatch": ["503"] * 99, "kev": ["html"] * 99}
        clock.forward(days=1, hours=2)
        await refresh(room, where, delay=0)
        data = await told(room)
        assert "503" in data["osv"].failed
        assert data["osv"].fetched_at == clock.now - timedelta(days=1, hours=2)
        assert data["github"].failed == ""
        assert "JSON" in data["kev"].failed
        assert room.advisories.get("PYSEC-1")
        assert "its former data count" in age_note(list(data.values()), clock.now)

        asked = services.asked.copy()
        clock.forward(minutes=30)
        await refresh(room, where, delay=0)
        assert services.asked == asked  # it is left alone for an hour

        clock.forward(days=2)
        await refresh(room, where, delay=0)
        kev, failed = [each for each in await events(room) if each.kind == "observation.failed"]
        assert kev.data["source"] == "advisories:kev"
        assert failed.data["source"] == "advisories:osv"
        assert "503" in failed.data["reason"]
        assert room.hears()(failed)
        assert "advisories are old: kev: fetched 3 days ago" in age_note(
            await told_data(room), clock.now
        )
        count = len(await events(room))
        clock.forward(hours=2)
        await refresh(room, where, delay=0)
        assert len(await events(room)) == count  # it is said once

        services.faults = {}
        clock.forward(hours=2)
        await refresh(room, where, delay=0)
        recovered = [each for each in await events(room) if each.kind == "observation.recovered"]
        assert {each.data["source"] for each in recovered} == {"advisories:osv", "advisories:kev"}
        assert age_note(await told_data(room), clock.now) == ""


async def test_what_is_not_matched_is_handed_on_again(
    yard: Yard, services: Services, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[set[str]] = []

    async def rematch(_: Room, purls: set[str]) -> None:
        told.append(purls)
        if len(told) == 1:
            raise RuntimeError("killed")

    monkeypatch.setattr(rematching, "rematch", rematch)
    async with centre(yard, advisories=("osv",)) as room:
        with pytest.raises(RuntimeError):
            await refresh(room, services.addresses(base), delay=0)
        await refresh(room, services.addresses(base), delay=0)
        assert told[0] == told[1] == {"pkg:pypi/jinja2", "pkg:npm/%40a/b"}


async def test_one_copy_a_centre(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    async with centre(yard) as room, Owner.of(Place(yard.home), "advisories") as other:
        assert await other.try_acquire()
        assert not await refresh(room, services.addresses(base), delay=0)
        assert services.asked.total() == 0


async def test_nothing_is_asked_while_nothing_is_in_use(
    yard: Yard, services: Services, base: str
) -> None:
    async with opened(yard.settings()) as room:
        assert await refresh(room, services.addresses(base), delay=0)
        assert services.asked.total() == 0
        assert [each.fetched_at for each in await told_data(room)] == [None, None]


async def test_offline_asks_nobody_and_an_unchanged_archive_costs_nothing(
    yard: Yard, tmp_path: Path, handed: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "advisories"
    write(folder, "npm", {"GHSA-1": vuln("GHSA-1", "npm", "@a/b")})
    told_of = vuln("PYSEC-1", "PyPI", "jinja2", "3.1.4", aliases=["CVE-2024-1111"])
    write(folder, "PyPI", {"PYSEC-1": told_of})

    def nobody() -> httpx2.AsyncClient:
        def refuse(request: httpx2.Request) -> httpx2.Response:
            raise AssertionError(f"asked for {request.url}")

        return httpx2.AsyncClient(transport=httpx2.MockTransport(refuse))

    clock = Clock()
    clock.now += timedelta(days=365)
    async with centre(yard, clock, offline=folder) as room:
        await refresh(room, client=nobody)
        assert handed == [{"pkg:pypi/jinja2", "pkg:npm/%40a/b"}]
        data = await told(room)
        assert data.keys() == {"offline:PyPI", "offline:npm"}
        assert data["offline:npm"].advisories == 1

        def unread(*_: object) -> None:
            raise AssertionError("an unchanged archive was opened")

        listed = [{"cveID": "CVE-2024-1111", "dateAdded": "2024-01-02"}]
        (folder / offline.KEV).write_text(json.dumps({"vulnerabilities": listed}))
        (folder / offline.EPSS).write_bytes(epss_list({"CVE-2024-1111": 0.5, "CVE-2024-2222": 1}))
        await refresh(room, client=nobody)
        with monkeypatch.context() as patch:
            patch.setattr("zipfile.ZipFile.__init__", unread)
            patch.setattr("opsroom.operations.advisories.sources.read_exploits", unread)
            await refresh(room, client=nobody)
        assert handed[1:] == [{"pkg:pypi/jinja2"}]
        one = room.advisories.get("PYSEC-1")
        assert one
        assert (one.exploited, one.likely) == (date(2024, 1, 2), 0.5)
        handed.pop()

        path = write(folder, "npm", {"GHSA-2": vuln("GHSA-2", "npm", "@a/b")})
        await refresh(room, client=nobody)
        assert handed[1:] == [{"pkg:npm/%40a/b"}]
        assert room.advisories.get("GHSA-1") is None
        path.write_bytes(b"damaged")
        await refresh(room, client=nobody)
        assert "can't be read" in (await told(room))["offline:npm"].failed
        assert room.advisories.get("GHSA-2")
        path.unlink()
        await refresh(room, client=nobody)
        assert (await told(room)).keys() == {"offline:PyPI", "kev", "epss"}


async def test_data_that_is_months_old_is_said(
    yard: Yard, tmp_path: Path, handed: list[set[str]]
) -> None:
    folder = tmp_path / "advisories"
    old = vuln("PYSEC-1", "PyPI", "jinja2", "3.1.4", modified="2025-06-01T00:00:00Z")
    write(folder, "PyPI", {"PYSEC-1": old})
    clock = Clock()
    async with centre(yard, clock, offline=folder) as room:
        await refresh(room)
        note = age_note(await told_data(room), clock.now)
        assert note == "advisories are old: offline:PyPI: its newest advisory is 244 days old"
        (event,) = [each for each in await events(room) if each.kind == "observation.failed"]
        assert event.data["source"] == "advisories:offline:PyPI"


async def test_other_settings_forget_what_is_no_longer_asked(
    yard: Yard, services: Services, base: str, tmp_path: Path, handed: list[set[str]]
) -> None:
    async with centre(yard, advisories=("osv",)) as room:
        await refresh(room, services.addresses(base), delay=0)
    write(tmp_path / "advisories", "npm", {})
    async with centre(yard, offline=tmp_path / "advisories") as room:
        await refresh(room)
        assert room.advisories.get("PYSEC-1") is None
        assert "osv" not in await told(room)
        assert handed[1] == {"pkg:pypi/jinja2", "pkg:npm/%40a/b"}


async def test_snyk_is_asked_by_version(
    yard: Yard, services: Services, base: str, handed: list[set[str]]
) -> None:
    issue = {"id": "SNYK-PYTHON-JINJA2-1", "type": "issue", "attributes": {"title": "XSS"}}
    services.snyk["pkg:pypi/jinja2@3.1.3"] = [issue]
    where = services.addresses(base)
    more: dict[str, Any] = {
        "snyk_organisation": "org",
        "snyk_token": SecretStr(SNYK_TOKEN),
        "snyk_url": base,
    }
    async with centre(yard, advisories=("snyk",)) as room:
        await refresh(room, where, delay=0)
        assert "snyk_token" in (await told(room))["snyk"].failed
    async with centre(yard, advisories=("snyk",), **more) as room:
        await refresh(room, where, force=True, delay=0)
        (one,) = room.advisories.of(["pkg:pypi/jinja2"])["pkg:pypi/jinja2"]
        assert one.affected[0].versions == ("3.1.3",)
        assert services.asked["snyk"] == 3
        await refresh(room, where, delay=0)
        assert services.asked["snyk"] == 3
        del services.snyk["pkg:pypi/jinja2@3.1.3"]
        await refresh(room, where, force=True, delay=0)
        assert room.advisories.of(["pkg:pypi/jinja2"]) == {}


async def test_a_large_archive_keeps_nobody_who_leaves(
    yard: Yard, tmp_path: Path, handed: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advisory_sources, "LOOKED_UP_EVERY", 1)
    many = {f"GHSA-{number}": vuln(f"GHSA-{number}", "npm", "@a/b") for number in range(8_000)}
    write(tmp_path / "data", "npm", many)
    async with centre(yard, offline=tmp_path / "data") as room:
        begun = anyio.current_time()
        with anyio.move_on_after(0.3) as left:
            await refresh(room)
        assert left.cancelled_caught
        assert anyio.current_time() - begun < 2
        assert room.advisories.parts("offline") == {}
        assert handed == []
