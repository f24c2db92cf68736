"""Phases: when a repository needs what one of its files asks for.

By the file's kind, by what the file itself says (`Package.dev`), and by the folder or the name that
people give to files which are for tests, examples and CI alone.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from opsroom.model.link import Phase
from opsroom.model.package import Package

FIXTURES = frozenset(
    {
        *("fixtures", "fixture", "__fixtures__", "testdata", "test-data", "test_data", "testcases"),
        *("__snapshots__", "snapshots", "golden", "mocks", "__mocks__", "cassettes"),
    }
)
"""Folders of what tests read: nothing in them is asked for or made by anybody."""
VENDORED = frozenset({"node_modules", "vendor", "third_party", "third-party", "bower_components"})
"""Folders that hold copies of what others made."""
TESTS = frozenset(
    {
        *("test", "tests", "__tests__", "spec", "specs", "e2e", "molecule", "playground"),
        *("integration-tests", "benchmark", "benchmarks", "bench"),
    }
)
READ_BY_TESTS = frozenset({"data", "resources"})
"""Folders right below those of tests that are fixtures by another name."""
EXAMPLES = frozenset({"example", "examples", "sample", "samples", "doc", "docs", "demos"})
TEMPLATES = frozenset({"template", "templates"})
"""Of what others are made from; but the objects of a Helm chart lie in such a folder, too."""
TEMPLATE = "template-"
"""How a folder's name begins that is one of several templates."""
TOOLS = frozenset({".devcontainer", ".vscode", ".idea", ".husky"})
CI = frozenset(
    {
        *(".github", ".gitea", ".forgejo", ".gitlab", ".gitlab-ci", ".circleci", ".buildkite"),
        *("ci", ".ci"),
    }
)
PLACES = frozenset(
    {
        *("env", "envs", "environment", "environments", "overlays", "clusters", "stages"),
        *("inventory", "inventories", "live", "accounts", "stacks"),
    }
)
"""Folders whose folders are places to deploy to: `environments/test` is one, and no test."""
FOR_DEVELOPMENT = re.compile(
    r"(?:^|[-_.])(?:dev|devel|development|test|tests|testing|lint|linting|typing|types|style|docs?"
    r"|e2e|ci|bench|benchmarks?|coverage|pre-?commit|tox|nox)(?=[-_.]|$)"
)
"""In the name of requirements, a Dockerfile or a Compose file."""
NAMED_FORMATS = frozenset({"requirements", "dockerfile", "compose", "gradle-versions"})
BACKENDS = frozenset(
    f"pkg:pypi/{name}"
    for name in (
        *("setuptools", "wheel", "hatchling", "hatch-vcs", "flit-core", "poetry-core"),
        *("pdm-backend", "pdm-pep517", "setuptools-scm", "maturin", "scikit-build-core"),
        *("meson-python", "cython", "uv-build", "poetry-dynamic-versioning", "pbr", "cffi"),
    )
)
"""What a Python project is built with. Its manifest says of these no more than that they are not
there at run time."""


def folder_of(path: str) -> str:
    """Return the folder that a path is in; empty: the top."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


@lru_cache(maxsize=4096)
def asks_nothing(path: str) -> bool:
    """Whether a file is what tests read, or a copy of what others made."""
    folders = _folders(path)
    if not (FIXTURES | VENDORED).isdisjoint(folders):
        return True
    return any(above in TESTS and folder in READ_BY_TESTS for above, folder in pairwise(folders))


@lru_cache(maxsize=4096)
def is_template(path: str) -> bool:
    """Whether a file is a part of what others are made from: what it asks for, they will need."""
    objects = _is_object(path)
    return any(
        "{{" in folder or (not objects and (folder in TEMPLATES or folder.startswith(TEMPLATE)))
        for above, folder in _placed(path)
        if above not in PLACES
    )


def makes_nothing(path: str) -> bool:
    """Whether what is made of a file is for nobody else: a test, an example, a template, a copy."""
    return asks_nothing(path) or is_template(path) or _aside(path) is Phase.DEVELOPMENT


def phase_of(path: str, format_: str, package: Package) -> Phase:
    """Return when a package is needed that a file of a format (`package-lock`) names."""
    name = name_of(path).lower()
    if format_ == "pre-commit":
        return Phase.DEVELOPMENT
    if aside := _aside(path):
        return aside
    if format_ in NAMED_FORMATS and FOR_DEVELOPMENT.search(name):
        return Phase.DEVELOPMENT
    if package.purl in BACKENDS and package.dev:
        return Phase.BUILD
    if package.dev:
        image = package.purl.startswith("pkg:docker/")
        return Phase.BUILD if image else Phase.DEVELOPMENT
    return Phase.RUNTIME


def phase_of_mention(path: str) -> Phase:
    """Return when a name is needed that stands in a file."""
    return _aside(path) or Phase.RUNTIME


@lru_cache(maxsize=4096)
def _aside(path: str) -> Phase | None:
    """What the folders say: CI, development, or nothing."""
    objects = _is_object(path)
    for above, folder in _placed(path):
        if above in PLACES:
            continue
        if folder in CI:
            return Phase.CI
        if folder in TESTS or folder in EXAMPLES or folder in TOOLS:
            return Phase.DEVELOPMENT
        if folder in TEMPLATES and not objects:
            return Phase.DEVELOPMENT
    return None


def _is_object(path: str) -> bool:
    return path.lower().endswith((".yaml", ".yml", ".tpl"))


def _placed(path: str) -> Iterator[tuple[str, str]]:
    """Every folder of a path with the one above it."""
    folders = _folders(path)
    return zip(("", *folders), folders, strict=False)


def _folders(path: str) -> tuple[str, ...]:
    return tuple(folder_of(path.lower()).split("/"))
