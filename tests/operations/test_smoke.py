"""The report of a smoke list: what went well or wrong, and never a name, an address or a token."""

import random
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from pydantic import SecretStr
from tests.clients.github.smoke.busy import FORMER, given_away, make_busy, names_of, spoil
from tests.clients.github.smoke.test_smoke import gone_through, retold, without_sha
from tests.clients.github.test_credentials import READS, key
from tests.hub import SmallHub

from opsroom.clients.smoke import Probe, Smoke
from opsroom.demo.github.acts.apps import create_app, install
from opsroom.errors import Exit, UsageError
from opsroom.model.repository import Repository
from opsroom.operations.parts import State
from opsroom.operations.smoke import Smoked, report, smoke_list, write_report
from opsroom.settings import GithubSource, Settings
from opsroom.store.database import Store
from opsroom.store.repositories import save_repositories

TOKEN = "ghp_kim"


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "host")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def source(url: str, token: str = TOKEN, owner: str = "acme") -> GithubSource:
    return GithubSource(
        kind="github", owners=(owner,), base_url=url, token=SecretStr(token), labels=("label-9",)
    )


def smoked(settings: Settings, *asked: GithubSource) -> Smoked:
    several = settings.model_copy(update={"sources": asked})
    return anyio.run(smoke_list, several, asked[0])


def outcomes(found: Smoked) -> dict[str, State]:
    return {part.part: part.state for part in found.parts}


def assert_discreet(found: Smoked, hub: SmallHub, url: str, *more: str) -> None:
    """No name of the world, no address of the host and no token stands in the report."""
    place = url.removeprefix("http://").partition("/")[0]
    names = names_of(hub, place, place.partition(":")[2], "127.0.0.1", *more)
    assert {"kim", "acme", "acme/api", TOKEN, "quokka"} <= names
    assert given_away(found.report, names) == set()


def test_names_that_are_given_away_are_found(hub: SmallHub) -> None:
    """The property below could not fail if this did not hold."""
    names = names_of(hub)
    for name in ("kim", "acme/api", "Kim Larsen", TOKEN, "dotfiles", "my-wombats"):
        assert given_away(f"| said {name}. |", names), name
    assert not given_away("| sweep of the owner | fine | 200 |", names)


@pytest.mark.parametrize("enterprise", [False, True])
def test_a_whole_list_gives_nobody_away(
    hub: SmallHub, settings: Settings, *, enterprise: bool
) -> None:
    anyio.run(make_busy, hub)
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(f"{url}/api/v3" if enterprise else url))
    assert found.exit is Exit.FINE, found.report
    assert State.BROKEN not in outcomes(found).values()
    assert "| sweep of the owner | fine | 200 |" in found.report
    assert ("Repository.rulesets" in found.report) is enterprise
    assert ("X-RateLimit-Remaining" in found.report) is not enterprise
    assert "- ETag: " in found.report
    assert_discreet(found, hub, url)
    assert hub.world.stats.writes == 0


def test_the_former_name_is_known_from_the_store(hub: SmallHub, settings: Settings) -> None:
    anyio.run(make_busy, hub)
    with hub.serve(lifespan="off") as url:
        asked = source(url)
        old = f"{asked.host}/{FORMER}"
        known = Repository(key=f"{asked.host}/acme/quokka-new", name="acme/quokka-new", also=(old,))
        anyio.run(keep, settings, known.model_copy(update={"sources": (asked.key,)}))
        found = smoked(settings, asked)
    assert "| a repository by its former name | fine | 301 200 |" in found.report
    assert_discreet(found, hub, url)


async def keep(settings: Settings, known: Repository) -> None:
    async with Store.open(None, settings.home) as store, store.write() as connection:
        await save_repositories(connection, [known], 1, datetime.now(UTC))


def test_missing_scopes_are_no_failure_and_give_nobody_away(
    hub: SmallHub, settings: Settings
) -> None:
    anyio.run(make_busy, hub)
    token = hub.give_fine_grained("github_pat_9", hub.kim, hub.acme, {"metadata": "read"})
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(url, token))
    assert found.exit is Exit.FINE, found.report
    assert outcomes(found)["dependency alerts"] is State.NOTE
    assert_discreet(found, hub, url)


def test_a_wrong_token_is_broken_and_not_shown(hub: SmallHub, settings: Settings) -> None:
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(url, "ghp_wrongest"))
    assert found.exit is Exit.NO
    assert (found.parts[-1].state, found.parts[-1].said) == (
        State.BROKEN,
        "the host does not know the token",
    )
    assert "ghp_wrongest" not in str(found)
    assert_discreet(found, hub, url)


