"""Links: what manifests ask for, as what, when, and how sure."""

import pytest
from tests.judge.graph.fleets import Whole, whole

from opsroom.judge.graph import links
from opsroom.judge.graph.phases import phase_of
from opsroom.model.link import Link, Phase, Sure
from opsroom.model.mention import Mention
from opsroom.model.package import Package

GIT = "git+https://git.home.arpa/kim/units#v2"
ACTIONS = "pkg:githubactions/homelab/workflows"


def only(of: Whole) -> Link:
    (link,) = of.links
    return link


def test_a_link_tells_where_it_stands_and_what_is_asked_for() -> None:
    app = whole("kim/app").asks(
        "pkg:npm/lodash", version="4.17.21", constraint="^4", direct=True, line=7
    )

    assert only(app) == Link(
        *("pkg:npm/lodash", "package", "package.json", 7),
        version="4.17.21",
        constraint="^4",
        sure=Sure.LIKELY,
    )


@pytest.mark.parametrize(
    ("package", "format_", "kind"),
    [
        (Package(ACTIONS, part=".github/workflows/python.yml"), "github-actions", "workflow"),
        (Package(ACTIONS, part="setup"), "github-actions", "action"),
        (Package("pkg:docker/kim/app"), "compose", "image"),
        (Package("pkg:helm/web"), "helm-chart", "chart"),
        (Package("pkg:terraform/hashicorp/dns"), "terraform", "module"),
        (Package("pkg:ansible/kim/backup?type=role"), "ansible-requirements", "role"),
        (Package("pkg:github/kim/dns"), "terraform", "module"),
        (Package("pkg:github/kim/units"), "gitmodules", "submodule"),
        (Package("pkg:github/kim/hooks", origin="git+https://github.com/kim/hooks"), "pre-commit",
         "hook"),
        (Package("pkg:pypi/mypy"), "pre-commit", "package"),
        (Package("pkg:github/kim/manifests"), "kustomization", "reference"),
        (Package("pkg:github/kim/shop"), "kubernetes", "deploys"),
        (Package("pkg:npm/lodash"), "package-json", "package"),
    ],
)  # fmt: skip
def test_a_link_has_the_kind_of_what_it_asks_for(package: Package, format_: str, kind: str) -> None:
    app = whole("kim/app")
    app.packages.append(("file", f"{format_}@3", package))

    assert {link.kind for link in app.links} == {kind}


def test_what_comes_from_git_is_linked_by_address_and_by_name() -> None:
    app = whole("kim/app").asks("pkg:npm/units", origin=GIT)

    assert [(link.target, link.sure, link.constraint) for link in app.links] == [
        ("git:git.home.arpa/kim/units", Sure.CERTAIN, ""),
        ("git:*/kim/units", Sure.LIKELY, GIT),
        ("pkg:npm/units", Sure.LIKELY, GIT),
    ]


def test_a_public_forge_is_called_by_one_name() -> None:
    app = whole("kim/app").asks("pkg:github/kim/units", origin="git+https://github.com/kim/units")

    assert only(app).target == "git:github.com/kim/units"


def test_what_is_of_the_same_repository_is_no_link() -> None:
    app = (
        whole("kim/app", also=("github.com/kim/old-app",))
        .asks("pkg:npm/ui", origin="workspace:packages/ui")
        .asks("pkg:npm/ui", origin="path:../ui", path="packages/web/package.json")
        .asks("pkg:githubactions/kim/app", format_="github-actions")
        .asks("pkg:github/Kim/Old-App", origin="git+https://github.com/Kim/Old-App")
        .names("deploy.sh", Mention("address", "git+https://github.com/kim/app"))
    )

    assert app.links == ()


def test_a_manifest_comes_from_where_its_lock_says() -> None:
    registry = "registry:https://npm.home.arpa/"
    app = (
        whole("kim/app")
        .asks("pkg:npm/units", constraint="^2")
        .asks("pkg:npm/units", "package-lock.json", "package-lock", version="2.0.0",
              origin=registry)
    )  # fmt: skip

    assert [link.sure for link in app.links] == [Sure.STRONG, Sure.STRONG]


def test_locks_that_disagree_say_nothing_of_a_manifest() -> None:
    app = whole("kim/app").asks("pkg:npm/units", constraint="^2")
    for folder, origin in (("a", "registry:https://npm.home.arpa/"), ("b", "")):
        app.asks("pkg:npm/units", f"{folder}/package-lock.json", "package-lock", version="2.0.0",
                 origin=origin)  # fmt: skip

    assert [link.sure for link in app.links] == [Sure.LIKELY, Sure.STRONG, Sure.LIKELY]


