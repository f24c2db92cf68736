"""Files of a commit, laid out for a scanner as an export lays them."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from opsroom.clients.git.exports import Export
from opsroom.clients.git.silencers import silences
from opsroom.observe.scanners import Look

COMMIT = "c" * 40


def laid(folder: Path, files: Mapping[str, str | bytes], *, keep_silencers: bool = False) -> Export:
    """An export of `files`. With `keep_silencers` also what exports leave out."""
    kept = {path: files[path] for path in files if keep_silencers or not silences(path)}
    for path, content in kept.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Export(folder, COMMIT, tuple(sorted(kept)))


def rules(look: Look) -> Counter[str]:
    """How often each rule was hit; the look has to know something."""
    assert look.reason is None, look.reason
    return Counter(hit.rule for hit in look.hits)


def anchors(look: Look) -> list[tuple[str, str]]:
    """What the fingerprints will be made of."""
    return sorted((hit.rule, hit.anchor) for hit in look.hits)


def planted(folder: Path, name: str, script: str) -> Path:
    """A program that a test wrote, in the place of a scanner."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


def instead(monkeypatch: pytest.MonkeyPatch, scanner: str, path: Path | None) -> None:
    """Let a scanner find the program at `path`, or none."""

    def program(name: str) -> str | None:
        return None if path is None else str(path)

    monkeypatch.setattr(f"opsroom.observe.scanners.{scanner}.program", program)
