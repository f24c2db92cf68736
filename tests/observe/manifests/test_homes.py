"""Which repository each manifest says that its package is made in."""

import pytest
from tests.observe.manifests.samples import read

HOME = "git+https://github.com/acme/web"

NAMED = {
    "package-json": [
        '{"name": "a", "repository": "acme/web"}',
        '{"name": "a", "repository": "github:acme/web"}',
        '{"name": "a", "repository": {"type": "git", "url": "git+https://github.com/acme/web.git"}}',
        '{"name": "a", "repository": "git@github.com:acme/web.git"}',
    ],
    "pyproject": [
        '[project]\nname = "a"\n[project.urls]\nRepository = "https://github.com/acme/web"\n',
        (
            '[project]\nname = "a"\nurls = { Docs = "https://a.example.org", "Source Code" = '
            '"https://github.com/acme/web/tree/main" }\n'
        ),
        '[project]\nname = "a"\n[project.urls]\nHomepage = "https://github.com/acme/web#readme"\n',
        '[tool.poetry]\nname = "a"\nrepository = "https://github.com/acme/web.git"\n',
    ],
    "setup-cfg": [
        "[metadata]\nname = a\nurl = https://github.com/acme/web\n",
        (
            "[metadata]\nname = a\nurl = https://a.example.org\nproject_urls =\n"
            "    Docs = https://a.example.org\n    Source = https://github.com/acme/web\n"
        ),
    ],
    "cargo-toml": ['[package]\nname = "a"\nrepository = "https://github.com/acme/web"\n'],
    "pom-xml": [
        (
            "<project><groupId>g</groupId><artifactId>a</artifactId><scm>"
            "<connection>scm:git:https://github.com/acme/${project.name}.git</connection>"
            "<developerConnection>scm:git:git@github.com:acme/web.git</developerConnection>"
            "</scm></project>"
        ),
        (
            "<project><groupId>acme</groupId><artifactId>web</artifactId>"
            "<url>https://github.com/${project.groupId}/${project.artifactId}</url></project>"
        ),
    ],
    "composer-json": [
        '{"name": "a/b", "support": {"source": "https://github.com/acme/web/tree/v1.2"}}',
        '{"name": "a/b", "homepage": "https://www.github.com/acme/web"}',
    ],
    "gemspec": [
        (
            'Gem::Specification.new do |s|\n  s.name = "a"\n  s.homepage = "https://a.example.org"\n'
            '  s.metadata["source_code_uri"] = "https://github.com/acme/web"\nend\n'
        ),
        (
            'Gem::Specification.new do |s|\n  s.name = "a"\n  s.metadata = {\n'
            '    "source_code_uri" => "https://github.com/acme/web",\n  }\nend\n'
        ),
        (
            "Gem::Specification.new do |s|\n  s.name = 'a'\n"
            "  s.homepage = 'https://github.com/acme/web'\nend\n"
        ),
    ],
    "helm-chart": [
        "name: a\nsources: [https://github.com/acme/web]\nhome: https://a.example.org\n",
        (
            "name: a\nsources: [https://github.com/one/two, https://github.com/three/four]\n"
            "home: https://github.com/acme/web\n"
        ),
    ],
    "dotnet-project": [
        (
            "<Project><PropertyGroup><PackageId>A</PackageId>"
            "<RepositoryUrl>https://github.com/acme/web</RepositoryUrl></PropertyGroup></Project>"
        )
    ],
    "ansible-galaxy": ["namespace: a\nname: b\nrepository: https://github.com/acme/web\n"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in NAMED.items() for text in texts]
)
def test_its_home_is_told(name: str, text: str) -> None:
    (made,) = read(name, text).publishes
    assert made.home == HOME


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://git.example.org/group/sub/web.git", "git+https://git.example.org/group/sub/web"),
        ("ssh://git@git.example.org:2222/acme/web.git", "git+https://git.example.org/acme/web"),
        ("https://git.example.org:8443/acme/web", "git+https://git.example.org:8443/acme/web"),
        ("https://gitlab.com/a/b/c/-/tree/main/d", "git+https://gitlab.com/a/b/c"),
        ("https://user:word@github.com/acme/web", HOME),
        ("https://github.com/acme", ""),
        ("https://github.com/sponsors/acme", ""),
        ("https://github.com/${owner}/web", ""),
        ("https://github.com/acme/../web", ""),
        ("http://[", ""),
        ("acme/web", HOME),
        ("web", ""),
        ("", ""),
    ],
)
def test_addresses_of_repositories(address: str, home: str) -> None:
    (made,) = read("package-json", f'{{"name": "a", "repository": "{address}"}}').publishes
    assert made.home == home


def test_a_website_is_no_repository() -> None:
    text = '[project]\nname = "a"\n[project.urls]\nHomepage = "https://a.example.org/x/y"\n'
    (made,) = read("pyproject", text).publishes
    assert made.home == ""


def test_the_folder_of_a_package_is_told() -> None:
    where = '{"url": "https://github.com/acme/web", "directory": "./packages/ui/"}'
    (made,) = read("package-json", f'{{"name": "a", "repository": {where}}}').publishes
    assert (made.home, made.part) == (HOME, "packages/ui")
