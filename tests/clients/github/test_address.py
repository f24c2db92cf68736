import pytest

from opsroom.clients.github.address import HostAddress
from opsroom.errors import SettingsError


@pytest.mark.parametrize(
    ("base_url", "name", "rest", "graphql"),
    [
        (url, "github.com", "https://api.github.com", "https://api.github.com/graphql")
        for url in ("https://api.github.com", "https://github.com/", "https://API.GitHub.com/")
    ]
    + [
        (
            "https://git.example.com/api/v3",
            "git.example.com",
            "https://git.example.com/api/v3",
            "https://git.example.com/api/graphql",
        ),
        (
            "https://git.example.com:8443/api/v3/",
            "git.example.com:8443",
            "https://git.example.com:8443/api/v3",
            "https://git.example.com:8443/api/graphql",
        ),
        (
            "https://api.acme.ghe.com",
            "acme.ghe.com",
            "https://api.acme.ghe.com",
            "https://api.acme.ghe.com/graphql",
        ),
        (
            "http://[::1]:8711",
            "[::1]:8711",
            "http://[::1]:8711",
            "http://[::1]:8711/graphql",
        ),
        (
            "http://127.0.0.1:8711",
            "127.0.0.1:8711",
            "http://127.0.0.1:8711",
            "http://127.0.0.1:8711/graphql",
        ),
        (
            "https://git.example.com:443/api/v3",
            "git.example.com",
            "https://git.example.com/api/v3",
            "https://git.example.com/api/graphql",
        ),
    ],
)
def test_where_a_host_answers(base_url: str, name: str, rest: str, graphql: str) -> None:
    assert HostAddress.of(base_url) == HostAddress(name, rest, graphql)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "github.com",
        "ftp://x",
        "https://",
        "https://me:secret@git.example.com",
        "https://x:y",
        "https://[",
    ],
)
def test_what_is_no_address(base_url: str) -> None:
    with pytest.raises(SettingsError, match="base_url") as caught:
        HostAddress.of(base_url)
    assert "secret" not in str(caught.value)


def test_another_port_or_scheme_is_another_place() -> None:
    here = HostAddress.of("https://git.example.com/api/v3")
    assert here.same_place("https://git.example.com/other")
    for url in ("http://git.example.com/", "https://git.example.com:1/", "https://example.com/"):
        assert not here.same_place(url)
