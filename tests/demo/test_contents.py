"""What the fleet's files say is well formed, and they agree with one another."""

import json
import re
import tomllib
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from opsroom.demo.advisories import FLAWS, LOCKS, flaws_in, mended
from opsroom.demo.catalogue import PLOTS, Kind, Plot, plots
from opsroom.demo.ci.breaks import break_of
from opsroom.demo.ci.files import read_workflow
from opsroom.demo.contents.everywhere import Tagged, Tree
from opsroom.demo.edges import edges, reads
from opsroom.demo.github.encoding import object_id
from opsroom.demo.history import Commit, Past

PAST = Past(1, datetime(2026, 11, 20, 12, tzinfo=UTC))
HEADS: dict[str, Tree] = {plot.slug: [*PAST.commits(plot)][-1].tree for plot in PLOTS}
KNOWN = {slug.lower(): slug for slug in HEADS}


def of_kind(kind: Kind) -> list[Plot]:
    return [plot for plot in PLOTS if plot.kind is kind]


@pytest.mark.parametrize("plot", of_kind(Kind.PYTHON), ids=lambda plot: plot.name)
def test_uv_locks_are_whole(plot: Plot) -> None:
    tree = HEADS[plot.slug]
    project = tomllib.loads(tree["pyproject.toml"])
    lock = tomllib.loads(tree["uv.lock"])
    packages = {each["name"]: each for each in lock["package"]}
    assert lock["version"] == 1
    assert packages[plot.name]["source"] == {"editable": "."}
    assert packages[plot.name]["version"] == project["project"]["version"]
    wanted = {re.split(r"[>=]", each)[0] for each in project["project"]["dependencies"]}
    assert {each["name"] for each in packages[plot.name]["dependencies"]} == wanted
    for package in packages.values():
        assert {each["name"] for each in package.get("dependencies", [])} <= packages.keys()
        for file in [package.get("sdist", {}), *package.get("wheels", [])]:
            assert not file or re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"])
    for name, source in project.get("tool", {}).get("uv", {}).get("sources", {}).items():
        assert f"?tag={source['tag']}#" in packages[name]["source"]["git"]
        assert packages[name]["version"] == source["tag"].removeprefix("v")


@pytest.mark.parametrize("plot", of_kind(Kind.NODE), ids=lambda plot: plot.name)
def test_npm_locks_are_whole(plot: Plot) -> None:
    tree = HEADS[plot.slug]
    manifest = json.loads(tree["package.json"])
    if "missing-lockfile" in plot.faults:
        assert "package-lock.json" not in tree
        return
    lock = json.loads(tree["package-lock.json"])
    packages = lock["packages"]
    assert (lock["lockfileVersion"], lock["name"]) == (3, manifest["name"])
    assert packages[""]["dependencies"] == manifest["dependencies"]
    for name, entry in packages.items():
        for need in entry.get("dependencies", {}):
            assert f"node_modules/{need}" in packages, (name, need)
        if name:
            pinned = entry.get("integrity") or entry["resolved"]
            assert re.fullmatch(r"sha512-[\w+/]{86}==|git\+https://.*#[0-9a-f]{40}", pinned)


@pytest.mark.parametrize("plot", of_kind(Kind.GO), ids=lambda plot: plot.name)
def test_go_sums_are_whole(plot: Plot) -> None:
    tree = HEADS[plot.slug]
    wanted = set(re.findall(r"^\t(\S+ v\S+)", tree["go.mod"], re.MULTILINE))
    sums = set(re.findall(r"^(\S+ v[^/\s]+) h1:[\w+/]{43}=$", tree["go.sum"], re.MULTILINE))
    mods = set(re.findall(r"^(\S+ v\S+)/go\.mod h1:[\w+/]{43}=$", tree["go.sum"], re.MULTILINE))
    assert wanted == sums == mods
    package = next(path for path in tree if path.endswith(".go") and "_test" not in path)
    assert tree[package].startswith(f"package {package.removesuffix('.go')}\n")


def test_a_cargo_lock_is_whole() -> None:
    tree = HEADS["kim/meter-reader"]
    manifest, lock = tomllib.loads(tree["Cargo.toml"]), tomllib.loads(tree["Cargo.lock"])
    packages = {each["name"]: each for each in lock["package"]}
    assert packages["meter-reader"]["version"] == manifest["package"]["version"]
    assert set(packages["meter-reader"]["dependencies"]) == manifest["dependencies"].keys()
    for package in packages.values():
        assert set(package.get("dependencies", [])) <= packages.keys()


