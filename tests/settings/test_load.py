"""The settings file: where it is looked for, what it may hold, and what errors say."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from opsroom.errors import Exit, SettingsError
from opsroom.model.limits import Override, Profile
from opsroom.model.severity import Severity
from opsroom.model.where import Where
from opsroom.settings import (
    TABLES,
    DirectorySource,
    Server,
    Settings,
    for_paths,
    load,
    parse_duration,
)

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of its own, and a working directory that is somebody else's."""
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a settings file, give its path."""

    def written(text: str) -> Path:
        file = tmp_path / "my.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def refusal(file: Path | None, environ: dict[str, str] | None = None) -> str:
    """What the error says."""
    with pytest.raises(SettingsError) as caught:
        load(file, None, environ or {})
    assert caught.value.exit == Exit.USAGE
    assert "\n" not in str(caught.value)
    return str(caught.value)


EVERYTHING = """
home = "~/room"
store = "postgresql://ann@localhost/opsroom"

[[source]]
kind = "directory"
path = "~/code"
labels = ["laptop", "tier 1"]
environment = "dev"

[[source]]
kind = "directory"
path = "/srv/git"

[server]
host = "0.0.0.0"
port = 9000
token = "env:MY_TOKEN"
allowed_hosts = ["ops.example.org", "ops.example.org:8443", "[::1]:9000"]
public_url = "https://ops.example.org/room/"
base_path = "/room/"
trusted_proxies = ["10.0.0.2", "10.1.0.0/16", "::1"]

[health]
profile = "team"

[[check]]
rule = "missing-license"
where = "label:laptop"
severity = "off"

[[check]]
rule = "no-remote"
severity = "high"

[watch]
worktree_every = "5m"
gate_every = "1s"

[journal]
keep = "30d"
"""


def test_everything_that_a_file_may_hold(write: Write, tmp_path: Path) -> None:
    file = write(EVERYTHING)
    settings = load(file, None, {"MY_TOKEN": "s3cret"})
    assert settings.file == file
    assert settings.home == tmp_path / "user/room"
    assert settings.store == "postgresql://ann@localhost/opsroom"
    assert settings.sources == (
        DirectorySource(
            kind="directory",
            path=tmp_path / "user/code",
            labels=("laptop", "tier 1"),
            environment="dev",
        ),
        DirectorySource(kind="directory", path=Path("/srv/git")),
    )
    assert settings.sources[1].key == "directory:/srv/git"
    server = settings.server
    assert (server.host, server.port, server.loopback) == ("0.0.0.0", 9000, False)  # noqa: S104 # the value under test
    assert server.token is not None
    assert server.token.get_secret_value() == "s3cret"
    assert server.allowed_hosts == ("ops.example.org", "ops.example.org:8443", "[::1]:9000")
    assert server.public_url == "https://ops.example.org/room"
    assert server.base_path == "/room"
    assert server.trusted_proxies == ("10.0.0.2/32", "10.1.0.0/16", "::1/128")
    assert settings.watch.worktree_every == timedelta(minutes=5)
    assert settings.watch.gate_every == timedelta(seconds=1)
    assert settings.journal.keep == timedelta(days=30)
    limits = settings.limits
    assert limits.profile is Profile.TEAM
    assert limits.overrides == (
        Override(rule="missing-license", severity=None, where=Where.parse("label:laptop")),
        Override(rule="no-remote", severity=Severity.HIGH),
    )


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = load(None, None, {})
    assert settings.file is None
    assert settings.home == tmp_path / "data/opsroom"
    assert settings.store is None
    assert settings.sources == ()
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8723)
    assert settings.server.token is None
    assert settings.watch.worktree_every == timedelta(minutes=10)
    assert settings.watch.gate_every == timedelta(seconds=15)
    assert settings.journal.keep == timedelta(days=90)
    assert settings.limits.profile is None


def test_a_file_in_the_working_directory_is_never_read() -> None:
    Path("opsroom.toml").write_text('home = "/evil"', encoding="utf-8")
    Path(".env").write_text("OPSROOM_HOME=/evil", encoding="utf-8")
    settings = load(None, None, {})
    assert settings.file is None
    assert settings.home != Path("/evil")


def test_the_order_in_which_a_file_is_looked_for(tmp_path: Path) -> None:
    files = [tmp_path / "config/opsroom/opsroom.toml", tmp_path / "b.toml", tmp_path / "c.toml"]
    for port, file in enumerate(files, 1):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"server.port = {port}", encoding="utf-8")
    environ = {"OPSROOM_CONFIG": str(files[1])}
    assert load(files[2], None, environ).server.port == 3
    assert load(None, None, environ).server.port == 2
    assert load(None, None, {"OPSROOM_CONFIG": ""}).server.port == 1
    assert load(Path("../c.toml"), None, {}).file == files[2]


def test_the_order_in_which_a_home_is_chosen(write: Write, tmp_path: Path) -> None:
    file = write('home = "~/written"')
    environ = {"OPSROOM_HOME": "/from/environ"}
    assert load(file, Path("given"), environ).home == tmp_path / "elsewhere/given"
    assert load(file, None, environ).home == Path("/from/environ")
    assert load(file, None, {"OPSROOM_HOME": ""}).home == tmp_path / "user/written"
    assert load(None, None, {"OPSROOM_HOME": "~/x"}).home == tmp_path / "user/x"


@pytest.mark.parametrize("variable", ["OPSROOM_HOME", "OPSROOM_CONFIG"])
def test_the_environment_can_not_point_into_the_working_directory(variable: str) -> None:
    Path("opsroom.toml").write_text("", encoding="utf-8")
    says = refusal(None, {variable: "opsroom.toml"})
    assert variable in says
    assert "absolute" in says


def test_relative_paths_are_relative_to_the_file(write: Write, tmp_path: Path) -> None:
    file = write('home = "room"\n[[source]]\nkind = "directory"\npath = "../a/./b"\n')
    settings = load(file, None, {})
    assert settings.home == tmp_path / "room"
    assert settings.directories[0].path == tmp_path.parent / "a/b"


def test_a_file_that_was_asked_for_has_to_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert f"{missing} does not exist" in refusal(missing)
    assert f"{missing} does not exist" in refusal(None, {"OPSROOM_CONFIG": str(missing)})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


@contextmanager
def without_rights() -> Generator[None]:
    """Root may read everything; the tests may run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_without_permission(write: Write) -> None:
    file = write("")
    file.chmod(0)
    with without_rights():
        assert f"{file} can't be read: Permission denied" in refusal(file)


