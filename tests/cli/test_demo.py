"""`opsroom demo`: up, alive, gone without a trace."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    arguments: list[str] = getattr(request, "param", [])
    with subprocess.Popen(
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
    ) as process:
        yield process
        process.kill()


def addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def test_it_says_where_it_is_and_moves(demo: subprocess.Popen[str]) -> None:
    told = addresses(demo)
    assert told.keys() >= {"page", "mcp", "events"}
    with urllib.request.urlopen(told["page"]) as page:
        assert b"<html" in page.read()
    with urllib.request.urlopen(f"{told['events']}?after=0") as events:
        assert any(line.startswith(b"event: repository.changed") for line in events)
    with urllib.request.urlopen(f"{told['page']}api/summary") as summary:
        assert json.load(summary)["repositories"] == 24


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("demo", [["--repos", "2"]], indirect=True)
def test_it_ends_in_order(demo: subprocess.Popen[str], tmp_path: Path, number: int) -> None:
    addresses(demo)
    assert list(tmp_path.glob("opsroom-demo-*"))
    demo.send_signal(number)
    _, errors = demo.communicate(timeout=10)
    assert demo.returncode == 0, errors
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("opsroom-demo-*"))


@pytest.mark.parametrize("demo", [["--repos", "2", "--state", "kept"]], indirect=True)
def test_a_kept_fleet_stays_and_nothing_else_does(
    demo: subprocess.Popen[str], tmp_path: Path
) -> None:
    addresses(demo)
    demo.terminate()
    _, errors = demo.communicate(timeout=10)
    assert (demo.returncode, errors) == (0, "the demo has ended\n")
    stores = (tmp_path / "kept" / "home").glob("store.sqlite*")
    assert [path.name for path in stores] == ["store.sqlite"], "closed, so no log is left"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "demo.json").is_file()
