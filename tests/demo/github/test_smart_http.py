"""Git over HTTP: real clients clone, fetch and push."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hub import SmallHub

from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pushes import commit_files, move_ref
from opsroom.demo.github.acts.repositories import set_archived


@pytest.fixture
def address(hub: SmallHub) -> Iterator[str]:
    with hub.serve() as url:
        yield url.replace("http://", f"http://x-access-token:{hub.token}@")


def _git(folder: Path, *arguments: str, ok: bool = True) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Kim", "-c", "user.email=kim@home.arpa", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent",
             "GIT_TERMINAL_PROMPT": "0"},
        check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == ok, done.stderr
    return done.stdout.strip() if ok else done.stderr


@pytest.mark.parametrize("name", ["kim/notes.git", "kim/notes", "Kim/Notes.git"])
def test_clone(address: str, tmp_path: Path, name: str) -> None:
    _git(tmp_path, "clone", f"{address}/{name}", "there")
    assert (tmp_path / "there/notes.md").read_text() == "secret\n"


def test_clone_of_an_empty_repository(address: str, tmp_path: Path) -> None:
    _git(tmp_path, "clone", f"{address}/acme/empty.git", "there")
    assert (tmp_path / "there/.git").is_dir()


def test_push_is_seen_and_told(hub: SmallHub, address: str, tmp_path: Path) -> None:
    _git(tmp_path, "clone", f"{address}/acme/api.git", "there")
    there = tmp_path / "there"
    (there / "new").write_text("new\n")
    _git(there, "add", "new")
    _git(there, "commit", "-m", "New")
    _git(there, "push", "origin", "HEAD:main", "HEAD:refs/heads/topic", "HEAD:refs/tags/v1")
    head = _git(there, "rev-parse", "HEAD")
    api = hub.repository("acme/api")
    assert api.head == api.refs["refs/heads/topic"] == api.refs["refs/tags/v1"] == head
    told = [(each.event, each.actor.login) for each in hub.world.emitted][-5:]
    assert told == [(event, "kim") for event in ("push", "create", "push", "create", "push")]
    _git(there, "push", "origin", ":topic")
    assert "refs/heads/topic" not in api.refs
    assert [each.event for each in hub.world.emitted][-2:] == ["push", "delete"]


def test_first_push_into_an_empty_repository(hub: SmallHub, address: str, tmp_path: Path) -> None:
    _git(tmp_path, "init", "-b", "trunk", ".")
    _git(tmp_path, "commit", "--allow-empty", "-m", "Begin")
    _git(tmp_path, "push", f"{address}/acme/empty.git", "trunk")
    empty = hub.repository("acme/empty")
    assert empty.default_branch == "trunk"
    assert empty.head == _git(tmp_path, "rev-parse", "HEAD")


def test_fetch_brings_what_was_committed_on_the_host(
    hub: SmallHub, address: str, tmp_path: Path
) -> None:
    _git(tmp_path, "clone", f"{address}/acme/api.git", "there")
    api = hub.repository("acme/api")
    oid = commit_files(hub.world, api, "main", {"x": "1"}, "On the host", hub.kim)
    _git(tmp_path / "there", "fetch")
    assert _git(tmp_path / "there", "rev-parse", "origin/main") == oid


def test_shallow_and_partial_clones(hub: SmallHub, address: str, tmp_path: Path) -> None:
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "main", {"x": "1"}, "More", hub.kim)
    _git(tmp_path, "clone", "--depth=1", f"{address}/acme/api.git", "shallow")
    assert _git(tmp_path / "shallow", "rev-list", "--count", "HEAD") == "1"
    _git(
        tmp_path, "clone", "--filter=blob:none", "--no-checkout", f"{address}/acme/api.git", "part"
    )
    assert _git(tmp_path / "part", "rev-list", "--count", "HEAD") == "2"


def test_refused_pushes(hub: SmallHub, address: str, tmp_path: Path) -> None:
    _git(tmp_path, "clone", f"{address}/acme/api.git", "there")
    there = tmp_path / "there"
    _git(there, "commit", "--allow-empty", "-m", "More")
    wrong = address.replace(hub.token, "ghp_wrong")
    assert "Authentication failed" in _git(there, "push", f"{wrong}/acme/api.git", ok=False)
    hub.give_token("ghp_reader", hub.stranger, frozenset({"repo"}))
    reader = address.replace(hub.token, "ghp_reader")
    assert "403" in _git(there, "push", f"{reader}/acme/api.git", ok=False)
    set_archived(hub.world, hub.repository("acme/api"), True)
    assert "403" in _git(there, "push", "origin", "HEAD", ok=False)


def test_a_private_repository_does_not_exist_for_others(
    hub: SmallHub, address: str, tmp_path: Path
) -> None:
    nobody = address.replace(f"x-access-token:{hub.token}@", "")
    _git(tmp_path, "clone", f"{nobody}/acme/api.git", "open")
    said = _git(tmp_path, "clone", f"{nobody}/kim/notes.git", "closed", ok=False)
    assert "could not read Username" in said
    hub.give_token("ghp_other", hub.stranger, frozenset({"repo"}))
    other = address.replace(hub.token, "ghp_other")
    assert "not found" in _git(tmp_path, "clone", f"{other}/kim/notes.git", "closed", ok=False)


def test_git_itself_refuses_what_protection_forbids(
    hub: SmallHub, address: str, tmp_path: Path
) -> None:
    api = hub.repository("acme/api")
    _git(tmp_path, "clone", f"{address}/acme/api.git", "there")
    there = tmp_path / "there"
    head = api.head
    protect(hub.world, api, "main")
    _git(there, "commit", "--amend", "-m", "Another past")
    assert "non-fast-forward" in _git(there, "push", "--force", "origin", "HEAD:main", ok=False)
    move_ref(hub.world, api, "refs/heads/topic", head, hub.kim)
    protect(hub.world, api, "topic")
    assert "deletion prohibited" in _git(there, "push", "origin", ":topic", ok=False)
    _git(there, "reset", "--hard", "origin/main")
    _git(there, "commit", "--allow-empty", "-m", "Direct")
    protect(hub.world, api, "main", reviews=1)
    assert "remote rejected" in _git(there, "push", "origin", "HEAD:main", ok=False)
    assert api.head == api.objects.read_refs()["refs/heads/main"] == head
    _git(there, "push", "origin", "HEAD:refs/heads/free")
    protect(hub.world, api, "main")
    _git(there, "push", "origin", "HEAD:main")
    assert api.head == _git(there, "rev-parse", "HEAD")
