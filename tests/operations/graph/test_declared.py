from pathlib import Path

import pytest
from tests.judge.builders import remote
from tests.operations.graph.sights import row

from opsroom.model.link import Link, Supply, Sure
from opsroom.operations.fleet import Row
from opsroom.operations.graph.declared import LABELS, TOPICS, declared, environments
from opsroom.settings import ProbeSetting, Settings

SETTINGS = Settings(home=Path("/h"), file=Path("/etc/opsroom.toml"))


def labelled(*labels: str, topics: tuple[str, ...] = (), environment: str | None = None) -> Row:
    plain = row("api", environment)
    repository = plain.repository.model_copy(update={"labels": labels})
    told = remote(topics=topics)
    snapshot = plain.snapshot.model_copy(update={"repository": repository, "remote": told})
    return Row(snapshot, plain.health, ())


def probe(**more: str) -> ProbeSetting:
    return ProbeSetting.model_validate({"name": "up", "kind": "http", **more})


def test_an_environment_of_the_settings_is_where_it_is_deployed() -> None:
    found = declared([row("api", "Prod"), row("web")], SETTINGS)
    assert found.links == {"github.com/acme/api": (Link("env:prod", "deploys", "opsroom.toml"),)}
    assert (found.supplies, found.unmatched) == ({}, ())


@pytest.mark.parametrize(
    ("label", "environment"),
    [
        ("env:prod", "env:prod"),
        ("environment-staging", "env:staging"),
        ("deploys-to:eu-west.1", "env:eu-west.1"),
        ("env:", None),
        ("environment", None),
        ("my-env-prod", None),
        ("env:a b", None),
        ("env:" + "x" * 99, None),
        ("prod", None),
    ],
)
def test_only_known_forms_of_labels_and_topics_are_read(
    label: str, environment: str | None
) -> None:
    wanted = [environment] if environment else []
    assert [each.target for each in environments(labelled(label))] == wanted
    assert [each.target for each in environments(labelled(topics=(label,)))] == wanted


def test_an_environment_that_is_said_twice_is_one_by_the_surest() -> None:
    found = labelled("env:prod", "env:dev", topics=("env-prod", "env-qa"), environment="prod")
    assert [(each.target, each.path, each.sure) for each in environments(found)] == [
        ("env:prod", "settings", Sure.CERTAIN),
        ("env:dev", LABELS, Sure.STRONG),
        ("env:qa", TOPICS, Sure.STRONG),
    ]


def test_a_repository_answers_where_its_probe_asks() -> None:
    probes = (
        probe(name="a", target="https://API.example.org:8443/up", repository="acme/API"),
        probe(name="b", kind="dns", target="example.org", repository="github.com/acme/api"),
        probe(name="c", kind="kubernetes", target="prod/api", repository="acme/api"),
        probe(name="d", target="http://[::1]:9/", repository="acme/api"),
        probe(name="e", target="https://nobody.example.org"),
        probe(name="f", target="https://x.example.org", repository="acme/gone"),
    )
    found = declared([row("api")], SETTINGS.model_copy(update={"probes": probes}))
    names = ("api.example.org", "api.example.org:8443", "example.org", "[::1]", "[::1]:9")
    supplies = tuple(Supply(f"host:{each}", "opsroom.toml", sure=Sure.STRONG) for each in names)
    assert found.supplies == {"github.com/acme/api": supplies}
    assert found.unmatched == ("f",)
