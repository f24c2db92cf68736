"""Ids that were computed are those that Git gives, and Git finds nothing wrong."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsroom.demo.catalogue import PLOTS, plots
from opsroom.demo.github.encoding import object_id
from opsroom.demo.github.objects import Objects, Shelf
from opsroom.demo.history import SHORT, SHORTEST, Past

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", ["recipe-box", "workflows", "budget"])
def test_git_agrees(tmp_path: Path, name: str) -> None:
    plot = next(plot for plot in PLOTS if plot.name == name)
    objects = Objects(tmp_path / "bare.git", Shelf())
    line = Past(1, NOW).line(plot, objects.write)
    objects.follow(line.refs)
    objects.materialise()
    assert git(tmp_path / "bare.git", "rev-list", "--reverse", "main").split() == [*line.commits]
    assert git(tmp_path / "bare.git", "fsck", "--strict", "--no-dangling") == ""
    rewritten = git(tmp_path / "bare.git", "cat-file", "commit", "main") + "\n"
    assert object_id("commit", rewritten.encode()) == line.head


def test_one_seed_one_past() -> None:
    heads = [
        [Past(seed, NOW).line(plot, object_id).head for plot in PLOTS[:6]] for seed in (1, 1, 2)
    ]
    assert heads[0] == heads[1]
    assert not set(heads[0]) & set(heads[2])


def test_tags_are_releases_of_the_line() -> None:
    line = Past(1, NOW).line(next(plot for plot in PLOTS if plot.name == "units-go"), object_id)
    assert len(line.tags) == len(line.commits) - 1
    assert line.tags[-1].commit == line.head
    assert line.refs[f"refs/tags/{line.tags[-1].tag}"] == line.head


def test_one_of_thousands_has_a_short_past() -> None:
    fleet = plots(80)
    lines = [Past(1, NOW).line(fleet[place], object_id) for place in (40, -1)]
    assert [len(line.commits) for line in lines] == [SHORT, SHORTEST]


def test_not_everybody_pins_the_newest_release() -> None:
    past = Past(1, NOW)
    pinned = {past.release(plot, "homelab/base-images") for plot in PLOTS}
    assert len(pinned) == 3
