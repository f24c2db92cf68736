"""The graph in a real browser: a neighbourhood, the waves of a change, the fleet as a whole."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from tests.serve.web.centres import Centre, centre
from tests.serve.web.test_page import Fleet, visiting
from tests.serve.web.test_page_risk import CONTRAST

REMOTE, GITHUB = "https://git.example.org", "https://github.com"


def needs(*images: str) -> dict[str, str]:
    services = "".join(
        f"  s{number}:\n    image: registry.example.org/{image}\n"
        for number, image in enumerate(images)
    )
    return {"compose.yaml": f"services:\n{services}"}


def built_on(image: str) -> dict[str, str]:
    return {"Dockerfile": f'FROM registry.example.org/{image}\nCMD ["/srv"]\n'}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A base image, two programs that are built on it, and a stack that runs one of them."""
    made = Fleet(tmp_path_factory.mktemp("graph"))
    made.settings += '[scan]\nscanners = ["dependencies"]\nadvisories = []\n'
    contents = {
        "base": {"Dockerfile": "FROM scratch\n"},
        "api": built_on("acme/base:1.2"),
        "web": built_on("acme/base:1.1"),
        "stack": needs("acme/api:2.0"),
        "alone": {"notes.txt": "nothing\n"},
    }
    for name, files in contents.items():
        host = GITHUB if name == "stack" else REMOTE
        made.workshop.commit(made.clone(name, f"{host}/acme/{name}.git"), files)
    return made


@pytest.fixture(scope="module")
def running(fleet: Fleet) -> Iterator[Centre]:
    with centre(fleet.centre_folder, fleet.settings) as one:
        one.looked()
        yield one


@pytest.fixture
def page(browser: Browser, running: Centre) -> Iterator[Page]:
    with visiting(browser, f"{running.page}?view=graph&node=acme/base") as opened:
        expect(node(opened, "acme/stack")).to_be_visible(timeout=15_000)
        yield opened


def node(page: Page, name: str) -> Locator:
    return page.locator(f'#graph .node[data-node="{name}"]')


def test_a_neighbourhood_has_its_columns_and_lines(page: Page) -> None:
    columns = {
        column.get_attribute("data-depth"): column.locator(".node .id").all_inner_texts()
        for column in page.locator(".column").all()
    }
    assert columns["0"] == ["acme/base"]
    assert sorted(columns["1"]) == ["acme/api", "acme/web"]
    assert columns["2"] == ["acme/stack"]
    assert page.locator(".lines path").count() == 3
    expect(page.locator("#graph")).to_contain_text("3 at run time")
    node(page, "acme/web").hover()
    lit = page.locator(".lines path.on")
    expect(lit).to_have_count(1)
    expect(lit).to_have_attribute("data-from", "acme/web")


def test_a_change_goes_on_in_waves_with_the_lines_to_change(page: Page) -> None:
    waves = page.locator(".wave")
    expect(waves).to_have_count(3)
    expect(waves.nth(0)).to_contain_text("acme/base")
    expect(waves.nth(1)).to_contain_text("acme/api")
    expect(waves.nth(1)).to_contain_text("Dockerfile:1")
    expect(waves.nth(2)).to_contain_text("compose.yaml:3")
    line = page.locator(".wave a", has_text="compose.yaml:3")
    assert (line.get_attribute("href") or "").startswith(f"{GITHUB}/acme/stack/blob/")


def test_one_leads_to_the_next_and_back_to_all(page: Page) -> None:
    node(page, "acme/stack").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#graph h2").first).to_have_text("acme/stack")
    expect(page).to_have_url(re.compile("node=acme%2Fstack"))
    expect(page.locator("#graph")).to_contain_text("Nothing that was looked at needs it")
    page.get_by_role("button", name="Whole fleet").click()
    row = page.locator(".hotspots tbody tr").first
    expect(row).to_contain_text("acme/base")
    expect(page.locator("#graph")).to_contain_text("5 repositories")
    page.keyboard.press("g")
    expect(page.locator("#fleet")).to_be_visible()
    expect(page).not_to_have_url(re.compile("view="))


def test_what_nobody_knows_is_said_and_can_be_asked_again(
    browser: Browser, running: Centre, page: Page
) -> None:
    del page  # it has waited for the scan
    url = f"{running.page}?view=graph&node=acme/bsae"
    with visiting(browser, url, allowed=["404"]) as asked:
        expect(asked.locator("#graph .problem")).to_contain_text("acme/bsae")
        asked.locator(".finder input").fill("acme/api")
        asked.keyboard.press("Enter")
        expect(asked.locator("#graph h2").first).to_have_text("acme/api")


def test_the_sheet_of_a_repository_leads_here(browser: Browser, running: Centre) -> None:
    with visiting(browser, f"{running.page}#acme/web") as opened:
        opened.locator("#detail").get_by_role("button", name="Graph").click()
        expect(opened.locator("#detail")).to_be_hidden()
        expect(opened.locator("#graph h2").first).to_have_text("acme/web")


def test_a_new_edge_appears_without_reload(page: Page, fleet: Fleet) -> None:
    page.evaluate("window.here = true")
    fleet.workshop.commit(fleet.code / "alone", needs("acme/base:1.3"))
    expect(node(page, "acme/alone")).to_be_visible(timeout=15_000)
    assert page.evaluate("window.here") is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_readable(
    browser: Browser, running: Centre, page: Page, scheme: str, width: int
) -> None:
    del page  # it has waited for the scan
    size = ViewportSize(width=width, height=844)
    for address in ("?view=graph&node=acme/base", "?view=graph"):
        url = f"{running.page}{address}"
        with visiting(browser, url, viewport=size, color_scheme=scheme) as seen:
            expect(seen.locator("#graph .panel").first).to_be_visible()
            assert seen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert seen.evaluate(CONTRAST.replace("#risk", "#graph")) == []
