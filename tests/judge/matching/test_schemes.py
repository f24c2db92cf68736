"""Each scheme orders as its ecosystem's own tool does, and refuses what is no version there."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.judge.matching.pairs import PAIRS, REFUSED, TOOLS, pairs

from opsroom.discover import discover
from opsroom.judge.matching import LONGEST, Scheme, key, schemes, span

EVERY = [(kind, *pair) for kind in PAIRS for pair in pairs(kind)]
KINDS = sorted(schemes())
PIECES = [
    "0",
    "1",
    "2",
    "10",
    ".",
    "-",
    "+",
    "_",
    "a",
    "b",
    "rc",
    "alpha",
    "dev",
    "x",
    "v",
    "@dev",
    "master",
    "ga",
    "١",
    "é",
    "\n",
]


@pytest.mark.parametrize(("kind", "left", "sign", "right"), EVERY)
def test_a_pair_compares_as_its_own_tool_says(kind: str, left: str, sign: str, right: str) -> None:
    first, second = key(kind, left), key(kind, right)
    assert first is not None
    assert second is not None
    told = "<" if first < second else ">" if second < first else "="
    assert told == sign
    assert (first == second) is (sign == "=")
    assert (first <= second) is (sign != ">")
    assert sign != "=" or hash(first) == hash(second)


def test_every_scheme_has_pairs_and_says_where_its_rules_are_from() -> None:
    assert PAIRS.keys() == TOOLS.keys()
    for name, scheme in discover("opsroom.judge.matching", Scheme):
        assert len(scheme.source) > 20, name
        assert (scheme.types & PAIRS.keys()) or scheme.types == {"githubactions"}, name


@pytest.mark.parametrize(("kind", "text"), REFUSED.items())
def test_what_is_no_version_is_refused(kind: str, text: str) -> None:
    for version in filter(None, text.split("|")):
        assert key(kind, version) is None, version


@pytest.mark.parametrize("kind", KINDS)
def test_a_version_without_end_is_none_and_none_takes_long(kind: str) -> None:
    assert key(kind, "1" * (LONGEST + 1)) is None
    begun = time.perf_counter()
    for piece in ("1", "1.", "1-", "a1", "a1.", "-a", "..", "1-a.", "1+", "dev", ".1dev", "1_"):
        for start in ("", "1", "1.0.0-a", "2024"):
            hostile = (start + piece * LONGEST)[: LONGEST - 1]
            for version in (hostile, f"{hostile}!"):
                found = key(kind, version)
                assert found is None or not found < found
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_text_is_a_version_or_refused_and_equal_ones_hash_alike(
    kind: str, data: st.DataObject
) -> None:
    texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=12)
    first, second = key(kind, data.draw(texts)), key(kind, data.draw(texts))
    if first is None or second is None:
        return
    assert (first < second) + (second < first) + (first == second) == 1
    assert first != second or hash(first) == hash(second)


def test_a_major_tag_of_an_action_stands_for_all_that_it_may_be() -> None:
    low, high = span("githubactions", "v4") or (None, None)
    assert low == key("githubactions", "4.0.0-0") or low < key("githubactions", "v4.0.0")
    assert key("githubactions", "v4.999.7") < high < key("githubactions", "v5.0.0-0")
    exact = span("githubactions", "v4.1.2")
    assert exact == (key("githubactions", "4.1.2"),) * 2


def test_a_local_build_is_what_it_was_built_from() -> None:
    assert span("pypi", "2.0+cu118") == (key("pypi", "2.0"),) * 2


def test_a_type_without_a_scheme_orders_nothing() -> None:
    assert key("docker", "1.2.3") is None
    assert span("docker", "1.2.3") is None
