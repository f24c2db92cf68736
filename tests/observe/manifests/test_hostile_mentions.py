"""Whatever is done to a file, what is read in it beside packages is whole, and takes no time."""

import json
import time
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.manifests.breaking import bytes_changed, cut, lines_changed, values_changed
from tests.observe.manifests.mention_seeds import SEEDS
from tests.observe.manifests.samples import read

from opsroom.model.mention import MentionKind
from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood

EACH = pytest.mark.parametrize("name", SEEDS)
QUICK = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
SIZE = 1 << 17
AGES = 5.0
"""Seconds, on a machine that does other things; what is not linear takes minutes."""
ODD: tuple[Any, ...] = (
    *(None, True, 0, "", " ", "\x1b[31m", "a\nb", "://", "https://", "https://[", "x" * 3000, "$"),
    *("a/b", "gh:", "git@:", "Host(`", "Host(`a.dev`)", "*", "*.", "\u202ea.dev", "{{x}}", "${"),
    *([], [[]], [None], [{}], {}, {"": ""}, {"host": {}}, {"a": {"b": {"c": []}}}),
)


def attempt(name: str, content: str | bytes) -> None:
    """Read it, and see that what comes out is whole and can be shown."""
    try:
        manifest = read(name, content)
    except NotUnderstood:
        return
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for mention in manifest.mentions:
        assert mention.kind in get_args(MentionKind)
        assert mention.name
        assert 0 <= mention.line <= lines
        for said in (mention.name, mention.version):
            assert plain(said, 1_000) == said
        if mention.kind in ("address", "template", "source"):
            assert mention.name.startswith("git+https://")
            assert mention.name.count("/") >= 4
        elif mention.kind == "host":
            assert mention.name == mention.name.lower()
            assert not set(mention.name) & set(" /@$`{}")


@EACH
def test_cut_anywhere(name: str) -> None:
    for text in cut(SEEDS[name], 5):
        attempt(name, text)


@EACH
def test_each_line_twice_gone_or_replaced(name: str) -> None:
    for text in lines_changed(SEEDS[name]):
        attempt(name, text)


@EACH
@QUICK
@given(data=st.data())
def test_changed_anywhere(name: str, data: st.DataObject) -> None:
    attempt(name, bytes_changed(SEEDS[name], data))


@EACH
@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b"\x80", b"a\0b", b""], ids=repr)
def test_what_is_no_text(name: str, content: bytes) -> None:
    attempt(name, content)
    attempt(name, content + SEEDS[name].encode())


YAMLS = (
    *("cluster-names", "compose-names", "workflow-names", "gitlab-ci", "azure-pipelines"),
    *("template-answers", "cloudflared", "helm-hosts", "helmfile", "flake-lock"),
)


@pytest.mark.parametrize("name", YAMLS)
def test_odd_values_everywhere(name: str) -> None:
    for document in yaml.safe_load_all(SEEDS[name]):
        for changed in values_changed(document, ODD):
            attempt(name, json.dumps(changed))


@EACH
@pytest.mark.parametrize(
    "part", ["\n", " ", "a", "https://", "Host(`", "{", "- x: ", "a@", "server ", "gh ", "'\" #"]
)
def test_much_of_the_same_takes_no_time(name: str, part: str) -> None:
    begun = time.perf_counter()
    attempt(name, SEEDS[name] + part * (SIZE // len(part)))
    line = (part * 1_400)[:1_400]
    attempt(name, SEEDS[name] + f"{line}\n" * (SIZE // 1_400))
    assert time.perf_counter() - begun < AGES


@pytest.mark.parametrize(
    "part",
    ["git ", "go install ", "renovate: datasource=github-tags ", "gh x ", "- ", "x: ", "$a="],
)
def test_commands_without_end_take_no_time(part: str) -> None:
    begun = time.perf_counter()
    line = (part * 1_400)[:1_400]
    attempt("urls", f"{line} https://x.acme.dev\n" * 90)
    assert time.perf_counter() - begun < AGES
