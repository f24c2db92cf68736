import pytest
from tests.observe.manifests.samples import FILES, NPM, PYPI, YARN

from opsroom.observe.reading import origins


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("acme/tool", "git+https://github.com/acme/tool"),
        ("github:acme/tool#v1", "git+https://github.com/acme/tool#v1"),
        ("gitlab:acme/tool", "git+https://gitlab.com/acme/tool"),
        ("gist:0123", "git+https://gist.github.com/0123"),
        ("git@example.org:acme/tool.git#a", "git+ssh://example.org/acme/tool.git#a"),
        ("git+ssh://git@example.org/a.git#b", "git+ssh://example.org/a.git#b"),
        ("git+https://user:secret@example.org/a", "git+https://example.org/a"),
        ("https://oauth2:secret@example.org/a?token=secret#b", "git+https://example.org/a#b"),
        ("git://example.org/a", "git://example.org/a"),
        ("git+ssh://deploy:sec/ret@example.org/a", "git+ssh://example.org/a"),
    ],
)
def test_git(written: str, origin: str) -> None:
    assert origins.git(written) == origin


@pytest.mark.parametrize(
    ("url", "name", "origin"),
    [
        (f"{NPM}/ws/-/ws-1.0.0.tgz", "ws", ""),
        (f"{YARN}/ws/-/ws-1.0.0.tgz#0123", "ws", ""),
        ("https://e.example.org/ws/-/ws-1.tgz", "ws", "registry:https://e.example.org/"),
        (
            "https://u:secret@e.example.org/n/@a%2fb/-/b-1.tgz",
            "@a/b",
            "registry:https://e.example.org/n/",
        ),
        (
            "https://e.example.org/download/@a/b/1.0.0/0123",
            "@a/b",
            "registry:https://e.example.org/",
        ),
        ("https://e.example.org/ws.tgz?sig=secret", "ws", "url:https://e.example.org/ws.tgz"),
        ("https://e.example.org/other/-/x.tgz", "ws", "url:https://e.example.org/other/-/x.tgz"),
        (
            "https://codeload.github.com/acme/tool/tar.gz/0123",
            "tool",
            "git+https://github.com/acme/tool#0123",
        ),
        ("http://[", "ws", "url:http://["),
    ],
)
def test_tarballs_of_npm(url: str, name: str, origin: str) -> None:
    assert origins.tarball(url, name) == origin


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (PYPI, ""),
        (f"{FILES}/x", ""),
        ("https://pypi.org.example.org/simple", "registry:https://pypi.org.example.org/simple"),
        ("https://u:secret@e.example.org/simple/", "registry:https://e.example.org/simple/"),
    ],
)
def test_registries(url: str, origin: str) -> None:
    assert origins.registry(url) == origin


@pytest.mark.parametrize("of", [origins.git, origins.registry, origins.download, origins.path])
def test_what_is_shown_is_plain_and_short(of: object) -> None:
    assert callable(of)
    shown = str(of(f"https://example.org/\x1b[31m\u202e{'x' * 2000}"))
    assert shown.isprintable()
    assert len(shown) < 600
