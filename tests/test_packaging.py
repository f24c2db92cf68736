"""What is built is what is here: sdist, the wheel made from it, and an editable install.

Dependencies are borrowed from the environment of the tests (as the last path, so that its editable
hook stays out); only Opsroom itself is installed.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.laws import SURFACE, tracked

ROOT = Path(__file__).parents[1]
LISTING = ROOT / "tests/surface/listing.py"
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"
PLACES = {"src/opsroom": "opsroom", **{name: f"opsroom/{name}" for name in SURFACE}}


def run(*command: object, cwd: Path) -> str:
    """Run a program and return what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(checkout: Path, into: Path, *what: str) -> None:
    run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", into, *what),
        cwd=checkout,
    )


def copy(target: Path) -> Path:
    """Copy what is, or would be, in the repository."""
    for path in tracked(ROOT):
        place = target / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)
    return target


def environment(folder: Path, *installed: str | Path) -> Path:
    """Make a fresh environment with Opsroom in it, and return its Python."""
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--quiet", "--python", sys.executable, folder, cwd=folder.parent)
    python = folder / "bin/python"
    packages = run(python, "-c", PURELIB, cwd=folder).strip()
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    run(
        *(uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-build-isolation"),
        *("--python", python, *installed),
        cwd=folder.parent,
    )
    return python


def surface(python: Path, folder: Path) -> dict[str, Any]:
    """Return what a client of the Opsroom of that Python is shown."""
    shown: dict[str, Any] = json.loads(run(python, LISTING, folder / "home", cwd=folder))
    del shown["modules"]
    return shown


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    checkout = copy(tmp_path_factory.mktemp("checkout"))
    stale = checkout / "build/lib/opsroom/tools/ghost.py"
    stale.parent.mkdir(parents=True)
    stale.write_text('"""A tool that was deleted before this build."""\n')
    build(checkout, folder)
    return folder


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("fresh") / "venv", wheel)


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in tracked(ROOT)
        for folder, place in PLACES.items()
        if path.is_relative_to(ROOT / folder)
    }
    assert len(ours) > 100
    assert sorted(ours - held) == []
    assert "opsroom/py.typed" in held


def test_a_deleted_tool_does_not_come_back(wheel: Path) -> None:
    assert "opsroom/tools/ghost.py" not in zipfile.ZipFile(wheel).namelist()


def test_a_wheel_built_in_place_would_bring_it_back(tmp_path: Path) -> None:
    """Why releases are built through an sdist: the test above can fail."""
    stale = copy(tmp_path / "checkout") / "build/lib/opsroom/tools/ghost.py"
    stale.parent.mkdir(parents=True)
    stale.write_text("")
    build(tmp_path / "checkout", tmp_path / "dist", "--wheel")
    made = next((tmp_path / "dist").glob("*.whl"))
    assert "opsroom/tools/ghost.py" in zipfile.ZipFile(made).namelist()


def test_the_sdist_says_who_may_use_it(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml"} <= names


def test_the_wheel_serves_what_the_checkout_serves(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "-c", "import opsroom; print(opsroom.__file__)", cwd=tmp_path)
    assert where.startswith(str(installed.parents[1]))
    assert surface(installed, tmp_path) == surface(Path(sys.executable), tmp_path)


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    command = installed.with_name("opsroom")
    assert run(command, "--version", cwd=tmp_path).strip() == f"opsroom {version}"
    assert "fleet_status" in run(command, "tools", cwd=tmp_path)


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The demo of what was installed, where nothing else is: the addresses it tells."""
    process = subprocess.Popen(
        [installed.with_name("opsroom"), "demo", "--json", "--port", "0", "--repos", "3"],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline() or "{}")
        process.terminate()


def asked(url: str, token: str = "") -> Any:
    authorization = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=authorization)) as answer:
        return json.load(answer)


def test_the_wheel_has_what_the_demo_and_its_client_read(demo: dict[str, str]) -> None:
    """Schema, queries and lists are files beside the code: each is needed for an answer here."""
    assert asked(f"{demo['github']}/api/v3/user", demo["token"])["login"], "an Enterprise server"
    deadline = time.monotonic() + 20
    while "passing" not in asked(f"{demo['page']}api/summary")["ci"]:
        assert time.monotonic() < deadline, "no CI was seen by way of GraphQL"
        time.sleep(0.1)


TOOL = '''"""The tool `hello`."""

from opsroom.operations.room import Room
from opsroom.operations.status import FleetStatus, fleet_status
from opsroom.operations.surface import tool


@tool(title="Hello")
async def hello(room: Room) -> FleetStatus:
    """Say hello."""
    return await fleet_status(room, "", 1200)
'''


def test_an_editable_install_sees_a_new_tool(tmp_path: Path) -> None:
    checkout = copy(tmp_path / "checkout")
    python = environment(tmp_path / "venv", "--editable", checkout)
    before = surface(python, tmp_path)
    assert before == surface(Path(sys.executable), tmp_path)
    (checkout / "tools/hello.py").write_text(TOOL)
    (checkout / "prompts/wave.md").write_text("---\ntitle: Wave\ndescription: Wave.\n---\nWave.\n")
    after = surface(python, tmp_path)
    assert [tool["name"] for tool in after["tools"] if tool not in before["tools"]] == ["hello"]
    added = [prompt for prompt in after["prompts"] if prompt not in before["prompts"]]
    assert [prompt["name"] for prompt in added] == ["wave"]
