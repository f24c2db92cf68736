from pathlib import Path

from opsroom.settings.kept import secret_files


def test_every_file_of_a_secret_is_named_by_its_key(tmp_path: Path) -> None:
    file = tmp_path / "opsroom.toml"
    file.write_text(
        'store = "file:/etc/opsroom/url"\n[server]\ntoken = "file:server.token"\n'
        '[[source]]\nkind = "directory"\npath = "file"\nlabels = ["other"]\n'
        '[[source]]\nkind = "github"\nowner = "acme"\ntoken = "env:TOKEN"\n'
        'webhook_secret = "file:~/hook"\n'
    )
    assert secret_files(file) == (
        ("store", Path("/etc/opsroom/url")),
        ("server.token", tmp_path / "server.token"),
        ("source.1.webhook_secret", Path.home() / "hook"),
    )


def test_settings_without_secrets_name_none(tmp_path: Path) -> None:
    file = tmp_path / "opsroom.toml"
    file.write_text('home = "~/x"\n')
    assert secret_files(file) == ()
