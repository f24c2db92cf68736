from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observe.workshop import Workshop

from opsroom.clients.git.command import SAFE
from opsroom.clients.git.config import Config, parse_listing, parse_simple, read_config
from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError

SIMPLE = b"""\
[core]
\trepositoryFormatVersion = 0
\tbare = false
; a remark
[remote "origin"]
\turl = https://example.org/a b.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
\tFetch = +refs/tags/*:refs/tags/*
[branch "Feature.X"]
\tmerge = refs/heads/Feature.X
"""


def place(folder: Path) -> Place:
    return Place(folder / ".git", folder / ".git", folder)


def as_git_sees_it(workshop: Workshop, folder: Path) -> Config:
    listing = workshop.run(folder, "config", "--local", "--list", "-z", "--includes")
    return parse_listing(listing.encode("utf-8", "surrogateescape"))


def test_a_simple_file_is_read_as_git_reads_it(workshop: Workshop) -> None:
    folder = workshop.empty()
    (folder / ".git" / "config").write_bytes(SIMPLE)
    simple = parse_simple(SIMPLE)
    assert simple == as_git_sees_it(workshop, folder)
    assert simple is not None
    assert simple.sections("branch") == {"Feature.X": {"merge": ("refs/heads/Feature.X",)}}


@pytest.mark.parametrize(
    "line",
    [
        b'[filter "x"]',
        b"[FILTER.x]",
        b"[include]\n\tpath = x",
        b'[IncludeIf "onbranch:x"]',
        b"[core] bare = true",
        b"[core]\n\tbare",
        b'[core]\n\tx = "quoted"',
        b"[core]\n\tx = a \\\n b",
        b"[core]\n\tx = a # remark",
        b"[core]\n\tx = a ; remark",
        b'[remote "a\\"b"]',
        b"[a.b]\n\tx = y",
        b"[co",
        b"x = y",
        b"\xef\xbb\xbf[core]",
        b"[core]\n\tx = a\0b",
    ],
)
def test_what_is_not_simple_is_left_to_git(line: bytes) -> None:
    assert parse_simple(line) is None


WORDS = [
    *("[core]", '[remote "x"]', '[a "b.c"]', "key", "KEY", "=", "value", " ", "\t", "\n"),
    *("#", ";", '"', "\\", "]", "[", "é", "-", "\r", ".", "true", "\x0b"),
]


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
def test_it_never_differs_from_git(shared: "tuple[Workshop, Path]", text: str) -> None:
    """Either it is left to git, or read as git reads it."""
    workshop, folder = shared
    content = text.encode()
    simple = parse_simple(content)
    if simple is None:
        return
    (folder / "config").write_bytes(content)
    listing = workshop.run(folder, "config", "--file", "config", "--list", "-z")
    assert simple == parse_listing(listing.encode("utf-8", "surrogateescape"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workshop, Path]:
    root = tmp_path_factory.mktemp("config")
    return Workshop(root, root), root


def test_filters_are_found_wherever_they_hide(workshop: Workshop) -> None:
    folder = workshop.empty()
    (folder / ".git" / "more").write_text('[FiLtEr "a.b"]\nclean = x\n[filter.Old]\nsmudge = y\n')
    workshop.run(folder, "config", "include.path", "more")
    workshop.run(folder, "config", "extensions.worktreeConfig", "true")
    workshop.run(folder, "config", "--worktree", "filter.tree.process", "z")
    assert read_config(place(folder)).filters == {"a.b", "old", "tree"}


def test_every_filter_is_silenced(workshop: Workshop) -> None:
    config = parse_listing(b"filter.a.b.clean\nx\0filter.a.b.required\ntrue\0")
    assert dict(config.overrides()) == {
        "filter.a.b.clean": "",
        "filter.a.b.smudge": "",
        "filter.a.b.process": "",
        "filter.a.b.required": "false",
    }


def test_too_many_filters_are_refused() -> None:
    config = parse_listing(b"".join(b"filter.f%d.clean\nx\0" % number for number in range(501)))
    with pytest.raises(ObservationError, match="501 filters"):
        config.overrides()


def test_ours_wins_over_the_repositorys(workshop: Workshop) -> None:
    folder = workshop.empty()
    with (folder / ".git" / "config").open("a") as config:
        config.write("[include]\n\tpath = x\n[core]\n\tfsmonitor = evil\n\thooksPath = evil\n")
    seen = read_config(place(folder))
    assert {key.lower(): seen.last(key.lower()) for key, _ in SAFE} == {
        key.lower(): value for key, value in SAFE
    }


def test_a_missing_file_is_an_empty_configuration(workshop: Workshop) -> None:
    folder = workshop.empty()
    (folder / ".git" / "config").unlink()
    assert read_config(place(folder)) == Config({})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("Yes", True), ("1", True), ("false", False), ("OFF", False), ("0", False)],
)
def test_flags(text: str, expected: bool) -> None:
    assert Config({"core.bare": (text,)}).flag("core.bare") is expected
    assert not Config({}).flag("core.bare")


def test_partial_clones() -> None:
    assert Config({"extensions.partialclone": ("origin",)}).partial
    assert Config({"remote.x.promisor": ("true",)}).partial
    assert not Config({"remote.x.url": ("y",)}).partial
