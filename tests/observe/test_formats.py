"""Which formats read which file."""

import random
import time
from collections.abc import Iterator

import pytest

from opsroom.model.manifest import Manifest
from opsroom.observe.formats import (
    _selection,  # pyright: ignore[reportPrivateUsage] - its memory is forgotten for a test
    formats,
    formats_for,
)
from opsroom.observe.manifests import Format


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("uv.lock", ["uv-lock"]),
        ("deep/er/uv.lock", ["uv-lock"]),
        ("scripts/release.py.lock", ["uv-lock"]),
        ("poetry.lock", ["poetry-lock"]),
        ("pdm.lock", ["pdm-lock"]),
        ("Pipfile", ["pipfile"]),
        ("Pipfile.lock", ["pipfile-lock"]),
        ("pylock.toml", ["pylock"]),
        ("pylock.dev.toml", ["pylock"]),
        ("pyproject.toml", ["pyproject", "urls"]),
        ("setup.cfg", ["setup-cfg"]),
        ("requirements.txt", ["requirements"]),
        ("a/requirements-dev.txt", ["requirements"]),
        ("dev-requirements.in", ["requirements"]),
        ("requirements/base.txt", ["requirements"]),
        ("a/requirements/base.in", ["requirements"]),
        ("package.json", ["package-json"]),
        ("package-lock.json", ["package-lock"]),
        ("npm-shrinkwrap.json", ["package-lock"]),
        ("yarn.lock", ["yarn-lock"]),
        ("pnpm-lock.yaml", ["pnpm-lock"]),
        ("bun.lock", ["bun-lock"]),
        ("bun.lockb", ["bun-lock"]),
        ("a\nb/package.json", ["package-json"]),
        ("xpackage.json", []),
        ("package.json/x", []),
        ("PACKAGE.JSON", []),
        ("requirements/deep/base.txt", []),
        ("notrequirements/base.txt", []),
        ("README.md", []),
        ("", []),
        ("uv.lock.", []),
    ],
)
def test_by_path(path: str, names: list[str]) -> None:
    assert [name for name, _ in formats_for(path)] == names


def test_every_format_is_found_by_each_of_its_names() -> None:
    for name, declared in formats().items():
        for glob in declared.names:
            path = glob.replace("**/", "a/b/").replace("**", "a/b").replace("*", "x")
            assert name in dict(formats_for(path)), glob


def test_formats_are_named_as_their_files() -> None:
    assert {"uv-lock", "package-json", "setup-cfg"} <= formats().keys()
    assert all(declared.kind for declared in formats().values())


def test_a_tree_of_200_000_files_takes_a_moment() -> None:
    chance = random.Random(1)
    words = ("src", "requirements", "lib", "charts", "x.y", "docs", "modules", "templates")
    ends = ("a.py", "b.yaml", "c.tf", "d.txt", "e.json", "f", "g.toml", "h.min.js", "i.lock")
    paths = ["/".join((*chance.choices(words, k=5), chance.choice(ends))) for _ in range(20_000)]
    formats_for("warm")
    begun = time.perf_counter()
    for path in paths:
        formats_for(path)
    assert time.perf_counter() - begun < 1  # so 200,000 take less than ten seconds, here 0.6


def _none(path: str, content: bytes) -> Manifest:
    return Manifest()


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if there were a format that reads beside others."""
    extra = Format(names=("*.yaml", "*.json", "Dockerfile"), kind="shell", parse=_none, beside=True)
    every = {**formats(), "a-beside": extra}
    with monkeypatch.context() as patched:
        patched.setattr("opsroom.observe.formats.formats", lambda: every)
        _selection.cache_clear()
        yield
    _selection.cache_clear()


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("compose.yaml", ["a-beside", "compose"]),
        ("package.json", ["a-beside", "package-json"]),
        ("Dockerfile", ["a-beside", "dockerfile"]),
        ("any/settings.json", ["a-beside"]),
        ("pnpm-lock.yaml", ["pnpm-lock"]),
        ("package-lock.json", ["package-lock"]),
    ],
)
def test_what_reads_beside_others_takes_no_file_from_them(path: str, names: list[str]) -> None:
    offered = [name for name, each in formats_for(path) if name == "a-beside" or not each.beside]
    assert offered == names
