"""Which kinds of files a commit holds, by their names and by how they begin."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.observe.scanners.laying import laid

from opsroom.model.scan import Skipped
from opsroom.observe.covering import kind_at, kinds_in


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("a.py", "", "python"),
        ("bin/x", "#!/usr/bin/env python3.11\n", "python"),
        ("bin/x", "#!/usr/bin/env -S bash -e\n", "shell"),
        ("bin/x", "#! /bin/sh\n", "shell"),
        ("bin/x", "#!/usr/bin/perl\n", None),
        ("bin/x", "", None),
        ("bin/x", b"\x7fELF", None),
        (".hidden", "#!/bin/sh\n", None),
        ("k/a.yaml", "---\n# x\napiVersion: v1\nkind: Pod\n", "kubernetes"),
        ("k/a.yaml", "kind: Pod\n  apiVersion: v1\n", None),
        ("c/templates/a.yaml", "{{ if .x }}\napiVersion: v1\nkind: Pod\n{{ end }}\n", "helm"),
        ("c/Chart.yaml", "apiVersion: v2\nname: x\n", "helm"),
        ("site.yml", "---\n- name: all\n  hosts: all\n", "ansible"),
        ("roles/x/tasks/main.yml", "---\n- name: x\n  debug:\n", "ansible"),
        ("other/main.yml", "---\n- name: x\n", None),
        (".github/workflows/ci.yml", "", "actions"),
        (".github/dependabot.yml", "", "dependabot"),
        ("compose.yaml", "", "compose"),
        ("docker/api.Dockerfile", "", "dockerfile"),
        ("x/terraform.tfstate", "{}", "terraform"),
        ("README.md", "#!/bin/sh\n", None),
    ],
)
def test_the_kind_of_a_file(
    tmp_path: Path, path: str, content: str | bytes, kind: str | None
) -> None:
    export = laid(tmp_path, {path: content})
    assert kind_at(export, path) == kind
    assert kinds_in(export) == frozenset({kind} if kind else ())


def test_links_and_missing_files_are_of_no_kind(tmp_path: Path) -> None:
    export = laid(tmp_path / "in", {"a": "", "b.yaml": ""})
    (tmp_path / "script").write_text("#!/bin/sh\n")
    (export.folder / "a").unlink()
    (export.folder / "a").symlink_to(tmp_path / "script")
    (export.folder / "b.yaml").unlink()
    assert kinds_in(export) == frozenset()


def test_what_was_left_out_has_a_kind_by_its_name(tmp_path: Path) -> None:
    left = Skipped(reason="too many files", count=2, paths=("z/a.py", "z/b"))
    link = Skipped(reason="a symbolic link", count=1, paths=("c.go",))
    export = replace(laid(tmp_path, {"a.txt": ""}), skipped=(left, link))
    assert kinds_in(export) == frozenset({"python"})


@pytest.mark.parametrize(
    "content",
    [
        "- name: x\n" + "  " * 16_000,
        "- name:" + " \n  a" * 8_000,
        "#!" + " " * 9_000,
        "-\n" * 16_000,
    ],
)
def test_what_is_written_to_take_time_takes_none(tmp_path: Path, content: str) -> None:
    export = laid(tmp_path, {"a.yaml": content, "a": content})
    began = time.monotonic()
    kinds_in(export)
    assert time.monotonic() - began < 1
