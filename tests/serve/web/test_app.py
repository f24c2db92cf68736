import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from tests.operations.rooms import Yard, opened
from tests.serve.web.centres import client

from opsroom.model.event import KINDS
from opsroom.operations.room import Room
from opsroom.serve.web import page
from opsroom.serve.web.app import build_app

pytestmark = pytest.mark.anyio


class Addresses(HTMLParser):
    """Every address in a page, and everything that the policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in ("href", "src", "action") if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


async def test_the_page_is_whole_and_asks_nobody_else(app: Starlette) -> None:
    async with client(app) as asking:
        answer = await asking.get("/")
        assert answer.headers["Content-Type"].startswith("text/html")
        seen = Addresses()
        seen.feed(answer.text)
        assert not seen.inline
        for address in seen.found:
            assert not re.match(r"[a-z]+:|/", address), f"{address} is not relative"
            if address.startswith("static/"):
                assert (await asking.get(f"/{address}")).status_code == 200, address
    for kind in (*KINDS, "reset"):
        assert kind in answer.text


def test_no_file_of_the_page_names_another_site() -> None:
    """But for the name of SVG, which nobody asks for."""
    for file in (*page.STATIC.iterdir(), *(page.HERE / "templates").iterdir()):
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://[a-z]", text), file.name
        assert "innerHTML" not in text, file.name
        assert "insertAdjacentHTML" not in text, file.name


def test_files_of_the_page_are_short() -> None:
    for file in page.STATIC.iterdir():
        assert len(file.read_text().splitlines()) < 400, file.name


async def test_static_files_are_asked_for_again(app: Starlette) -> None:
    async with client(app) as asking:
        first = await asking.get("/static/app.js")
        assert first.headers["Cache-Control"] == "no-cache"
        again = await asking.get("/static/app.js", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        outside = await asking.get("/static/%2e%2e/app.py")
        assert outside.status_code == 404


async def test_a_module_is_served_as_a_script(app: Starlette) -> None:
    """With nosniff a browser runs nothing else."""
    async with client(app) as asking:
        kind = (await asking.get("/static/app.js")).headers["Content-Type"]
    assert kind.startswith(("text/javascript", "application/javascript"))


async def test_the_fleet_is_one_row_a_repository(app: Starlette, yard: Yard) -> None:
    async with client(app) as asking:
        fleet = (await asking.get("/api/fleet")).json()
    assert fleet["coverage"] == {"asked": 2, "fresh": 2, "stale": 0, "unknown": 0}
    assert (fleet["sources"], fleet["looking"]) == (1, 0)
    assert re.fullmatch(r"\d+-\w+", fleet["cursor"])
    rows = {row["name"]: row for row in fleet["repositories"]}
    assert set(rows) == {"acme/api", "local/notes"}
    api = rows["acme/api"]
    assert api["path"] == str(yard.code / "api")
    assert api["url"] == "https://git.example.org/acme/api"
    assert (api["branch"], api["changes"], api["freshness"]) == ("main", 1, "fresh")
    assert any(reason.startswith("uncommitted-changes: ") for reason in api["reasons"])
    assert sum(fleet["counts"].values()) == 2


async def test_a_filter_narrows_everything(app: Starlette) -> None:
    async with client(app) as asking:
        fleet = (await asking.get("/api/fleet", params={"where": "OWNER:acme"})).json()
        numbers = (await asking.get("/api/summary", params={"where": "owner:acme"})).json()
    assert [row["name"] for row in fleet["repositories"]] == ["acme/api"]
    assert fleet["where"] == "owner:acme"
    assert numbers["repositories"] == numbers["coverage"]["asked"] == 1


async def test_the_summary_is_small(app: Starlette) -> None:
    async with client(app) as asking:
        answer = await asking.get("/api/summary")
    numbers = answer.json()
    assert len(answer.content) < 500
    assert numbers["repositories"] == 2
    assert numbers["green"] + numbers["yellow"] + numbers["red"] + numbers["unknown"] == 2
    assert numbers["as_of"]


@pytest.mark.parametrize("name", ["acme/api", "acme%2Fapi", "ACME/API", "api"])
async def test_a_repository_in_full(app: Starlette, name: str) -> None:
    async with client(app) as asking:
        one = (await asking.get(f"/api/repositories/{name}")).json()
    assert one["name"] == "acme/api"
    found = {finding["rule"]: finding for finding in one["findings"]}
    assert found["uncommitted-changes"]["remediation"]
    assert found["uncommitted-changes"]["id"].startswith("finding_")
    assert {cost["rule"] for cost in one["costs"]} <= set(found)
    (clone,) = one["clones"]
    assert clone["worktrees"][0]["modified"] == 1
    assert [branch["name"] for branch in clone["refs"]["branches"]] == ["main"]
    assert clone["files"]["readme"] == "README.md"
    assert one["coverage"]["asked"] == 1


async def test_what_happened_is_newest_first(app: Starlette) -> None:
    async with client(app) as asking:
        page = (await asking.get("/api/events", params={"limit": "1"})).json()
        more = (await asking.get("/api/events")).json()
    assert len(page["events"]) == 1
    ids = [event["id"] for event in more["events"]]
    assert ids == sorted(ids, reverse=True)
    assert set(more["events"][0]) == {"id", "at", "kind", "repository", "summary", "data"}


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/fleet?where=helth:red", 400, "health"),
        ('/api/fleet?where="open', 400, "quote"),
        ("/api/fleet?were=x", 400, "where"),
        ("/api/fleet?where=a&where=b", 400, "twice"),
        ("/api/summary?where=is:nothing", 400, "archived"),
        ("/api/events?limit=0", 400, "200"),
        ("/api/events?limit=%C2%B2", 400, "200"),
        ("/api/events?limit=99999999999999999999", 400, "200"),
        ("/api/repositories/acme/nothing", 404, "acme/api"),
        ("/api/repositories/", 404, ""),
        ("/api/repositories/%00", 404, ""),
        ("/api/nothing", 404, "/api"),
        ("/nothing", 404, ""),
        ("/events?where=helth:red", 400, "health"),
        ("/events?after=yesterday", 400, "cursor"),
        ("/events?since=1", 400, "after"),
    ],
)
async def test_bad_input_is_answered_with_what_is_right(
    app: Starlette, path: str, status: int, word: str
) -> None:
    async with client(app) as asking:
        answer = await asking.get(path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["message"]
    assert word in f"{error['message']} {error['hint']}"


async def test_a_wrong_method_is_told_the_right_ones(app: Starlette) -> None:
    async with client(app) as asking:
        answer = await asking.delete("/api/fleet")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


async def test_a_room_without_sources_says_so(yard: Yard) -> None:
    settings = yard.settings().model_copy(update={"sources": ()})
    async with opened(settings) as room, client(build_app(room, settings)) as asking:
        fleet = (await asking.get("/api/fleet")).json()
        ready = await asking.get("/readyz")
    assert (fleet["sources"], fleet["repositories"], fleet["as_of"]) == (0, [], None)
    assert "no source is configured" in fleet["note"]
    assert ready.status_code == 503
    assert "opsroom.toml" in ready.json()["error"]["hint"]


async def test_before_the_first_look_nothing_is_claimed(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room, client(build_app(room, room.settings)) as asking:
        fleet = (await asking.get("/api/fleet")).json()
        ready = await asking.get("/readyz")
    assert (fleet["looking"], fleet["repositories"]) == (1, [])
    assert ready.status_code == 503


async def test_alive_and_ready(app: Starlette, room: Room) -> None:
    async with client(app) as asking:
        assert (await asking.get("/healthz")).text == "ok\n"
        ready = await asking.get("/readyz")
    assert ready.json() == {"ready": True, "cursor": await room.cursor()}


async def test_a_store_that_cannot_be_opened_is_not_ready_but_alive(yard: Yard) -> None:
    (yard.home / "store.sqlite").write_bytes(b"not a database" * 100)
    settings = yard.settings()
    room = Room(settings, watches=False)
    async with room, client(build_app(room, settings)) as asking:
        assert (await asking.get("/healthz")).status_code == 200
        for path in ("/readyz", "/api/fleet", "/events", "/metrics"):
            answer = await asking.get(path)
            assert answer.status_code == 503, path
            assert "store.sqlite" in answer.json()["error"]["message"], path


async def test_mcp_is_served_as_it_is(yard: Yard) -> None:
    from tests.serve.web.test_security import echo

    settings = yard.settings()
    app = build_app(Room(settings, watches=False), settings, echo)
    async with client(app) as asking:
        assert (await asking.post("/mcp", content=b"four")).text == "4"
        assert (await asking.get("/mcp/")).status_code == 404


def test_what_the_page_needs_is_beside_it() -> None:
    here = Path(page.__file__).parent
    assert {each.name for each in (here / "templates").iterdir()} == {"page.html", "sign_in.html"}
    assert {"app.js", "style.css", "theme.js"} <= {each.name for each in page.STATIC.iterdir()}
