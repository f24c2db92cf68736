import stat
import subprocess
from pathlib import Path

import pytest

from opsroom.errors import SettingsError
from opsroom.operations.onboarding import (
    client_lines,
    propose,
    settings_file,
    usual_folders,
    write_settings,
)
from opsroom.settings import load
from opsroom.settings.starter import starter


def clone(folder: Path, remote: str = "") -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    if remote:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=folder, check=True)


def test_owners_come_from_remotes(tmp_path: Path) -> None:
    clone(tmp_path / "api", "git@github.com:acme/api.git")
    clone(tmp_path / "web", "https://token@github.com/acme/web")
    clone(tmp_path / "nas", "ssh://git@git.home.arpa:2222/kim/nas.git")
    clone(tmp_path / "notes")
    (tmp_path / "broken" / ".git").mkdir(parents=True)

    found = propose([tmp_path])

    assert found.clones == 4
    assert found.owners == (("github.com/acme", 2), ("git.home.arpa:2222/kim", 1))
    assert found.remoteless == 1
    assert [Path(problem.path).name for problem in found.problems] == ["broken"]


def test_usual_folders_that_are_there(tmp_path: Path) -> None:
    for name in ("code", "src", "music"):
        (tmp_path / name).mkdir()
    assert usual_folders(tmp_path) == [tmp_path / "code", tmp_path / "src"]


def test_a_folder_under_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "src").symlink_to(tmp_path / "code")
    assert usual_folders(tmp_path) == [tmp_path / "code"]


def test_settings_are_private_and_load(tmp_path: Path) -> None:
    file = tmp_path / "config" / "opsroom.toml"
    (tmp_path / "code").mkdir()
    write_settings(file, starter([tmp_path / "code"]), replace=False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [source.path for source in load(file, None, {}).directories] == [tmp_path / "code"]


def test_settings_are_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "opsroom.toml"
    file.write_text("# mine")
    with pytest.raises(SettingsError, match="there already"):
        write_settings(file, "# yours", replace=False)
    assert file.read_text() == "# mine"
    assert [path.name for path in tmp_path.iterdir()] == ["opsroom.toml"]


def test_settings_are_replaced_when_that_was_said(tmp_path: Path) -> None:
    file = tmp_path / "opsroom.toml"
    file.write_text("# mine")
    write_settings(file, "# yours", replace=True)
    assert file.read_text() == "# yours"


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="can't be written"):
        write_settings(tmp_path / "file" / "opsroom.toml", "", replace=False)


@pytest.mark.parametrize("name", ["--config", "OPSROOM_CONFIG", "the user's folder"])
def test_the_file_is_the_one_that_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    config = tmp_path / "a.toml" if name == "--config" else None
    environ = {"OPSROOM_CONFIG": str(tmp_path / "b.toml")} if name == "OPSROOM_CONFIG" else {}
    file = settings_file(config, environ)
    write_settings(file, starter([]), replace=False)
    assert load(config, None, environ).file == file


def test_clients_are_given_the_settings_that_were_named() -> None:
    lines = dict(client_lines("/usr/bin/opsroom", Path("/etc/opsroom.toml")))
    assert lines["Claude Code"] == (
        "claude mcp add opsroom -- /usr/bin/opsroom --config /etc/opsroom.toml stdio"
    )
