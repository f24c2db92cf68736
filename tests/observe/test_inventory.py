"""The inventory of a commit: one walk, each content parsed once, and no parser can do harm."""

import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsroom.clients.git.exports import Export
from opsroom.model.inventory import KnownManifest
from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe import parsing
from opsroom.observe.formats import formats
from opsroom.observe.inventory import Key, take
from opsroom.observe.parsing import Parsers

LOCK = """\
version = 1
[[package]]
name = "anyio"
version = "4.1.0"
source = { registry = "https://packages.example.org/simple" }
"""


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    held = Parsers()
    yield held
    held.rest()


def laid(folder: Path, files: dict[str, str]) -> Export:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Export(folder, "0" * 40, tuple(sorted(files)))


def none(keys: Collection[Key]) -> dict[Key, KnownManifest]:
    return {}


def test_what_is_read_is_told_with_its_packages(tmp_path: Path, parsers: Parsers) -> None:
    export = laid(tmp_path, {"uv.lock": LOCK, "README.md": "hello\n"})
    inventory, manifests = take(export, none, parsers)
    (file,) = inventory.files
    assert (file.path, file.reason) == ("uv.lock", None)
    assert [each.purl for each in manifests[file.key].packages] == ["pkg:pypi/anyio"]


def test_a_content_is_parsed_once(tmp_path: Path, parsers: Parsers) -> None:
    export = laid(tmp_path, {"a/uv.lock": LOCK, "b/uv.lock": LOCK})
    inventory, manifests = take(export, none, parsers)
    assert len(inventory.files) == 2
    assert len(manifests) == 1


def test_what_is_known_is_not_parsed(tmp_path: Path) -> None:
    export = laid(tmp_path, {"uv.lock": LOCK})
    closed = Parsers()
    inventory, manifests = take(
        export, lambda keys: dict.fromkeys(keys, KnownManifest(True)), closed
    )
    assert not manifests
    assert inventory.files[0].reason is None
    assert closed.begun == 0


def test_a_file_of_another_kind_is_no_manifest(tmp_path: Path, parsers: Parsers) -> None:
    export = laid(tmp_path, {"k8s/values.yaml": "replicas: 3\n"})
    inventory, manifests = take(export, none, parsers)
    assert not inventory.files
    assert manifests
    again, parsed = take(export, lambda keys: dict.fromkeys(keys, KnownManifest(False)), parsers)
    assert (again, parsed) == (inventory, {})


def test_what_holds_nothing_beside_manifests_is_not_kept(tmp_path: Path, parsers: Parsers) -> None:
    files = {"a.sh": "echo\n", "b.sh": "docker push acme/web\n", "c.yaml": "a: 1\n"}
    inventory, manifests = take(laid(tmp_path, files), none, parsers)
    assert [file.path for file in inventory.files] == ["b.sh"]
    assert {key[1].partition("@")[0] for key in manifests} == {"build-scripts", "kubernetes"}


def test_what_is_not_understood_is_known_and_not_read(tmp_path: Path, parsers: Parsers) -> None:
    export = laid(tmp_path, {"uv.lock": LOCK[:-20]})
    inventory, manifests = take(export, none, parsers)
    (manifest,) = manifests.values()
    assert not manifest.packages
    (reason,) = (each.reason for each in manifest.unread)
    assert inventory.files[0].reason == reason
    again, _ = take(
        export, lambda keys: dict.fromkeys(keys, KnownManifest(False, reason)), Parsers()
    )
    assert again == inventory


