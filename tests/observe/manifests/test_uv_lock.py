import pytest
from tests.observe.manifests.samples import FILES, PYPI, by_name, edges, line_of, read

from opsroom.observe.manifests import NotUnderstood

REGISTRY = f'source = {{ registry = "{PYPI}" }}'
PROJECT = f"""version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "app"
version = "0.1.0"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "requests", extra = ["socks"] }},
]

[package.optional-dependencies]
faster = [
    {{ name = "orjson" }},
]

[package.dev-dependencies]
dev = [
    {{ name = "pytest" }},
]

[package.metadata]
requires-dist = [{{ name = "requests", specifier = ">=2" }}]

[[package]]
name = "idna"
version = "3.6"
{REGISTRY}
sdist = {{ url = "{FILES}/bf/3f/idna-3.6.tar.gz", hash = "sha256:9ecd" }}

[[package]]
name = "iniconfig"
version = "2.0.0"
{REGISTRY}

[[package]]
name = "orjson"
version = "3.10.0"
{REGISTRY}

[[package]]
name = "pysocks"
version = "1.7.1"
{REGISTRY}

[[package]]
name = "pytest"
version = "8.2.2"
{REGISTRY}
dependencies = [
    {{ name = "idna" }},
    {{ name = "iniconfig" }},
]

[[package]]
name = "requests"
version = "2.31.0"
{REGISTRY}
dependencies = [
    {{ name = "idna" }},
]

[package.optional-dependencies]
socks = [
    {{ name = "pysocks" }},
]
"""


def test_a_project() -> None:
    manifest = read("uv-lock", PROJECT)
    packages = by_name(manifest)
    assert sorted(packages) == [
        *("idna@3.6", "iniconfig@2.0.0", "orjson@3.10.0", "pysocks@1.7.1", "pytest@8.2.2"),
        "requests@2.31.0",
    ]
    assert {name for name, package in packages.items() if package.direct} == {
        *("orjson@3.10.0", "pytest@8.2.2", "requests@2.31.0"),
    }
    assert {name for name, package in packages.items() if package.dev} == {
        *("iniconfig@2.0.0", "pytest@8.2.2"),
    }
    assert edges(manifest) == {
        *(("pytest@8.2.2", "idna@3.6"), ("pytest@8.2.2", "iniconfig@2.0.0")),
        *(("requests@2.31.0", "idna@3.6"), ("requests@2.31.0", "pysocks@1.7.1")),
    }
    assert not manifest.unread
    for package in manifest.packages:
        name = package.purl.rpartition("/")[2]
        assert package.line == line_of(PROJECT, f'name = "{name}"\nversion') - 1
        assert package.origin == ""


def test_origins() -> None:
    sources = {
        "a": '{ registry = "https://user:secret@pypi.example.org/simple" }',
        "b": '{ git = "https://token@github.com/acme/b?rev=main#0123abcd" }',
        "c": '{ url = "https://example.org/c-1.0-py3-none-any.whl?sig=secret" }',
        "d": '{ path = "vendor/d-1.0-py3-none-any.whl" }',
        "e": '{ directory = "../e" }',
        "f": '{ editable = "packages/f" }',
        "g": '{ registry = "../links" }',
    }
    text = 'version = 1\n[manifest]\nmembers = ["root", "f"]\n' + "".join(
        f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {source}\n'
        for name, source in {**sources, "root": '{ editable = "." }'}.items()
    )
    assert {name: package.origin for name, package in by_name(read("uv-lock", text)).items()} == {
        "a@1": "registry:https://pypi.example.org/simple",
        "b@1": "git+https://github.com/acme/b#0123abcd",
        "c@1": "url:https://example.org/c-1.0-py3-none-any.whl",
        "d@1": "path:vendor/d-1.0-py3-none-any.whl",
        "e@1": "path:../e",
        "f@1": "workspace:packages/f",
        "g@1": "path:../links",
    }


def test_a_name_in_two_versions() -> None:
    text = f"""version = 1
[[package]]
name = "app"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "numpy", version = "1.26.4", source = {{ registry = "{PYPI}" }}, marker = "x" }},
    {{ name = "other" }},
]
[[package]]
name = "numpy"
version = "1.26.4"
{REGISTRY}
[[package]]
name = "numpy"
version = "2.0.0"
{REGISTRY}
[[package]]
name = "other"
version = "1"
{REGISTRY}
dependencies = [{{ name = "numpy", version = "2.0.0", source = {{ registry = "{PYPI}" }} }}]
"""
    manifest = read("uv-lock", text)
    packages = by_name(manifest)
    assert packages["numpy@1.26.4"].direct is True
    assert packages["numpy@2.0.0"].direct is False
    assert edges(manifest) == {("other@1", "numpy@2.0.0")}


def test_a_workspace_whose_root_is_no_package() -> None:
    text = f"""version = 1
[manifest]
members = ["api"]
[manifest.dependency-groups]
dev = [{{ name = "ruff", specifier = ">=0.5" }}]
[[package]]
name = "api"
version = "0.1.0"
source = {{ editable = "backend" }}
dependencies = [{{ name = "idna" }}]
[[package]]
name = "idna"
version = "3.6"
{REGISTRY}
[[package]]
name = "ruff"
version = "0.5.0"
{REGISTRY}
"""
    packages = by_name(read("uv-lock", text))
    assert packages["api@0.1.0"].origin == "workspace:backend"
    assert (packages["idna@3.6"].direct, packages["idna@3.6"].dev) == (True, False)
    assert (packages["ruff@0.5.0"].direct, packages["ruff@0.5.0"].dev) == (True, True)


def test_a_text_that_looks_like_a_header_costs_the_lines_only() -> None:
    text = 'version = 1\nx = """\n[[package]]\n"""\n[[package]]\nname = "a"\nversion = "1"\n'
    assert [package.line for package in read("uv-lock", text).packages] == [0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = 2\n", "lockfile version 2 of uv is not known, line 1"),
        ("[[package]]\n", "lockfile version none of uv is not known"),
        ('version = 1\npackage = "a"\n', "not a lockfile of uv: its packages are no list"),
        ("version = 1\n[[package]\n", "line 2"),
        ("version = 1\n[[package]]\nname = ", "end of document"),
        ('version = 1\n[[package]]\nname = "a"\nname = "b"\n', "line 4"),
    ],
)
def test_not_understood(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read("uv-lock", text)


def test_what_is_no_package_is_unread() -> None:
    text = 'version = 1\n[[package]]\nname = "a b"\nversion = "1"\n'
    text += '[[package]]\nname = "c"\nversion = 3\n'
    manifest = read("uv-lock", text)
    assert not manifest.packages
    assert [(unread.reason, unread.line) for unread in manifest.unread] == [
        ("a b: neither name nor version", 2),
        ("c: neither name nor version", 5),
    ]
