"""Bad input: names that lie, repeat, loop or look like others never become edges that aren't."""

from tests.judge.graph.fleets import Whole, edges, whole

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.supplies import MOST
from opsroom.model.link import Sure
from opsroom.model.mention import Mention

KELVIN = "\N{KELVIN SIGN}"
CYRILLIC_A = "\N{CYRILLIC SMALL LETTER A}"


def pairs(*fleet: Whole) -> set[tuple[str, str]]:
    return {(source, target) for source, target, _ in edges(*fleet)}


def test_a_cycle_through_four_ecosystems_is_four_edges() -> None:
    charts = whole("kim/charts").makes("pkg:helm/web", "web/Chart.yaml")
    charts.asks("pkg:docker/kim/image?repository_url=ghcr.io", "web/values.yaml", "helm-values")
    image = whole("kim/image").has("Dockerfile")
    image.asks("pkg:npm/%40kim/units", "package.json")
    units = whole("kim/units").makes("pkg:npm/%40kim/units")
    units.asks("pkg:githubactions/kim/setup", ".github/workflows/ci.yml", "github-actions")
    setup = whole("kim/setup").asks(
        "pkg:helm/web?repository_url=ghcr.io/kim/charts", "Chart.yaml", "helm-chart"
    )
    found = pairs(charts, image, units, setup)

    assert found == {
        ("kim/charts", "kim/image"),
        ("kim/image", "kim/units"),
        ("kim/units", "kim/setup"),
        ("kim/setup", "kim/charts"),
    }
    numbers = {"kim/charts": 1, "kim/image": 2, "kim/units": 3, "kim/setup": 4}
    graph = Graph.build(
        [numbers[source] for source, _ in found], [numbers[target] for _, target in found]
    )
    assert set(graph.dependents(1)) == {2, 3, 4}


def test_who_claims_a_public_name_takes_no_edge_from_its_home() -> None:
    home = whole("lodash/lodash").makes(
        "pkg:npm/lodash", home="git+https://github.com/lodash/lodash"
    )
    claims = whole("kim/evil").makes("pkg:npm/lodash")
    asker = whole("sam/app").asks("pkg:npm/lodash", version="4.17.21")

    assert edges(home, claims, asker) == {("sam/app", "lodash/lodash", "package"): Sure.STRONG}


def test_a_well_known_name_is_not_believed_where_nothing_says_whose_it_is() -> None:
    claims = whole("kim/evil").makes("pkg:npm/lodash").makes("pkg:npm/units")
    asker = whole("sam/app").asks("pkg:npm/lodash", version="4.17.21").asks("pkg:npm/units")

    assert edges(claims, asker) == {("sam/app", "kim/evil", "package"): Sure.LIKELY}
    assert [each.target for each in claims.supplies if "npm" in each.target] == ["pkg:npm/units"]


def test_who_claims_anothers_home_gains_nothing() -> None:
    claims = whole("kim/evil").makes("pkg:npm/lodash", home="git+https://github.com/lodash/lodash")
    claims.makes("pkg:golang/github.com/lodash/lodash", "go.mod")
    asker = whole("sam/app").asks("pkg:npm/lodash").asks("pkg:golang/github.com/lodash/lodash")
    asker.names("run.sh", Mention("address", "git+https://github.com/lodash/lodash"))

    assert pairs(claims, asker) == set()


def test_letters_that_look_alike_are_other_names() -> None:
    units, asker = whole("kim/units"), whole("sam/app")
    asker.names("a.sh", Mention("address", f"git+https://github.com/{KELVIN}im/units"))
    asker.names("b.sh", Mention("address", f"git+https://github.com/kim/units{CYRILLIC_A}"))

    assert pairs(units, asker) == set()


def test_other_case_and_spelling_is_the_same_name_where_its_registry_says_so() -> None:
    python = whole("kim/units").makes("pkg:pypi/kim-units", "pyproject.toml")
    node = whole("kim/stream").makes("pkg:npm/stream")
    asker = whole("sam/app").asks("pkg:pypi/Kim_Units", "requirements.txt", "requirements")
    asker.asks("pkg:npm/Stream")

    assert pairs(python, node, asker) == {("sam/app", "kim/units")}


def test_addresses_that_are_none_are_left_out() -> None:
    asker = whole("sam/app")
    for name in (
        "",
        "git+",
        "git+https://",
        "git+https://[::1",
        "git+https://a/..",
        "{host}",
        "git+https://{host}/",
        "git+https://x/\x00/y",
        "git+https://" + "a/" * 5000,
    ):
        asker.names("a.sh", Mention("address", name))  # fmt: skip

    assert asker.links == ()


def test_the_names_that_one_repository_answers_for_are_bounded() -> None:
    greedy = whole("kim/greedy")
    for number in range(MOST + 10):
        greedy.makes(f"pkg:npm/a{number}")

    assert len(greedy.supplies) <= MOST + 3


def test_a_private_registry_tells_two_images_of_one_name_apart() -> None:
    one = whole("kim/app").makes(
        "pkg:docker/team/web?repository_url=one.home.arpa", ".github/workflows/image.yml"
    )
    two = whole("lee/app").makes(
        "pkg:docker/team/web?repository_url=two.home.arpa", ".github/workflows/image.yml"
    )
    asker = whole("sam/app").asks(
        "pkg:docker/team/web?repository_url=two.home.arpa", "compose.yaml", "compose"
    )

    assert edges(one, two, asker) == {("sam/app", "lee/app", "image"): Sure.CERTAIN}
