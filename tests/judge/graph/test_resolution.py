"""Resolution: whom a link means, whoever else goes by that name, and how sure that is."""

import pytest
from tests.judge.graph.fleets import Whole, edges, whole

from opsroom.model.link import Sure
from opsroom.model.mention import Mention

ACTION = "pkg:githubactions/kim/setup"
MIRROR = "registry:https://npm.home.arpa/"


def user(name: str = "sam/user", host: str = "github.com") -> Whole:
    return whole(name, host)


@pytest.mark.parametrize(
    ("origin", "home", "sure"),
    [
        ("", "", Sure.LIKELY),
        ("", "git+https://github.com/kim/units", Sure.STRONG),
        (MIRROR, "", Sure.STRONG),
        ("git+https://github.com/kim/units#v2", "", Sure.CERTAIN),
    ],
)
def test_an_edge_is_as_sure_as_what_says_whose_the_name_is(
    origin: str, home: str, sure: Sure
) -> None:
    units = whole("kim/units").makes("pkg:npm/units", home=home)
    found = edges(units, user().asks("pkg:npm/units", origin=origin))

    assert found == {("sam/user", "kim/units", "package"): sure}


def test_a_private_package_is_not_in_the_public_registry() -> None:
    units = whole("kim/units").makes("pkg:npm/units", private=True)

    assert edges(units, user().asks("pkg:npm/units")) == {}
    assert edges(units, user().asks("pkg:npm/units", origin=MIRROR)) == {
        ("sam/user", "kim/units", "package"): Sure.STRONG
    }


def test_a_repository_does_not_need_itself() -> None:
    app = (
        whole("kim/app").makes("pkg:npm/app").asks("pkg:npm/app").asks("pkg:githubactions/kim/app")
    )

    assert edges(app) == {}


def test_a_name_of_its_own_is_its_own_whoever_else_claims_it() -> None:
    app = whole("kim/app").makes("pkg:npm/app").asks("pkg:npm/app")
    other = whole("sam/app").makes("pkg:npm/app", home="git+https://github.com/sam/app")

    assert edges(app, other) == {}


def test_of_two_that_publish_a_name_the_surer_is_meant() -> None:
    home = whole("kim/units").makes("pkg:npm/units", home="git+https://github.com/kim/units")
    copy = whole("sam/units").makes("pkg:npm/units")

    assert edges(copy, home, user("ann/user").asks("pkg:npm/units")) == {
        ("ann/user", "kim/units", "package"): Sure.STRONG
    }


def test_of_two_that_nothing_tells_apart_both_are_likely() -> None:
    fleet = [whole(f"{owner}/units").makes("pkg:npm/units") for owner in ("kim", "lee")]
    asker = user("ann/user").asks("pkg:npm/units", origin=MIRROR)

    assert edges(*fleet, asker) == {
        ("ann/user", "kim/units", "package"): Sure.LIKELY,
        ("ann/user", "lee/units", "package"): Sure.LIKELY,
    }


def test_of_two_the_one_of_the_same_owner_is_meant() -> None:
    fleet = [whole(f"{owner}/units").makes("pkg:npm/units") for owner in ("kim", "lee")]

    assert edges(*fleet, user("lee/user").asks("pkg:npm/units")) == {
        ("lee/user", "lee/units", "package"): Sure.LIKELY
    }


def test_a_name_that_many_claim_says_nothing() -> None:
    fleet = [whole(f"owner{number}/app").makes("pkg:npm/app") for number in range(5)]

    assert edges(*fleet, user().asks("pkg:npm/app")) == {}


