from pathlib import Path

import pytest

from opsroom.errors import SettingsError
from opsroom.settings import ProbeSetting, load
from opsroom.settings.probes import PORTS, SITES


def read(folder: Path, text: str) -> tuple[ProbeSetting, ...]:
    file = folder / "opsroom.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, None, {}).probes


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    return f"{caught.value.message} | {caught.value.hint}".replace(str(folder), "")


def probe(kind: str, target: str = "", more: str = "") -> str:
    line = f'target = "{target}"\n' if target else ""
    return f'[[probe]]\nname = "api"\nkind = "{kind}"\n{line}{more}\n'


def test_everything_that_it_may_hold(tmp_path: Path) -> None:
    text = probe("http", "https://API.example.org/up", 'every = "30s"\nrepository = "acme/api"')
    (found,) = read(tmp_path, text)
    assert (found.name, found.kind, found.repository) == ("api", "http", "acme/api")
    assert (found.target, found.every.total_seconds()) == ("https://API.example.org/up", 30)
    assert found.host == "api.example.org"
    assert read(tmp_path, probe("push"))[0].every.total_seconds() == 60


@pytest.mark.parametrize(
    ("kind", "target", "host"),
    [
        ("http-json", "http://api:8080/x", "api:8080"),
        ("http", "https://api:443/x", "api"),
        ("prometheus", "http://[::1]:9090", "[::1]:9090"),
        ("mcp", "https://MCP.example.org/mcp", "mcp.example.org"),
        ("tcp", "Db.internal:5432", "db.internal:5432"),
        ("tls", "example.org:443", "example.org:443"),
        ("dns", "example.org", "example.org"),
        ("compose", "/srv/app", None),
        ("kubernetes", "prod/deployment/api", None),
    ],
)
def test_the_name_that_is_asked(tmp_path: Path, kind: str, target: str, host: str | None) -> None:
    (found,) = read(tmp_path, probe(kind, target))
    assert found.host == host


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (probe("htpt", "x"), "line 3: probe[0].kind: unknown value 'htpt' | did you mean http"),
        (probe("http", "https://x.org", "evry = 1"), "line 5: probe[0].evry: unknown key"),
        (probe("http", "x.org"), "line 4: probe[0].target: not a site | write https://host"),
        (probe("http", "https://x.org:99999"), "probe[0].target: not a site"),
        (probe("tcp", "https://x.org"), "probe[0].target: not a host and its port"),
        (probe("dns", "https://x.org"), "probe[0].target: not a name"),
        (probe("tls"), "probe[0].target: is missing"),
        (probe("push", "https://x.org"), "probe[0].target: nobody is asked"),
        (probe("push") + probe("push"), "probe[1].name: api is a probe already"),
        (probe("push", more='every = "0s"'), "probe[0].every"),
        ('[[probe]]\nkind = "push"\n', 'probe[0].name: is missing | write name = "api"'),
        ('[probe]\nkind = "push"\n', "probe: not a table | write [[probe]] above its keys"),
    ],
)
def test_an_error_says_where_it_is_and_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "target",
    [
        "https://ann:hunter2@x.org/",
        "https://hunter2@x.org/",
        "ann:hunter2@x.org:5432",
        "https://x.org/?access_token=hunter2",
        "https://x.org/?a=1&Api-Key=hunter2",
    ],
)
@pytest.mark.parametrize("kind", ["http", "tcp", "compose"])
def test_credentials_are_refused_and_not_repeated(tmp_path: Path, kind: str, target: str) -> None:
    said = refusal(tmp_path, probe(kind, target))
    assert "probe[0].target: it holds credentials" in said
    assert "hunter2" not in said


def test_kinds_with_a_name_are_kinds() -> None:
    kinds = ProbeSetting.model_json_schema()["properties"]["kind"]["enum"]
    assert set(kinds) >= SITES | PORTS
    assert len(kinds) == 10
