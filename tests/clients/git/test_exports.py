"""Exports of clones: what scanners get to see of a commit, and what they don't."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout, forget_environment

from opsroom.clients.git import exports
from opsroom.clients.git.command import GitFailed, git
from opsroom.clients.git.exports import Export, export_clone
from opsroom.clients.git.laying import Bounds


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    forget_environment()
    root = tmp_path / "code"
    root.mkdir()
    return Workshop(root, home)


def look(folder: Path, then: Callable[[Export], object], **more: object) -> object:
    """What `then` finds in the export of HEAD of the clone at `folder`."""
    found = checkout(folder)
    commit = git(found.place, ["rev-parse", "HEAD"]).decode().strip()
    under = folder.parent.parent / "exports"
    with export_clone([found.place], commit, under, worktrees=found.worktrees, **more) as export:  # type: ignore[arg-type]  # handed on as they are
        return then(export)


def skipped(folder: Path, **more: object) -> dict[str, int]:
    told: dict[str, int] = {}

    def tell(export: Export) -> None:
        told.update({each.reason: each.count for each in export.skipped})

    look(folder, tell, **more)
    return told


def test_the_files_are_there_and_nothing_else(workshop: Workshop) -> None:
    folder = workshop.repository(files={"src/run.sh": "#!/bin/sh\n", "README.md": "hello\n"})
    (folder / "src/run.sh").chmod(0o755)
    workshop.run(folder, "commit", "-qam", "run")

    def check(export: Export) -> None:
        assert export.files == ("README.md", "src/run.sh")
        here = {str(p.relative_to(export.folder)) for p in export.folder.rglob("*") if p.is_file()}
        assert here == set(export.files)
        script = export.folder / "src/run.sh"
        assert script.read_text() == "#!/bin/sh\n"
        assert stat.S_IMODE(script.stat().st_mode) == 0o400
        assert stat.S_IMODE(export.folder.parent.stat().st_mode) == 0o700

    look(folder, check)
    assert list((folder.parent.parent / "exports").iterdir()) == []


def test_links_submodules_pointers_and_silencers_are_left_out(workshop: Workshop) -> None:
    secret = workshop.root.parent / "token"
    secret.write_text("planted")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    folder = workshop.repository(
        files={"a.bin": pointer, ".gitleaks.toml": "[allowlist]\n", "b/.zizmor.yml": "rules:\n"}
    )
    (folder / "out").symlink_to(secret)
    workshop.run(folder, "add", "out")
    workshop.run(
        folder, "update-index", "--add", "--cacheinfo", f"160000,{workshop.head(folder)},lib"
    )
    workshop.run(folder, "commit", "-qm", "more")
    assert skipped(folder) == {
        "a symbolic link": 1,
        "a submodule": 1,
        "kept in Git LFS": 1,
        "a scanner's own configuration": 2,
    }


def plant(workshop: Workshop, folder: Path, tree: bytes) -> None:
    """Commit a tree whose entries no honest Git would write; `git mktree` checks little."""
    made = subprocess.run(
        ["git", "mktree", "-z"],
        input=tree,
        capture_output=True,
        check=True,
        cwd=folder,
        env={**os.environ, "HOME": str(workshop.home)},
    )
    oid = made.stdout.decode().strip()
    commit = workshop.run(folder, "commit-tree", "-m", "odd", oid).strip()
    workshop.run(folder, "update-ref", "refs/heads/main", commit)


def test_odd_names_are_safe_and_seen(workshop: Workshop) -> None:
    folder = workshop.repository(files={"a": "one\n"})
    blob = workshop.run(folder, "rev-parse", "HEAD:a").strip().encode()
    names = [b"x\ny.py", b"\xff.py", b"-rf", b"A.py", b"a.py", b"caf\xc3\xa9"]
    tree = b"".join(b"100644 blob %s\t%s\0" % (blob, name) for name in names)
    plant(workshop, folder, tree)

    def check(export: Export) -> None:
        assert set(export.files) == {"x\\ny.py", "\\xff.py", "-rf", "A.py", "a.py", "café"}
        assert all((export.folder / name).read_text() == "one\n" for name in export.files)

    look(folder, check)


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT"])
def test_a_tree_that_leads_out_is_not_followed(workshop: Workshop, name: bytes) -> None:
    folder = workshop.repository(files={"d/evil": "one\n"})
    inner = workshop.run(folder, "rev-parse", "HEAD:d").strip().encode()
    plant(workshop, folder, b"040000 tree %s\t%s\0" % (inner, name))
    assert skipped(folder) == {"a name that Git refuses": 1}
    assert not list(folder.parent.parent.rglob("exports/**/evil"))


def test_a_file_and_a_folder_of_one_name(workshop: Workshop) -> None:
    folder = workshop.repository(files={"d/inner": "one\n"})
    tree = workshop.run(folder, "rev-parse", "HEAD:d").strip().encode()
    blob = workshop.run(folder, "rev-parse", "HEAD:d/inner").strip().encode()
    plant(workshop, folder, b"100644 blob %s\td\0" % blob + b"040000 tree %s\td\0" % tree)
    assert skipped(folder) == {"its name can't be laid out beside the others": 1}


def test_bounds(workshop: Workshop) -> None:
    files = {"big": "x" * 2000, "deep/er/and/deeper/a": "a", "one": "1" * 40, "two": "2" * 40}
    folder = workshop.repository(files=files)
    told = skipped(folder, bounds=Bounds(file=1000, total=60, files=9, depth=3))
    assert told == {
        "larger than 1,000 bytes": 1,
        "more than 3 folders deep": 1,
        "more than 9 files or 60 bytes": 1,
    }


def test_a_partial_clone_fetches_nothing(workshop: Workshop) -> None:
    origin = workshop.repository("origin", {"a": "one\n", "b": "two\n"})
    workshop.run(origin, "config", "uploadpack.allowFilter", "true")
    partial = workshop.clone(origin, "partial", "--filter=blob:none", "--no-checkout")
    assert skipped(partial) == {"its content is not in this partial clone": 2}
    missing = workshop.run(partial, "rev-list", "--objects", "--missing=print", "HEAD")
    assert missing.count("?") == 2


def test_every_tip_is_named(workshop: Workshop) -> None:
    folder = workshop.repository()
    wanted = {workshop.head(folder)}
    workshop.run(folder, "checkout", "-qb", "side")
    wanted.add(workshop.commit(folder, {"side": "1"}))
    workshop.run(folder, "tag", "-a", "-m", "tag", "v1")
    workshop.run(folder, "checkout", "-q", "main")
    workshop.run(folder, "branch", "-qD", "side")
    for text in ("first", "second"):
        (folder / "README.md").write_text(text)
        workshop.run(folder, "stash")
        wanted.add(workshop.run(folder, "rev-parse", "refs/stash").strip())
    workshop.run(folder, "worktree", "add", "-q", "--detach", str(folder.parent / "linked"))
    wanted.add(workshop.commit(folder.parent / "linked", {"linked": "1"}))
    workshop.run(folder, "update-ref", "refs/pull/1/head", workshop.head(folder))
    workshop.run(folder, "pack-refs", "--all")

    def check(export: Export) -> None:
        assert set(export.tips) == wanted
        assert export.place is not None
        reached = git(export.place, ["rev-list", "--all"]).decode().split()
        assert wanted <= set(reached)
        assert git(export.place, ["rev-parse", "HEAD"]).decode().strip() == export.commit

    look(folder, check)


def test_the_configuration_of_the_clone_is_not_obeyed(workshop: Workshop) -> None:
    folder = workshop.repository(files={"a": "honest\n"})
    other = workshop.run(folder, "hash-object", "-w", "--stdin", env={}).strip()
    blob = workshop.run(folder, "rev-parse", "HEAD:a").strip()
    workshop.run(folder, "replace", blob, other)
    assert workshop.run(folder, "cat-file", "blob", blob) == ""

    def check(export: Export) -> None:
        assert (export.folder / "a").read_text() == "honest\n"
        assert export.place is not None
        assert git(export.place, ["cat-file", "blob", blob]) == b"honest\n"

    look(folder, check)


def test_a_clone_at_an_odd_place(workshop: Workshop) -> None:
    folder = workshop.repository('a\n"quoted" \\ #x')
    look(folder, lambda export: export.files == ("README.md",) or pytest.fail("not found"))


def test_sha256(workshop: Workshop) -> None:
    folder = workshop.root / "long"
    workshop.run(workshop.root, "init", "-q", "--object-format=sha256", "long")
    workshop.commit(folder, {"a": "1"})
    look(folder, lambda export: len(export.tips[0]) == 64 or pytest.fail("not sha256"))


def test_what_is_dirty_is_laid_out_beside(workshop: Workshop) -> None:
    planted = workshop.root.parent / "token"
    planted.write_text("planted")
    folder = workshop.repository(files={"a": "1\n", "b": "2\n", "c": "3\n", "d/e": "4\n"})
    (folder / ".gitignore").write_text("ignored\n")
    (folder / "ignored").write_text("no\n")
    (folder / "a").write_text("changed\n")
    (folder / "new").write_text("new\n")
    (folder / "b").unlink()
    (folder / "c").unlink()
    (folder / "c").symlink_to(planted)
    os.mkfifo(folder / "pipe")

    def check(export: Export) -> None:
        assert export.working is not None
        assert export.dirty == (".gitignore", "a", "new")
        assert (export.working / "a").read_text() == "changed\n"
        assert (export.folder / "a").read_text() == "1\n"

    look(folder, check)


def test_a_commit_that_is_not_there(workshop: Workshop) -> None:
    found = checkout(workshop.repository())
    with (
        pytest.raises(GitFailed),
        export_clone([found.place], "0" * 40, workshop.root / "exports"),
    ):
        pass
    assert not list((workshop.root / "exports").iterdir())


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from opsroom.clients.git.exports import *\n"
        f"with private_folder(Path({str(tmp_path)!r})) as f:\n"
        " (f / 'x').write_text('x'); print(f, flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    left = Path(process.stdout.readline().strip())
    with exports.private_folder(tmp_path):
        assert left.exists()  # its process lives
    process.kill()
    process.communicate()
    with exports.private_folder(tmp_path) as mine:
        assert {path.stem for path in tmp_path.iterdir()} == {mine.name}
    assert not list(tmp_path.iterdir())


def test_a_copy_that_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from opsroom.clients.git.exports import *\n"
        f"with private_folder(Path({str(tmp_path)!r})) as f:\n"
        " with copy_folder(Export(f / 'files', '', ())) as copy:\n"
        "  (copy / 'x').write_text('x'); print(copy, flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    left = Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()
    assert (left / "x").exists()
    with exports.private_folder(tmp_path) as mine:
        assert not left.exists()
        with exports.copy_folder(exports.Export(mine / "files", "", ())) as copy:
            assert [path.name for path in mine.iterdir()] == [copy.name]
        assert not list(mine.iterdir())
        assert not copy.exists()


def test_thousands_of_files_take_a_moment(workshop: Workshop) -> None:
    folder = workshop.repository(files={f"{n % 50}/{n}.py": f"x = {n}\n" for n in range(4000)})
    began = time.monotonic()
    look(folder, lambda export: len(export.files) == 4000 or pytest.fail("not all"))
    assert time.monotonic() - began < 4