def test_a_configuration_folder_without_permission_is_not_an_absent_one(tmp_path: Path) -> None:
    folder = tmp_path / "config/opsroom"
    folder.mkdir(parents=True)
    folder.chmod(0)
    with without_rights():
        assert "Permission denied" in refusal(None)
    folder.chmod(0o700)
    assert load(None, None, {}).file is None


def test_a_broken_link_in_the_default_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "config/opsroom").mkdir(parents=True)
    (tmp_path / "config/opsroom/opsroom.toml").symlink_to(tmp_path / "gone")
    assert "does not exist" in refusal(None)


def test_a_file_that_is_not_utf_8(write: Write) -> None:
    file = write("")
    file.write_bytes(b'# fine\nhome = "\xff"\n')
    assert refusal(file).startswith(f"{file}, line 2: not UTF-8")


def test_a_byte_order_mark_and_windows_lines_are_fine(write: Write) -> None:
    file = write("")
    file.write_bytes(b"\xef\xbb\xbf[server]\r\nport = 1\r\n")
    assert load(file, None, {}).server.port == 1


def test_a_file_that_is_too_large(write: Write) -> None:
    assert "too large" in refusal(write("#" * 1_000_001))


@pytest.mark.parametrize(
    "text",
    ["a = \n", "[server\n", "a = 1\na = 2\n", f"a = {'[' * 5_000}", f"a = {'9' * 5_000}"],
)
def test_what_is_not_toml(write: Write, text: str) -> None:
    assert "not TOML: " in refusal(write(text))


@pytest.mark.parametrize(("text", "line"), [("\n\na b\n", 3), ("a = 1\nb = [\n1", 3)])
def test_a_toml_error_names_its_line(write: Write, text: str, line: int) -> None:
    file = write(text)
    assert refusal(file).startswith(f"{file}, line {line}: not TOML: ")


