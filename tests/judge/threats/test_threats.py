"""Every rule about threats: documented, with examples of what it says and of what it doesn't."""

import re
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import pytest
from tests.judge.threats.examples import CI, CLEAN, EXAMPLES, Example, scene, workflow

import opsroom.judge.threats
from opsroom.judge.near_names import Names, beside
from opsroom.judge.popular_names import POPULAR
from opsroom.judge.threats import NOTHING, events, look, threats
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.threat import Scene, Threat

FOLDER = Path(opsroom.judge.threats.__file__).parent
RULES = (
    "dependency-confusion typosquat install-script-appeared workflow-gained-secrets"
    " workflow-gained-pull-request-target force-push-over-history live-looking-credential"
    " public-name-claimed"
)


def test_every_rule_that_was_promised_is_there() -> None:
    assert set(RULES.split()) <= set(threats())


@pytest.mark.parametrize("rule", threats())
def test_a_rule_has_a_true_and_a_false_example_and_says_what_why_and_what_to_do(rule: str) -> None:
    threat = threats()[rule]
    assert {bool(example.says) for example in EXAMPLES[rule]} == {True, False}
    text = (FOLDER / f"{rule.replace('-', '_')}.py").read_text()
    assert text.startswith('"""')
    assert len(text.splitlines()) <= 100
    for said in (threat.what, threat.why, threat.fix):
        assert said.endswith((".", ")"))
        assert "\n" not in said
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule}: {example.what}")
        for rule, examples in EXAMPLES.items()
        for example in examples
    ],
)
def test_an_example(rule: str, example: Example) -> None:
    hits = list(threats()[rule].look(example.now, example.before))
    assert bool(hits) is bool(example.says)
    for hit in hits:
        assert hit.rule == rule
        assert example.says in hit.message
        assert example.severity in (None, hit.severity)
        assert hit.anchor
        assert hit.remediation
        assert hit.path != hit.anchor


@pytest.mark.parametrize("rule", threats())
def test_what_was_said_lasts_while_it_is_there(rule: str) -> None:
    """The next look knows it, so that nothing is new; it is still among what is there."""
    for example in EXAMPLES[rule]:
        for hit in threats()[rule].look(example.now, example.before):
            after = look(example.now, example.now)
            assert (hit.rule, hit.anchor) in {(each.rule, each.anchor) for each in after.there}


def test_what_went_is_no_longer_there() -> None:
    token = scene(workflows=(workflow("push", secrets=("NPM_TOKEN",)),))
    assert [hit.rule for hit in look(token, CLEAN).hits] == ["workflow-gained-secrets"]
    after = look(CLEAN, token)
    assert after.hits == ()
    assert after.there == ()


def test_a_look_says_where_it_stands() -> None:
    token = scene(workflows=(workflow("push", secrets=("NPM_TOKEN",)),))
    (hit,) = look(token, CLEAN).hits
    assert (hit.path, hit.line) == (CI, 12)


def test_only_a_force_push_is_an_event() -> None:
    assert list(events()) == ["force-push-over-history"]


def test_a_rule_that_is_broken_is_unknown_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(scene: Scene, before: Scene | None) -> list[Hit]:
        raise ZeroDivisionError

    bad = Threat(look=broken, severity=Severity.LOW, what=".", why=".", fix=".")
    rules = {"broken": bad, **threats()}
    monkeypatch.setattr(opsroom.judge.threats, "threats", lambda: MappingProxyType(rules))
    told = look(scene(workflows=(workflow("push", secrets=("*",)),)), None)
    assert told.failed == (("broken", "the rule broken failed: ZeroDivisionError"),)
    assert told.hits


def test_text_of_strangers_is_made_plain() -> None:
    bad = replace(workflow("push", secrets=("A\x1b[31mB\u202e",)), path="x.yml")
    (hit,) = look(scene(workflows=(bad,)), NOTHING).hits
    assert "\x1b" not in hit.message
    assert "\u202e" not in hit.message


def test_many_names_cost_little() -> None:
    known = Names(POPULAR["npm"])
    fleet = frozenset(f"pkg:npm/name-of-the-fleet-{number}x" for number in range(50_000))
    begun = perf_counter()
    for number in range(20_000):
        known.beside(f"package-name-{number}")
    for number in range(100):
        assert beside(f"name-of-teh-fleet-{number}x", "pkg:npm/", fleet)
    assert perf_counter() - begun < 3


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lodahs", "lodash"),
        ("lodas", "lodash"),
        ("lodassh", "lodash"),
        ("lodaxh", "lodash"),
        ("lod-ash", "lodash"),
        ("lodash", ""),
        ("lodash2", ""),
        ("lodsah2", ""),
        ("ldoahs", ""),
        ("loda", ""),
    ],
)
def test_one_slip_of_the_finger(name: str, meant: str) -> None:
    assert Names(frozenset({"lodash", "other"})).beside(name) == meant
    assert beside(name, "pkg:npm/", frozenset({"pkg:npm/lodash", "pkg:npm/other"})) == meant
