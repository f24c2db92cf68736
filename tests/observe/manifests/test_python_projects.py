"""`pyproject.toml`, `Pipfile` and `setup.cfg`."""

import pytest
from tests.observe.manifests.samples import by_name, line_of, read

from opsroom.model.package import Published
from opsroom.observe.manifests import NotUnderstood

PROJECT = """# "httpx>=0.27" in a comment is none
[build-system]
requires = ["hatchling>=1.20"]
build-backend = "hatchling.build"

[project]
name = "Weather_Station"
version = "0.3.0"
dependencies = [
  "httpx>=0.27,<1", # "idna"
  'pyyaml==6.0.1 ; python_version < "3.13"',
  "lib @ git+https://token@example.org/acme/lib@v2",
  "inner>=1",
  "ui",
]

[project.optional-dependencies]
mqtt = ["paho-mqtt~=1.6"]

[dependency-groups]
lint = ["ruff"]
dev = ["pytest>=8", { include-group = "lint" }]

[tool.uv]
dev-dependencies = ["mypy"]

[tool.uv.sources]
inner = { index = "ours" }
ui = { workspace = true }

[[tool.uv.index]]
name = "ours"
url = "https://user:secret@pypi.example.org/simple"

[tool.pdm.dev-dependencies]
docs = ["sphinx"]
"""


def test_a_project() -> None:
    manifest = read("pyproject", PROJECT)
    packages = by_name(manifest)
    lib = "git+https://example.org/acme/lib#v2"
    assert {name: (found.constraint, found.origin) for name, found in packages.items()} == {
        "hatchling": (">=1.20", ""),
        "httpx": (">=0.27,<1", ""),
        "pyyaml@6.0.1": ("==6.0.1", ""),
        "lib@v2": (lib, lib),
        "inner": (">=1", "registry:https://pypi.example.org/simple"),
        "ui": ("", "workspace:"),
        "paho-mqtt": ("~=1.6", ""),
        "ruff": ("", ""),
        "pytest": (">=8", ""),
        "mypy": ("", ""),
        "sphinx": ("", ""),
    }
    assert {name for name, package in packages.items() if package.dev} == {
        *("hatchling", "ruff", "pytest", "mypy", "sphinx"),
    }
    assert all(package.direct for package in packages.values())
    assert manifest.publishes == (Published("pkg:pypi/weather-station", "0.3.0", False, 7),)
    assert not manifest.unread
    for name, written in (
        ("httpx", '"httpx>=0.27,<1"'),
        ("pyyaml@6.0.1", "'pyyaml=="),
        ("ruff", '"ruff"'),
        ("sphinx", '"sphinx"'),
    ):
        assert packages[name].line == line_of(PROJECT, written)


POETRY = """[tool.poetry]
name = "app"
version = "1.0.0"

[tool.poetry.dependencies]
python = "^3.11"
flask = "^3.0"
pinned = "==1.2.3"
"tool" = { git = "https://example.org/tool.git", tag = "v1" }
inner = { version = "1.0", source = "ours" }
numpy = [
  { version = "^1", python = "<3.12" },
  { version = "^2", python = ">=3.12" },
]

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.poetry.dev-dependencies]
mypy = ">=1"

[[tool.poetry.source]]
name = "ours"
url = "https://pypi.example.org/simple"
"""


