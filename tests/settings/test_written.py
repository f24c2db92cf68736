"""Values that stand elsewhere: secrets and the store's address."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from opsroom.errors import SettingsError
from opsroom.settings import Settings, load

TOKEN = '[server]\ntoken = "{}"'


def read(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings of this text."""
    file = folder / "my.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, folder, environ or {})


def refusal(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> str:
    """What the error says."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, environ)
    return str(caught.value)


def test_a_token_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    says = refusal(tmp_path, TOKEN.format("hunter2hunter2"))
    assert "line 2: server.token: " in says
    assert "env:NAME" in says
    assert "file:PATH" in says
    assert "hunter2" not in says


@pytest.mark.parametrize("reference", ["env:MY_TOKEN", "file:token", "file:./x/../token"])
def test_a_token_that_stands_elsewhere(tmp_path: Path, reference: str) -> None:
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")
    settings = read(tmp_path, TOKEN.format(reference), {"MY_TOKEN": "s3cret"})
    assert settings.server.token is not None
    assert settings.server.token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff", "not UTF-8"),
        (b"two words", "one word"),
        (b"a\nb", "one word"),
        ("café".encode(), "one word"),
        (b"x" * 1_000_001, "too large"),
    ],
)
def test_a_token_file_that_holds_no_token(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    message = refusal(tmp_path, TOKEN.format("file:token"))
    assert "line 2: server.token: " in message
    assert says in message


@pytest.mark.parametrize("environ", [{}, {"MY_TOKEN": ""}, {"MY_TOKEN": " "}])
def test_a_variable_that_is_not_set(tmp_path: Path, environ: dict[str, str]) -> None:
    message = refusal(tmp_path, TOKEN.format("env:MY_TOKEN"), environ)
    assert "server.token: the environment variable MY_TOKEN is not set" in message


def test_a_store_with_a_password_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refusal(tmp_path, 'store = "mysql://ann:hunter2@host/x"')
    settings = read(tmp_path, 'store = "postgresql://ann:hunter2@host/x"')
    assert settings.store == "postgresql://ann:hunter2@host/x"
    assert "hunter2" not in repr(settings)


def test_a_store_may_stand_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://host/x\n", encoding="utf-8")
    assert read(tmp_path, 'store = "file:url"').store == "postgresql://host/x"
    environ = {"URL": "postgresql://host/y"}
    assert read(tmp_path, 'store = "env:URL"', environ).store == "postgresql://host/y"
