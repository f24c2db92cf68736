"""A source `github`: what it may hold, what it is called, and what errors say."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from opsroom.errors import SettingsError
from opsroom.settings import DirectorySource, GithubSource, Settings, for_paths, load

Write = Callable[[str], Path]
ENVIRON = {"T": "read-token", "W": "write-token", "S": "hook-secret"}
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\n"
SOURCE = '[[source]]\nkind = "github"\nowner = "acme"\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    (tmp_path / "app.pem").write_text(PEM, encoding="utf-8")

    def written(text: str) -> Path:
        file = tmp_path / "my.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def hosts(file: Path) -> tuple[GithubSource, ...]:
    return load(file, file.parent, ENVIRON).hosts


def test_everything_that_it_may_hold(write: Write) -> None:
    (source,) = hosts(
        write(
            SOURCE
            + 'base_url = "https://ghe.example.org/api/v3/"\n'
            + 'token = "env:T"\nwrite_token = "env:W"\nwebhook_secret = "env:S"\n'
            + 'include = ["acme/*", "Acme/Web-*"]\nexclude = ["*/*-old"]\n'
            + 'environment = "prod"\nlabels = ["work"]\nsweep_every = "45s"\n'
        )
    )
    assert source.owner == "acme"
    assert source.base_url == "https://ghe.example.org/api/v3"
    assert (source.host, source.key) == ("ghe.example.org", "github:ghe.example.org/acme")
    assert isinstance(source.token, SecretStr)
    assert source.token.get_secret_value() == "read-token"
    assert isinstance(source.write_token, SecretStr)
    assert source.write_token.get_secret_value() == "write-token"
    assert source.webhook_secret is not None
    assert source.webhook_secret.get_secret_value() == "hook-secret"
    assert (source.environment, source.labels) == ("prod", ("work",))
    assert source.sweep_every == timedelta(seconds=45)
    shown = f"{source!r} {source} {source.model_dump_json()}"
    assert not any(secret in shown for secret in ENVIRON.values())


def test_the_login_of_the_command_line_is_no_token(write: Write) -> None:
    (source,) = hosts(write(SOURCE + 'token = "gh"\n'))
    assert source.token == "gh"  # the word that stands for a login


def test_several_owners_are_as_many_sources(write: Write) -> None:
    one, other = hosts(
        write('[[source]]\nkind = "github"\nowner = ["acme", "Ann"]\ntoken = "env:T"\n')
    )
    assert (one.key, other.key) == ("github:github.com/acme", "github:github.com/ann")
    assert (one.owner, other.owner) == ("acme", "Ann")
    assert one.token == other.token


def test_an_app_may_leave_its_owner_to_its_installations(write: Write) -> None:
    text = '[[source]]\nkind = "github"\napp_id = 12345\nprivate_key = "file:app.pem"\n'
    (source,) = hosts(write(text))
    assert (source.owner, source.key) == (None, "github:github.com/app/12345")
    assert source.private_key is not None
    assert source.private_key.get_secret_value() == PEM.strip()


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://API.github.com/", "github.com"),
        ("https://ghe.example.org/api/v3", "ghe.example.org"),
        ("https://ghe.example.org:8443/api/v3", "ghe.example.org:8443"),
        ("https://ghe.example.org:443/api/v3", "ghe.example.org"),
        ("https://api.octo.ghe.com", "octo.ghe.com"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.0.0.1:80/api/v3", "127.0.0.1"),
        ("http://[::1]:81", "[::1]:81"),
    ],
)
def test_the_host_is_called_as_remotes_call_it(base_url: str, host: str) -> None:
    from opsroom.model.identity import remote_identity

    source = GithubSource(kind="github", owners=("acme",), base_url=base_url)
    assert source.host == host
    clone = f"{base_url.partition(':')[0]}://{host}/acme/api.git"
    assert remote_identity(clone) == (host, "acme/api")


def test_globs_choose_without_regard_to_case() -> None:
    source = GithubSource(
        kind="github", owners=("acme",), include=("acme/*", "ann/web-*"), exclude=("*/*-old",)
    )
    names = ["Acme/API", "ann/Web-1", "ann/api", "acme/x-OLD", "evil/acme/api"]
    assert [name for name in names if source.has(name)] == ["Acme/API", "ann/Web-1"]
    assert GithubSource(kind="github", owners=("acme",)).has("any/thing")


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        (SOURCE, 1, "source[0].token", ["is missing", 'token = "gh"', "App"]),
        (
            '[[source]]\nkind = "github"\ntoken = "env:T"',
            1,
            "source[0].owner",
            ["missing", "NAME"],
        ),
        (SOURCE + 'tokn = "env:T"', 4, "source[0].tokn", ["unknown key", "did you mean token?"]),
        (SOURCE + 'path = "/a"', 4, "source[0].path", ["unknown key"]),
        (SOURCE + 'owners = "x"', 4, "source[0].owners", ["unknown key", "did you mean owner?"]),
        (SOURCE + 'token = "ghp_abcdef"', 4, "source[0].token", ["can't be written", '"gh"']),
        (SOURCE + "token = 3", 4, "source[0].token", ["not a string", '"gh"']),
        (SOURCE + 'token = "env:NONE"', 4, "source[0].token", ["NONE is not set"]),
        (SOURCE + 'token = "env:T"\nwrite_token = "env:T"', 5, "source[0].write_token", ["reads"]),
        (SOURCE + 'token = "env:T"\napp_id = 1', 4, "source[0].token", ["App too"]),
        (SOURCE + "app_id = 1", 1, "source[0].private_key", ["is missing", "PEM"]),
        (SOURCE + 'private_key = "file:app.pem"', 1, "source[0].app_id", ["is missing"]),
        (SOURCE + 'private_key = "env:T"', 4, "source[0].private_key", ["not a private key"]),
        (SOURCE + 'base_url = "ghe"', 4, "source[0].base_url", ["not a site"]),
        (
            SOURCE + 'token = "env:T"\nbase_url = "http://ghe.example.org"',
            5,
            "source[0].base_url",
            ["unencrypted", "https://"],
        ),
        (SOURCE + 'include = ["api"]', 4, "source[0].include[0]", ["owner/name", "acme/*"]),
        (SOURCE + 'sweep_every = "15"', 4, "source[0].sweep_every", ["not a duration"]),
        (
            '[[source]]\nkind = "github"\nowner = "acme/api"',
            3,
            "source[0].owner",
            ["not the name of an owner", "include"],
        ),
        ('[[source]]\nkind = "github"\nowner = []', 3, "source[0].owner", ["not a name"]),
        ('[[source]]\nkind = "github"\nowner = 3', 3, "source[0].owner", ["not a name"]),
        (
            f'{SOURCE}token = "env:T"\n\n{SOURCE.replace("acme", "ACME")}token = "gh"',
            8,
            "source[1].owner",
            ["github.com/acme is a source already"],
        ),
    ],
)
def test_an_error_says_where_it_is_and_what_to_write(
    write: Write, text: str, line: int, key: str, says: list[str]
) -> None:
    file = write(text)
    with pytest.raises(SettingsError) as caught:
        load(file, None, ENVIRON)
    message = str(caught.value)
    assert message.startswith(f"{file}, line {line}: {key}: ")
    for word in says:
        assert word in message
    assert "ghp_abcdef" not in message


def test_paths_of_the_command_line_are_folders_alone(tmp_path: Path) -> None:
    acme = GithubSource(kind="github", owners=("acme",))
    chosen = for_paths([tmp_path], Settings(home=tmp_path, sources=(acme,)))
    assert chosen.sources == (DirectorySource(kind="directory", path=tmp_path),)
    assert (chosen.directories, chosen.hosts) == (chosen.sources, ())
