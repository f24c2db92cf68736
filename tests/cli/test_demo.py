"""`opsroom demo`: up, alive, gone without a trace."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a demo with more arguments; it is killed when the test ends."""
    with contextlib.ExitStack() as stack:

        def started(*arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "opsroom", "demo", "--json", "--port", "0", *arguments],
                env={
                    "HOME": str(tmp_path),
                    "PATH": "/usr/local/bin:/usr/bin:/bin",
                    "TMPDIR": str(tmp_path),
                },
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield started


def addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def asked(url: str, said: object = None) -> Any:
    data = None if said is None else json.dumps(said).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data)) as answer:
        return json.load(answer)


def until(true: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.1)


def answers(url: str) -> bool:
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), 1).close()
    except OSError:
        return False
    return True


def test_it_says_where_it_is_and_moves(start: Start) -> None:
    told = addresses(start())
    assert [*told] == [
        "page", "mcp", "events", "github", "owner", "token", "approver", "control"
    ]  # fmt: skip
    with urllib.request.urlopen(told["page"]) as page:
        assert b"<html" in page.read()
    with urllib.request.urlopen(f"{told['events']}?after=0") as events:
        assert any(line.startswith(b"event: repository.changed") for line in events)
    truth = asked(f"{told['control']}/truth")
    assert len(truth["repositories"]) == 24
    until(lambda: asked(f"{told['page']}api/summary")["repositories"] >= 24)
    asked(f"{told['control']}/plant", {"kind": "ci-broken", "repository": "kim/units-go"})
    with urllib.request.urlopen(f"{told['events']}?after=0", timeout=60) as events:
        heard = (json.loads(line[6:]) for line in events if line.startswith(b"data: "))
        assert any(
            (event["kind"], event["repository"]) == ("ci.started", "kim/units-go")
            for event in heard
        ), "the centre hears what happens on the host"


def test_only_the_double(start: Start, tmp_path: Path) -> None:
    told = addresses(start("--double-only", "--state", "kept", "--repos", "24"))
    assert [*told] == ["github", "owner", "token", "control"]
    assert asked(f"{told['control']}/life", {"speed": 0}) == {"speed": 0}
    clone = tmp_path / "kept/code/kim/units-go"
    for arguments in (
        ("pull", "--quiet", "--rebase", "--autostash"),
        ("commit", "--quiet", "--allow-empty", "--message", "by hand"),
        ("push", "--quiet"),
    ):
        subprocess.run(["git", *arguments], cwd=clone, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True
    ).stdout.strip()
    (now,) = [
        each
        for each in asked(f"{told['control']}/truth")["repositories"]
        if each["name"] == "kim/units-go"
    ]
    assert (now["head"], now["ci"]) == (head, "running"), "a push by hand is built"
    assert (tmp_path / "kept/credentials").stat().st_mode & 0o077 == 0
    assert (tmp_path / "kept/host.token").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("arguments", [(), ("--double-only",)])
def test_it_ends_in_order(
    start: Start, tmp_path: Path, number: int, arguments: tuple[str, ...]
) -> None:
    process = start("--repos", "2", *arguments)
    told = addresses(process)
    assert list(tmp_path.glob("opsroom-demo-*"))
    process.send_signal(number)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("opsroom-demo-*"))
    assert not answers(told["github"])


def test_the_double_dies_with_its_parent(start: Start) -> None:
    process = start("--repos", "2")
    told = addresses(process)
    assert answers(told["github"])
    process.kill()
    until(lambda: not answers(told["github"]))


def test_a_kept_fleet_stays_and_nothing_else_does(start: Start, tmp_path: Path) -> None:
    process = start("--repos", "2", "--state", "kept")
    addresses(process)
    process.terminate()
    _, errors = process.communicate(timeout=15)
    assert (process.returncode, errors) == (0, "the demo has ended\n")
    stores = (tmp_path / "kept" / "home").glob("store.sqlite*")
    assert [path.name for path in stores] == ["store.sqlite"], "closed, so no log is left"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "demo.json").is_file()


def test_a_kept_fleet_is_taken_up(start: Start, tmp_path: Path) -> None:
    told: list[dict[str, str]] = []
    heads: list[dict[str, str]] = []
    for _ in range(2):
        process = start("--double-only", "--repos", "3", "--state", "kept")
        told.append(addresses(process))
        asked(f"{told[-1]['control']}/life", {"speed": 0})
        if not heads:
            asked(
                f"{told[-1]['control']}/plant",
                {"kind": "ci-broken", "repository": "homelab/compose-home"},
            )
        truth = asked(f"{told[-1]['control']}/truth")
        heads.append({each["name"]: each["head"] for each in truth["repositories"]})
        process.terminate()
        process.communicate(timeout=15)
    assert heads[0] == heads[1]
    assert told[0]["token"] == told[1]["token"]
    config = (tmp_path / "kept/code/homelab/compose-home/.git/config").read_text()
    assert f"{told[1]['github']}/homelab/compose-home.git" in config, "where the double is now"


def test_a_taken_port_is_said(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--double-only", "--repos", "1", "--port", str(port))
        _, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert f"can't listen on 127.0.0.1:{port}" in errors


def test_a_folder_of_something_else_is_refused(start: Start, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/thesis.tex").write_text("years of work")
    process = start("--state", "thesis")
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 2
    assert "not empty" in errors
    assert errors.count("\n") == 1
