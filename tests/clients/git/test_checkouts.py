"""Clones for scanning, fetched over real smart HTTP from the double of GitHub."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hub import SmallHub

from opsroom.clients.git.checkouts import Checkouts
from opsroom.clients.git.command import GitFailed
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.errors import ObservationError

LINES = "".join(f"line {number}\n" for number in range(20_000))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> SmallHub:
    return SmallHub(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def url(hub: SmallHub) -> Iterator[str]:
    with hub.serve() as address:
        yield address


def head(hub: SmallHub, name: str) -> str:
    repository = hub.repository(name)
    return repository.refs[f"refs/heads/{repository.default_branch}"]


def files(tree: Path) -> dict[str, str]:
    return {
        str(path.relative_to(tree)): path.read_text()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def test_one_commit_is_there_as_files(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with Checkouts(tmp_path).checkout(f"{url}/acme/api.git", head(hub, "acme/api")) as tree:
        assert files(tree)["src/api.py"] == "def answer():\n    return 42\n"
        assert not (tree / ".git").exists()


def test_the_same_commit_is_fetched_once(hub: SmallHub, url: str, tmp_path: Path) -> None:
    checkouts, address = Checkouts(tmp_path), f"{url}/acme/api.git"
    with checkouts.checkout(address, head(hub, "acme/api")):
        pass
    asked = hub.world.stats.git
    with checkouts.checkout(address, head(hub, "acme/api")) as tree:
        assert "README.md" in files(tree)
    assert hub.world.stats.git == asked


def test_a_private_one_needs_the_token(hub: SmallHub, url: str, tmp_path: Path) -> None:
    checkouts, address = Checkouts(tmp_path), f"{url}/kim/notes.git"
    with pytest.raises(GitFailed) as refused, checkouts.checkout(address, head(hub, "kim/notes")):
        pass
    assert hub.token not in str(refused.value)
    with checkouts.checkout(address, head(hub, "kim/notes"), hub.token) as tree:
        assert files(tree)["notes.md"] == "secret\n"
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert hub.token.encode() not in kept


def test_the_token_is_not_among_the_arguments(
    hub: SmallHub, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.clients import process
    from opsroom.clients.git import fetching

    seen: list[list[str]] = []
    run = process.run

    def watched(argv: list[str], **more: object) -> object:
        seen.append(argv)
        return run(argv, **more)  # type: ignore[arg-type]  # handed on as they are

    monkeypatch.setattr(fetching, "run", watched)
    with Checkouts(tmp_path).checkout(f"{url}/kim/notes.git", head(hub, "kim/notes"), hub.token):
        pass
    assert seen
    assert all(hub.token not in argument for argv in seen for argument in argv)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ssh://git@example.org/a/b",
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch x",
        "http://example.org/a/b",
        "https://kim:secret@example.org/a/b",
    ],
)
def test_only_https_is_fetched_from(tmp_path: Path, address: str) -> None:
    with (
        pytest.raises(ObservationError, match="only https"),
        Checkouts(tmp_path).checkout(address, "0" * 40),
    ):
        pass


def test_only_a_whole_id_is_fetched(tmp_path: Path) -> None:
    with (
        pytest.raises(ObservationError, match="full commit id"),
        Checkouts(tmp_path).checkout("https://example.org/a/b", "main"),
    ):
        pass


def test_links_become_plain_files(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with hub.world.lock:
        hub.create("acme/links", {"a.txt": "a\n"})
    work = tmp_path / "work"
    address = f"{url}/acme/links.git"
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    login = f"http://kim:{hub.token}@{address.removeprefix('http://')}"
    subprocess.run([*git, "clone", "-q", login, str(work)], check=True)
    (work / "passwords").symlink_to("/etc/passwd")
    (work / ".gitattributes").write_text("* filter=evil\n")
    subprocess.run([*git, "add", "--all"], cwd=work, check=True)
    subprocess.run([*git, "commit", "-qm", "links"], cwd=work, check=True)
    subprocess.run([*git, "push", "-q", "origin", "HEAD"], cwd=work, check=True)
    with Checkouts(tmp_path / "cache").checkout(address, head(hub, "acme/links")) as tree:
        assert not (tree / "passwords").is_symlink()
        assert (tree / "passwords").read_text() == "/etc/passwd"
        assert (tree / "a.txt").read_text() == "a\n"


def test_what_is_too_large_is_not_written(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with hub.world.lock:
        hub.create("acme/bomb", {f"copies/{number}.txt": LINES for number in range(40)})
    checkouts = Checkouts(tmp_path, largest=4_000_000)
    with (
        pytest.raises(ObservationError, match="too large to be looked into"),
        checkouts.checkout(f"{url}/acme/bomb.git", head(hub, "acme/bomb")),
    ):
        pass
    assert not list(tmp_path.rglob("*.txt"))


def test_a_pack_beyond_its_bound_is_not_taken(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with hub.world.lock:
        hub.create("acme/noise", {"noise.txt": os.urandom(300_000).hex()})
    with (
        pytest.raises((GitFailed, ObservationError)),
        Checkouts(tmp_path, largest=50_000).checkout(
            f"{url}/acme/noise.git", head(hub, "acme/noise")
        ),
    ):
        pass


def test_the_longest_unused_goes_when_there_is_no_room(
    hub: SmallHub, url: str, tmp_path: Path
) -> None:
    with hub.world.lock:
        for name in ("one", "two", "three"):
            hub.create(f"acme/{name}", {f"{name}.txt": LINES + name})
    checkouts = Checkouts(tmp_path, budget=800_000)
    for name in ("one", "two", "three"):
        with checkouts.checkout(f"{url}/acme/{name}.git", head(hub, f"acme/{name}")) as tree:
            assert (tree / f"{name}.txt").exists()
        assert checkouts.size() <= 800_000
    kept = {path.name for path in tmp_path.rglob("*.txt")}
    assert "three.txt" in kept
    assert "one.txt" not in kept


def test_what_is_read_is_never_removed(hub: SmallHub, url: str, tmp_path: Path) -> None:
    with hub.world.lock:
        for name in ("four", "five"):
            hub.create(f"acme/{name}", {f"{name}.txt": LINES + name})
    checkouts = Checkouts(tmp_path, budget=500_000)
    with checkouts.checkout(f"{url}/acme/four.git", head(hub, "acme/four")) as tree:
        refused: list[str] = []

        def other() -> None:
            try:
                with checkouts.checkout(f"{url}/acme/five.git", head(hub, "acme/five")):
                    pass
            except ObservationError as error:
                refused.append(str(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert (tree / "four.txt").exists()
        assert "doesn't fit" in refused[0]


def test_a_killed_fetch_is_begun_anew(hub: SmallHub, url: str, tmp_path: Path) -> None:
    address, commit = f"{url}/acme/api.git", head(hub, "acme/api")
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from opsroom.clients.git import checkouts\n"
        "real = checkouts.git\n"
        "def git(place, arguments, **more):\n"
        "    if arguments[0] == 'read-tree': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(place, arguments, **more)\n"
        "checkouts.git = git\n"
        "with checkouts.Checkouts(Path(sys.argv[1])).checkout(*sys.argv[2:]): pass\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path), address, commit])
    assert done.returncode == -signal.SIGKILL
    assert Checkouts(tmp_path).size() == 0
    with Checkouts(tmp_path).checkout(address, commit) as tree:
        assert "src/api.py" in files(tree)


def test_a_newer_commit_replaces_the_files(hub: SmallHub, url: str, tmp_path: Path) -> None:
    hub.create("acme/moving", {"old.txt": "old\n"})
    address, checkouts = f"{url}/acme/moving.git", Checkouts(tmp_path)
    with checkouts.checkout(address, head(hub, "acme/moving")) as tree:
        assert (tree / "old.txt").exists()
    moving = hub.repository("acme/moving")
    commit_files(
        hub.world, moving, "main", {"new.txt": "new\n", "old.txt": None}, "Move on", hub.kim
    )
    with checkouts.checkout(address, head(hub, "acme/moving")) as tree:
        assert (tree / "new.txt").read_text() == "new\n"
        assert not (tree / "old.txt").exists()


def test_what_a_killed_one_left_is_removed_by_the_next(
    hub: SmallHub, url: str, tmp_path: Path
) -> None:
    """It counts in no budget, and its own URL may never be asked for again."""
    half = tmp_path / "ff"
    (half / "tree").mkdir(parents=True)
    (half / "tree" / "file").write_text("x" * 1_000)
    with Checkouts(tmp_path).checkout(f"{url}/acme/api.git", head(hub, "acme/api")) as tree:
        assert not (half / "tree").exists()
        assert tree.parent.stat().st_mode & 0o077 == 0, "a private repository is nobody else's"
