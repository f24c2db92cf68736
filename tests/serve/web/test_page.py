"""The page in a real browser, over a real centre, over real clones."""

import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    ViewportSize,
    expect,
)
from tests.observe.workshop import Workshop
from tests.serve.web.centres import Centre, centre

FILES = {"README.md": "hello\n", "LICENSE": "free\n", ".gitignore": "*.pyc\n"}
WATCHED = """
window.wrong = [];
document.addEventListener("securitypolicyviolation", (it) => wrong.push(it.violatedDirective));
"""
REMOTE = "https://git.example.org"


class Fleet:
    """A folder of clones and the centre that watches it."""

    def __init__(self, root: Path) -> None:
        for name in ("code", "home", "centre"):
            (root / name).mkdir()
        self.code = root / "code"
        self.centre_folder = root / "centre"
        self.workshop = Workshop(self.code, root / "home")
        source = f'[[source]]\nkind = "directory"\npath = "{self.code}"\n'
        self.settings = f'{source}[watch]\ngate_every = "1s"\n'

    def clone(self, name: str, remote: str | None = None) -> Path:
        path = self.workshop.repository(name, FILES)
        if remote:
            self.workshop.run(path, "remote", "add", "origin", remote)
        return path


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Five clones: two that need somebody, and three that don't."""
    made = Fleet(tmp_path_factory.mktemp("fleet"))
    for name in ("web", "docs", "tools"):
        made.clone(name, f"{REMOTE}/acme/{name}.git")
    dirty = made.clone("api", f"{REMOTE}/acme/api.git")
    (dirty / "README.md").write_text("changed\n")
    (made.clone("broken") / ".git/index").write_bytes(b"no index")
    return made


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Iterator[Centre]:
    with centre(fleet.centre_folder, fleet.settings) as one:
        one.looked()
        yield one


@contextmanager
def visiting(browser: Browser, url: str, **how: Any) -> Generator[Page]:
    """A page in a fresh profile that must not complain, and asks nobody but its centre."""
    allowed: list[str] = how.pop("allowed", [])
    how.setdefault("viewport", ViewportSize(width=1280, height=800))
    context = browser.new_context(**how)
    page = context.new_page()
    page.set_default_timeout(4_000)
    page.add_init_script(WATCHED)
    complaints: list[str] = []
    asked: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def requested(request: Request) -> None:
        asked.append(request.url)

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", requested)
    page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
    page.goto(url)
    try:
        yield page
        assert page.evaluate("window.wrong") == [], "against the policy"
    finally:
        context.close()
    origin = "/".join(url.split("/")[:3])
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []
    assert [text for text in complaints if not any(word in text for word in allowed)] == []


@pytest.fixture
def page(browser: Browser, running: Centre) -> Iterator[Page]:
    with visiting(browser, running.page) as opened:
        expect(opened.locator("a.tile").first).to_be_visible()
        yield opened


def tile(page: Page, name: str) -> Locator:
    return page.locator(f'a.tile[href="#{name}"]')


def test_a_commit_appears_without_reload(page: Page, fleet: Fleet) -> None:
    page.evaluate("window.here = true")
    path = fleet.code / "web"
    (path / "README.md").write_text("work\n")
    expect(tile(page, "acme/web")).to_contain_text("1 changed")
    commit = fleet.workshop.commit(path, {"README.md": "work\n"})
    expect(page.locator("#stream")).to_contain_text(f"moved to {commit[:7]}")
    expect(tile(page, "acme/web")).not_to_contain_text("changed")
    assert page.evaluate("window.here") is True


def test_a_clone_that_comes_and_goes(page: Page, fleet: Fleet) -> None:
    fleet.workshop.repository("passing", FILES)
    expect(tile(page, "local/passing")).to_be_visible(timeout=20_000)
    page.evaluate("window.here = true")
    fleet.workshop.run(fleet.code, "-C", "passing", "branch", "side")
    expect(page.locator("#stream")).to_contain_text("local/passing")
    shutil.rmtree(fleet.code / "passing")
    expect(tile(page, "local/passing")).to_have_count(0, timeout=20_000)
    assert page.evaluate("window.here") is True


