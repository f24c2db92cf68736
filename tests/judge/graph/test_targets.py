"""Targets: one text for one thing, however it is written."""

import pytest

from opsroom.judge.graph.targets import git_target, package_target, read, shown, target_of
from opsroom.model.package import Package

KELVIN = "\N{KELVIN SIGN}"
GREEK_OMICRON = "\N{GREEK SMALL LETTER OMICRON}"


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("git+https://Git.Home.Arpa/Kim/App.git#v1", "git:git.home.arpa/kim/app"),
        ("git+ssh://git@github.com/kim/app/", "git:github.com/kim/app"),
        ("git@github.com:Kim/App.git", "git:github.com/kim/app"),
        ("ssh://git@ssh.github.com:443/kim/app", "git:github.com/kim/app"),
        ("https://github.com/kim/app/tree/main/docs", "git:github.com/kim/app"),
        ("https://www.github.com/kim/app", "git:github.com/kim/app"),
        ("https://gitlab.com/group/part/app", "git:gitlab.com/group/part/app"),
        ("http://127.0.0.1:8791/kim/app", "git:127.0.0.1:8791/kim/app"),
        ("git+https://user:secret@git.home.arpa/kim/app", "git:git.home.arpa/kim/app"),
        ("git+file:///srv/app", None),
        ("path:../app", None),
        ("https://github.com/kim", None),
        ("https://github.com/" + "a/" * 2000, None),
    ],
)
def test_a_repository_has_one_target_however_its_address_is_written(
    written: str, target: str | None
) -> None:
    assert git_target(written) == target


def test_a_letter_of_another_alphabet_is_another_name() -> None:
    assert git_target(f"https://github.com/{KELVIN}im/app") != git_target(
        "https://github.com/kim/app"
    )
    assert git_target(f"https://github.c{GREEK_OMICRON}m/kim/app") != git_target(
        "https://github.com/kim/app"
    )


@pytest.mark.parametrize(
    ("purl", "target"),
    [
        ("pkg:npm/%40Scope/Name", "pkg:npm/@Scope/Name"),
        ("pkg:npm/JSONStream", "pkg:npm/JSONStream"),
        ("pkg:pypi/Ruamel.YAML", "pkg:pypi/ruamel-yaml"),
        ("pkg:nuget/Newtonsoft.Json", "pkg:nuget/newtonsoft.json"),
        (
            "pkg:docker/team/web?repository_url=GHCR.io",
            "pkg:docker/team/web?repository_url=ghcr.io",
        ),
        ("pkg:docker/nginx", "pkg:docker/nginx"),
        ("pkg:github/Kim/App", "git:github.com/kim/app"),
        (
            "pkg:generic/app?vcs_url=git%2Bhttps%3A%2F%2Fgit.home.arpa%2Fkim%2Fapp",
            "git:git.home.arpa/kim/app",
        ),
        ("pkg:ansible/kim/backup?type=role", "pkg:ansible/kim/backup?type=role"),
        ("pkg:githubactions/Kim/Setup", "pkg:githubactions/kim/setup"),
    ],
)
def test_a_package_has_one_target_however_its_purl_is_spelled(purl: str, target: str) -> None:
    assert package_target(purl) == target


def test_what_comes_from_git_has_an_address_and_a_name() -> None:
    package = Package("pkg:npm/%40kim/units", origin="git+https://git.home.arpa/kim/units.git#v2")

    assert target_of(package) == ("git:git.home.arpa/kim/units", "pkg:npm/@kim/units")


@pytest.mark.parametrize(
    ("package", "why"),
    [
        (Package("pkg:generic/install.yaml?download_url=https%3A%2F%2Fa.b%2Fi"), "a file"),
        (Package("pkg:ansible/base?type=role"), "a role of the same playbook"),
    ],
)
def test_what_nobody_could_answer_for_has_no_target(package: Package, why: str) -> None:
    assert target_of(package) == (), why


def test_an_action_of_another_host_is_an_address() -> None:
    package = Package("pkg:githubactions/kim/setup", origin="registry:https://git.home.arpa/")

    assert target_of(package) == ("git:git.home.arpa/kim/setup",)


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("npm/lodash", "pkg:npm/lodash"),
        (" pkg:npm/lodash@4.17.20 ", "pkg:npm/lodash"),
        ("npm/@scope/name@1", "pkg:npm/@scope/name"),
        ("docker/library/python:3.12", "pkg:docker/python"),
        ("ghcr.io/kim/app:1", "pkg:docker/kim/app?repository_url=ghcr.io"),
        ("docker/ghcr.io/kim/app", "pkg:docker/kim/app?repository_url=ghcr.io"),
        ("helm/charts.home.arpa/kim/web", "pkg:helm/web?repository_url=charts.home.arpa/kim"),
        ("git@github.com:kim/app", "git:github.com/kim/app"),
        ("host:API.Home.Arpa:443", "host:api.home.arpa:443"),
        ("env:Prod", "env:prod"),
        ("github/kim/app", "git:github.com/kim/app"),
    ],
)
def test_what_a_caller_writes_is_understood(written: str, target: str) -> None:
    assert target in read(written)
    assert target in read(shown(target))


@pytest.mark.parametrize(
    "written", ["", "nginx", "kim/app", "npm/", "host:", "\x1b[31m", "a" * 999]
)
def test_what_names_no_target_is_no_guess(written: str) -> None:
    assert read(written) == ()


def test_a_host_and_a_path_may_be_a_repository_an_image_or_a_module() -> None:
    assert read("git.home.arpa/kim/app") == (
        "git:git.home.arpa/kim/app",
        "pkg:docker/kim/app?repository_url=git.home.arpa",
        "pkg:golang/git.home.arpa/kim/app",
    )
