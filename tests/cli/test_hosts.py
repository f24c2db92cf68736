"""`doctor` and `init` where there are hosts: over the double, with a `gh` of the test's own."""

import io
import stat
import subprocess
from collections.abc import Generator
from pathlib import Path

import anyio
import pytest
from tests.cli.conftest import Opsroom
from tests.clients.github.smoke.busy import given_away, make_busy, names_of, spoil
from tests.clients.github.smoke.test_smoke import without_sha
from tests.hub import SmallHub

from opsroom.settings import load


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "host")


@pytest.fixture
def url(hub: SmallHub) -> Generator[str]:
    with hub.serve(lifespan="off") as address:
        yield address


def configured(folder: Path, url: str, token: str = "ghp_kim") -> Path:  # noqa: S107 - of the double
    """Settings with acme at this address and a folder of clones."""
    (folder / "code").mkdir(exist_ok=True)
    (folder / "token").write_text(token)
    (folder / "token").chmod(0o600)
    file = folder / "opsroom.toml"
    file.write_text(
        f'[[source]]\nkind = "github"\nowner = "acme"\nbase_url = "{url}"\ntoken = "file:token"\n'
        f'[[source]]\nkind = "directory"\npath = "code"\n'
    )
    file.chmod(0o600)
    return file


def test_doctor_says_who_the_token_is(opsroom: Opsroom, tmp_path: Path, url: str) -> None:
    done = opsroom("--config", configured(tmp_path, url), "doctor", "--json")
    assert done.code == 1, done.err  # no clone is in the folder
    said = {part["part"]: part for part in done.json}
    key = f"github:{url.removeprefix('http://')}/acme"
    assert said[f"source {key}"]["said"].startswith("answers to a token of kim")
    assert said[f"{key}: writes"]["state"] == "works"
    assert "ghp_kim" not in done.out + done.err


def test_doctor_of_a_host_that_is_down_ends_with_three(opsroom: Opsroom, tmp_path: Path) -> None:
    file = configured(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "code" / "api").mkdir()
    subprocess.run(["git", "init", "-q", str(tmp_path / "code/api")], check=True)
    done = opsroom("--config", file, "doctor")
    assert done.code == 3, done.out
    assert "unasked" in done.out


@pytest.mark.parametrize("name", ["acme", "key", "place"])
def test_the_smoke_list_by_any_name_of_the_source(
    opsroom: Opsroom, hub: SmallHub, url: str, tmp_path: Path, name: str
) -> None:
    anyio.run(make_busy, hub)
    place = f"{url.removeprefix('http://')}/acme"
    named = {"acme": "acme", "key": f"github:{place}", "place": place}[name]
    file = tmp_path / "report.md"
    config = configured(tmp_path, url)
    done = opsroom("--config", config, "doctor", "--source", named, "--report", file)
    assert done.code == 0, done.out
    assert f"the report, without names and tokens: {file}\n" in done.err
    assert given_away(file.read_text(), names_of(hub, "127.0.0.1")) == set()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_report_goes_home_by_default(opsroom: Opsroom, tmp_path: Path, url: str) -> None:
    home = tmp_path / "elsewhere"
    config = configured(tmp_path, url)
    done = opsroom("--config", config, "--home", home, "doctor", "--source", "acme", "--json")
    assert done.code == 0
    assert {part["state"] for part in done.json} <= {"works", "note"}
    assert (home / "smoke.md").read_text().startswith("# Smoke list of a host")


def test_a_wrong_token_a_wrong_shape_and_a_wrong_command_line(
    opsroom: Opsroom, hub: SmallHub, tmp_path: Path
) -> None:
    anyio.run(make_busy, hub)
    spoil(hub, without_sha)
    with hub.serve(lifespan="off") as url:
        wrong = configured(tmp_path, url)
        done = opsroom("--config", wrong, "doctor", "--source", "acme")
        assert done.code == 1
        assert "head_sha: is missing" in done.out
        token = configured(tmp_path, url, "ghp_wrong")
        done = opsroom("--config", token, "doctor", "--source", "acme")
        assert done.code == 1
        assert "does not know the token" in done.out
        assert "ghp_wrong" not in done.out + done.err
    opsroom("--config", token, "doctor", "--report", "x").complains(2, "add --source NAME")
    folder = opsroom("--config", token, "doctor", "--source", "code", "--report", "x")
    folder.complains(2, "is a folder")
    opsroom("--config", token, "doctor", "--source", "acne").complains(2, "did you mean acme")


def clone(folder: Path, remote: str) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=folder, check=True)


def put_gh(folder: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    folder.mkdir()
    (folder / "gh").write_text(
        f'#!/bin/sh\ntest "$4" = {host} || exit 1\n'
        'if [ "$2" = token ]; then echo ghp_kim; else echo "Logged in to $4 account kim"; fi\n'
    )
    (folder / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize("yes", [True, False])
def test_init_offers_what_gh_is_logged_in_to(
    opsroom: Opsroom, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, *, yes: bool
) -> None:
    host = url.removeprefix("http://")
    put_gh(tmp_path / "bin", monkeypatch, host)
    clone(tmp_path / "src" / "api", f"{url}/acme/api.git")
    clone(tmp_path / "src" / "tool", "https://gitlab.com/kim/tool.git")
    clone(tmp_path / "src" / "other", "git@github.com:elsewhere/other.git")
    file = tmp_path / "new" / "opsroom.toml"
    done = opsroom("--config", file, "init", tmp_path / "src", *(["--yes"] if yes else []))
    assert done.code == 0, done.err
    assert f"{host}: acme; gh is logged in as kim" in done.out
    assert "github.com: elsewhere; gh has no login there that works" in done.out
    assert "gitlab.com: " not in done.out
    assert "acme: not known whether it may read private repositories" in done.out
    assert "claude mcp add opsroom" in done.out
    assert "ghp_kim" not in done.out + file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    hosts = load(file, None, {}).hosts
    assert [source.key for source in hosts] == ([f"github:{host}/acme"] if yes else [])
    assert '# owner = ["elsewhere"]' in file.read_text()
    if yes:
        checked = opsroom("--config", file, "doctor", "--source", "acme")
        assert checked.code == 0, checked.out


def test_init_without_a_network_ends_well(
    opsroom: Opsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_gh(tmp_path / "bin", monkeypatch, "127.0.0.1:1")
    clone(tmp_path / "src" / "api", "http://127.0.0.1:1/acme/api.git")
    file = tmp_path / "opsroom.toml"
    done = opsroom("--config", file, "init", tmp_path / "src", "--yes")
    assert done.code == 0, done.err
    assert "what can't be seen there is not known" in done.out
    assert [source.owner for source in load(file, None, {}).hosts] == ["acme"]


class Terminal(io.StringIO):
    """Somebody who types these answers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answers", "owners"), [("y\ny\n", ["acme"]), ("n\ny\n", [])])
def test_init_asks_before_it_watches_a_host(
    opsroom: Opsroom,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: str,
    owners: list[str],
) -> None:
    put_gh(tmp_path / "bin", monkeypatch, "127.0.0.1:1")
    clone(tmp_path / "src" / "api", "http://127.0.0.1:1/acme/api.git")
    monkeypatch.setattr("sys.stdin", Terminal(answers))
    file = tmp_path / "opsroom.toml"
    done = opsroom("--config", file, "init", tmp_path / "src")
    assert done.code == 0, done.err
    assert "Watch acme on 127.0.0.1:1, with the login of gh?" in done.err
    assert [source.owner for source in load(file, None, {}).hosts] == owners
