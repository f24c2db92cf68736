"""The file that `init` writes, and the settings explained."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.errors import SettingsError
from opsroom.settings import TABLES, Settings, keys, load
from opsroom.settings.starter import describe, starter


def test_what_is_written_is_accepted(tmp_path: Path) -> None:
    folders = [tmp_path / "my code", tmp_path / "odd\"\\\x7f\n'", tmp_path / "日本"]
    file = tmp_path / "opsroom.toml"
    file.write_text(starter(folders), encoding="utf-8")
    read = load(file, tmp_path, {})
    assert [source.path for source in read.directories] == folders
    assert read == Settings(home=tmp_path, file=file, sources=read.sources)


def test_without_a_source_it_shows_how_to_add_one(tmp_path: Path) -> None:
    file = tmp_path / "opsroom.toml"
    file.write_text(starter([]), encoding="utf-8")
    assert load(file, tmp_path, {}).sources == ()
    assert "# [[source]]" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("folders", [[], [Path("/a")]])
def test_every_line_behind_a_mark_is_accepted_too(tmp_path: Path, folders: list[Path]) -> None:
    text = re.sub(r"^# (?=\[|\w+ = )", "", starter(folders), flags=re.MULTILINE)
    text = re.sub(r"^(app_id|private_key) = .*$", "", text, flags=re.MULTILINE)  # beside a token
    text = text.replace("~/.config/opsroom/token", str(tmp_path / "token"))
    (tmp_path / "token").write_text("s3cret", encoding="utf-8")
    file = tmp_path / "opsroom.toml"
    file.write_text(text, encoding="utf-8")
    environ = {"GITHUB_WRITE_TOKEN": "w", "WEBHOOK_SECRET": "s", "SNYK_TOKEN": "t"}
    read = load(file, None, environ)
    assert read.server.base_path == "/opsroom"
    assert read.checks[0].severity is None
    assert read.directories[0].labels == ("laptop",)
    assert (read.hosts[0].owner, read.hosts[0].token) == ("acme", "gh")


def test_every_setting_stands_in_it() -> None:
    text = starter([])
    for each in describe():
        assert f"# {each.key} = {each.example}" in text
        assert each.meaning in text
        assert each.example


def test_every_key_is_described_once() -> None:
    described = [(each.table, each.key) for each in describe()]
    assert len(set(described)) == len(described)
    tables = {table.partition(".")[0] for table in TABLES}
    expected = {key for table in TABLES for key in keys(table)} - tables
    assert {key for _, key in described} == expected
    defaults = {f"{each.table}{each.key}": each.default for each in describe()}
    assert defaults["[server]port"] == "8723"
    assert defaults["[watch]worktree_every"] == '"10m"'
    assert defaults['[[source]] kind = "directory"path'] == ""
    assert defaults["home"] == ""


def test_a_name_that_toml_can_not_hold() -> None:
    with pytest.raises(SettingsError, match="not UTF-8"):
        starter([Path("/h/\udcff")])


names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)


@settings(deadline=None)
@given(st.lists(names.filter(lambda name: name not in (".", "..")), max_size=3, unique=True))
def test_any_folder_reads_back(
    tmp_path_factory: pytest.TempPathFactory, folders: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    paths = [Path("/h") / name for name in folders]
    file.write_text(starter(paths), encoding="utf-8", newline="")
    assert [source.path for source in load(file, None, {}).directories] == paths