SOURCE = '[[source]]\nkind = "directory"\npath = "/a"\n'


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("hmoe = 1", 1, "hmoe", ["unknown key", "did you mean home?", "journal"]),
        ("file = '/x'", 1, "file", ["unknown key"]),
        ("[[sources]]\na = 1", 1, "sources", ["unknown key", "did you mean source?"]),
        ("[checks]", 1, "checks", ["unknown key", "did you mean check?"]),
        ("\n[server]\n\nprot = 1", 4, "server.prot", ["unknown key", "did you mean port?"]),
        (f"{SOURCE}{SOURCE}token = 'x'", 7, "source[1].token", ["unknown key", "labels"]),
        (f"{SOURCE}tags = ['x']", 4, "source[0].tags", ["unknown key", "one of kind, path"]),
        ("[[source]]\nkind = 'gitlab'", 2, "source[0].kind", ["'gitlab'", "directory", "github"]),
        ("[[source]]\npath = '/a'", 1, "source[0].kind", ["missing", '"directory" or "github"']),
        ("[[source]]\nkind = 'dir'", 2, "source[0].kind", ["did you mean directory?"]),
        ("[[source]]\nkind = 'directory'", 1, "source[0].path", ["missing", 'path = "~/code"']),
        ("[[source]]\nkind = 'directory'\npath = 3", 3, "source[0].path", ["path"]),
        ("[[source]]\nkind = 'directory'\npath = ''", 3, "source[0].path", ["not a path"]),
        ("[[source]]\nkind = 'directory'\npath = '~nobody-here/x'", 3, "source[0].path", ["path"]),
        (f"{SOURCE}labels = 'x'", 4, "source[0].labels", ["not a list", 'labels = ["..."']),
        (f"{SOURCE}labels = [\n'a',\n'']", 4, "source[0].labels[1]", ["at least 1 character"]),
        (f"{SOURCE}{SOURCE}", 6, "source[1].path", ["/a is a source already"]),
        ("source = 1", 1, "source", ["not a table", "write [[source]]"]),
        ("[source]\nkind = 'directory'", 1, "source", ["not a table", "write [[source]]"]),
        ("source = ['/a']", 1, "source[0]", ["not a table", "write [[source]]"]),
        ("server = 'x'", 1, "server", ["not a table", "write [server]"]),
        ("[[server]]\nport = 1", 1, "server", ["not a table", "write [server]"]),
        ("server = { port = '1' }", 1, "server.port", ["integer"]),
        ("[server]\nport = true", 2, "server.port", ["integer"]),
        ("[server]\nport = 65536", 2, "server.port", ["65535"]),
        ("[server]\nhost = ''", 2, "server.host", ["at least 1 character"]),
        ("[server]\nallowed_hosts = ['*']", 2, "server.allowed_hosts[0]", ["not a host"]),
        ("[server]\nallowed_hosts = ['http://a']", 2, "server.allowed_hosts[0]", ["not a host"]),
        ("[server]\npublic_url = 'ops'", 2, "server.public_url", ["https://host/path"]),
        ("[server]\npublic_url = 'https://u:p@h'", 2, "server.public_url", ["not a site"]),
        ("[server]\nbase_path = 'room'", 2, "server.base_path", ['"/opsroom"']),
        ("[server]\ntrusted_proxies = ['x']", 2, "server.trusted_proxies[0]", ["10.0.0.0/8"]),
        ("[health]\nprofile = 'home'", 2, "health.profile", ["personal, public, team"]),
        ("[[check]]\nrule = 'x'", 1, "check[0].severity", ["missing", 'severity = "off"']),
        ("[[check]]\nseverity = 'off'", 1, "check[0].rule", ["missing"]),
        (
            "[[check]]\nrule = 'x'\nseverity = 'hihg'",
            3,
            "check[0].severity",
            ["did you mean high?", "off, info, low, medium, high, critical"],
        ),
        (
            "[[check]]\nrule = 'x'\nseverity = 'off'\nwhere = 'lable:x'",
            4,
            "check[0].where",
            ["unknown key 'lable'", "did you mean label?"],
        ),
        ("[watch]\ngate_every = 15", 2, "watch.gate_every", ["not a duration", '"30s"']),
        ("[watch]\ngate_every = '15'", 2, "watch.gate_every", ["not a duration", "30s"]),
        ("[watch]\ngate_every = '0s'", 2, "watch.gate_every", ["1 second"]),
        ("[journal]\nkeep = 'PT1H'", 2, "journal.keep", ["not a duration"]),
        ("[journal]\nkeep = '1m'", 2, "journal.keep", ["1 hour"]),
        ("store = 'sqlite:///x'", 1, "store", ["postgresql://", "SQLite"]),
        ("store = 3", 1, "store", ["string"]),
        ("home = 3", 1, "home", ["path"]),
        ("[scna]\nevery = '1h'", 1, "scna", ["unknown key"]),
    ],
)
def test_an_error_says_where_it_is_and_what_to_write(
    write: Write, text: str, line: int, key: str, says: list[str]
) -> None:
    file = write(text)
    message = refusal(file)
    assert message.startswith(f"{file}, line {line}: {key}: ")
    for word in says:
        assert word in message


def test_an_error_counts_what_else_is_wrong(write: Write) -> None:
    assert "(and 2 more)" in refusal(write("a = 1\nb = 2\nc = 3"))


def test_a_key_of_control_characters_is_shown_plainly(write: Write) -> None:
    says = refusal(write('"\\u001b[31mred" = 1'))
    assert "\x1b" not in says
    assert "unknown key" in says


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),  # noqa: S104 # the value under test
        ("::", False),
        ("192.168.1.2", False),
        ("::ffff:192.168.1.2", False),
        ("localhost.example.org", False),
        ("127.1", False),
        ("ops.example.org", False),
    ],
)
def test_only_this_machine_reaches_loopback(host: str, loopback: bool) -> None:
    assert Server(host=host).loopback is loopback


def test_paths_of_the_command_line_replace_the_sources(tmp_path: Path) -> None:
    labelled = DirectorySource(kind="directory", path=tmp_path / "user/code", labels=("laptop",))
    other = DirectorySource(kind="directory", path=Path("/srv"))
    settings = Settings(home=tmp_path, sources=(labelled, other))
    chosen = for_paths([Path("here"), Path("~/code"), Path("../elsewhere/here")], settings)
    assert chosen.sources == (
        DirectorySource(kind="directory", path=tmp_path / "elsewhere/here"),
        labelled,
    )
    assert chosen.home == tmp_path


def test_durations_are_read_here_too() -> None:
    assert parse_duration("24h") == timedelta(days=1)


def test_every_setting_is_explained() -> None:
    for model in TABLES.values():
        for name, field in model.model_fields.items():
            assert field.description, name
            assert field.description.endswith("."), name
