"""The page over repositories that a host tells of; the host itself is out of reach by now."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from tests.judge.builders import alert, ci, ci_run, host_settings, pull, security, untold
from tests.operations.hosted import YAML, failed, ran, repository, surveyed, told
from tests.operations.rooms import opened
from tests.serve.web.centres import Centre, centre
from tests.serve.web.test_page import tile, visiting

from opsroom.model.host import BranchRule
from opsroom.settings import GithubSource, Settings

AWAY = "http://127.0.0.1:9/api/v3"
SETTINGS = (
    f'[[source]]\nkind = "github"\nowner = "acme"\nbase_url = "{AWAY}"\ntoken = "file:token"\n'
)
API = repository(
    "acme/api",
    remote={
        "visibility": "public",
        "pulls": 1,
        "issues": 4,
        "newest_pulls": (pull(4, title="<b>Mend</b> it", review="approved"),),
    },
    ci=ci("failing", failed(7, attempt=2), ci_run(8, workflow="Docker")),
    settings=host_settings(rules=(BranchRule(pattern="main"),)),
    security=security(dependency=(alert(1), alert(2)), secret=None, untold=(untold("secret"),)),
)


async def fill(home: Path) -> None:
    source = GithubSource(kind="github", owners=("acme",), base_url=AWAY)
    async with opened(Settings(home=home, sources=(source,))) as room:
        await surveyed(room)
        await told(
            room,
            API.model_copy(update={"ci": ci()}),
            repository("acme/web", ci=ci("failing", failed(9))),
            repository("acme/site", ci=ci("running", ci_run(5, None))),
            repository("acme/old", remote={"archived": True}),
            repository("acme/plain", ci=ci("none"), remote={"fork": True}),
        )
        await ran(room, "acme/api", failed(7, attempt=2), why={7: YAML})
        await ran(room, "acme/web", failed(9), why={9: YAML})
        await told(room, API, by="polling", seen_after=31.4)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("hosted")
    (folder / "token").write_text("secret\n")
    (folder / "store").mkdir()
    with ThreadPoolExecutor(1) as thread:  # Playwright's own loop runs in this one
        thread.submit(anyio.run, fill, folder / "store").result()
    with centre(folder, SETTINGS) as one:
        one.looked()
        yield one


@pytest.fixture
def page(browser: Browser, running: Centre) -> Iterator[Page]:
    with visiting(browser, running.page) as opened_page:
        expect(opened_page.locator("a.tile")).to_have_count(5)
        yield opened_page


def test_a_tile_says_in_words_how_ci_stands(page: Page) -> None:
    expect(tile(page, "acme/api")).to_contain_text("CI failing")
    expect(tile(page, "acme/site")).to_contain_text("CI running")
    expect(tile(page, "acme/api")).to_contain_text("1 pull")
    expect(tile(page, "acme/api")).to_contain_text("2 alerts")
    expect(tile(page, "acme/api")).to_contain_text("public")
    expect(tile(page, "acme/old")).to_contain_text("archived")
    expect(tile(page, "acme/plain")).to_contain_text("fork")
    assert "CI" not in tile(page, "acme/plain").inner_text()


def test_the_states_of_ci_are_counted_and_filter(page: Page) -> None:
    failing = page.locator('#ci [data-state="failing"]')
    expect(failing).to_have_text("2failing")
    failing.click()
    expect(page.locator("a.tile")).to_have_count(2)
    expect(failing).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#where")).to_have_value("ci:failing")
    assert failing.evaluate("button => button === document.activeElement")
    failing.click()
    expect(page.locator("a.tile")).to_have_count(5)


def test_a_repository_in_full_says_why_ci_fails_and_who_else_has_that(page: Page) -> None:
    tile(page, "acme/api").click()
    sheet = page.locator("#detail")
    expect(sheet.locator(".run").first).to_contain_text("CI failure · attempt 2 · 1 min 0 s")
    expect(sheet.locator(".why")).to_contain_text("in build / Run tests")
    expect(sheet.locator(".why pre")).to_have_text("ModuleNotFoundError: No module named 'yaml'")
    out = sheet.locator(".run a.out").first
    expect(out).to_have_attribute("href", "https://github.com/acme/api/actions/runs/7")
    expect(out).to_have_attribute("rel", "noreferrer noopener")
    expect(sheet).to_contain_text("On github.com")
    expect(sheet).to_contain_text("main at 3f2a1bc03f")
    expect(sheet).to_contain_text("1 pull requests, 4 issues")
    expect(sheet).to_contain_text("2 dependency, 0 code, not told secret")
    expect(sheet).to_contain_text("Not told: secret (no permission)")
    expect(sheet.locator(".pulls")).to_contain_text("#4 <b>Mend</b> it · approved")
    sheet.locator(".why a").click()
    expect(page.locator("#detail-name")).to_have_text("acme/web")


def test_an_event_says_how_late_it_was_seen_and_by_which_way(page: Page) -> None:
    look = page.locator("#stream .event", has_text="CI fails on 3f2a1bc").first
    expect(look.locator(".seen")).to_have_text("seen after 31 s, polling")
    expect(look).to_contain_text("acme/api")


@pytest.mark.parametrize("width", [320, 768, 1440, 3840])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, running: Centre, width: int, scheme: str
) -> None:
    size = ViewportSize(width=width, height=800)
    with visiting(browser, running.page, viewport=size, color_scheme=scheme) as page:
        expect(page.locator("a.tile")).to_have_count(5)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        tile(page, "acme/api").click()
        expect(page.locator("#detail .why")).to_be_visible()
        sheet = page.locator("#detail .scroll")
        assert sheet.evaluate("it => it.scrollWidth <= it.clientWidth")
