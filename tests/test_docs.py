"""The documentation is complete, fresh and true: what it tells to type is typed here."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from urllib.parse import unquote

import pytest
from docs.generate import everything, pages
from docs.picture import essential
from tests.laws import tracked
from tests.test_packaging import copy

from opsroom.demo.archives import write_archives
from opsroom.demo.fleet import build
from opsroom.judge.examination import built_in
from opsroom.model.event import KINDS
from opsroom.operations.prompts import prompts
from opsroom.operations.surface import resources, tools
from opsroom.settings.starter import describe

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SCANNING = (ROOT / "docs/scanning.md").read_text("utf-8")
GRAPH = (ROOT / "docs/graph.md").read_text("utf-8")
CONTRIBUTING = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")


def test_no_page_is_stale() -> None:
    stale = [
        name for name, text in everything().items() if (ROOT / name).read_text("utf-8") != text
    ]
    assert stale == [], "run `make docs`"


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        ("checks", [f"## {rule}\n" for rule in built_in()]),
        ("tools", [f"## {name}\n" for name in tools()]),
        ("prompts", [f"## {name}\n" for name in prompts()]),
        ("resources", [f"`{found.uri}`" for found in resources()]),
        ("events", [f"`{kind}`" for kind in KINDS]),
        ("settings", [f"| `{each.key}` |" for each in describe()]),
    ],
)
def test_everything_is_documented(page: str, needed: list[str]) -> None:
    assert needed
    assert [each for each in needed if each not in pages()[f"docs/{page}.md"]] == []


def test_every_command_is_documented() -> None:
    modules = {path.stem for path in (ROOT / "src/opsroom/cli").glob("[a-z]*.py")}
    documented = set(re.findall(r"^## opsroom (\S+)$", pages()["docs/commands.md"], re.MULTILINE))
    assert documented == {name.rstrip("_") for name in modules}


def test_nothing_documented_is_left_unexplained() -> None:
    explained = [each.meaning for each in describe()]
    explained += [prompt.description for prompt in prompts().values()]
    explained += [found.description for found in resources()]
    assert all(explained)


def anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    "page", [path for path in tracked(ROOT) if path.suffix == ".md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for link in (first or second for first, second in links):
        if "://" in link:
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), link


def test_arrows_that_follow_from_others_are_left_out() -> None:
    assert essential({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}


def test_a_check_in_ten_lines(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", CONTRIBUTING, re.DOTALL)[0]
    assert len(code.partition("CHECK = ")[2].splitlines()) <= 10
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "src/opsroom/judge/checks/wip_branch.py").write_text(code)
    someone = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (
        ("init", "-q", "-b", "wip", "clone"),
        ("-C", "clone", *someone, "commit", "-qm", "a", "--allow-empty"),
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "opsroom", "audit", "--json", str(tmp_path / "clone")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "src")},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    (repository,) = json.loads(done.stdout)["repositories"]
    assert "wip-branch" in [finding["rule"] for finding in repository["findings"]]


@dataclass(frozen=True)
class Typed:
    """One command of a page, and the lines that it is said to print."""

    command: str
    printed: tuple[str, ...]


def typed(page: str) -> Iterator[Typed]:
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            yield Typed(command, tuple(line for line in printed if line != "..."))


COMMANDS = tuple(typed(README))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with this checkout, a home, and a folder of clones in it."""
    machine = tmp_path_factory.mktemp("machine")
    copy(machine / "checkout")
    build(machine / "fleet", 24, 1, datetime.now(UTC))
    (machine / "home").mkdir()
    (machine / "fleet/code").rename(machine / "home/code")
    return machine


def environment(machine: Path, home: str) -> dict[str, str]:
    """Nothing of the tests' own but how to reach a package index."""
    reach = ("PIP_", "UV_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy", "ALL_PROXY")
    kept = {name: value for name, value in os.environ.items() if name.startswith(reach)}
    path = f"{Path(sys.base_prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return {**kept, "HOME": str(machine / home), "PATH": path, "COLUMNS": "100"}


PATIENCE = 240.0
"""Seconds for one command, so that one which waits for ever is told of."""


