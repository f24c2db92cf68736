import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from opsroom.errors import SettingsError
from opsroom.serve.web.tokens import (
    approver_token,
    known_token,
    server_token,
)
from opsroom.settings import Server, Settings


def test_the_token_of_the_settings_comes_first(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, server=Server(token=SecretStr("given")))
    assert server_token(settings) == "given"
    assert not (tmp_path / "server.token").exists()


def test_one_is_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    assert known_token(settings) is None
    made = server_token(settings)
    assert len(made) >= 40
    assert server_token(settings) == known_token(settings) == made
    kept = settings.home / "server.token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [each.name for each in settings.home.iterdir()] == ["server.token"]


def test_two_homes_have_two_tokens(tmp_path: Path) -> None:
    tokens = {server_token(Settings(home=tmp_path / name)) for name in "ab"}
    assert len(tokens) == 2


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(server_token, [settings] * 32))
    assert len(tokens) == 1


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    server_token(settings)
    (tmp_path / "server.token").chmod(0o644)
    with pytest.raises(SettingsError, match="others on this machine"):
        server_token(settings)


def test_an_empty_file_and_a_link_are_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    (tmp_path / "server.token").touch(0o600)
    with pytest.raises(SettingsError, match="is empty"):
        known_token(settings)
    (tmp_path / "server.token").unlink()
    (tmp_path / "elsewhere").write_text("planted")
    (tmp_path / "server.token").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="can't be read"):
        known_token(settings)


def test_a_home_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"server\.token"):
        server_token(Settings(home=tmp_path / "file" / "home"))


def test_the_approver_has_a_token_of_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, server=Server(token=SecretStr("given")))
    made = approver_token(settings)
    assert len(made) >= 40
    assert approver_token(settings) == made
    assert server_token(Settings(home=tmp_path)) != made
    kept = tmp_path / "approver.token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.chmod(0o640)
    with pytest.raises(SettingsError, match=r"approver\.token"):
        approver_token(settings)
