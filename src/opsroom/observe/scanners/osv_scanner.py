"""osv-scanner: a second opinion about packages, by its own database on this machine.

Its database is where `OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY` says; it is never asked to fetch one,
nor to ask anybody. It lists every package that it read and from which file, with flaws or without.
Written to its documentation of version 2, and not run against it: no registry here holds it.
"""

import json
import os
from collections.abc import Iterator, Mapping
from posixpath import basename
from typing import Any

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.scan import Hit
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.text import plain
from opsroom.observe.documents.sarif import Result, digest, severity
from opsroom.observe.programs.hits import named, together, unread
from opsroom.observe.programs.program import program, start, version, why
from opsroom.observe.programs.staging import Staged, shown, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

DATABASE = "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY"

LOCKFILES = frozenset(
    {
        *("Cargo.lock", "Gemfile.lock", "Pipfile.lock", "bun.lock", "composer.lock", "go.mod"),
        *(
            "gradle.lockfile",
            "package-lock.json",
            "packages.lock.json",
            "pdm.lock",
            "pnpm-lock.yaml",
        ),
        *("poetry.lock", "pom.xml", "pylock.toml", "requirements.txt", "uv.lock", "yarn.lock"),
    }
)
ARGUMENTS = (
    "scan",
    "source",
    "--recursive",
    "--offline",
    "--no-ignore",
    "--all-packages",
    "--format=json",
)
FINE = frozenset({0, 1})
"""1: it found flaws. 127: it failed; 128: it found no packages."""

MOST_HITS = 20_000


def offer() -> Offer | Missing:
    """Which osv-scanner is here, and whether it has a database."""
    path = program("osv-scanner")
    told = None if path is None else version(path)
    if told is None:
        return Missing("osv-scanner is not installed", "install it: its releases are programs")
    if not os.path.isdir(os.environ.get(DATABASE, "")):
        return Missing("osv-scanner has no database here", f"set {DATABASE} to its folder")
    return Offer(told.rpartition(" ")[2])


def look(export: Export, bounds: Bounds) -> Look:
    """What osv-scanner sees."""
    path = program("osv-scanner")
    if path is None:
        return Look(reason="osv-scanner is not installed")
    database = os.environ.get(DATABASE, "")
    with staged(export, (each for each in export.files if basename(each) in LOCKFILES)) as copy:
        if not copy.names:
            return Look(skipped=copy.skipped)
        configuration = copy.empty / "config.toml"
        configuration.touch()
        argv = [path, *ARGUMENTS, f"--config={configuration}", "--", str(copy.folder)]
        done = start(argv, copy.empty, bounds, {DATABASE: database})
        if reason := why("osv-scanner", done, bounds, FINE):
            return Look(reason=reason)
        return together([_look(copy, done)], "osv-scanner could read none of the files")


def _look(copy: Staged, done: Completed) -> Look:
    try:
        report = mapping(json.loads(done.stdout))
    except (ValueError, RecursionError):
        return Look(reason="osv-scanner: the report is not JSON")
    read: set[str] = set()
    found: list[Hit] = []
    for result in objects(report.get("results")):
        for path in named(copy, [string(mapping(result.get("source")).get("path"))]):
            read.add(path)
            for package in objects(result.get("packages")):
                found += _flaws(path, package)
    left_out = unread(copy.names.values(), read, "osv-scanner found no packages in it")
    return Look(tuple(found[:MOST_HITS]), len(read), frozenset(), (*copy.skipped, *left_out))


def _flaws(path: str, found: Mapping[str, Any]) -> Iterator[Hit]:
    """One hit a group: the advisories of a group are one flaw under several names."""
    package = mapping(found.get("package"))
    name, version_ = string(package.get("name")), string(package.get("version"))
    for group in objects(found.get("groups")):
        ids = [string(each) for each in listed(group.get("ids")) or () if string(each)]
        if not ids:
            continue
        score = {"security-severity": group.get("max_severity")}
        whole = f"{name} {version_} is affected by {', '.join(sorted(ids))}"
        yield Hit(
            rule=plain(f"osv-scanner/{min(ids)}", 120),
            severity=severity(Result("", "warning", "", None, 0, 0, "", score, False)),
            message=plain(whole, 400),
            anchor=digest(f"{string(package.get('ecosystem'))} {name}"),
            path=shown(path),
        )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({"python", "javascript", "typescript", "go", "rust", "java", "ruby", "php"}),
    rules=("osv-scanner/*",),
    what="Packages of lockfiles, a second opinion (osv-scanner). It says nothing of the code.",
    default=False,
    optional=True,
)
