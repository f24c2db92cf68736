"""What `init` offers of hosts, with a real program in the place of `gh`."""

import stat
from pathlib import Path

import anyio
import pytest
from tests.hub import SmallHub

from opsroom.operations.offering import Offer, is_likely, offers, unseen
from opsroom.settings import GithubSource, load
from opsroom.settings.starter import starter

PATH = "/usr/bin:/bin"
HELD = "t"


def put_gh(folder: Path, monkeypatch: pytest.MonkeyPatch, *hosts: str, token: str = HELD) -> None:
    """A `gh` that is logged in at these hosts as kim."""
    folder.mkdir()
    program = folder / "gh"
    known = "|".join(hosts) or "nowhere"
    program.write_text(
        f'#!/bin/sh\ncase "$4" in {known}) ;; *) exit 1;; esac\n'
        f'if [ "$2" = token ]; then echo {token}; else echo "Logged in to $4 account kim"; fi\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{PATH}")


def offered(*owners: str) -> tuple[Offer, ...]:
    return anyio.run(offers, [(owner, 1) for owner in owners])


def test_owners_are_offered_by_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_gh(tmp_path / "bin", monkeypatch, "github.com", "git.home.arpa")
    found = offered(
        *("github.com/Acme", "gitlab.com/kim", "github.com/kim", "ghe.example.org/platform"),
        *("git.home.arpa/kim", "github.com/acme", "gitlab.com/group/sub", "github.com/.."),
    )
    assert found == (
        Offer("github.com", ("Acme", "kim"), "kim"),
        Offer("ghe.example.org", ("platform",), None),
        Offer("git.home.arpa", ("kim",), "kim"),
    )


def test_without_gh_nothing_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert offered("github.com/acme", "codeberg.org/kim") == (Offer("github.com", ("acme",), None),)
    assert offered() == ()


@pytest.mark.parametrize(
    ("host", "likely"),
    [
        ("github.com", True),
        ("acme.ghe.com", True),
        ("github.example.org", True),
        ("git-ghe.example.org:2222", True),
        ("gitlab.com", False),
        ("codeberg.org", False),
        ("laptop-ghe", False),
    ],
)
def test_hosts_that_are_likely_of_the_kind(host: str, *, likely: bool) -> None:
    assert is_likely(host) is likely


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("github.com", None),
        ("acme.ghe.com", "https://api.acme.ghe.com"),
        ("ghe.example.org:2222", "https://ghe.example.org/api/v3"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/api/v3"),
    ],
)
def test_where_a_host_answers(host: str, base_url: str | None) -> None:
    assert Offer(host, (), None).base_url == base_url


@pytest.mark.parametrize("active", [True, False])
def test_the_settings_hold_what_is_offered_and_load(tmp_path: Path, *, active: bool) -> None:
    tables = [
        Offer("github.com", ("acme", "kim"), "kim").table(active=active),
        Offer("ghe.example.org", ("platform",), None).table(active=False),
    ]
    file = tmp_path / "opsroom.toml"
    file.write_text(starter([tmp_path], tables))
    read = load(file, None, {})
    assert [source.key for source in read.hosts] == (
        ["github:github.com/acme", "github:github.com/kim"] if active else []
    )
    assert [source.token for source in read.hosts] == ["gh"] * (2 * active)
    text = file.read_text()
    assert '# owner = ["platform"]\n# base_url = "https://ghe.example.org/api/v3"\n' in text
    there = text.replace("# [[source]]\n# kind", "[[source]]\n# kind").split("# On ghe.")[1]
    table = there.partition("\n")[2].split("\n\n")[0].replace("\n# ", "\n")
    file.write_text(table)
    (source,) = load(file, None, {"GITHUB_TOKEN": "t"}).sources
    assert isinstance(source, GithubSource)
    assert source.key == "github:ghe.example.org/platform"


def test_what_the_login_can_not_see_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = SmallHub(tmp_path / "host")
    token = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"metadata": "read"})
    with hub.serve(lifespan="off") as url:
        host = url.removeprefix("http://")
        put_gh(tmp_path / "bin", monkeypatch, host, token=token)
        (offer,) = offered(f"{host}/acme")
        said = anyio.run(unseen, offer)
    assert any(line.startswith("acme: may not read dependency alerts: ") for line in said), said
    assert token not in "".join(said)


def test_what_can_not_be_asked_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_gh(tmp_path / "bin", monkeypatch, "127.0.0.1:1")
    (offer,) = offered("127.0.0.1:1/acme", "127.0.0.1:1/kim")
    (said,) = anyio.run(unseen, offer)
    assert said.startswith("what can't be seen there is not known: ")
