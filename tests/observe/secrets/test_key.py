from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opsroom.errors import ObservationError
from opsroom.observe.secrets.key import NAME, keyed, secret_key


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    key = secret_key(home)
    assert len(key) == 32
    assert secret_key(home) == key
    assert (home / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == [NAME]


def test_who_begins_together_has_the_same_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(secret_key, [tmp_path] * 32))
    assert len(keys) == 1


def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    secret_key(tmp_path)
    (tmp_path / NAME).chmod(0o640)
    with pytest.raises(ObservationError, match="others on this machine"):
        secret_key(tmp_path)
    (tmp_path / NAME).chmod(0o600)
    (tmp_path / NAME).write_bytes(b"short")
    with pytest.raises(ObservationError, match="not a key of 32 bytes"):
        secret_key(tmp_path)
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ObservationError, match="can't be had"):
        secret_key(tmp_path)


def test_the_hash_depends_on_key_and_secret() -> None:
    assert len({keyed(b"a" * 32, b"x"), keyed(b"b" * 32, b"x"), keyed(b"a" * 32, b"y")}) == 3
    assert keyed(b"a" * 32, b"x") == keyed(b"a" * 32, b"x")
