"""The filter language: what it accepts, what it refuses, what it matches."""

import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.errors import Exit, UsageError
from opsroom.model.where import KEYS, MAX_CHARACTERS, MAX_TERMS, UNSURE, WORDS, Where


@dataclass(frozen=True)
class Repo:
    """A subject whose facts are written down; a fact that is left out is unknown."""

    facts: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    words: str = ""

    def values(self, key: str) -> frozenset[str] | None:
        """The fact, as the protocol asks for it."""
        return frozenset(self.facts[key]) if key in self.facts else None

    def text(self) -> str:
        """Name and description."""
        return self.words


API = Repo(
    {
        "health": {"yellow"},
        "ci": {"failing"},
        "finding": {"low", "high"},
        "alert": set(),
        "owner": {"acme"},
        "repo": {"acme/api"},
        "label": {"Prod", "tier 1"},
        "path": {"/home/ann/code/api", "/srv/mirror/api"},
        "is": {"local", "dirty", "fork?"},
        "package": {"npm/lodash", "pypi/a,b"},
        "rule": {"leaked-secret", "zizmor/unpinned-uses"},
    },
    words="acme/api The public API, 50% faster: naïve *stars*",
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "health:yellow",
        "HEALTH:Yellow",
        "health:red,yellow",
        "health:y*",
        "-health:red",
        "finding:high",
        "finding:medium",
        "finding:critical,low",
        "-finding:critical",
        "alert:none",
        "-alert:firing",
        "owner:ACME",
        "owner:a*e",
        "repo:acme/api",
        "repo:api",
        "repo:*api",
        "repo:acme/*",
        "label:prod",
        'label:"tier 1"',
        'label:tier" "1',
        "path:/home/ann/code",
        "path:/home/ann/code/",
        "path:/home/ann/code/api",
        "path:code",
        "path:ann/code",
        "path:/srv/*/api",
        "path:/",
        "path:*/mirror",
        "is:local",
        "is:fork,local",
        "is:unknown",
        "-is:bare",
        'package:"pypi/a,b"',
        "package:npm/*",
        "rule:zizmor/*",
        "env:unknown",
        "env:prod,unknown",
        "public",
        "PUBLIC faster",
        "pub*fast",
        '"public api, 50%"',
        '"faster: na"',
        '"*stars*"',
        "-absent",
        "absent,faster",
        "health:yellow ci:failing owner:acme api",
    ],
)
def test_matches(text: str) -> None:
    assert Where.parse(text).matches(API)


@pytest.mark.parametrize(
    "text",
    [
        "health:red",
        "-health:yellow",
        "-health:red,yellow",
        "finding:critical",
        "-finding:medium",
        "-alert:none",
        "owner:acm",
        "owner:*c",
        "repo:acme/ap",
        "repo:pi",
        "label:tier",
        "path:/home/ann/co",
        "path:cod",
        "path:/home/ann/code/api/x",
        "path:/code",
        "is:bare",
        "-is:local",
        "is:fork",
        "-is:fork",
        "-is:fork,bare",
        "-is:unknown",
        "env:prod",
        "-env:prod",
        "env:*",
        "-env:unknown",
        "label:unknown",
        "absent",
        "-public",
        "faster*public",
        '"**stars"',
        '"pub*fast"',
        "health:yellow ci:passing",
    ],
)
def test_does_not_match(text: str) -> None:
    assert not Where.parse(text).matches(API)


@pytest.mark.parametrize("key", list(KEYS))
def test_an_unknown_fact_matches_only_unknown(key: str) -> None:
    value = WORDS.get(key, ("word",))[0]
    assert not Where.parse(f"{key}:{value}").matches(Repo())
    assert not Where.parse(f"-{key}:{value}").matches(Repo())
    assert Where.parse(f"{key}:unknown").matches(Repo())
    assert not Where.parse(f"-{key}:unknown").matches(Repo())


@pytest.mark.parametrize("key", ["health", "ci"])
def test_a_fact_that_says_unknown_is_unknown(key: str) -> None:
    subject = Repo({key: {"unknown"}})
    assert Where.parse(f"{key}:unknown").matches(subject)
    for word in WORDS[key][:-1]:
        assert not Where.parse(f"-{key}:{word}").matches(subject)


def test_nothing_is_known_to_be_nothing() -> None:
    subject = Repo({"label": set(), "finding": set()})
    assert Where.parse("-label:prod -finding:info").matches(subject)
    assert not Where.parse("label:*").matches(subject)


def test_home_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    where = Where.parse('path:~/code path:"~/code"/api')
    assert str(where) == "path:/home/ann/code path:/home/ann/code/api"
    assert where.matches(API)
    assert Where.parse("path:~").matches(API)
    assert str(Where.parse("path:~bob/x")) == "path:~bob/x"


