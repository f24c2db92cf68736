from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.test_versions import AT, UNKNOWN, tags

from opsroom.judge.graph.skew import Behind, Skew, Use, behind, said, skew
from opsroom.judge.graph.versions import Releases, in_use, releases
from opsroom.model.tags import Tag


def known(*names: str, kind: str = "npm", more: int = 0) -> Releases:
    return releases(tags(*names, more=more), kind)


THREE = known("v1.0.0", "v1.1.0", "v2.0.0")


@pytest.mark.parametrize(
    ("version", "state", "missed", "days"),
    [
        ("2.0.0", "current", 0, 0),
        ("1.1.0", "behind", 1, 1),
        ("v1.0.0", "behind", 2, 2),
        ("1.0.5", "behind", 2, None),
        ("3.0.0", "ahead", 0, 0),
        ("0002" * 10, "behind", 1, 1),
    ],
)
def test_by_how_many_releases_and_days(
    version: str, state: str, missed: int, days: int | None
) -> None:
    found = behind(THREE, version)
    assert (found.state, found.releases, found.days, found.newest) == (state, missed, days, "2.0.0")


def test_a_pre_release_counts_for_whoever_uses_one() -> None:
    found = known("v1.0.0", "v1.1.0-rc.1", "v1.1.0-rc.2")
    assert behind(found, "1.0.0") == Behind("current", "1.0.0", 0, 0)
    assert behind(found, "1.1.0-rc.1") == Behind("behind", "1.1.0-rc.2", 1, 1)
    assert behind(known("v1.0.0-rc.1"), "0.9.0").state == "unknown"


@pytest.mark.parametrize("version", ["main", "latest", "feature/x"])
def test_branches_and_words_move_by_themselves(version: str) -> None:
    found = behind(known("v1.0.0", kind=""), version)
    assert (found.state, found.newest, found.releases) == ("floating", "1.0.0", None)


def test_a_major_tag_of_an_action_is_not_behind_while_it_moves() -> None:
    made = tags("v3.0.0", "v4.0.0", "v4.1.0")
    moving = [
        Tag(name="v3", commit=made.tags[2].commit, at=AT),
        Tag(name="v4", commit=made.tags[0].commit, at=AT),
    ]
    seen = made.model_copy(update={"tags": (*made.tags, *moving), "total": 5})
    found = releases(seen, "githubactions")
    assert behind(found, "v4").state == "floating"
    assert behind(found, "v4").releases == 0
    assert behind(found, "v3") == Behind("behind", "4.1.0", 2, 2)
    assert behind(found, made.tags[0].commit) == Behind("current", "4.1.0", 0, 0)
    left = moving[1].model_copy(update={"commit": made.tags[1].commit})
    stays = releases(seen.model_copy(update={"tags": (*made.tags, left)}), "githubactions")
    assert behind(stays, "v4") == Behind("behind", "4.1.0", 1, 1)


def test_a_short_tag_of_an_image_stands_for_the_newest_under_it() -> None:
    found = known("v3.18.2", "v3.19.0", "v3.19.1", kind="docker")
    assert behind(found, "3.19").state == "floating"
    assert behind(found, "3.18-alpine").state == "behind"
    assert behind(found, "3") == Behind(
        "floating", "3.19.1", 0, 0, reason="3 moves, and is the newest"
    )
    assert behind(found, "2").state == "unknown"
    assert behind(found, "sha256:" + "a" * 64).state == "unknown"


def test_a_commit_of_no_release_is_behind_what_came_after_it() -> None:
    commit = "f" * 40
    assert behind(THREE, commit).state == "unknown"
    late = behind(THREE, commit, committed=AT + timedelta(hours=1))
    assert (late.state, late.releases, late.days) == ("behind", 2, 1)
    assert behind(THREE, commit, committed=AT + timedelta(days=9)).state == "current"


def test_a_pseudo_version_of_go_tells_its_date() -> None:
    found = known("v0.1.0", "v0.2.0", kind="golang")
    assert behind(found, "v0.1.1-0.20260101120000-ffffffffffff") == Behind("behind", "0.2.0", 1, 0)
    assert behind(found, f"v0.0.0-20260101000000-{'0001' * 3}").releases == 1


def test_constraints_that_pin_are_versions_and_others_are_ranges() -> None:
    assert behind(known("1.0", "2.0", kind="pypi"), "", "==1.0").releases == 1
    assert behind(THREE, "", "^1.0.0") == Behind("floating", "2.0.0", reason="a range")
    assert behind(THREE, "", "git+https://x.org/a/b").reason == "no version is told"
    assert behind(THREE, "").reason == "no version is told"


def test_releases_that_nobody_saw_are_unknown_and_never_current() -> None:
    found = behind(releases(UNKNOWN, "npm"), "1.0.0")
    assert (found.state, found.reason, found.releases) == ("unknown", "git took too long", None)


def test_older_releases_that_were_not_read_may_be_missing() -> None:
    assert behind(known("v5.0.0", "v6.0.0", more=40), "4.0.0").at_least
    assert not behind(known("v5.0.0", "v6.0.0", more=40), "5.0.0").at_least
    assert said(behind(known("v5.0.0", more=4), "4.0.0")) == "at least 1 release behind 5.0.0"


def test_in_words() -> None:
    assert said(behind(THREE, "1.0.0")) == "2 releases and 2 days behind 2.0.0"
    assert said(behind(THREE, "2.0.0")) == "current"
    assert said(behind(THREE, "", "^1")) == "floating: a range"


def test_the_skew_of_a_package_from_elsewhere_is_against_what_is_in_use() -> None:
    uses = [Use(1, "4.17.20"), Use(2, "4.17.21"), Use(3, "4.17.20"), Use(4, "", "^3.0.0")]
    assert skew(uses, in_use("npm", [])) == (
        Skew("4.17.21", (2,), Behind("current", "4.17.21", 0, 0)),
        Skew("4.17.20", (1, 3), Behind("behind", "4.17.21", 1, None)),
        Skew("^3.0.0", (4,), Behind("floating", "4.17.21", reason="a range")),
    )


def test_the_skew_of_what_the_fleet_makes_is_against_its_releases() -> None:
    rows = skew([Use(1, "main"), Use(2, "1.0.0"), Use(2, "1.0.0"), Use(3, "2.0.0")], THREE)
    assert [(row.version, row.repositories, row.behind.state) for row in rows] == [
        ("2.0.0", (3,), "current"),
        ("1.0.0", (2,), "behind"),
        ("main", (1,), "floating"),
    ]


TRIPLES = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))


@given(st.lists(TRIPLES, min_size=1, max_size=12, unique=True), TRIPLES)
def test_missed_releases_are_those_above(
    released: list[tuple[int, ...]], used: tuple[int, ...]
) -> None:
    found = behind(
        known(*(".".join(map(str, each)) for each in released)), ".".join(map(str, used))
    )
    missed = sum(each > used for each in released)
    assert found.releases == missed
    assert found.newest == ".".join(map(str, max(released)))
    wanted = "behind" if missed else "current" if used in released else "ahead"
    assert found.state == wanted


@given(st.lists(TRIPLES, max_size=12), st.text(max_size=30), st.text(max_size=30))
def test_any_text_gets_an_answer(
    released: list[tuple[int, ...]], version: str, constraint: str
) -> None:
    found = behind(known(*(".".join(map(str, each)) for each in released)), version, constraint)
    assert found.state in ("current", "behind", "ahead", "floating", "unknown")
    assert (found.releases is None) or found.releases >= 0
    assert said(found)
