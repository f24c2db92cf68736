import os
import sqlite3
import subprocess
from pathlib import Path

import anyio
import pytest

from opsroom.errors import StoreError, UsageError
from opsroom.operations.diagnosis import diagnose, diagnose_directory, named
from opsroom.operations.parts import Part, State
from opsroom.settings import (
    DirectorySource,
    GithubSource,
    ProbeSetting,
    Settings,
    for_paths,
    load,
)
from opsroom.store.database import Store


def parts(settings: Settings) -> dict[str, Part]:
    async def look() -> dict[str, Part]:
        return {part.part.split(" /")[0]: part async for part in diagnose(settings)}

    return anyio.run(look)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def begun(settings: Settings) -> Settings:
    async def begin() -> None:
        async with Store.open(None, settings.home):
            pass

    anyio.run(begin)
    return settings


def test_a_fresh_machine_is_not_broken_and_not_changed(settings: Settings) -> None:
    found = parts(settings)
    assert State.BROKEN not in {part.state for part in found.values()}
    assert found["source"].fix == "run `opsroom init PATH`"
    assert not settings.home.exists()


def test_a_store_that_works(settings: Settings) -> None:
    found = parts(begun(settings))
    assert found["store"].state is State.WORKS
    assert "0 events" in found["store"].said
    assert found["home"].state is State.WORKS


def test_probes_are_not_believed_to_watch(settings: Settings) -> None:
    assert "probes" not in parts(settings)
    probe = ProbeSetting(name="api", kind="http", target="https://api.example.org")
    found = parts(settings.model_copy(update={"probes": (probe,)}))["probes"]
    assert found.state is State.NOTE
    assert "asks none" in found.said


def test_a_corrupt_store_is_broken(settings: Settings) -> None:
    begun(settings)
    (settings.home / "store.sqlite").write_bytes(b"not a database, not at all" * 500)
    found = parts(settings)
    assert found["store"].state is State.BROKEN
    assert "restore" in found["store"].fix


def test_a_store_of_a_newer_version_is_broken(settings: Settings) -> None:
    begun(settings)
    with sqlite3.connect(settings.home / "store.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_ahead'")
    connection.close()
    assert "newer" in parts(settings)["store"].said
    with pytest.raises(StoreError):
        begun(settings)


def test_sources_are_counted(settings: Settings, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "code" / "api")], check=True)
    found = parts(for_paths([tmp_path / "code", tmp_path / "gone"], settings))
    assert found["source"].said.startswith("0 clones, 1 problems")
    assert found["source"].state is State.BROKEN
    both = [
        part for part in _all(for_paths([tmp_path / "code"], settings)) if "source" in part.part
    ]
    assert [part.said for part in both] == ["1 clones"]


def test_one_source_is_looked_at_alone(settings: Settings, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "code" / "api")], check=True)
    folders = [tmp_path / "code", tmp_path / "gone", tmp_path / "one/same", tmp_path / "two/same"]
    several = for_paths(folders, settings)
    for name in ("code", str(tmp_path / "code"), several.sources[0].key):
        found = looked_at(several, name)
        assert (found.part, found.said) == (f"source {tmp_path}/code", "1 clones")
    assert looked_at(several, "gone").state is State.BROKEN
    with pytest.raises(UsageError, match="did you mean code"):
        named(several, "cod")
    with pytest.raises(UsageError, match="2 sources are called 'same'"):
        named(several, "same")
    with pytest.raises(UsageError, match="opsroom init"):
        named(settings, "code")


def looked_at(settings: Settings, name: str) -> Part:
    source = named(settings, name)
    assert isinstance(source, DirectorySource)
    return anyio.run(diagnose_directory, source)


def test_a_source_of_a_host_is_named_by_its_owner_its_place_or_its_key(settings: Settings) -> None:
    acme = GithubSource(kind="github", owners=("Acme",))
    there = GithubSource(kind="github", owners=("acme",), base_url="https://ghe.example.org/api/v3")
    kim = GithubSource(kind="github", owners=("kim",))
    several = settings.model_copy(update={"sources": (acme, there, kim)})
    for name in ("github.com/acme", "github.com/Acme", acme.key):
        assert named(several, name) is acme
    assert named(several, "ghe.example.org/acme") is there
    assert named(several, "Kim") is kim
    with pytest.raises(UsageError, match="2 sources are called 'acme'") as raised:
        named(several, "acme")
    assert "ghe.example.org/acme" in raised.value.hint
    with pytest.raises(UsageError, match="did you mean kim"):
        named(several, "kimm")


def test_a_file_of_a_secret_that_others_can_read_is_broken(tmp_path: Path) -> None:
    for name in ("token", "write", "hook"):
        (tmp_path / name).write_text(f"ghp_{name}_secret")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "opsroom.toml").write_text(
        '[[source]]\nkind = "github"\nowner = "acme"\nbase_url = "http://127.0.0.1:1"\n'
        'token = "file:token"\nwrite_token = "file:write"\nwebhook_secret = "file:hook"\n'
    )
    (tmp_path / "write").chmod(0o640)
    found = parts(load(tmp_path / "opsroom.toml", tmp_path / "home", {}))
    states = {name: part.state for name, part in found.items() if name.startswith("secret ")}
    assert states == {
        "secret source.0.token": State.WORKS,
        "secret source.0.write_token": State.BROKEN,
        "secret source.0.webhook_secret": State.WORKS,
    }
    assert found["secret source.0.write_token"].fix == f"chmod 600 {tmp_path / 'write'}"
    assert "ghp_" not in str(found)
    assert found["source github:127.0.0.1:1/acme"].state is State.UNASKED


def _all(settings: Settings) -> list[Part]:
    async def look() -> list[Part]:
        return [part async for part in diagnose(settings)]

    return anyio.run(look)


@pytest.mark.parametrize("name", ["server", "approver"])
def test_a_token_that_others_can_read_is_broken(settings: Settings, name: str) -> None:
    settings.home.mkdir()
    token = settings.home / f"{name}.token"
    token.write_text("secret")
    token.chmod(0o644)
    found = parts(settings)[f"{name} token"]
    assert (found.state, found.fix) == (State.BROKEN, f"chmod 600 {token}")
    assert "secret" not in found.said
    token.chmod(0o600)
    assert parts(settings)[f"{name} token"].state is State.WORKS
    assert "both tokens" in parts(settings)["same user"].said


def test_the_owner_is_named_while_it_lives(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "owner.lock").write_text(f"{os.getpid()}\n")
    assert str(os.getpid()) in parts(settings)["owner"].said
    (settings.home / "owner.lock").write_text("")
    assert "no process watches" in parts(settings)["owner"].said


def test_a_store_elsewhere_that_does_not_answer_is_broken(settings: Settings) -> None:
    url = "postgresql://nobody:hidden@127.0.0.1:1/none"
    found = parts(settings.model_copy(update={"store": url}))["store"]
    assert found.state is State.BROKEN
    assert "hidden" not in found.said + found.fix