def test_what_a_lock_holds_is_direct_if_the_manifest_beside_it_says_so() -> None:
    app = (
        whole("kim/app")
        .asks("pkg:npm/a", direct=True)
        .asks("pkg:npm/a", "package-lock.json", "package-lock", version="1")
        .asks("pkg:npm/b", "package-lock.json", "package-lock", version="1")
        .asks("pkg:npm/c", "other/package-lock.json", "package-lock", version="1")
    )

    told = {(link.target, link.path): link.direct for link in app.links}
    assert told == {
        ("pkg:npm/a", "package.json"): True,
        ("pkg:npm/a", "package-lock.json"): True,
        ("pkg:npm/b", "package-lock.json"): False,
        ("pkg:npm/c", "other/package-lock.json"): True,
    }


def test_one_thing_is_linked_once_for_a_file_as_what_it_is_most() -> None:
    app = (
        whole("kim/app")
        .asks("pkg:npm/a", version="1", dev=True, direct=False, line=3)
        .asks("pkg:npm/a", version="1", direct=True, line=9)
    )

    link = only(app)
    assert (link.phase, link.direct, link.line) == (Phase.RUNTIME, True, 3)


def test_an_image_of_a_private_registry_may_be_any_repository_of_its_path() -> None:
    app = whole("kim/app").asks(
        "pkg:docker/homelab/images/python?repository_url=registry.home.arpa", "Dockerfile",
        "dockerfile",
    )  # fmt: skip

    assert {link.target for link in app.links} == {
        "pkg:docker/homelab/images/python?repository_url=registry.home.arpa",
        "image:homelab/images",
        "image:homelab/images/python",
    }


def test_an_image_of_a_public_hub_is_no_repository() -> None:
    app = whole("kim/app").asks("pkg:docker/bitnami/redis", "Dockerfile", "dockerfile")
    app.asks("pkg:docker/coreos/etcd?repository_url=quay.io", "Dockerfile", "dockerfile")

    assert [link.target for link in app.links] == [
        "pkg:docker/bitnami/redis",
        "pkg:docker/coreos/etcd?repository_url=quay.io",
    ]


def test_charts_on_pages_are_those_of_a_repository_of_github() -> None:
    app = whole("kim/app").asks(
        "pkg:helm/loki?repository_url=grafana.github.io/helm-charts", "Chart.yaml", "helm-chart",
        origin="registry:https://grafana.github.io/helm-charts",
    )  # fmt: skip

    assert [link.target for link in app.links][1:] == ["git:github.com/grafana/helm-charts"]


def test_a_module_of_go_is_an_address_as_well() -> None:
    app = whole("kim/app").asks("pkg:golang/git.home.arpa/kim/units/v2", "go.mod", "go-mod")
    app.asks("pkg:golang/golang.org/x/net", "go.mod", "go-mod")

    assert [link.target for link in app.links] == [
        "pkg:golang/git.home.arpa/kim/units/v2",
        "git:git.home.arpa/kim/units",
        "git:*/kim/units",
        "pkg:golang/golang.org/x/net",
    ]


def test_a_submodule_by_a_path_is_beside_the_repository_on_its_host() -> None:
    app = whole("kim/app", "git.home.arpa").asks(
        "pkg:generic/units", ".gitmodules", "gitmodules", origin="path:../units.git"
    )
    app.asks("pkg:generic/y", ".gitmodules", "gitmodules", origin="path:../../../../../../x")

    assert only(app).target == "git:git.home.arpa/kim/units"


def test_a_path_out_of_a_clone_leads_to_the_one_beside_it() -> None:
    app = whole("kim/app", folders=("/src/kim/app",)).asks(
        "pkg:npm/units", "web/package.json", origin="path:../../units/js"
    )

    assert [link.target for link in app.links] == ["path:/src/kim/units/js", "path:/src/kim/units"]


