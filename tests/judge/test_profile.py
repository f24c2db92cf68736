import pytest
from tests.judge.builders import blind, clone, empty, hosted, refs, remote, snapshot

from opsroom.judge.examination import built_in
from opsroom.judge.profile import profile, severity
from opsroom.model.limits import Limits, Profile
from opsroom.model.severity import Severity


@pytest.mark.parametrize(("authors", "told"), [(1, Profile.PERSONAL), (2, Profile.TEAM)])
def test_several_people_make_a_team(authors: int, told: Profile) -> None:
    assert profile(snapshot(clone(refs=refs(authors=authors))), Limits()) is told


@pytest.mark.parametrize(
    ("visibility", "authors", "told"),
    [
        ("public", 2, Profile.PUBLIC),
        ("public", None, Profile.PUBLIC),
        ("public", 1, Profile.PERSONAL),
        ("private", 9, Profile.PERSONAL),
        ("internal", None, Profile.TEAM),
        (None, 2, Profile.TEAM),
        (None, None, Profile.PERSONAL),
    ],
)
def test_the_host_says_who_may_see_it(
    visibility: str | None, authors: int | None, told: Profile
) -> None:
    here = (clone(refs=refs(authors=authors)),) if authors else ()
    seen = hosted(*here, remote=remote(visibility=visibility))
    assert profile(seen, Limits()) is told


def test_what_can_not_be_told_is_personal() -> None:
    assert profile(snapshot(blind()), Limits()) is Profile.PERSONAL
    assert profile(snapshot(empty()), Limits()) is Profile.PERSONAL


@pytest.mark.parametrize("forced", Profile)
def test_settings_have_the_last_word(forced: Profile) -> None:
    many = snapshot(clone(refs=refs(authors=9)))
    assert profile(many, Limits(profile=forced)) is forced


def test_each_profile_counts_in_its_own_way() -> None:
    check = built_in()["missing-license"]
    counts = {each: severity(check, each) for each in Profile}
    assert counts == {
        Profile.PERSONAL: Severity.INFO,
        Profile.TEAM: Severity.LOW,
        Profile.PUBLIC: Severity.MEDIUM,
    }


def test_nothing_counts_more_for_one_person_than_for_a_team() -> None:
    for check in built_in().values():
        assert severity(check, Profile.PERSONAL).rank <= severity(check, Profile.TEAM).rank
        assert severity(check, Profile.TEAM).rank <= severity(check, Profile.PUBLIC).rank


def test_community_files_and_inactivity_are_remarks_for_one_person() -> None:
    remarks = ("readme", "license", "gitignore", "security-policy", "codeowners", "ci")
    for rule in (*(f"missing-{name}" for name in remarks), "missing-update-bot", "inactive"):
        assert severity(built_in()[rule], Profile.PERSONAL) is Severity.INFO
