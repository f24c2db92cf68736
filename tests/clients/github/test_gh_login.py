"""Whom the `gh` command is logged in as, by a real program in its place."""

import stat
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from opsroom.clients.github import credentials
from opsroom.clients.github.credentials import gh_login

pytestmark = pytest.mark.anyio


def gh(folder: Path, script: str) -> Mapping[str, str]:
    program = folder / "gh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": str(folder), "HOME": str(folder)}


@pytest.mark.parametrize(
    ("script", "login"),
    [
        ("echo '  ✓ Logged in to github.com account kim-2 (keyring)'", "kim-2"),
        ("echo '  ✓ Logged in to github.com as kim (oauth_token)' >&2", "kim"),
        ("echo fine", ""),
        ("echo 'Logged in to github.com account kim'; exit 1", None),
        ('test "$1 $2 $3 $4" = "auth status --hostname github.com" || exit 1', ""),
        ("yes", None),
    ],
)
async def test_what_gh_says(tmp_path: Path, script: str, login: str | None) -> None:
    assert await gh_login("github.com", gh(tmp_path, script)) == login


async def test_no_gh_is_no_login(tmp_path: Path) -> None:
    assert await gh_login("github.com", {"PATH": str(tmp_path)}) is None


async def test_a_gh_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "GH_ANSWERS_WITHIN", 0.3)
    began = time.monotonic()
    assert await gh_login("github.com", gh(tmp_path, "exec /bin/sleep 60")) is None
    assert time.monotonic() - began < 10