def test_a_grade_is_told_by_colour_shape_and_word(page: Page) -> None:
    told = page.locator("a.tile").evaluate_all(
        """tiles => tiles.map(tile => ({
            grade: [...tile.classList].find(name => name.startsWith("g-")).slice(2),
            word: tile.querySelector(".grade").textContent.toLowerCase().split(" ")[0],
            shape: tile.querySelector(".icon use").getAttribute("href").slice(3),
            colour: getComputedStyle(tile.querySelector(".icon")).color,
        }))"""
    )
    assert {one["grade"] for one in told} >= {"unknown", "green"}
    for one in told:
        assert one["grade"] == one["word"] == one["shape"]
    colours = {one["grade"]: one["colour"] for one in told}
    assert len(set(colours.values())) == len(colours)


def test_the_worst_come_first_and_the_numbers_agree(page: Page) -> None:
    grades = page.locator("a.tile > .icon use").evaluate_all("all => all.map(u => u.href.baseVal)")
    order = ["#i-red", "#i-unknown", "#i-yellow", "#i-green"]
    assert grades == sorted(grades, key=order.index)
    assert page.locator("#grades b").all_inner_texts() == [
        str(grades.count(grade)) for grade in order
    ]
    expect(page.locator("#coverage")).to_contain_text("as of")
    expect(page.locator("#coverage")).to_contain_text("1 unknown")


def test_the_filter_narrows_and_stays_in_the_address(browser: Browser, running: Centre) -> None:
    with visiting(browser, running.page, allowed=["400"]) as page:
        page.keyboard.press("/")
        expect(page.locator("#where")).to_be_focused()
        page.keyboard.type("repo:acme/api")
        expect(page.locator("a.tile")).to_have_count(1)
        assert "where=repo%3Aacme%2Fapi" in page.url
        page.reload()
        expect(page.locator("a.tile")).to_have_count(1)
        expect(page.locator("#where")).to_have_value("repo:acme/api")
        page.locator("#where").fill("helth:red")
        problem = page.locator("#where-problem")
        expect(problem).to_contain_text("did you mean health?")
        expect(page.locator("#where")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("a.tile")).to_have_count(1)
        assert "helth" not in page.url
        page.locator("#where").press("Escape")
        expect(problem).to_be_hidden()
        expect(tile(page, "acme/web")).to_be_visible()
        assert "where" not in page.url
        page.locator("#where").fill("repo:nothing-at-all")
        expect(page.locator("main")).to_contain_text("No repository matches")


def test_a_wrong_filter_in_the_address_is_said(browser: Browser, running: Centre) -> None:
    with visiting(browser, f"{running.page}?where=helth:red", allowed=["400"]) as page:
        expect(page.locator("#where-problem")).to_contain_text("did you mean health?")
        expect(page.locator("#where-problem")).to_contain_text("The filter is not applied")
        expect(tile(page, "acme/web")).to_be_visible()


def test_a_count_is_a_filter(page: Page) -> None:
    page.locator("#grades .g-unknown").click()
    expect(page.locator("a.tile")).to_have_count(1)
    expect(page.locator("#where")).to_have_value("health:unknown")
    expect(page.locator("#grades .g-unknown")).to_have_attribute("aria-pressed", "true")
    page.locator("#grades .g-unknown").click()
    expect(page.locator("#where")).to_have_value("")


def test_what_does_not_match_any_more_leaves(page: Page, fleet: Fleet) -> None:
    page.locator("#where").fill("is:dirty")
    expect(tile(page, "acme/api")).to_be_visible()
    expect(tile(page, "acme/docs")).to_have_count(0)
    (fleet.code / "docs/README.md").write_text("work\n")
    expect(tile(page, "acme/docs")).to_be_visible()
    fleet.workshop.run(fleet.code / "docs", "checkout", "README.md")
    expect(tile(page, "acme/docs")).to_have_count(0)


