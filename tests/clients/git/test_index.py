import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observe.workshop import Workshop

from opsroom.clients.git.config import read_config
from opsroom.clients.git.index import NotSimple, parse_index
from opsroom.clients.git.place import Place
from opsroom.clients.git.tracked import Tracked, read_tracked

NAMES = {
    "README.md": "hello",
    "empty": "",
    "a.b": "x",
    "a/b": "yy",
    "a/bcd": "zzz",
    "long/" + "x" * 120: "long",
    "ü": "umlaut",
}


def tracked(folder: Path, *, large: int = 1000) -> Tracked:
    place = Place(folder / ".git", folder / ".git", folder)
    return read_tracked(place, read_config(place), (), born=True, large=large)


def listed(workshop: Workshop, folder: Path) -> list[str]:
    output = workshop.run(folder, "ls-files", "-z", "--sparse")
    return sorted(set(output.split("\0")) - {""})


def names(seen: Tracked) -> list[str]:
    return sorted(path.decode("utf-8", "surrogateescape") for path in seen.paths)


@pytest.mark.parametrize("version", [2, 3, 4])
def test_every_version_of_the_format(workshop: Workshop, version: int) -> None:
    folder = workshop.repository(files=NAMES)
    if version == 3:
        (folder / "meant").write_text("x")
        workshop.run(folder, "add", "--intent-to-add", "meant")
    workshop.run(folder, "update-index", "--index-version", str(max(version, 2)))
    content = (folder / ".git" / "index").read_bytes()
    assert content[7] == version
    entries = parse_index(content, 20)
    assert [entry.path.decode() for entry in entries] == workshop.run(
        folder, "ls-files", "-z"
    ).split("\0")[:-1]
    assert {entry.path.decode(): entry.size for entry in entries if entry.path != b"meant"} == {
        name: len(text) for name, text in NAMES.items()
    }


def test_names_longer_than_the_length_field(workshop: Workshop) -> None:
    folder = workshop.empty()
    name = "/".join(["d" * 200] * 25)
    blob = workshop.run(folder, "hash-object", "-w", "--stdin").strip()
    workshop.run(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    assert [e.path.decode() for e in parse_index((folder / ".git/index").read_bytes(), 20)] == [
        name
    ]


def test_a_conflict_counts_once(workshop: Workshop) -> None:
    folder = workshop.repository(files={"a": "base\n"})
    workshop.run(folder, "switch", "-q", "-c", "other")
    workshop.commit(folder, {"a": "other\n"})
    workshop.run(folder, "switch", "-q", "main")
    workshop.commit(folder, {"a": "main\n"})
    workshop.run(folder, "merge", "other", check=False)
    assert names(tracked(folder)) == ["a"]


def test_a_split_index_is_left_to_git(workshop: Workshop) -> None:
    folder = workshop.repository(files=NAMES)
    workshop.run(folder, "update-index", "--split-index")
    workshop.commit(folder, {"new": "x" * 2000})
    with pytest.raises(NotSimple):
        parse_index((folder / ".git" / "index").read_bytes(), 20)
    seen = tracked(folder)
    assert names(seen) == listed(workshop, folder)
    assert seen.large == [(b"new", 2000)]


def test_a_sparse_index_is_left_to_git(workshop: Workshop) -> None:
    folder = workshop.repository(files={**NAMES, "in/x": "1", "out/y": "2"})
    workshop.run(folder, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    with pytest.raises(NotSimple):
        parse_index((folder / ".git" / "index").read_bytes(), 20)
    assert set(names(tracked(folder))) == {*NAMES, "in/x", "out/y"}


def test_files_that_are_not_checked_out_are_sized_by_git(workshop: Workshop) -> None:
    folder = workshop.repository(files={"in/x": "1", "out/large": "y" * 5000})
    workshop.run(folder, "sparse-checkout", "set", "--no-cone", "in")
    assert tracked(folder).large == [(b"out/large", 5000)]


def test_long_object_ids(workshop: Workshop) -> None:
    folder = workshop.root / "sha256"
    workshop.run(workshop.root, "init", "-q", "--object-format=sha256", str(folder))
    workshop.commit(folder, {**NAMES, "large": "x" * 5000})
    seen = tracked(folder)
    assert names(seen) == listed(workshop, folder)
    assert seen.large == [(b"large", 5000)]


def test_names_that_are_not_utf_8(workshop: Workshop) -> None:
    folder = workshop.repository()
    (folder / "caf\udce9").write_text("x")
    workshop.run(folder, "add", "-A")
    assert b"caf\xe9" in tracked(folder).paths


@given(st.binary(max_size=200))
def test_garbage_is_never_more_than_not_simple(garbage: bytes) -> None:
    for content in (garbage, b"DIRC\0\0\0\x02" + garbage, b"DIRC\0\0\0\x04" + garbage):
        try:
            parse_index(content, 20)
        except NotSimple:
            continue


def test_a_hundred_thousand_files(workshop: Workshop, tmp_path: Path) -> None:
    import subprocess

    folder = workshop.repository()
    blob = workshop.run(folder, "rev-parse", "HEAD:README.md").strip()
    lines = "".join(
        f"100644 {blob}\tsrc/package{n % 300}/folder{n % 40}/file{n}.py\n" for n in range(100_000)
    )
    subprocess.run(
        ["git", "update-index", "--index-info"], cwd=folder, input=lines.encode(), check=True
    )
    content = (folder / ".git" / "index").read_bytes()
    started = time.perf_counter()
    entries = parse_index(content, 20)
    took = time.perf_counter() - started
    assert len(entries) == 100_001
    assert took < 2
    assert len(tracked(folder).paths) == 100_001
