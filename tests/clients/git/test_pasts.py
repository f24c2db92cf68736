"""The past of a repository that only its host has: every branch and tag, within bounds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hub import SmallHub

from opsroom.clients.git.checkouts import Checkouts
from opsroom.clients.git.command import GitFailed, git
from opsroom.clients.git.exports import export_clone
from opsroom.demo.github.acts.pushes import commit_files, move_ref

NOISE = "".join(f"{number * 7919 % 104729:x}\n" for number in range(60_000))


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "hub")


@pytest.fixture
def url(hub: SmallHub) -> Iterator[str]:
    with hub.serve() as address:
        yield f"{address}/acme/api.git"


def head(hub: SmallHub) -> str:
    return hub.repository("acme/api").refs["refs/heads/main"]


def push(hub: SmallHub, branch: str, files: dict[str, str]) -> str:
    repository = hub.repository("acme/api")
    return commit_files(hub.world, repository, branch, files, "more", hub.kim)


def test_every_branch_is_there_with_its_past(hub: SmallHub, url: str, tmp_path: Path) -> None:
    first = head(hub)
    second = push(hub, "main", {"later.txt": "later\n"})
    checkouts = Checkouts(tmp_path / "fetched")
    with (
        checkouts.objects(url, second, "one") as (place, untold),
        export_clone([place], second, tmp_path / "exports") as export,
    ):
        assert untold == ""
        assert "later.txt" in export.files
        assert export.place is not None
        past = git(export.place, ["rev-list", "--all"]).decode().split()
        assert {first, second} <= set(past)
        assert second in export.tips


def test_what_has_not_moved_is_not_fetched_again(hub: SmallHub, url: str, tmp_path: Path) -> None:
    checkouts = Checkouts(tmp_path / "fetched")
    with checkouts.objects(url, head(hub), "one"):
        pass
    asked = hub.world.stats.git
    with checkouts.objects(url, head(hub), "one"):
        pass
    assert hub.world.stats.git == asked
    with checkouts.objects(url, head(hub), "two"):
        pass
    assert hub.world.stats.git > asked


def test_a_head_that_was_forced_away_is_still_there(
    hub: SmallHub, url: str, tmp_path: Path
) -> None:
    first = head(hub)
    second = push(hub, "main", {"later.txt": "later\n"})
    checkouts = Checkouts(tmp_path / "fetched")
    with checkouts.objects(url, second, "one"):
        pass
    move_ref(hub.world, hub.repository("acme/api"), "refs/heads/main", first, hub.kim)
    with checkouts.objects(url, first, "two") as (place, _):
        assert git(place, ["cat-file", "-t", second]) == b"commit\n"


def test_a_past_that_is_too_large_is_said(hub: SmallHub, url: str, tmp_path: Path) -> None:
    push(hub, "main", {"large.txt": NOISE})
    last = push(hub, "main", {"large.txt": "small\n"})
    checkouts = Checkouts(tmp_path / "fetched", largest=60_000)
    with (
        checkouts.objects(url, last, "one") as (place, untold),
        export_clone([place], last, tmp_path / "exports") as export,
    ):
        assert untold.startswith("its past could not be fetched: ")
        assert (export.folder / "large.txt").read_text() == "small\n"
        assert any("shallow" in each.reason for each in export.skipped)


def test_a_commit_that_is_nowhere(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with (
        pytest.raises(GitFailed),
        Checkouts(tmp_path / "fetched").objects(url, "1" * 40, "one"),
    ):
        pass
