"""The page when its centre goes, when it is watched over by a token, and when there is nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.serve.web.centres import centre
from tests.serve.web.test_page import Fleet, tile, visiting

NETWORK = ["ERR_", "Failed to load"]


@pytest.fixture
def small(tmp_path: Path) -> Fleet:
    """One clone that no centre watches yet."""
    made = Fleet(tmp_path)
    made.clone("api", "https://git.example.org/acme/api.git")
    return made


def test_a_line_that_breaks_is_said_and_mended(browser: Browser, small: Fleet) -> None:
    """What happened meanwhile is there afterwards, and nothing twice."""
    with centre(small.centre_folder, small.settings) as one:
        one.looked()
        with visiting(browser, one.page, allowed=NETWORK) as page:
            expect(tile(page, "acme/api")).to_be_visible()
            expect(page.locator("#link")).to_contain_text("live")
            page.evaluate("window.here = true")
            one.kill()
            banner = page.locator("#banner")
            expect(banner).to_be_visible()
            assert re.search(r"Connection lost. Showing what was known at \d", banner.inner_text())
            expect(tile(page, "acme/api")).to_be_visible()
            commit = small.workshop.commit(small.code / "api", {"more.txt": "more\n"})
            one.start()
            moved = page.locator("#stream .what", has_text=f"moved to {commit[:7]}")
            expect(moved).to_have_count(1, timeout=20_000)
            expect(banner).to_be_hidden(timeout=20_000)
            expect(page.locator("#link")).to_contain_text("live")
            assert page.evaluate("window.here") is True
            ids = page.locator("[data-event]").evaluate_all("all => all.map(e => e.dataset.event)")
            assert len(ids) == len(set(ids))


def test_a_centre_with_listeners_ends_in_order(browser: Browser, small: Fleet) -> None:
    with (
        centre(small.centre_folder, small.settings) as one,
        visiting(browser, one.page, allowed=NETWORK) as page,
    ):
        expect(page.locator("#link")).to_contain_text("live")
        assert "error" not in one.stop(), "cut off after the time of grace"


def test_scans_that_go_well_by_themselves_are_no_news(browser: Browser, tmp_path: Path) -> None:
    put = """async ([id, by, failed]) => {
        const app = document.querySelector("script[type=module]").src;
        const feed = await import(app.replace("app.js", "feed.js"));
        const data = {asked_by: by, failed}, at = new Date().toISOString();
        feed.add({id, kind: "run.finished", at, summary: `by ${by}, ${failed} failed`, data});
    }"""
    with centre(tmp_path, "") as one, visiting(browser, one.page) as page:
        expect(page.locator("#link")).to_contain_text("live")
        for number, (by, failed) in enumerate([("moved", 0), ("moved", 1), ("agent", 0)]):
            page.evaluate(put, [10_000 + number, by, failed])
        shown = page.locator("#stream .what", has_text="failed")
        expect(shown).to_have_text(["by agent, 0 failed", "by moved, 1 failed"])


def test_nothing_configured_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    with centre(tmp_path, "") as one, visiting(browser, one.page) as page:
        expect(page.locator("main")).to_contain_text("No source is configured")
        expect(page.locator("main code")).to_contain_text("opsroom init")


def test_a_first_look_under_way_is_no_empty_fleet(browser: Browser, small: Fleet) -> None:
    """The answer of a centre in its first second, then the real one."""
    with centre(small.centre_folder, small.settings) as one:
        one.looked()
        answers: list[dict[str, Any]] = []

        def first(route: Route) -> None:
            fleet: dict[str, Any] = route.fetch().json()
            if not answers:
                fleet |= {"looking": 1, "repositories": [], "as_of": None}
            answers.append(fleet)
            route.fulfill(json=fleet)

        context = browser.new_context()
        page = context.new_page()
        page.route("**/api/fleet*", first)
        page.goto(one.page)
        expect(page.locator("main")).to_contain_text("The first look is under way")
        expect(tile(page, "acme/api")).to_be_visible()
        context.close()


def test_stale_facts_say_their_age(browser: Browser, small: Fleet) -> None:
    with centre(small.centre_folder, small.settings) as one:
        one.looked()
        context = browser.new_context()
        page = context.new_page()

        def old(route: Route) -> None:
            fleet = route.fetch().json()
            for row in fleet["repositories"]:
                row |= {"freshness": "stale", "at": "2020-01-01T00:00:00Z"}
            fleet["coverage"] |= {"fresh": 0, "stale": 1}
            route.fulfill(json=fleet)

        page.route("**/api/fleet*", old)
        page.goto(one.page)
        expect(tile(page, "acme/api")).to_contain_text(re.compile(r"seen \d+ y ago"))
        expect(page.locator("#coverage")).to_contain_text("1 stale")
        context.close()


def test_beyond_loopback_the_page_asks_for_the_token(browser: Browser, small: Fleet) -> None:
    secret = small.centre_folder / "token"
    secret.write_text("correct-horse\n")
    server = f'[server]\nhost = "0.0.0.0"\ntoken = "file:{secret}"\n'
    with centre(small.centre_folder, f"{server}{small.settings}") as one:
        with visiting(browser, one.page, allowed=["401"]) as page:
            assert page.url.endswith("/sign-in")
            page.locator("#token").fill("wrong")
            page.keyboard.press("Enter")
            expect(page.locator("#problem")).to_contain_text("not the token")
            page.locator("#token").fill("correct-horse")
            page.keyboard.press("Enter")
            expect(tile(page, "acme/api")).to_be_visible(timeout=10_000)
            expect(page.locator("#link")).to_contain_text("live")
            assert page.evaluate("document.cookie") == ""
            page.locator("#sign-out").click()
            expect(page.locator("#token")).to_be_visible()
        said = one.stop()
    assert "correct-horse" not in said
    assert "Traceback" not in said


def test_below_a_base_path_the_page_is_whole(browser: Browser, small: Fleet) -> None:
    server = '[server]\nbase_path = "/ops/room"\n'
    with centre(small.centre_folder, f"{server}{small.settings}") as one:
        one.looked()
        assert one.page.endswith("/ops/room/")
        with visiting(browser, one.page) as page:
            expect(tile(page, "acme/api")).to_be_visible()
            expect(page.locator("#link")).to_contain_text("live")
            tile(page, "acme/api").click()
            expect(page.locator("#detail")).to_contain_text("main")