def test_terraform_and_helm_locks_say_what_is_wanted() -> None:
    terraform = HEADS["homelab/terraform-cloud"]
    wanted = re.findall(r'source  = "(\S+)"\n\s+version = "(.+)"', terraform["main.tf"])
    locked = re.findall(
        r'provider "registry\.terraform\.io/(\S+)" {\n  version     = "\S+"\n'
        r'  constraints = "(.+)"\n  hashes = \[\n    "h1:[\w+/]{43}=",\n    "zh:[0-9a-f]{64}",',
        terraform[".terraform.lock.hcl"],
    )
    assert wanted
    assert wanted == locked
    chart = HEADS["homelab/cluster"]["charts/cluster/Chart.yaml"]
    lock = HEADS["homelab/cluster"]["charts/cluster/Chart.lock"]
    named = re.findall(r"- name: (\S+)\n    version: (\S+)", chart)
    pinned = re.findall(r"- name: (\S+)\n  repository: \S+\n  version: (\S+)", lock)
    assert len(named) == 2
    assert named == pinned
    assert re.search(r"^digest: sha256:[0-9a-f]{64}$", lock, re.MULTILINE)


def found(plot: Plot) -> set[str]:
    tree = HEADS[plot.slug]
    paths = [path for path in tree if reads(path)]
    return {each.target for each in edges(plot.slug, paths, tree.__getitem__, KNOWN)}


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_what_is_needed_is_what_files_name(plot: Plot) -> None:
    assert found(plot) == set(plot.needs)


def test_every_kind_of_edge_is_there() -> None:
    kinds: set[str] = set()
    for plot in PLOTS:
        tree = HEADS[plot.slug]
        found = edges(plot.slug, filter(reads, tree), tree.__getitem__, KNOWN)
        kinds |= {each.kind for each in found}
        assert all(each.file in tree for each in found)
    assert kinds == {"chart", "image", "module", "package", "role", "workflow"}


def test_pinned_releases_are_commits_with_that_tag() -> None:
    lock = tomllib.loads(HEADS["kim/weather-station"]["uv.lock"])
    source = next(each for each in lock["package"] if each["name"] == "libmqtt-py")["source"]
    library = next(plot for plot in PLOTS if plot.slug == "kim/libmqtt-py")
    tag, _, commit = source["git"].partition("?tag=")[2].partition("#")
    assert Tagged(tag, commit) in PAST.line(library, object_id).tags


def test_every_flaw_is_somewhere_and_can_be_mended() -> None:
    exposed: set[str] = set()
    for slug, tree in HEADS.items():
        for path, text in tree.items():
            if path.rpartition("/")[2] not in LOCKS:
                continue
            for flaw in flaws_in(path, text):
                exposed.add(flaw.ghsa)
                assert flaw not in flaws_in(path, mended(flaw, text)), (slug, flaw)
    rare = {flaw.ghsa for flaw in FLAWS if flaw.package == "ws"}
    assert {flaw.ghsa for flaw in FLAWS} - exposed <= rare


def test_a_broken_lock_has_no_flaws() -> None:
    assert flaws_in("package-lock.json", "{") == []
    assert flaws_in("uv.lock", "package = 3") == []
    assert flaws_in("README.md", "golang.org/x/net v0.8.0") == []


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_what_can_break_is_there_to_break(plot: Plot) -> None:
    how = break_of(plot)
    if how is not None:
        text = HEADS[plot.slug][how.file(plot)]
        assert how.bad not in text.replace(how.bad, how.good)
        assert (how.bad in text) == ("ci-failing" in plot.ills)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_workflows_are_read(plot: Plot) -> None:
    for path, text in HEADS[plot.slug].items():
        if path.startswith(".github/workflows/"):
            file = read_workflow(path, text)
            assert file.name == path.rpartition("/")[2].removesuffix(".yml")
            reusable = plot.kind is Kind.WORKFLOWS and not path.endswith("/ci.yml")
            assert file.starts_on_push("main") != reusable


def test_steps_differ_as_a_person_would_have_it() -> None:
    for plot in plots(24):
        history: list[Commit] = [*PAST.commits(plot)]
        assert len({each.message for each in history}) == len(history)
        for before, after in pairwise(history):
            assert before.at < after.at
            changed = {path for path in after.tree if after.tree[path] != before.tree.get(path)}
            assert 1 <= len(changed) <= 12, (plot.slug, changed)
