"""No parser of these formats raises anything but NotUnderstood, whatever is done to its file."""

import json
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observe.manifests.breaking import bytes_changed, cut, lines_changed, values_changed
from tests.observe.manifests.every_seed import SEEDS, form
from tests.observe.manifests.samples import read

from opsroom.model.manifest import Manifest
from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table

EACH = pytest.mark.parametrize("name", SEEDS)
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, "", " ", "\x1b[31m", "a\nb", "@", "a@b@c", "../..", ":", "#", "$"),
    *("git+", "://", "oci://", "http://[", "git::http://[", "${", "{{x}}", "x" * 3000, "\u202e"),
    *("a/b@c", "docker://", "./", "//", "a:b:c", "=", "*", ">= 1", "~> 1.0, < 2", "file://"),
    *([], [[]], [None], [{}], {}, {"": ""}, {"name": []}, {"version": {}}, {"a": {"b": {"c": []}}}),
)


def attempt(name: str, content: str | bytes) -> Manifest | None:
    """Read it, and see that what comes out is whole and can be shown."""
    said = ""
    manifest = None
    try:
        manifest = read(form(name), content)
    except NotUnderstood as error:
        said = error.message
    assert plain(said, 400) == said
    if not manifest:
        return None
    count = len(manifest.packages)
    assert all(0 <= one < count and 0 <= other < count for one, other in manifest.edges)
    for package in manifest.packages:
        assert package.purl.startswith("pkg:")
        for text in (
            package.purl,
            package.version,
            package.constraint,
            package.origin,
            package.part,
        ):
            assert text.isprintable()
            assert len(text) < 2500
    for made in manifest.publishes:
        for text in (made.purl, made.version, made.home, made.part):
            assert text.isprintable()
            assert len(text) < 2500
    assert all(plain(each.reason) == each.reason for each in manifest.unread)
    return manifest


@EACH
def test_cut_anywhere(name: str) -> None:
    for text in cut(SEEDS[name], 7):
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
@QUICK
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_anything(name: str, content: bytes | str) -> None:
    attempt(name, content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)


@EACH
def test_an_unsolved_merge_conflict(name: str) -> None:
    lines = SEEDS[name].split("\n")
    middle = len(lines) // 2
    conflict = [*lines[:middle], "<<<<<<< HEAD", lines[middle], "=======", "x", ">>>>>>> other"]
    with pytest.raises(NotUnderstood, match=rf"merge conflict in line {middle + 1}"):
        read(form(name), "\n".join([*conflict, *lines[middle:]]))


@EACH
@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b"\x80", b"a\0b"], ids=repr)
def test_other_encodings(name: str, content: bytes) -> None:
    assert attempt(name, content) in (None, Manifest())
    assert attempt(name, content + SEEDS[name].encode()) is None


YAMLS = (
    *("compose", "github-actions", "kustomization", "helm-chart", "helm-lock", "helm-values"),
    *("ansible-requirements", "ansible-galaxy", "ansible-role", "pre-commit"),
    *("kubernetes", "flux", "argo"),
    *("actions-that-push", "goreleaser", "skaffold", "woodpecker"),
)
JSONS = ("composer-json", "composer-lock", "packages-lock-json", "terraform-json")
TOMLS = ("cargo-lock", "cargo-toml", "gradle-versions")


@pytest.mark.parametrize("name", YAMLS)
def test_odd_values_everywhere_in_yaml(name: str) -> None:
    for document in yaml.safe_load_all(SEEDS[name]):
        for changed in values_changed(document, ODD):
            attempt(name, json.dumps(changed))


@pytest.mark.parametrize("name", JSONS)
def test_odd_values_everywhere_in_json(name: str) -> None:
    for changed in values_changed(json.loads(SEEDS[name]), ODD):
        attempt(name, json.dumps(changed))


@pytest.mark.parametrize("name", TOMLS)
def test_odd_values_everywhere_in_toml(name: str) -> None:
    for changed in values_changed(tomllib.loads(SEEDS[name]), ODD):
        if top := table(changed):
            attempt(name, "".join(f"{_toml(key)} = {_toml(top[key])}\n" for key in top))


def _toml(value: Any) -> str:
    """A value inline, as TOML."""
    mapping, listed = table(value), rows(value)
    if mapping or value == {}:
        return f"{{{', '.join(f'{_toml(k)} = {_toml(v)}' for k, v in mapping.items())}}}"
    if listed or value == []:
        return f"[{', '.join(map(_toml, listed))}]"
    return json.dumps(value if value is not None else "")