@pytest.mark.parametrize(
    ("asker", "hosts", "meant"),
    [
        ("git.home.arpa", ("git.home.arpa", "github.com"), "git.home.arpa"),
        ("git.home.arpa", ("github.com",), "github.com"),
        ("github.com", ("git.home.arpa",), None),
        ("git.home.arpa", ("other.home.arpa",), None),
    ],
)
def test_an_action_is_on_the_host_of_who_asks_or_at_its_home(
    asker: str, hosts: tuple[str, ...], meant: str | None
) -> None:
    fleet = [whole("kim/setup", host) for host in hosts]
    for each in fleet:
        object.__setattr__(each.about, "name", f"kim/setup@{each.about.host}")
    found = edges(*fleet, user(host=asker).asks(ACTION, format_="github-actions"))

    expected = {("sam/user", f"kim/setup@{meant}", "action"): Sure.CERTAIN} if meant else {}
    assert found == expected


def test_an_address_on_an_unknown_host_is_likely_the_only_one_of_that_name() -> None:
    units = whole("kim/units", "127.0.0.1:8791")
    asker = user(host="127.0.0.1:8791").asks(
        "pkg:npm/units", origin="git+https://git.home.arpa/kim/units#v1"
    )

    assert edges(units, asker) == {("sam/user", "kim/units", "package"): Sure.LIKELY}
    assert edges(units, whole("kim/units", "10.0.0.1"), asker) == {}


def test_an_address_that_is_met_leads_nowhere_else() -> None:
    here, elsewhere = whole("kim/units", "git.home.arpa"), whole("kim/units", "other.home.arpa")
    object.__setattr__(elsewhere.about, "name", "kim/units@other.home.arpa")
    asker = user().asks("pkg:npm/units", origin="git+https://git.home.arpa/kim/units#v1")

    assert edges(here, elsewhere, asker) == {("sam/user", "kim/units", "package"): Sure.CERTAIN}


def test_a_public_address_is_no_repository_of_that_name_elsewhere() -> None:
    asker = user().asks("pkg:github/kim/units", origin="git+https://github.com/kim/units")

    assert edges(whole("kim/units", "git.home.arpa"), asker) == {}


def test_what_comes_from_git_is_not_the_package_of_that_name() -> None:
    claims = whole("kim/lodash").makes("pkg:npm/lodash")
    asker = user().asks("pkg:npm/lodash", origin="git+https://github.com/other/lodash#fix")

    assert edges(claims, asker) == {}


def test_a_renamed_repository_is_found_by_the_name_that_it_had() -> None:
    new = whole("kim/doorbell", also=("github.com/kim/door-bell",))
    asker = user().asks("pkg:githubactions/kim/door-bell", format_="github-actions")
    asker.names("run.sh", Mention("address", "git+https://github.com/Kim/Door-Bell.git"))

    assert edges(new, asker) == {
        ("sam/user", "kim/doorbell", "action"): Sure.CERTAIN,
        ("sam/user", "kim/doorbell", "reference"): Sure.CERTAIN,
    }


def test_a_name_that_was_given_up_is_of_who_has_it_now() -> None:
    moved = whole("kim/doorbell", also=("github.com/kim/door-bell",))
    asker = user().asks("pkg:githubactions/kim/door-bell", format_="github-actions")

    now = {("sam/user", "kim/door-bell", "action"): Sure.CERTAIN}
    assert edges(moved, whole("kim/door-bell"), asker) == now


def test_a_host_that_is_served_is_likely_who_is_asked() -> None:
    api = whole("kim/api").names("ingress.yaml", Mention("host", "api.acme.dev", serves=True))
    asker = user().names("app.env", Mention("host", "api.acme.dev:443"))

    assert edges(api, asker) == {("sam/user", "kim/api", "service"): Sure.LIKELY}


def test_the_old_name_of_a_package_is_nobodys_until_somebody_makes_it_again() -> None:
    renamed = whole("kim/units").makes("pkg:npm/%40kim/units")
    asker = user().asks("pkg:npm/units", version="1.9.0").asks("pkg:npm/%40kim/units")

    assert edges(renamed, asker) == {("sam/user", "kim/units", "package"): Sure.STRONG}
    assert [link.target for link in asker.links] == ["pkg:npm/units", "pkg:npm/@kim/units"]
    assert edges(whole("lee/units").makes("pkg:npm/units"), asker) == {
        ("sam/user", "lee/units", "package"): Sure.LIKELY
    }
