from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsroom.judge.graph.versions import in_use, is_early, joined, order, releases
from opsroom.model.facts import Unknown
from opsroom.model.tags import Tag, Tags

AT = datetime(2026, 1, 1, tzinfo=UTC)
UNKNOWN = Unknown(at=AT, source="git", reason="git took too long")


def tags(*names: str, more: int = 0, at: datetime = AT) -> Tags:
    """Tags a day apart, the first one the oldest, each of a commit of its own."""
    made = [
        Tag(name=name, commit=f"{number + 1:04x}" * 10, at=AT + timedelta(days=number))
        for number, name in enumerate(names)
    ]
    return Tags(at=at, source="git", tags=tuple(reversed(made)), total=len(made) + more)


@pytest.mark.parametrize(
    ("names", "kind", "package", "found"),
    [
        (("v1.2.3", "1.10.0", "release-1.9.0", "nightly"), "", (), ["1.10.0", "1.9.0", "1.2.3"]),
        (("v1.0.0", "units@2.0.0", "web@9.0.0"), "npm", ("units",), ["2.0.0"]),
        (("@kim/units@2.0.0", "@kim/web@9.0.0"), "npm", ("@kim/units", "units"), ["2.0.0"]),
        (("units-v1.2.3", "units-v1.2.4-rc.1"), "npm", ("units",), ["1.2.4-rc.1", "1.2.3"]),
        (("v1.0.0", "other-v3.0.0"), "npm", ("units",), ["1.0.0"]),
        (("1.0rc1", "1.0", "1.0.post1", "v2"), "pypi", (), ["2", "1.0.post1", "1.0", "1.0rc1"]),
        (("log4j-1.2.9", "log4j-1.2.10"), "maven", ("log4j",), ["1.2.10", "1.2.9"]),
        (("1.0.0", "1.0.0-alpine", "1.1"), "docker", (), ["1.1", "1.0.0-alpine"]),
        (("2024.1.2", "2024.1.10"), "", (), ["2024.1.10", "2024.1.2"]),
        (("python3-1.0", "python3-2-old"), "", ("python3",), ["2-old", "1.0"]),
    ],
)
def test_what_tags_name(
    names: tuple[str, ...], kind: str, package: tuple[str, ...], found: list[str]
) -> None:
    assert [each.version for each in releases(tags(*names), kind, package).found] == found


def test_a_go_module_in_a_folder_has_the_tags_of_its_folder_alone() -> None:
    seen = tags("v1.0.0", "sdk/v0.3.0")
    assert [each.version for each in releases(seen, "golang", (), "sdk").found] == ["0.3.0"]
    assert [each.version for each in releases(seen, "golang").found] == ["1.0.0"]
    assert releases(tags("v1.0.0"), "golang", (), "sdk").found == ()


def test_a_tag_that_is_moved_on_is_no_release_and_one_of_its_own_commit_is() -> None:
    made = tags("v4.0.0", "v4.1.0", "4.2")
    moving = Tag(name="v4", commit=made.tags[1].commit, at=AT)
    seen = made.model_copy(update={"tags": (*made.tags, moving), "total": 4})
    found = releases(seen, "githubactions")
    assert [each.version for each in found.found] == ["4.2", "4.1.0", "4.0.0"]
    assert found.moved == {"v4": made.tags[1].commit}


def test_what_was_not_seen_is_unknown_with_its_reason() -> None:
    assert releases(UNKNOWN, "npm").reason == "git took too long"
    assert releases(None, "npm").reason == "its tags were not looked at yet"
    assert not releases(None, "npm").whole
    assert releases(tags(), "npm").reason == "no tag of it names a version"
    assert in_use("npm", ["main"]).reason == "no exact version of it is in use"


def test_a_host_that_told_all_is_right_and_clones_add_what_it_left_out() -> None:
    whole, newest = tags("v1", "v2"), tags("v8", "v9", more=7)
    assert joined([tags("v3")], whole) == whole
    both = joined([tags("v1", "v9")], newest)
    assert isinstance(both, Tags)
    assert {tag.name for tag in both.tags} == {"v1", "v8", "v9"}
    assert (both.total, both.whole) == (9, False)
    assert joined([UNKNOWN, whole], None) == whole
    assert joined([UNKNOWN], None) == UNKNOWN
    assert joined([], None) is None


@pytest.mark.parametrize(
    ("kind", "version", "early"),
    [
        ("npm", "1.0.0-canary.1", True),
        ("npm", "1.0.0+build-7", False),
        ("pypi", "1.0b2", True),
        ("pypi", "1.0.post1", False),
        ("maven", "1.0-SNAPSHOT", True),
        ("maven", "33.0-jre", False),
        ("docker", "3.19-alpine", False),
        ("docker", "3.19-rc1-alpine", True),
        ("", "1.0.0-beta", True),
    ],
)
def test_what_comes_before_a_release(kind: str, version: str, *, early: bool) -> None:
    assert is_early(kind, version) is early


@pytest.mark.parametrize(
    ("kind", "version"),
    [("maven", "LATEST"), ("composer", "dev-main"), ("", "main"), ("", "8e5e7e5"), ("npm", "next")],
)
def test_what_moves_has_no_place(kind: str, version: str) -> None:
    assert order(kind, version) is None


KINDS = st.sampled_from(["", "npm", "pypi", "docker", "golang", "githubactions", "maven", "cargo"])
NUMBERS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)), max_size=8
)


@given(KINDS, NUMBERS)
def test_releases_come_newest_first_each_once(kind: str, numbers: list[tuple[int, ...]]) -> None:
    written = [f"v{'.'.join(map(str, each))}" for each in numbers]
    found = releases(tags(*written), kind).found
    assert [each.version for each in found] == [
        ".".join(map(str, each)) for each in sorted(set(numbers), reverse=True)
    ]


@given(st.lists(st.text(max_size=40), max_size=6), KINDS)
def test_whatever_a_tag_is_called_is_read_or_left_out(names: list[str], kind: str) -> None:
    found = releases(tags(*names), kind, ("a-b", "@x/a-b"), "a").found
    assert {each.tag for each in found} <= set(names)
    keys = [each.key for each in found]
    assert all(one > other for one, other in pairwise(keys))
