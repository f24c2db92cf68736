"""Supplies: the names that a repository answers for, and how far a claim is believed."""

import pytest
from tests.judge.graph.fleets import whole

from opsroom.judge.graph.supplies import identity_of
from opsroom.model.link import Supply, Sure
from opsroom.model.mention import Mention

HERE = "git+https://github.com/kim/app"


def of(repository: object) -> dict[str, Supply]:
    """What a repository answers for besides its address."""
    identity = {each.target for each in identity_of(repository.about)}  # type: ignore[attr-defined]  # a Whole
    return {each.target: each for each in repository.supplies if each.target not in identity}  # type: ignore[attr-defined]  # a Whole


def test_every_repository_answers_for_its_addresses() -> None:
    about = whole("kim/app", also=("github.com/kim/old",), folders=("/src/app/",)).about

    assert {each.target: each.sure for each in identity_of(about)} == {
        "git:github.com/kim/app": Sure.CERTAIN,
        "git:github.com/kim/old": Sure.CERTAIN,
        "git:*/kim/app": Sure.LIKELY,
        "git:*/kim/old": Sure.LIKELY,
        "pkg:githubactions/kim/app": Sure.CERTAIN,
        "pkg:githubactions/kim/old": Sure.CERTAIN,
        "path:/src/app": Sure.CERTAIN,
    }


def test_a_repository_without_remote_has_no_address() -> None:
    about = whole("local/app").about.__class__("path:/src/app", "local/app", folders=("/src/app",))

    assert [each.target for each in identity_of(about)] == ["path:/src/app"]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("kim/terraform-aws-vpc", "pkg:terraform/kim/vpc/aws"),
        ("kim/terraform-google-kubernetes-engine", "pkg:terraform/kim/kubernetes-engine/google"),
        ("kim/terraform-provider-dns", "pkg:terraform/kim/dns"),
        ("kim/ansible-role-backup", "pkg:ansible/kim/backup?type=role"),
    ],
)
def test_a_registry_knows_a_repository_by_its_name(name: str, target: str) -> None:
    assert target in {each.target for each in identity_of(whole(name).about)}


def test_a_module_needs_a_system_in_its_name() -> None:
    found = identity_of(whole("kim/terraform-dns").about)

    assert not [each for each in found if each.target.startswith("pkg:terraform/")]


@pytest.mark.parametrize(
    ("purl", "home", "sure"),
    [
        ("pkg:npm/app", "", Sure.LIKELY),
        ("pkg:npm/app", HERE, Sure.STRONG),
        ("pkg:npm/%40kim/app", "", Sure.STRONG),
        ("pkg:composer/kim/app", "", Sure.STRONG),
        ("pkg:maven/io.github.kim/app", "", Sure.STRONG),
        ("pkg:npm/app", "git+https://github.com/kim/before-it-was-moved", Sure.LIKELY),
        ("pkg:npm/lodash", "git+https://github.com/lodash/lodash", None),
        ("pkg:npm/lodash", "", None),
        ("pkg:npm/lodash", HERE, Sure.STRONG),
        ("pkg:npm/%40kim/lodash", "git+https://github.com/lodash/lodash", Sure.STRONG),
    ],
)
def test_a_claim_is_believed_as_far_as_something_says_whose_it_is(
    purl: str, home: str, sure: Sure | None
) -> None:
    found = of(whole("kim/app").makes(purl, home=home))

    assert [each.sure for each in found.values()] == ([sure] if sure else [])


@pytest.mark.parametrize(
    "folder",
    ["node_modules/a", "third_party/a", "vendor/a", "tests/fixtures", "examples/a", "test/app",
     "testdata", "docs", "templates/app"],
)  # fmt: skip
def test_copies_tests_examples_and_templates_answer_for_nothing(folder: str) -> None:
    app = whole("kim/app").makes("pkg:npm/lodash", f"{folder}/package.json")

    assert of(app.has(f"{folder}/Dockerfile")) == {}


def test_a_fork_answers_for_what_has_its_owners_name_alone() -> None:
    fork = whole("kim/lodash", fork=True).makes("pkg:npm/lodash").makes("pkg:npm/%40kim/lodash")
    fork.makes("pkg:golang/github.com/lodash/lodash", "go.mod")

    assert list(of(fork)) == ["pkg:npm/@kim/lodash"]


def test_what_ci_builds_has_the_names_that_it_knows() -> None:
    app = whole("Kim/App").makes(
        "pkg:docker/%7Bowner%7D/%7Bname%7D?repository_url=ghcr.io", ".github/workflows/image.yml"
    )

    (supply,) = of(app).values()
    assert (supply.target, supply.sure) == (
        "pkg:docker/kim/app?repository_url=ghcr.io",
        Sure.CERTAIN,
    )