def test_an_owner_that_is_not_there_is_broken(hub: SmallHub, settings: Settings) -> None:
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(url, owner="quokka-nobody"))
    assert found.exit is Exit.NO
    assert outcomes(found)["sweep of the owner"] is State.BROKEN
    assert_discreet(found, hub, url)


def test_a_host_that_is_down_could_not_be_asked(hub: SmallHub, settings: Settings) -> None:
    found = smoked(settings, source("http://127.0.0.1:1"))
    assert found.exit is Exit.UNOBSERVED
    assert found.parts[0].state is State.UNASKED
    assert "can't be reached" in found.parts[-1].said
    assert_discreet(found, hub, "http://127.0.0.1:1")


@pytest.mark.parametrize("change", [without_sha, retold])
def test_a_shape_that_differs_is_broken_and_told_without_what_stood_there(
    hub: SmallHub, settings: Settings, change: Any
) -> None:
    anyio.run(make_busy, hub)
    spoil(hub, change)
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(url))
    assert found.exit is Exit.NO
    assert "## Shapes that differ" in found.report
    assert "ACME_MOOD" not in found.report
    assert_discreet(found, hub, url)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_host_answers_the_list_ends_and_gives_nobody_away(
    hub: SmallHub, seed: int
) -> None:
    anyio.run(make_busy, hub)
    chance = random.Random(seed)
    spoil(hub, lambda _, answer: nonsense(chance, answer))
    text = report(anyio.run(gone_through, hub))
    assert given_away(text, names_of(hub, "127.0.0.1")) == set()
    assert "| fine |" in text or "| wrong |" in text


def nonsense(chance: random.Random, value: Any) -> Any:
    """A value with something else here and there, names among it."""
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value).items()
        return {key: nonsense(chance, each) for key, each in fields if chance.random() > 0.01}
    if hasattr(value, "append"):
        return [nonsense(chance, each) for each in value]
    others: list[Any] = [None, "quokka of acme", 7, True, [], {}, ["kim"], {"acme": "kim"}, 1e300]
    return chance.choice(others) if chance.random() < 0.05 else value


def test_headers_that_nobody_knows_are_not_told(hub: SmallHub, settings: Settings) -> None:
    inner = hub.hub.app

    async def proxied(scope: Any, receive: Any, send: Any) -> None:
        async def named(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-acme-corp", b"kim")]}
            await send(message)

        await inner(scope, receive, named)

    hub.hub.app = proxied  # type: ignore[assignment]  # an application all the same
    with hub.serve(lifespan="off") as url:
        found = smoked(settings, source(url))
    assert found.exit is Exit.FINE
    assert "corp" not in found.report.lower()


def test_a_report_counts_and_is_written_for_its_owner_alone(settings: Settings) -> None:
    probe = Probe("runs", "wrong", "3 runs", ("workflow_runs[].id: is missing",), (200,), 0.5)
    text = report(Smoke("github.com", "a token", (probe,)))
    assert "1 answers; questions: 1 wrong." in text
    assert "| runs | wrong | 200 | 0.50 | 3 runs |" in text
    assert "- runs: workflow_runs[].id: is missing" in text
    file = anyio.run(write_report, settings, text, None)
    assert (file, file.read_text()) == (settings.home / "smoke.md", text)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = anyio.run(write_report, settings, "anew", file)
    assert again.read_text() == "anew"
    assert [each.name for each in settings.home.iterdir()] == ["smoke.md"]
    (settings.home / "folder").mkdir()
    with pytest.raises(UsageError, match="can't be written"):
        anyio.run(write_report, settings, text, settings.home / "folder")


def test_an_app_without_an_owner_is_asked_at_its_first(hub: SmallHub, settings: Settings) -> None:
    private, public = key()
    app = create_app(hub.world, "watcher", hub.kim, public, permissions=READS)
    with hub.serve(lifespan="off") as url:
        asked = GithubSource(
            kind="github", base_url=url, app_id=str(app.id), private_key=SecretStr(private)
        )
        nowhere = smoked(settings, asked)
        assert nowhere.exit is Exit.NO
        assert "not installed" in nowhere.parts[-1].said
        install(hub.world, app, hub.acme)
        found = smoked(settings, asked)
        assert found.exit is Exit.FINE, found.report
        assert_discreet(found, hub, url, "watcher")
        unknown = asked.model_copy(update={"app_id": "99"})
        shut_out = smoked(settings, unknown)
    assert (shut_out.exit, shut_out.parts[-1].state) == (Exit.NO, State.BROKEN)
    assert_discreet(shut_out, hub, url, "watcher")