def test_everything_can_be_done_from_the_keyboard(page: Page) -> None:
    page.locator("#where").press("ArrowDown")
    first = page.locator("a.tile").first
    expect(first).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("a.tile").last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    second = page.locator("a.tile").nth(1)
    expect(second).to_be_focused()
    assert page.locator('a.tile[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    sheet = page.locator("#detail")
    expect(sheet).to_be_visible()
    expect(page.locator("#detail-name")).to_be_focused()
    assert page.url.endswith(second.get_attribute("href") or "?")
    page.keyboard.press("Tab")
    assert sheet.evaluate("sheet => sheet.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(second).to_be_focused()
    expect(page).not_to_have_url(re.compile("#"))
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    before = page.locator("#events").is_visible()
    page.keyboard.press("e")
    expect(page.locator("#events")).to_be_visible(visible=not before)


def test_a_repository_in_full_by_its_address(browser: Browser, running: Centre) -> None:
    with visiting(browser, f"{running.page}#acme/api") as page:
        sheet = page.locator("#detail")
        for words in ("uncommitted-changes", "Fix", "README.md", "1 modified", "main"):
            expect(sheet).to_contain_text(words)
        expect(sheet.locator('a[href="https://git.example.org/acme/api"]')).to_be_visible()
        sheet.locator(".close").click()
        expect(sheet).to_be_hidden()


def test_a_repository_that_is_not_there_is_said(browser: Browser, running: Centre) -> None:
    with visiting(browser, f"{running.page}#acme/nothing", allowed=["404"]) as page:
        expect(page.locator("#detail")).to_contain_text("no repository 'acme/nothing'")


def test_an_open_repository_is_kept_current(page: Page, fleet: Fleet) -> None:
    tile(page, "acme/tools").click()
    expect(page.locator("#detail")).to_contain_text("clean")
    (fleet.code / "tools/LICENSE").write_text("work\n")
    expect(page.locator("#detail")).to_contain_text("1 modified")
    assert page.locator("#detail").evaluate("it => it.contains(document.activeElement)")
    fleet.workshop.run(fleet.code / "tools", "checkout", "LICENSE")
    expect(page.locator("#detail")).to_contain_text("clean")


def test_text_of_strangers_does_nothing(page: Page, fleet: Fleet) -> None:
    """A branch, a file and a folder whose names are markup."""
    attack = "<img/src=x/onerror=document.title=window.hit=1>"
    path = fleet.code / "docs"
    fleet.workshop.run(path, "switch", "-q", "-c", attack)
    (path / "<b onmouseover=hit=1>x").write_text("x")
    hostile = fleet.clone("<img src=x onerror=hit=1>")
    (hostile / "README.md").write_text("work\n")
    expect(tile(page, "acme/docs")).to_contain_text(attack)
    tile(page, "acme/docs").click()
    expect(page.locator("#detail")).to_contain_text(attack)
    expect(page.locator("#detail")).to_contain_text("<b onmouseover=hit=1>x")
    page.keyboard.press("Escape")
    expect(page.locator("#stream")).to_contain_text(attack)
    expect(page.locator("a.tile", has_text="onerror")).to_have_count(2, timeout=20_000)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hit") is None
    fleet.workshop.run(path, "switch", "-q", "main")
    (path / "<b onmouseover=hit=1>x").unlink()


def test_markup_in_answers_is_text(browser: Browser, running: Centre) -> None:
    """Also where names can't hold it today: every string of every answer is markup."""
    markup = "<img src=x onerror=hit=1><script>hit=1</script>"

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {name: poison(each, name) for name, each in fields.items()}
        if isinstance(value, list):
            return [poison(each, key) for each in cast("list[object]", value)]
        kept = ("grade", "severity", "freshness", "cursor", "kind", "state", "opened_at")
        times = key.endswith("at") or key in ("as_of", "at")
        return markup if isinstance(value, str) and key not in kept and not times else value

    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCHED)

    def answer(route: Route) -> None:
        real = route.fetch(url=_of_api(route.request.url))
        route.fulfill(json=poison(real.json()))

    page.route("**/api/**", answer)
    page.goto(f"{running.page}#acme/api")
    expect(page.locator("#detail")).to_contain_text(markup)
    expect(page.locator("#stream")).to_contain_text(markup)
    expect(page.locator("main")).to_contain_text(markup)
    assert page.locator("img, main script, #detail script").count() == 0
    assert page.evaluate("[window.hit, wrong]") == [None, []]
    page.unroute_all(behavior="ignoreErrors")
    context.close()


def _of_api(url: str) -> str:
    """The address itself: of a repository whose name was poisoned, that of one which is there."""
    return url if "%3C" not in url else f"{url.partition('/api/')[0]}/api/repositories/acme/api"


def test_the_theme_follows_the_system_until_chosen(browser: Browser, running: Centre) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    seen: dict[str, str] = {}
    for scheme in ("light", "dark"):
        with visiting(browser, running.page, color_scheme=scheme) as page:
            seen[scheme] = page.evaluate(ground)
    assert seen["light"] != seen["dark"]
    with visiting(browser, running.page, color_scheme="light") as page:
        page.keyboard.press("t")
        assert page.evaluate(ground) == seen["light"]
        page.keyboard.press("t")
        assert page.evaluate(ground) == seen["dark"]
        page.reload()
        assert page.evaluate(ground) == seen["dark"]
        page.keyboard.press("t")
        assert page.evaluate(ground) == seen["light"]


@pytest.mark.parametrize("width", [320, 360, 768, 3840])
def test_nothing_is_wider_than_the_screen(browser: Browser, running: Centre, width: int) -> None:
    size = {"width": width, "height": 780}
    with visiting(browser, running.page, viewport=size) as page:
        expect(page.locator("a.tile").first).to_be_visible()
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert page.evaluate(wide) <= 0
        page.keyboard.press("e")
        page.keyboard.press("?")
        assert page.evaluate(wide) <= 0
        page.keyboard.press("Escape")
        page.evaluate("location.hash = '#acme/api'")
        expect(page.locator("#detail")).to_be_visible()
        assert page.evaluate(wide) <= 0
        assert page.locator("#detail").evaluate("it => it.scrollWidth - it.clientWidth") <= 0


def test_who_wants_no_motion_gets_none(browser: Browser, running: Centre) -> None:
    moving = "getComputedStyle(document.querySelector('#detail')).animationName"
    for wish, wanted in (("reduce", "none"), ("no-preference", "slid")):
        where = f"{running.page}#acme/api"
        with visiting(browser, where, reduced_motion=wish) as page:
            expect(page.locator("#detail")).to_be_visible()
            assert page.evaluate(moving) == wanted


def test_a_thousand_tiles_are_drawn_in_one_pass(browser: Browser, running: Centre) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()

    def crowd(route: Route) -> None:
        fleet = route.fetch().json()
        row = fleet["repositories"][-1]
        fleet["repositories"] = [{**row, "name": f"acme/r{number}"} for number in range(1_000)]
        route.fulfill(json=fleet)

    page.add_init_script(
        "window.passes = 0; new MutationObserver(all => {"
        " if (all.some(one => one.target.id === 'fleet')) passes += 1;"
        "}).observe(document, {childList: true, subtree: true});"
    )
    page.route("**/api/fleet*", crowd)
    page.goto(running.page)
    expect(page.locator("a.tile")).to_have_count(1_000)
    assert page.evaluate("passes") <= 2
    last = page.locator("a.tile").last
    assert last.evaluate("tile => getComputedStyle(tile.parentElement).contentVisibility") == "auto"
    assert page.locator("main").get_attribute("data-density") == "dense"
    context.close()
