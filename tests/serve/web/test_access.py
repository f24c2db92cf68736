import pytest
from pydantic import SecretStr
from starlette.datastructures import Headers
from tests.operations.rooms import Yard

from opsroom.errors import SettingsError
from opsroom.serve.web.access import Access, place
from opsroom.settings import Server, Settings

BEYOND = {"host": "192.0.2.7", "token": SecretStr("right")}


def access(yard: Yard, **server: object) -> Access:
    return Access.of(Settings(home=yard.home, server=Server.model_validate(server)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("localhost", ("localhost", None)),
        ("LOCALHOST:8723", ("localhost", 8723)),
        ("[::1]:8723", ("[::1]", 8723)),
        ("[::1]", ("[::1]", None)),
        ("", None),
        ("a b", None),
        ("localhost:", None),
        ("localhost:123456", None),
        ("user@localhost", None),
        ("localhost/..", None),
        ("::1", None),
    ],
)
def test_a_host_is_read_strictly(text: str, wanted: object) -> None:
    assert place(text) == wanted


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8723", "localhost:8723", "LocalHost:8723", "[::1]:8723"]
)
def test_on_loopback_its_own_names_are_known(yard: Yard, host: str) -> None:
    assert access(yard).knows_host(host, None)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8723",
        "localhost.evil.example:8723",
        "localhost",
        "localhost:8724",
        "127.0.0.1.nip.io:8723",
        "192.0.2.7:8723",
        "127.0.0.2:8723",
        "",
    ],
)
def test_no_other_name_is_known(yard: Yard, host: str) -> None:
    assert not access(yard).knows_host(host, 8723)


def test_the_port_that_was_really_taken_counts(yard: Yard) -> None:
    assert access(yard, port=0).knows_host("localhost:40001", 40001)
    assert not access(yard, port=0).knows_host("localhost:40002", 40001)


def test_settings_allow_more_names(yard: Yard) -> None:
    rules = access(
        yard, allowed_hosts=["ops.lan", "nas.lan:9000"], public_url="https://ops.example.org/room"
    )
    for host in ("ops.lan", "ops.lan:1234", "nas.lan:9000", "ops.example.org"):
        assert rules.knows_host(host, None), host
    for host in ("nas.lan", "nas.lan:9001", "ops.example.org:9000"):
        assert not rules.knows_host(host, None), host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "ops.lan"])  # noqa: S104 - a test
def test_beyond_loopback_a_token_is_needed(yard: Yard, host: str) -> None:
    with pytest.raises(SettingsError, match="no token") as refused:
        access(yard, host=host)
    assert "server.token" in refused.value.hint


def test_a_wildcard_names_nothing_but_loopback(yard: Yard) -> None:
    rules = access(yard, host="0.0.0.0", token=SecretStr("right"))  # noqa: S104 - a test
    assert rules.knows_host("localhost:8723", None)
    assert not rules.knows_host("0.0.0.0:8723", None)
    assert not rules.knows_host("192.0.2.7:8723", None)


def test_an_address_that_is_listened_on_is_a_name(yard: Yard) -> None:
    assert access(yard, **BEYOND).knows_host("192.0.2.7:8723", None)
    assert access(yard, host="2001:db8::7", token=SecretStr("x")).knows_host(
        "[2001:db8::7]:8723", None
    )


def knows(rules: Access, *, changes: bool = False, **headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return rules.knows_origin(Headers({"host": "localhost:8723", **named}), changes=changes)


def test_only_our_own_pages_may_ask(yard: Yard) -> None:
    rules = access(
        yard, public_url="https://ops.example.org/room", allowed_hosts=["tools.lan:6274", "ops.lan"]
    )
    for origin in (
        "http://localhost:8723",
        "https://ops.example.org",
        "http://tools.lan:6274",
        "https://ops.lan",
    ):
        assert knows(rules, origin=origin), origin
    for origin in (
        "null",
        "https://evil.example",
        "http://localhost:3000",
        "http://ops.example.org",
        "https://ops.lan:3000",
        "file://",
        "http://[",
        "",
    ):
        assert not knows(rules, origin=origin), origin


def test_without_an_origin_a_program_may_ask(yard: Yard) -> None:
    rules = access(yard)
    assert knows(rules)
    assert knows(rules, changes=True)


def test_with_a_cookie_a_change_needs_an_origin(yard: Yard) -> None:
    rules = access(yard)
    assert not knows(rules, changes=True, cookie="a=b")
    assert knows(rules, changes=True, cookie="a=b", origin="http://localhost:8723")
    assert knows(rules, cookie="a=b")


def test_what_the_browser_says_of_the_asking_site_counts(yard: Yard) -> None:
    rules = access(yard)
    assert not knows(rules, sec_fetch_site="cross-site", sec_fetch_mode="no-cors")
    assert not knows(rules, sec_fetch_site="same-site", sec_fetch_mode="no-cors", cookie="a=b")
    assert knows(rules, sec_fetch_site="cross-site", sec_fetch_mode="navigate")
    assert knows(rules, sec_fetch_site="same-origin", sec_fetch_mode="cors", cookie="a=b")


def test_the_token_is_proved_by_bearer_or_cookie(yard: Yard) -> None:
    rules = access(yard, **BEYOND)
    right = f"{rules.cookie}={rules.pass_value()}"
    for headers in (
        {"authorization": "Bearer right"},
        {"authorization": "bearer  right "},
        {"cookie": right},
        {"cookie": f"theme=dark; {right}"},
    ):
        assert rules.proves(Headers(headers)), headers
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer "},
        {"authorization": "Basic right"},
        {"authorization": "Bearer r\u00efght"},
        {"cookie": f"{rules.cookie}=right"},
        {"cookie": f"{rules.cookie}="},
        {"cookie": "=;;="},
    ):
        assert not rules.proves(Headers(headers)), headers


def test_the_cookie_gives_the_token_away_to_nobody(yard: Yard) -> None:
    rules = access(yard, **BEYOND)
    assert "right" not in rules.pass_value()
    other = access(yard, host="192.0.2.7", token=SecretStr("other"))
    assert rules.pass_value() != other.pass_value()


def test_on_loopback_nothing_needs_a_token(yard: Yard) -> None:
    assert access(yard, token=SecretStr("right")).proves(Headers({}))