@pytest.mark.parametrize(
    ("path", "format_", "said", "phase"),
    [
        (".github/workflows/ci.yml", "github-actions", {}, Phase.CI),
        (".github/actions/x/action.yml", "github-actions", {}, Phase.CI),
        ("action.yml", "github-actions", {}, Phase.RUNTIME),
        (".pre-commit-config.yaml", "pre-commit", {}, Phase.DEVELOPMENT),
        ("package.json", "package-json", {"dev": True}, Phase.DEVELOPMENT),
        ("Dockerfile", "dockerfile", {"purl": "pkg:docker/go", "dev": True}, Phase.BUILD),
        ("Dockerfile", "dockerfile", {"purl": "pkg:docker/go"}, Phase.RUNTIME),
        ("Dockerfile.test", "dockerfile", {"purl": "pkg:docker/go"}, Phase.DEVELOPMENT),
        ("docker-compose.test.yml", "compose", {}, Phase.DEVELOPMENT),
        (".devcontainer/compose.yaml", "compose", {}, Phase.DEVELOPMENT),
        ("ci/Dockerfile", "dockerfile", {}, Phase.CI),
        ("compose.yaml", "compose", {}, Phase.RUNTIME),
        ("requirements-dev.txt", "requirements", {}, Phase.DEVELOPMENT),
        ("requirements/lint.txt", "requirements", {}, Phase.DEVELOPMENT),
        ("docs/requirements.txt", "requirements", {}, Phase.DEVELOPMENT),
        ("requirements.txt", "requirements", {}, Phase.RUNTIME),
        ("latest/requirements.txt", "requirements", {}, Phase.RUNTIME),
        ("pyproject.toml", "pyproject", {"purl": "pkg:pypi/hatchling", "dev": True}, Phase.BUILD),
        ("environments/test/main.tf", "terraform", {}, Phase.RUNTIME),
        ("test/main.tf", "terraform", {}, Phase.DEVELOPMENT),
        ("charts/web/templates/deployment.yaml", "kubernetes", {}, Phase.RUNTIME),
        ("templates/app/package.json", "package-json", {}, Phase.DEVELOPMENT),
    ],
)  # fmt: skip
def test_a_phase_is_told_by_the_file_and_what_it_says(
    path: str, format_: str, said: dict[str, object], phase: Phase
) -> None:
    package = Package(**{"purl": "pkg:npm/a", **said})  # type: ignore[arg-type]  # as the table says

    assert phase_of(path, format_, package) is phase


@pytest.mark.parametrize(
    "folder", ["tests/fixtures", "node_modules/x", "vendor", "pkg/testdata/a", "tests/data"]
)
def test_what_tests_read_and_copies_ask_for_nothing(folder: str) -> None:
    app = whole("kim/app").asks("pkg:npm/lodash", f"{folder}/package.json")
    app.names(f"{folder}/deploy.sh", Mention("address", "git+https://github.com/kim/units"))

    assert app.links == ()


@pytest.mark.parametrize(
    ("path", "asks"),
    [
        ("web/template/package.json", False),
        ("create/template-vue/package.json", False),
        ("{{cookiecutter.name}}/.github/workflows/ci.yml", False),
        ("chart/templates/deployment.yaml", True),
        ("templates.json", True),
        ("environments/template/main.tf", True),
    ],
)
def test_what_a_template_asks_for_is_asked_by_what_is_made_of_it(path: str, *, asks: bool) -> None:
    app = whole("kim/app").asks("pkg:npm/lodash", path)

    assert bool(app.links) is asks


def test_a_host_is_asked_for_with_its_port_without_and_by_its_wildcard() -> None:
    app = whole("kim/app").names("app.env", Mention("host", "api.acme.dev:8443", line=2))

    assert {(link.target, link.kind, link.sure) for link in app.links} == {
        ("host:api.acme.dev:8443", "service", Sure.LIKELY),
        ("host:api.acme.dev", "service", Sure.LIKELY),
        ("host:*.acme.dev", "service", Sure.LIKELY),
    }


def test_what_is_served_is_not_asked_for() -> None:
    app = whole("kim/app").names("ingress.yaml", Mention("host", "api.acme.dev", serves=True))

    assert app.links == ()


def test_an_address_without_host_is_one_of_the_askers_host() -> None:
    mention = Mention("template", "git+https://{host}/kim/template", version="v2")
    asked = whole("kim/app", "git.home.arpa").names(".copier-answers.yml", mention).links
    local = whole("kim/app").about.__class__("path:/src/app", "local/app")

    assert (asked[0].target, asked[0].kind) == ("git:git.home.arpa/kim/template", "template")
    assert Whole(local).names("x", mention).links[0].target == "git:*/kim/template"


def test_an_address_in_a_file_that_names_it_as_a_package_is_one_link() -> None:
    app = (
        whole("kim/app")
        .asks("pkg:github/kim/dns", "main.tf", "terraform")
        .names("main.tf", Mention("address", "git+https://github.com/kim/dns", line=9))
        .names("README.sh", Mention("address", "git+https://github.com/kim/dns"))
    )

    assert [(link.kind, link.path) for link in app.links] == [
        ("module", "main.tf"),
        ("reference", "README.sh"),
    ]


def test_of_absurdly_many_links_those_that_are_asked_for_directly_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "MOST", 20)
    app = whole("kim/app").asks("pkg:npm/z", direct=True, line=1)
    for number in range(50):
        app.asks(f"pkg:npm/a{number}", "package-lock.json", "package-lock", direct=False)

    assert len(app.links) == 20
    assert app.links[0].target == "pkg:npm/z"
