"""Which names of the network say something about a fleet."""

import time

import pytest

from opsroom.observe.reading.network_names import asked, hosts_in, served


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("api.acme.dev", "api.acme.dev"),
        ("API.Acme.Dev.", "api.acme.dev"),
        ("api.acme.dev:8443", "api.acme.dev:8443"),
        ("nas:5000", "nas:5000"),
        ("web.shop.svc.cluster.local:80", "web.shop.svc:80"),
        ("web.shop", "web.shop"),
        ("nas.home.arpa", "nas.home.arpa"),
        *((name, "") for name in ("nas", "localhost:80", "app.localhost:80", "127.0.0.1:80", "")),
        *((name, "") for name in ("10.0.0.5", "api.example.org", "example.com:80", "x.test:1")),
        *((name, "") for name in ("github.com", "api.github.com", "eu.ghcr.io", "settings.yaml")),
        *((name, "") for name in ("docs.acme.dev", "a b.dev", "a..dev", "-a.dev", "${X}.dev")),
        *((name, "") for name in ("a" * 300 + ".dev", "a.dev:123456", "{{ x }}", "\u202eacme.dev")),
    ],
)
def test_asked(written: str, name: str) -> None:
    assert asked(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Shop.Acme.dev", "shop.acme.dev"),
        ("*.acme.dev", "*.acme.dev"),
        ("babeljs.io", "babeljs.io"),
        ("a.dev:80", "a.dev"),
        *((name, "") for name in ("_", "localhost", "shop", "*", "~^www", "shop.example.com", "")),
        *((name, "") for name in ("10.0.0.5", "{{ .Values.host }}", "${HOST}", "a.b.conf")),
    ],
)
def test_served(written: str, name: str) -> None:
    assert served(written) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x=https://api.acme.dev/v1", ["api.acme.dev"]),
        ("x=https://api.acme.dev", ["api.acme.dev"]),
        ("postgres://kim:secret@db.acme.dev:5432/shop", ["db.acme.dev:5432"]),
        ("jdbc:postgresql://db.acme.dev:5432/shop", ["db.acme.dev:5432"]),
        (
            "redis://cache.acme.dev:6379/0, amqp://mq.acme.dev",
            ["cache.acme.dev:6379", "mq.acme.dev"],
        ),
        ("${API:-https://api.acme.dev}", ["api.acme.dev"]),
        *((text, []) for text in ("https://${HOST}/x", "https://{{ host }}/x", "https://x-$Y.dev")),
        *(
            (text, [])
            for text in ("https://api.${ZONE}", "s3://bucket.acme.dev/x", "file://a.dev/x")
        ),
        *((text, []) for text in ("http://nas/x", "http://127.0.0.1:80", "oci://reg.acme.dev/x")),
    ],
)
def test_urls(text: str, names: list[str]) -> None:
    assert list(hosts_in(text)) == names


@pytest.mark.parametrize("part", ["a.", "a://", "a@", "a:", "://", "-", "a://b@"])
def test_much_of_the_same_takes_no_time(part: str) -> None:
    begun = time.perf_counter()
    list(hosts_in("https://" + part * (200_000 // len(part))))
    asked(part * 100_000)
    served(part * 100)
    assert time.perf_counter() - begun < 2
