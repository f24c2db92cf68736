"""The laws of the house hold, and each of them can be broken and is then seen."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import laws
from tests.laws import LAWS, Law

from opsroom.discover import discover
from opsroom.model.check import Check
from opsroom.operations.surface import Resource, Tool

ROOT = Path(__file__).parents[1]

CRIMES: dict[Law, tuple[str, str]] = {
    laws.surface_looks_down: ("tools/a.py", "from opsroom.store.database import Store"),
    laws.nobody_names_the_surface: ("src/opsroom/a.py", "from opsroom import tools"),
    laws.judge_is_pure: ("src/opsroom/judge/a.py", "import datetime\nx = datetime.datetime.now()"),
    laws.floor_plan_is_whole: ("src/opsroom/attic/__init__.py", ""),
    laws.files_are_short: ("src/opsroom/a.css", "a {}\n" * 400),
    laws.names_say_something: ("src/opsroom/a.py", "class FleetManager: ..."),
    laws.one_noun_one_name: ("src/opsroom/a.py", "def look(repo: str) -> None: ..."),
    laws.tasks_have_an_owner: ("src/opsroom/a.py", "import asyncio\nasyncio.create_task(f())"),
    laws.no_shell: ("src/opsroom/a.py", "f(shell=True)"),
    laws.one_starter: ("src/opsroom/a.py", "import os\nos.execvp('git', [])"),
    laws.nobody_sleeps_in_the_loop: (
        "src/opsroom/a.py",
        "import time\nasync def f():\n    time.sleep(1)",
    ),
    laws.nothing_is_left_for_later: ("src/opsroom/a.py", "x = 1  # TO" + "DO: more"),
    laws.excuses_have_reasons: ("src/opsroom/a.py", "x = 1  # no" + "qa: E501"),
    laws.nothing_of_this_machine: ("README.md", "see /ro" + "ot/notes"),
}


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """The least that is a house, with nothing wrong."""
    rooms = ("opsroom", "opsroom.judge", "opsroom.model")
    surface = ("opsroom.tools", "opsroom.resources", "opsroom.prompts")
    (tmp_path / "pyproject.toml").write_text(
        f"[tool.setuptools]\npackages = {[*rooms, *surface]!r}\n"
    )
    folders = [f"src/{room.replace('.', '/')}" for room in rooms]
    for folder in (*folders, "tools", "resources", "prompts", "tests"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text('"""A room."""\n')
    (tmp_path / "src/opsroom/model/noun.py").write_text("class Noun: ...\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law_holds(law: Law) -> None:
    assert law(ROOT) == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law_can_be_broken(law: Law, small_house: Path) -> None:
    assert law(small_house) == []
    path, text = CRIMES[law]
    (small_house / path).parent.mkdir(exist_ok=True)
    (small_house / path).write_text(f"{text}\n")
    assert law(small_house)


def test_a_noun_is_declared_once(small_house: Path) -> None:
    (small_house / "src/opsroom/a.py").write_text("class Noun: ...\n")
    assert laws.one_noun_one_name(small_house) == ["src/opsroom/a.py:1: Noun is a noun of model"]


def test_an_excuse_with_a_reason_is_taken(small_house: Path) -> None:
    (small_house / "src/opsroom/a.py").write_text(
        "x = 1  # no" + "qa: E501 - a table\ny = 2  # type: " + "ignore[attr] # not typed there\n"
    )
    assert laws.excuses_have_reasons(small_house) == []


def test_a_room_on_the_plan_has_to_be_built(small_house: Path) -> None:
    shutil.rmtree(small_house / "src/opsroom/judge")
    assert laws.floor_plan_is_whole(small_house) == [
        "opsroom.judge: is on the floor plan, and not built"
    ]


def _contracts(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_storeys_and_forbidden_imports() -> None:
    done = _contracts(ROOT)
    assert done.returncode == 0, done.stdout


PLANTED = {
    "a room without a storey": ("planted/__init__.py", "import opsroom.model"),
    "model looks up": ("model/planted.py", "import opsroom.errors, opsroom.operations"),
    "judge opens files": ("judge/planted.py", "import pathlib"),
    "judge knows the time": ("judge/planted.py", "import time"),
    "observe records": ("observe/planted.py", "import opsroom.store"),
    "operations knows SQL": ("operations/planted.py", "import sqlalchemy"),
    "operations knows MCP": ("operations/planted.py", "import mcp"),
    "operations starts programs": ("operations/planted.py", "import subprocess"),
}


@pytest.fixture(scope="module")
def copied_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what import-linter reads."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.fixture
def planted(request: pytest.FixtureRequest, copied_sources: Path) -> Iterator[Path]:
    """The copy, with one import that is against a contract."""
    path, text = PLANTED[request.param]
    file = copied_sources / "src/opsroom" / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'"""Planted."""\n\n{text}\n')
    yield copied_sources
    file.unlink()
    if file.name == "__init__.py":
        file.parent.rmdir()


@pytest.mark.parametrize("planted", PLANTED, indirect=True)
def test_contracts_can_be_broken(planted: Path) -> None:
    done = _contracts(planted)
    assert done.returncode == 1
    assert "planted" in done.stdout


def test_one_declaration_a_module() -> None:
    assert len(list(discover("opsroom.tools", Tool))) > 0
    assert len(list(discover("opsroom.resources", Resource))) > 0
    assert len(list(discover("opsroom.judge.checks", Check))) > 0


def test_workflows_are_safe() -> None:
    done = subprocess.run(
        [
            Path(sys.executable).with_name("zizmor"),
            *("--offline", "--no-config", "--collect=all", "--no-progress", ".github"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "No findings" in done.stdout
