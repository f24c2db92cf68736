"""The risk view in a real browser: numbers, filters, live, readable, quick."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect
from tests.serve.web.centres import Centre, centre
from tests.serve.web.test_page import Fleet, visiting

REMOTE = "https://git.example.org"
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const read = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    const part = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const poor = [];
  for (const element of document.querySelectorAll("#risk *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || !element.checkVisibility()) continue;
    const behind = [];
    for (let it = element; it; it = it.parentElement)
      behind.unshift(getComputedStyle(it).backgroundColor);
    const ground = ["white", ...behind];
    const [a, b] = [read(ground), read([...ground, getComputedStyle(element).color])];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([element.className, element.textContent, ratio.toFixed(2)]);
  }
  return poor;
}"""

DRAWN = """() => {
  const began = performance.now();
  const drawn = () => requestAnimationFrame(() => (window.took ??= performance.now() - began));
  new MutationObserver(drawn).observe(document.querySelector("#risk"), {childList: true});
}"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Two clones, one with a dangerous call; what scans is quick."""
    made = Fleet(tmp_path_factory.mktemp("risk"))
    made.settings += '[scan]\nscanners = ["ruff", "dependencies"]\nadvisories = []\n'
    made.clone("web", f"{REMOTE}/acme/web.git")
    api = made.clone("api", f"{REMOTE}/acme/api.git")
    made.workshop.commit(
        api, {"run.py": "import os\n\nos.system(input())\n", "page.php": "<?php\n"}
    )
    return made


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Iterator[Centre]:
    with centre(fleet.centre_folder, fleet.settings) as one:
        one.looked()
        yield one


@pytest.fixture
def page(browser: Browser, running: Centre) -> Iterator[Page]:
    with visiting(browser, f"{running.page}?view=risk") as opened:
        expect(opened.locator(".group .key", has_text="ruff/S605")).to_be_visible(timeout=15_000)
        yield opened


def test_it_opens_by_button_key_and_address(browser: Browser, running: Centre) -> None:
    with visiting(browser, running.page) as page:
        risk, fleet = page.locator("#risk"), page.locator("#fleet")
        expect(page.locator("a.tile").first).to_be_visible()
        expect(risk).to_be_hidden()
        button = page.get_by_role("button", name="Risk")
        button.click()
        expect(risk).to_be_visible()
        expect(fleet).to_be_hidden()
        expect(button).to_have_attribute("aria-pressed", "true")
        assert "view=risk" in page.url
        page.keyboard.press("r")
        expect(fleet).to_be_visible()
        assert "view=risk" not in page.url
        page.keyboard.press("r")
        expect(risk).to_be_visible()
        page.reload()
        expect(risk).to_be_visible()


def test_numbers_are_told_and_filter_the_fleet(page: Page) -> None:
    expect(page.locator("#risk")).to_have_attribute("aria-busy", "false")
    high = page.locator("#risk .count.s-high")
    assert int(high.locator("b").inner_text()) >= 1
    row = page.locator(".risks tbody tr", has_text="acme/api")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.locator("li", has_text="php: no scanner reads it")).to_be_visible()
    expect(page.locator("#risk")).to_contain_text("2 of 2 repositories were looked at whole")
    high.click()
    expect(page.locator("#fleet")).to_be_visible()
    expect(page.locator("#where")).to_have_value("finding:high")
    expect(page.locator('a.tile[href="#acme/api"]')).to_be_visible()
    expect(page.locator('a.tile[href="#acme/web"]')).to_have_count(0)


def test_a_group_leads_to_who_has_it(page: Page) -> None:
    page.get_by_role("button", name="ruff/S605").click()
    expect(page.locator("#where")).to_have_value('rule:"ruff/S605"')
    expect(page.locator("a.tile")).to_have_count(1)


def test_a_new_finding_appears_without_reload(page: Page, fleet: Fleet) -> None:
    page.evaluate("window.here = true")
    fleet.workshop.commit(fleet.code / "web", {"new.py": "eval(input())\n"})
    expect(page.locator(".group .key", has_text="ruff/S307")).to_be_visible(timeout=15_000)
    assert page.evaluate("window.here") is True


def test_the_sheet_says_what_was_scanned(browser: Browser, running: Centre, page: Page) -> None:
    del page  # it has waited for the scan
    with visiting(browser, f"{running.page}#acme/api") as sheet:
        detail = sheet.locator("#detail")
        expect(detail).to_contain_text("Scanned")
        expect(detail.locator("tr", has_text="ruff")).to_contain_text("1 file")
        expect(detail).to_contain_text("php: no scanner reads it")
        expect(detail.locator(".finding", has_text="ruff/S605")).to_contain_text("run.py:3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_readable(
    browser: Browser, running: Centre, page: Page, scheme: str, width: int
) -> None:
    del page  # it has waited for the scan
    size = ViewportSize(width=width, height=844)
    address = f"{running.page}?view=risk"
    with visiting(browser, address, viewport=size, color_scheme=scheme) as seen:
        expect(seen.locator(".group").first).to_be_visible()
        assert seen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert seen.locator(".wide").evaluate("it => it.scrollWidth - it.clientWidth") <= 0
        assert seen.evaluate(CONTRAST) == []
        unnamed = (
            "[...document.querySelectorAll('#risk button, #risk a')].filter(it => !it.innerText)"
        )
        assert seen.evaluate(f"{unnamed}.length") == 0


def test_the_most_that_an_answer_holds_is_drawn_at_once(
    browser: Browser, running: Centre, page: Page
) -> None:
    """However many repositories: an answer lists a hundred of them and 25 groups."""
    del page

    def crowd(route: Route) -> None:
        risk = route.fetch().json()
        group, row = risk["groups"][0], risk["repositories"][0]
        risk["groups"] = [{**group, "key": f"CVE-2026-{number}"} for number in range(25)]
        risk["repositories"] = [{**row, "name": f"acme/r{number}"} for number in range(100)]
        risk["severities"] = dict.fromkeys(risk["severities"], 123_456)
        route.fulfill(json=risk | {"omitted": 4_000, "repositories_omitted": 9_900})

    with visiting(browser, running.page) as seen:
        expect(seen.locator("a.tile").first).to_be_visible()
        seen.route("**/api/risk*", crowd)
        seen.evaluate(DRAWN)
        seen.keyboard.press("r")
        expect(seen.locator(".risks tbody tr")).to_have_count(100)
        expect(seen.locator(".group")).to_have_count(25)
        seen.wait_for_function("window.took > 0")
        took = seen.evaluate("window.took")
        assert took < 2_000, "the answer of this centre and the drawing together"
        print(f"drawn in {took:.0f} ms")
        assert seen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