class Shell:
    """One shell in the empty environment, to which a person's commands are typed."""

    def __init__(self, machine: Path, home: str = "home") -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=machine / "checkout",
            env=environment(machine, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def type(self, command: str) -> list[str]:
        """Run one command to its end, and return what it printed, its exit code last."""
        return self._said(f"{{ {command}\n}} </dev/null; echo $? ENDED\n", "ENDED")

    def start(self, command: str, until: str) -> str:
        """Run a command that stays, and return the line that says it is up."""
        return self._said(f"{command} </dev/null & echo\n", until)[-1]

    def _said(self, line: str, until: str) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()
        said: list[str] = []
        patience = Timer(PATIENCE, os.killpg, (self._process.pid, signal.SIGKILL))
        patience.start()
        try:
            for each in self._process.stdout:
                said.append(each.rstrip("\n"))
                if until in each:
                    return said
        finally:
            patience.cancel()
        raise AssertionError(f"{line} ended the shell, or took too long: {said}")

    def close(self) -> None:
        """End the shell and what was started in it."""
        self._said("kill $(jobs -p); wait; echo ENDED\n", "ENDED")
        self._process.communicate("exit\n", timeout=10)


def told(lines: list[str]) -> set[str]:
    return {" ".join(line.split()) for line in lines}


@dataclass(frozen=True)
class Demo:
    """A shell in which the demo runs, the address of its page, and the seconds that it took."""

    shell: Shell
    page: str
    took: float


@pytest.fixture(scope="module")
def demo(empty: Path) -> Iterator[Demo]:
    shell = Shell(empty)
    assert shell.type("make .venv/.ready")[-1] == "0 ENDED"
    began = time.monotonic()
    said = shell.start("make demo DEMO='--port 0'", "http://127.0.0.1:")
    took = time.monotonic() - began
    yield Demo(shell, re.findall(r"http://127\.0\.0\.1:\d+", said)[0], took)
    shell.close()


def test_make_demo_says_where_the_page_is(demo: Demo) -> None:
    """First, so that it has read its manifests when the page of the graph is typed."""
    assert "make demo" in [each.command for each in COMMANDS]
    print(f"{demo.took:.1f} s to {demo.page}")
    assert demo.took < 60


@dataclass(frozen=True)
class Installed:
    """A shell in which the README's installation was typed, and the seconds that took."""

    shell: Shell
    took: float


INSTALLING = tuple(each for each in COMMANDS if re.search(r"venv|pip install|PATH=", each.command))


@pytest.fixture(scope="module")
def installed(empty: Path) -> Iterator[Installed]:
    shell = Shell(empty)
    began = time.monotonic()
    for each in INSTALLING:
        *said, code = shell.type(each.command)
        assert code == "0 ENDED", f"{each.command}: {said}"
    yield Installed(shell, time.monotonic() - began)
    shell.close()


def test_the_readme_from_nothing_to_the_first_answer(installed: Installed) -> None:
    """Types every command after `make demo`, and measures how long the first answer takes."""
    assert len(INSTALLING) == 3
    began = time.monotonic()
    first = 0.0
    for each in COMMANDS:
        if each.command.startswith("make ") or each in INSTALLING:
            continue
        if each.command == "opsroom serve":
            installed.shell.start(each.command, "opsroom is at")
            continue
        *said, code = installed.shell.type(each.command)
        expected = "3 ENDED" if each.command.startswith("opsroom audit") else "0 ENDED"
        assert code == expected, f"{each.command}: {said}"
        assert told(list(each.printed)) <= told(said), each.command
        if "fleet_status" in each.command:
            answer = json.loads("\n".join(said))
            assert answer["counts"] == {"red": 2, "unknown": 1, "yellow": 3, "green": 18} or (
                "where=" in each.command and answer["counts"]["red"] == 2
            )
            first = first or installed.took + time.monotonic() - began
    print(f"{first:.1f} s from an empty environment to the first true fleet_status")
    assert 0 < first < 300


def test_what_the_page_of_scanning_tells_to_type(empty: Path, installed: Installed) -> None:
    """In a home of its own, whose advisories are those of the demo: no network is asked."""
    home = empty / "scanning"
    (home / ".config/opsroom").mkdir(parents=True)
    for name in ("code", ".opsroom"):
        (home / name).symlink_to(empty / "home" / name)
    write_archives(home, (), datetime.now(UTC))
    settings = '[[source]]\nkind = "directory"\npath = "~/code"\n[scan]\noffline = "~/advisories"\n'
    (home / ".config/opsroom/opsroom.toml").write_text(settings)
    shell = Shell(empty, "scanning")
    shell.type("export PATH=~/.opsroom/bin:$PATH")
    commands = tuple(typed(SCANNING))
    assert len(commands) >= 6
    for each in commands:
        *said, code = shell.type(each.command)
        assert code == "0 ENDED", f"{each.command}: {said}"
        assert told(list(each.printed)) <= told(said), each.command
    shell.close()


def test_what_the_page_of_the_graph_tells_to_type(demo: Demo) -> None:
    commands = tuple(typed(GRAPH))
    assert len(commands) >= 4
    demo.shell.type("export PATH=$PWD/.venv/bin:$PATH")
    for each in commands:
        command = each.command.replace("http://127.0.0.1:8724", demo.page)
        said, missing = [""], {""}
        for _ in range(20):
            said = demo.shell.type(command)
            missing = told(list(each.printed)) - told(said)
            if said[-1] == "0 ENDED" and not missing:
                break
        assert said[-1] == "0 ENDED", f"{command}: {said}"
        assert not missing, command
