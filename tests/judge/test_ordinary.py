"""Twenty private repositories as people have them: who is told that something is broken?"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.judge.builders import NOW
from tests.judge.desk import Desk, Repo, See

from opsroom.judge.examination import Examination, examine
from opsroom.model.health import Grade
from opsroom.model.limits import Limits

YEARS_AGO = NOW - timedelta(days=900)
MONTHS_AGO = NOW - timedelta(days=120)
BROKEN = {"half-merged", "abandoned-rebase"}
"""What their owner would call broken too."""


def fresh(desk: Desk) -> Repo:
    return desk.cloned("fresh", "README.md", "main.py")


def dotfiles(desk: Desk) -> Repo:
    repo = desk.cloned("dotfiles", ".bashrc", ".vimrc")
    repo.file(".bashrc", "alias ll='ls -l'\n")
    repo.file(".local_notes")
    return repo


def scratch(desk: Desk) -> Repo:
    """Never pushed anywhere."""
    repo = desk.local("scratch", "try.py")
    repo.file("try2.py")
    return repo


def nothing_yet(desk: Desk) -> Repo:
    repo = desk.bare_folder("nothing-yet")
    repo.git("init", "-q")
    repo.file("idea.txt")
    return repo


def compose(desk: Desk) -> Repo:
    """The stack that runs at home, edited where it runs."""
    repo = desk.cloned("compose", "compose.yml", "README.md")
    repo.file("compose.yml", "services: {}\n")
    repo.file(".env", "TOKEN=x\n")
    repo.commit("traefik.yml")
    repo.file("traefik.yml", "changed\n")
    return repo


def home_assistant(desk: Desk) -> Repo:
    repo = desk.cloned("home-assistant", "configuration.yaml", "automations.yaml")
    repo.file("automations.yaml", "changed by the user interface\n")
    for name in ("home-assistant.log", "zigbee.db", ".storage/auth"):
        repo.file(name)
    repo.git("stash")
    repo.file("automations.yaml", "changed again\n")
    return repo


def old_project(desk: Desk) -> Repo:
    repo = desk.cloned("old-project", "setup.py", at=YEARS_AGO)
    repo.branch("python3", at=YEARS_AGO)
    return repo


def feature(desk: Desk) -> Repo:
    repo = desk.cloned("feature-work", "README.md", "package.json", "package-lock.json")
    repo.branch("login", commits=2)
    repo.git("switch", "-q", "login")
    repo.file("login-0.txt", "more\n")
    return repo


def merged_branches(desk: Desk) -> Repo:
    repo = desk.cloned("merged", "README.md")
    for name in ("one", "two", "three"):
        repo.branch(name)
        repo.git("merge", "-q", "--no-ff", "--no-edit", name)
    repo.git("push", "-q")
    return repo


def unpushed_for_weeks(desk: Desk) -> Repo:
    repo = desk.cloned("unpushed", "README.md", at=MONTHS_AGO)
    repo.commit(at=MONTHS_AGO)
    return repo


def behind(desk: Desk) -> Repo:
    repo = desk.cloned("behind", "README.md", "LICENSE")
    desk.push_from_elsewhere("behind", commits=3)
    repo.git("fetch", "-q")
    return repo


def diverged(desk: Desk) -> Repo:
    """Two machines, one branch."""
    repo = desk.cloned("diverged", "README.md")
    repo.commit()
    desk.push_from_elsewhere("diverged")
    repo.git("fetch", "-q")
    return repo


def release(desk: Desk) -> Repo:
    repo = desk.cloned("ansible", "site.yml", "README.md")
    repo.git("tag", "v1.0")
    repo.commit()
    repo.git("push", "-q")
    repo.git("checkout", "-q", "v1.0")
    return repo


def somebody_elses(desk: Desk) -> Repo:
    """A clone of a public project, to read."""
    repo = desk.cloned("upstream", "README.md", "LICENSE", "Makefile")
    for who in ("bob", "eve", "joe"):
        repo.commit(who=who)
    repo.git("push", "-q")
    return desk.another("upstream", "upstream-copy", "--depth", "1")


def website(desk: Desk) -> Repo:
    return desk.cloned("website", "package.json", "node_modules/a/index.js", "index.html")


def photos(desk: Desk) -> Repo:
    repo = desk.cloned("photos", "README.md")
    repo.file("raw.tif", b"\0" * (12 * 1024 * 1024))
    repo.git("add", "-A")
    repo.git("commit", "-qm", "photos")
    repo.git("push", "-q")
    return repo


def nas(desk: Desk) -> Repo:
    """The bare repository that the others push to."""
    desk.cloned("nas", "README.md")
    return desk.host("nas")


def linked(desk: Desk) -> Repo:
    repo = desk.cloned("linked", "README.md")
    repo.git("worktree", "add", "-q", "-b", "hotfix", "../linked-hotfix")
    Repo(repo.path.parent / "linked-hotfix").file("README.md", "fix\n")
    return repo


def half_merged(desk: Desk) -> Repo:
    """A merge was left with conflicts, on a main that has diverged, for months."""
    repo = desk.cloned("half-merged", "README.md", at=MONTHS_AGO)
    repo.commit("theirs-0.txt", at=MONTHS_AGO)
    desk.push_from_elsewhere("half-merged")
    repo.git("fetch", "-q")
    repo.git("merge", "origin/main", fails=True)
    return repo


def abandoned_rebase(desk: Desk) -> Repo:
    repo = desk.cloned("abandoned-rebase", "README.md", at=MONTHS_AGO)
    repo.commit("theirs-0.txt", at=MONTHS_AGO)
    desk.push_from_elsewhere("abandoned-rebase")
    repo.git("fetch", "-q")
    repo.git("rebase", "origin/main", fails=True)
    return repo


ORDINARY: tuple[Callable[[Desk], Repo], ...] = (
    *(fresh, dotfiles, scratch, nothing_yet, compose, home_assistant, old_project, feature),
    *(merged_branches, unpushed_for_weeks, behind, diverged, release, somebody_elses, website),
    *(photos, nas, linked, half_merged, abandoned_rebase),
)


@pytest.fixture
def fleet(desk: Desk, see: See) -> dict[str, Examination]:
    repos = [make(desk) for make in ORDINARY]
    return {repo.path.name: examine(see(repo), None, Limits(), NOW) for repo in repos}


def test_a_private_fleet_is_not_red_on_its_first_day(fleet: dict[str, Examination]) -> None:
    assert len(fleet) == 20
    grades = {name: seen.health.grade for name, seen in fleet.items()}
    scores = {name: seen.health.score for name, seen in fleet.items()}
    red = {name for name, grade in grades.items() if grade is Grade.RED}
    assert red <= BROKEN, scores
    assert len(red) <= len(fleet) // 5
    assert Grade.UNKNOWN not in grades.values(), grades
    green = {name for name, grade in grades.items() if grade is Grade.GREEN}
    assert len(green) >= 14, scores
    assert not green & BROKEN
    assert {"fresh", "dotfiles", "compose", "home-assistant", "feature-work"} <= green