def test_poetry() -> None:
    manifest = read("pyproject", POETRY)
    said = [(found.purl[9:], found.version, found.constraint) for found in manifest.packages]
    tool = "git+https://example.org/tool.git#v1"
    assert said == [
        ("flask", "", "^3.0"),
        ("pinned", "1.2.3", "==1.2.3"),
        ("tool", "", ""),
        ("inner", "", "1.0"),
        ("numpy", "", "^1"),
        ("numpy", "", "^2"),
        ("mypy", "", ">=1"),
        ("pytest", "", "*"),
    ]
    assert [found.origin for found in manifest.packages if found.origin] == [
        *(tool, "registry:https://pypi.example.org/simple"),
    ]
    assert [found.dev for found in manifest.packages] == [False] * 6 + [True] * 2
    assert manifest.packages[0].line == line_of(POETRY, "flask =")
    assert manifest.packages[-1].line == line_of(POETRY, "pytest =")
    assert manifest.publishes == (Published("pkg:pypi/app", "1.0.0", False, 2),)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ('[project]\nname = "a"\nclassifiers = ["Private :: Do Not Upload"]\n', [True]),
        ('[project]\nname = "a"\n[tool.uv]\npackage = false\n', []),
        ('[tool.poetry]\nname = "a"\npackage-mode = false\n', []),
        ('[project]\nname = "a"\n[tool.pdm]\ndistribution = false\n', []),
        ("[tool.ruff]\nline-length = 100\n", []),
    ],
)
def test_what_it_publishes(text: str, published: list[bool]) -> None:
    assert [each.private for each in read("pyproject", text).publishes] == published


@pytest.mark.parametrize(
    ("tools", "known"),
    [
        ("", False),
        ('[tool.setuptools.dynamic]\ndependencies = { file = ["requirements.txt"] }\n', True),
        ('[tool.setuptools.dynamic]\ndependencies = { file = "needs.txt" }\n', False),
        ('[tool.poetry.dependencies]\nidna = "*"\n', True),
    ],
)
def test_dynamic_dependencies(tools: str, known: bool) -> None:
    manifest = read("pyproject", f'[project]\nname = "a"\ndynamic = ["dependencies"]\n{tools}')
    assert [(unread.reason, unread.line) for unread in manifest.unread] == (
        [] if known else [("dependencies are dynamic: only a build tells them", 3)]
    )


def test_what_is_of_the_wrong_kind_is_unread() -> None:
    text = (
        '[project]\ndependencies = "idna"\noptional-dependencies = ["x"]\n'
        '[dependency-groups]\ndev = [1, "a b"]\n[tool.poetry]\ndependencies = []\n'
    )
    assert [unread.reason for unread in read("pyproject", text).unread] == [
        "project.dependencies is of the wrong kind",
        "project.optional-dependencies is of the wrong kind",
        "not a requirement in dependency-groups.dev: 1",
        "not a requirement in dependency-groups.dev: a b",
        "tool.poetry.dependencies is of the wrong kind",
    ]


PIPFILE = """[[source]]
name = "ours"
url = "https://user:secret@pypi.example.org/simple"

[packages]
requests = "*"
django = "==4.2"
inner = {version = ">=1", index = "ours"}
here = {path = ".", editable = true}

[dev-packages]
pytest = ">=8"

[docs]
sphinx = "*"

[requires]
python_version = "3.12"
"""


def test_pipfile() -> None:
    packages = by_name(read("pipfile", PIPFILE))
    assert {name: (found.constraint, found.origin) for name, found in packages.items()} == {
        "requests": ("*", ""),
        "django@4.2": ("==4.2", ""),
        "inner": (">=1", "registry:https://pypi.example.org/simple"),
        "here": ("", "path:."),
        "pytest": (">=8", ""),
        "sphinx": ("*", ""),
    }
    assert [name for name, package in packages.items() if package.dev] == ["pytest"]
    assert packages["django@4.2"].line == line_of(PIPFILE, "django =")


SETUP = """[metadata]
name = my_tool
version = attr: my_tool.__version__

[options]
install_requires =
    requests>=2
    # a comment
    importlib-metadata; python_version < "3.8"
tests_require = pytest

[options.extras_require]
docs =
    sphinx==7.0
"""


def test_setup_cfg() -> None:
    manifest = read("setup-cfg", SETUP)
    packages = by_name(manifest)
    assert {name: (found.line, found.dev) for name, found in packages.items()} == {
        "requests": (7, False),
        "importlib-metadata": (9, False),
        "pytest": (0, True),
        "sphinx@7.0": (14, False),
    }
    assert manifest.publishes == (Published("pkg:pypi/my-tool"),)


@pytest.mark.parametrize("text", ["a\n", "[a]\nb = 1\nb = 2\n", "[a\n"])
def test_setup_cfg_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood, match=r"not a setup\.cfg"):
        read("setup-cfg", text)