@pytest.mark.parametrize(
    ("path", "name", "sure"),
    [
        (".github/workflows/image.yml", "team/app", Sure.CERTAIN),
        ("docker-bake.hcl", "team/app", Sure.STRONG),
        ("compose.yaml", "kim/app", Sure.STRONG),
        ("compose.yaml", "team/app", Sure.LIKELY),
    ],
)
def test_an_image_is_as_sure_as_what_builds_it(path: str, name: str, sure: Sure) -> None:
    app = whole("kim/app").makes(f"pkg:docker/{name}?repository_url=images.home.arpa", path)

    assert [each.sure for each in of(app).values()] == [sure]


@pytest.mark.parametrize(
    ("name", "registry", "owner", "sure"),
    [
        ("team/app", "ghcr.io", "kim", Sure.LIKELY),
        ("kim/other", "ghcr.io", "kim", Sure.CERTAIN),
        ("team/app", "registry.gitlab.com", "kim", Sure.LIKELY),
        ("kim/group/app", "registry.gitlab.com", "kim/group", Sure.CERTAIN),
    ],
)
def test_where_owners_push_alone_a_workflow_of_another_proves_little(
    name: str, registry: str, owner: str, sure: Sure
) -> None:
    app = whole(f"{owner}/app").makes(
        f"pkg:docker/{name}?repository_url={registry}", ".github/workflows/image.yml"
    )

    assert [each.sure for each in of(app).values()] == [sure]


def test_nobody_answers_for_an_official_image() -> None:
    assert of(whole("kim/app").makes("pkg:docker/nginx", "compose.yaml")) == {}


def test_dockerfiles_are_images_of_their_repository_by_convention() -> None:
    app = whole("kim/app").has("Dockerfile").has("images/python/Dockerfile").has("Dockerfile.web")

    assert {target: each.path for target, each in of(app).items()} == {
        "image:kim/app": "Dockerfile",
        "image:kim/app/images/python": "images/python/Dockerfile",
        "image:kim/app/python": "images/python/Dockerfile",
        "image:kim/app/web": "Dockerfile.web",
    }


def test_which_of_several_images_is_called_as_their_repository_nobody_knows() -> None:
    several = of(
        whole("kim/app").has("node/Dockerfile").has("node/slim.Dockerfile").has("b/Dockerfile")
    )
    only = of(whole("kim/app").has("docker/Dockerfile"))

    assert several["image:kim/app"].path == ""
    assert several["image:kim/app/node"].path == "node/Dockerfile"
    assert only["image:kim/app"].path == "docker/Dockerfile"


def test_charts_are_named_by_their_repository_and_a_copy_of_another_is_none() -> None:
    app = whole("kim/app")
    for path, name in (("web", "web"), ("web/charts/redis", "redis"), ("charts/db", "db")):
        app.makes(f"pkg:helm/{name}", f"{path}/Chart.yaml")

    assert set(of(app)) == {
        *("pkg:helm/web", "pkg:helm/db"),
        *("chart:kim/app", "chart:kim/app/web", "chart:kim/app/db"),
    }


@pytest.mark.parametrize(
    ("path", "host", "sure"),
    [
        ("github.com/kim/app/v2", "github.com", Sure.CERTAIN),
        ("git.home.arpa/kim/app", "127.0.0.1:8791", Sure.STRONG),
        ("go.kim.dev/app", "github.com", Sure.STRONG),
        ("github.com/other/app", "github.com", None),
    ],
)
def test_a_module_of_go_is_its_address(path: str, host: str, sure: Sure | None) -> None:
    found = of(whole("kim/app", host).makes(f"pkg:golang/{path}", "go.mod"))

    assert found.get(f"pkg:golang/{path}", Supply("", sure=Sure.LIKELY)).sure is (
        sure or Sure.LIKELY
    )
    assert (f"pkg:golang/{path}" in found) is (sure is not None)


def test_a_repository_that_names_itself_by_another_host_answers_there_too() -> None:
    app = whole("kim/app", "127.0.0.1:8791").makes(
        "pkg:npm/app", home="git+https://git.home.arpa/kim/app"
    )
    label = whole("kim/web", "127.0.0.1:8791").names(
        "Dockerfile", Mention("source", "git+https://git.home.arpa/kim/web")
    )

    assert of(app)["git:git.home.arpa/kim/app"].sure is Sure.STRONG
    assert of(label)["git:git.home.arpa/kim/web"].sure is Sure.STRONG


def test_nobody_answers_for_anothers_address() -> None:
    app = whole("kim/app").makes("pkg:npm/app", home="git+https://github.com/other/app")
    app.names("Dockerfile", Mention("source", "git+https://github.com/other/app"))

    assert of(app) == {}


def test_a_host_is_answered_for_where_it_is_served() -> None:
    app = whole("kim/app").names("ingress.yaml", Mention("host", "api.acme.dev", 4, serves=True))

    assert of(app) == {
        "host:api.acme.dev": Supply("host:api.acme.dev", "ingress.yaml", 4, sure=Sure.LIKELY)
    }


def test_of_one_name_in_two_files_the_surer_claim_counts() -> None:
    app = whole("kim/app").makes("pkg:npm/app", "a/package.json", private=True)
    app.makes("pkg:npm/app", "b/package.json", home=HERE)

    (supply,) = of(app).values()
    assert (supply.path, supply.private) == ("b/package.json", False)