def test_a_star_in_the_home_folder_is_no_glob(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/a*n")
    assert not Where.parse("path:~/code").matches(API)
    assert Where.parse("path:~/code").matches(Repo({"path": {"/home/a*n/code"}}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("helth:red", ["'helth'", "did you mean health?", "advisory", "uses"]),
        ("repository:a", ["did you mean repo?"]),
        ("http://host", ["'http'", "quotes"]),
        ("12:30", ["'12'", "quotes"]),
        ("health:rd", ["'rd'", "health", "did you mean red?", "green, yellow, red, unknown"]),
        ("ci:x*", ["'x*'", "passing, failing, running, none, unknown"]),
        ("is:archive", ["did you mean archived?"]),
        ("finding:hihg", ["did you mean high?", "info, low, medium, high, critical"]),
        ("health:", ["health", "empty", "green"]),
        ("health:red,", ["health", "empty"]),
        ("owner:,a", ["owner", "empty"]),
        ('label:""', ["label", "empty"]),
        ('""', ["empty word"]),
        ("-", ["empty word"]),
        ("a -", ["empty word"]),
        ('owner:"a b', ["quote", "not closed"]),
        ("path:../x", ["absolute"]),
        ("path:.", ["absolute"]),
        ("x" * (MAX_CHARACTERS + 1), [str(MAX_CHARACTERS)]),
        ("a " * (MAX_TERMS + 1), [str(MAX_TERMS)]),
    ],
)
def test_refuses_and_says_what_is_allowed(text: str, says: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        Where.parse(text)
    assert caught.value.exit == Exit.USAGE
    for word in says:
        assert word in str(caught.value)


def test_an_error_shows_no_escape_codes_and_stays_short() -> None:
    with pytest.raises(UsageError) as caught:
        Where.parse("\x1b[31m" + "k" * 1500 + ":v")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_at_the_bounds_it_is_accepted() -> None:
    assert len(Where.parse("a " * MAX_TERMS).terms) == MAX_TERMS
    assert Where.parse("x" * MAX_CHARACTERS).terms


def test_a_filter_that_grows_when_written_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/" + "h" * 200)
    with pytest.raises(UsageError, match="written out"):
        Where.parse("path:~/x " * 40)


def test_many_globs_over_hostile_text_take_no_time() -> None:
    where = Where.parse("a*" * 900 + "b")
    started = time.process_time()
    assert not where.matches(Repo(words="a" * 10_000))
    assert not Where.parse("path:" + "*a" * 300 + "b").matches(Repo({"path": {"/a" * 500}}))
    assert time.process_time() - started < 1


def test_the_normal_form_is_short() -> None:
    text = 'HEALTH:Red,red "plain" a"*"**b -label:"x y" package:"@scope/x"'
    assert str(Where.parse(text)) == 'health:red plain "a*"*b -label:"x y" package:@scope/x'


def in_quotes(text: str) -> str:
    """A value that stands for itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def term(minus: str, key: str, alternatives: list[str]) -> str:
    """One term as somebody may write it."""
    return f"{minus}{key}{','.join(alternatives)}"


words = st.text(st.sampled_from('ab*-:, "\\~/.Iß\n\u200b😀'), min_size=1, max_size=12)
values = st.lists(words | words.map(in_quotes), min_size=1, max_size=3).map("".join)
terms = st.builds(
    term,
    st.sampled_from(["", "-"]),
    st.sampled_from(["", *(f"{key}:" for key in KEYS)]),
    st.lists(values | st.sampled_from(["red", "high", "none", "unknown", "*"]), min_size=1),
)


@settings(deadline=None)
@given(st.lists(terms, max_size=4).map(" ".join))
def test_whatever_is_accepted_reads_back_the_same(text: str) -> None:
    try:
        where = Where.parse(text)
    except UsageError:
        return
    again = Where.parse(str(where))
    assert again == where
    assert str(again) == str(where)
    assert where.matches(API) == again.matches(API)


literals = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@settings(deadline=None)
@given(st.sampled_from([key for key in KEYS if key not in WORDS and key != "path"]), literals)
def test_a_quoted_value_matches_itself_alone(key: str, value: str) -> None:
    where = Where.parse(f"{key}:{in_quotes(value)}")
    assert where.matches(Repo({key: {value}}))
    assert not where.matches(Repo({key: {f"{value}x"}}))
    assert Where.parse(str(where)) == where


@settings(deadline=None)
@given(literals, literals)
def test_negation_is_the_opposite_where_the_fact_is_known(value: str, fact: str) -> None:
    where = Where.parse(f"label:{in_quotes(value)}")
    opposite = Where.parse(f"-label:{in_quotes(value)}")
    subject = Repo({"label": {fact}})
    if value != "unknown":
        assert where.matches(subject) != opposite.matches(subject)


def test_every_closed_list_belongs_to_a_key() -> None:
    assert set(WORDS) <= set(KEYS)
    assert all(KEYS.values())


def using(*packages: str) -> Repo:
    return Repo({"package": set(packages)})


@pytest.mark.parametrize(
    "written",
    [
        *("package:npm/lodash", "package:NPM/Lodash", "package:npm/lod*", "package:pkg:npm/lodash"),
        *("package:npm/@scope/ui", "package:pkg:npm/%40scope/ui", 'package:"npm/@scope/ui"'),
    ],
)
def test_packages_are_named_as_people_or_as_urls_write_them(written: str) -> None:
    assert Where.parse(written).matches(using("npm/lodash", "npm/@scope/ui"))
    assert not Where.parse(written).matches(using("npm/other"))
    assert not Where.parse(f"-{written}").matches(using("npm/lodash", "npm/@scope/ui"))


def test_where_there_may_be_more_only_what_is_there_is_told() -> None:
    unsure = using("npm/lodash", UNSURE)
    assert Where.parse("package:npm/lodash").matches(unsure)
    assert not Where.parse("-package:npm/lodash").matches(unsure)
    assert not Where.parse("package:npm/other").matches(unsure)
    assert not Where.parse("-package:npm/other").matches(unsure)
    assert Where.parse("package:npm/other,unknown").matches(unsure)