def test_what_is_too_large_is_not_read(
    tmp_path: Path, parsers: Parsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsroom.observe.inventory.LARGEST", 10)
    inventory, manifests = take(laid(tmp_path, {"uv.lock": LOCK}), none, parsers)
    assert not manifests
    assert inventory.files[0].reason == "larger than 10 bytes"


def test_a_file_with_nothing_but_mentions_is_part_of_the_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mentioning.py"
    program.write_text(MENTIONING)
    monkeypatch.setattr(parsing, "PROGRAM", ("-I", str(program)))
    held = Parsers()
    export = laid(tmp_path / "files", {"uv.lock": "2", "pdm.lock": "20001"})
    inventory, manifests = take(export, none, held)
    held.rest()
    many, few = inventory.files
    assert (few.path, few.reason, few.partly) == ("uv.lock", None, False)
    assert manifests[few.key].mentions[1] == Mention("host", "x" * 1_000, 1, "v1", True)
    assert many.partly
    assert len(manifests[many.key].mentions) == 20_000
    assert [each.reason for each in manifests[many.key].unread] == [
        "it names more than 20,000 others"
    ]


def test_files_that_are_read_beside_manifests_take_no_place_from_them(
    tmp_path: Path, parsers: Parsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = formats()["uv-lock"]
    beside = replace(lock, beside=True)
    offered = {"a.sh": beside, "b.sh": beside, "uv.lock": lock}
    monkeypatch.setattr("opsroom.observe.inventory.MOST", 1)
    named = {path: [("uv-lock", each)] for path, each in offered.items()}
    monkeypatch.setattr("opsroom.observe.inventory.formats_for", named.__getitem__)
    inventory, _ = take(laid(tmp_path, dict.fromkeys(offered, LOCK)), none, parsers)
    assert [file.path for file in inventory.files] == ["a.sh", "uv.lock"]
    assert [(each.count, each.example) for each in inventory.skipped] == [(1, "b.sh")]


MENTIONING = """
from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe import parsing
def parse(name, path, content):
    return Manifest(mentions=tuple(
        Mention("host", "x" * 2000, n, "v1", True) for n in range(int(content))
    ))
parsing.serve(parse)
"""

HOSTILE = """
import os, sys, time
from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe import parsing
from opsroom.observe.formats import formats
def parse(name, path, content):
    kind = content.decode()
    if kind == "hang":
        time.sleep(60)
    if kind == "die":
        os.kill(os.getpid(), 9)
    if kind == "eat":
        return [b"x" * (1 << 28) for _ in range(100)]
    if kind == "nest":
        return parse(name, path, content)
    if kind == "odd":
        raise KeyError("x")
    return Manifest(scripts=(kind, "a\\0b", "\\ud800", "x" * 5000))
parsing.serve(parse)
"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("hang", "it took longer than 1 s"),
        ("die", "signal 9"),
        ("eat", "it needs too much memory"),
    ],
)
def test_a_parser_harms_only_its_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, reason: str
) -> None:
    program = tmp_path / "hostile.py"
    program.write_text(HOSTILE)
    monkeypatch.setattr(parsing, "PROGRAM", ("-I", str(program)))
    monkeypatch.setattr(parsing, "MEMORY", 1 << 30)
    held = Parsers(seconds=1 if content == "hang" else 20)
    file = tmp_path / "file"
    file.write_text("fine")
    assert isinstance(held.parse("any", "file", file), Manifest)
    file.write_text(content)
    began = time.monotonic()
    told = held.parse("any", "file", file)
    assert isinstance(told, str)
    assert reason in told
    assert time.monotonic() - began < 10
    file.write_text("fine")
    assert isinstance(held.parse("any", "file", file), Manifest)
    held.rest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [("nest", "nested too deeply"), ("odd", "not what its name says (KeyError)")],
)
def test_what_a_parser_raises_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, reason: str
) -> None:
    program = tmp_path / "hostile.py"
    program.write_text(HOSTILE)
    monkeypatch.setattr(parsing, "PROGRAM", ("-I", str(program)))
    held = Parsers()
    file = tmp_path / "file"
    file.write_text(content)
    told = held.parse("any", "file", file)
    assert isinstance(told, Manifest)
    assert [each.reason for each in told.unread] == [reason]
    file.write_text("fine")
    fine = held.parse("any", "file", file)
    assert isinstance(fine, Manifest)
    assert fine.scripts == ("fine", "a\ufffdb", "?", "x" * parsing.LONGEST)
    held.rest()


def test_what_a_name_alone_tells_is_there_though_nothing_is_in_it(
    tmp_path: Path, parsers: Parsers
) -> None:
    export = laid(tmp_path, {"Dockerfile": "FROM scratch\n", "k8s/notes.yaml": "a: b\n"})
    inventory, manifests = take(export, none, parsers)
    (file,) = inventory.files
    assert (file.path, file.reason) == ("Dockerfile", None)
    known = {key: KnownManifest(full=False) for key in manifests}
    assert take(export, lambda _: known, parsers)[0] == inventory
