"""Programs that say what lockfiles hold, each as its makers mean it to be used."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.benchmarks.bench import ROOT, competitor

from opsroom.model.purl import package_key

Named = tuple[str, str]
"""The key of a package, and its version."""


@dataclass
class Extracted:
    """What one program told of a folder, and the seconds that took, its start-up included."""

    packages: set[Named] = field(default_factory=set[Named])
    seconds: float = 0.0
    rows: list[list[Any]] = field(default_factory=list[list[Any]])


Extractor = Callable[[Path, Path], Extracted]
"""Reads a folder; the second one is for what it writes."""


def ours(folder: Path, scratch: Path) -> Extracted:
    command = [sys.executable, "-m", "tests.benchmarks.scan.extract", str(folder)]
    told = Extracted()
    printed = _run(command, told, ROOT, scratch)
    told.rows = [json.loads(line) for line in printed.splitlines()]
    told.packages = {(package_key(row[1]), row[2]) for row in told.rows}
    return told


def syft(folder: Path, scratch: Path) -> Extracted:
    told = Extracted()
    command = [str(competitor("syft")), "scan", f"dir:{folder}", "--output", "syft-json", "--quiet"]
    document = json.loads(_run(command, told, scratch, scratch))
    told.packages = _named(artifact.get("purl", "") for artifact in document["artifacts"])
    return told


def cdxgen(folder: Path, scratch: Path) -> Extracted:
    told = Extracted()
    out = scratch / "bom.json"
    out.unlink(missing_ok=True)
    command = [str(competitor("cdxgen")), "--no-install-deps", "--no-babel", "--type", "js"]
    command += ["--type", "python", "--output", str(out), str(folder)]
    _run(command, told, scratch, scratch)
    document = json.loads(out.read_text(encoding="utf-8"))
    told.packages = _named(component.get("purl", "") for component in document["components"])
    return told


def _run(command: list[str], told: Extracted, at: Path, home: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    environment["SYFT_CHECK_FOR_APP_UPDATE"] = "false"
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=at, env=environment, capture_output=True, text=True, check=True, timeout=600
    )
    told.seconds = time.perf_counter() - begun
    return done.stdout


def _named(purls: Any) -> set[Named]:
    """Packages of npm and PyPI, with their versions."""
    found: set[Named] = set()
    for purl in purls:
        bare = purl.partition("?")[0]
        at = bare.rfind("@")
        version = unquote(bare[at + 1 :]) if at > bare.rfind("/") else ""
        if bare.startswith(("pkg:npm/", "pkg:pypi/")):
            found.add((package_key(bare), version))
    return found
