"""What other tools say, brought in: SARIF, CycloneDX, OpenVEX.

    a file -> which of the three it is -> read field by field
      SARIF       hits of a scanner `import-TOOL`, recorded like any look of a scanner
      CycloneDX   packages beside those of the repository's own manifests; its analyses as OpenVEX
      OpenVEX     statements: findings about these packages are suppressed, or count again,
                  now and when they are found later

A report is recorded whole: what the report before said and this one doesn't is fixed. What scanners
of ours find by themselves is never taken back by a file, nor said twice: by rules that one of them
looked by, a report is left out, and that is counted.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from pydantic import Field

from opsroom.errors import UsageError
from opsroom.judge.wording import counted
from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.model.severity import Severity
from opsroom.model.shapes import mapping, objects, string
from opsroom.model.snapshot import Worktree
from opsroom.model.text import plain
from opsroom.observe.documents import cyclonedx, openvex, sarif
from opsroom.operations.answers import Answer, lead
from opsroom.operations.findings.vex_decisions import Decisions, decide_all
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.equipment import known_scanners
from opsroom.operations.scans.imported import FOLDER, FORMAT, REPORT
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.store.inventories import load_inventories
from opsroom.store.repositories import ids_of

LARGEST = 32 << 20
"""Bytes of a file."""

UNTOLD = Severity.MEDIUM
"""The most that a result counts whose tool tells a level and no severity: many write `error` for
everything."""


class Imported(Answer):
    """What a file said, and what became of it."""

    repository: str
    format: str
    tool: str
    findings: int = Field(description="results that are findings of the repository now")
    packages: int
    suppressed: int
    reopened: int
    waiting: int = Field(description="statements about what no finding says yet: they count then")
    left_out: list[str] = Field(description="what could not be understood, and how much")

    def reading(self) -> str:
        """What came in, and what did not."""
        told = [
            (self.findings, counted(self.findings, "finding")),
            (self.packages, counted(self.packages, "package")),
            (self.suppressed, f"{self.suppressed} suppressed"),
            (self.reopened, f"{self.reopened} reopened"),
            (self.waiting, f"{counted(self.waiting, 'statement')} about what is not found"),
        ]
        counts = ", ".join(what for count, what in told if count)
        by = f" by {self.tool}" if self.tool else ""
        lines = [
            *lead(self.as_of, self.coverage, self.note),
            f"{self.repository}: {self.format}{by}: {counts or 'nothing'}",
            *(f"Left out: {each}" for each in self.left_out),
        ]
        return "\n".join(lines)


async def bring_in(room: Room, content: bytes, file: str, repository: str, by: str) -> Imported:
    """Record what a file says of a repository. Bringing it in again changes nothing.

    Raises:
        NotFound: no such repository for this caller.
        UsageError: the file is none of the three, or can't be read.
        StoreError: it can't be written; then nothing is.
    """
    await room.open()
    await room.refresh()
    row = room.row(repository)
    if len(content) > LARGEST:
        raise UsageError(f"{file} is larger than {LARGEST:,} bytes")
    document = openvex.parse(content)
    if cyclonedx.is_cyclonedx(document):
        return await _bill(room, row, document, content, file, by)
    if openvex.is_openvex(document):
        read = openvex.read_openvex(document)
        decided = await decide_all(room, row, read.statements, file, by)
        tool = plain(str(document.get("author") or ""), 80)
        return _told(room, row, "OpenVEX", tool, decided=decided, left_out=_unread(read.left_out))
    if "runs" in document:
        return await _report(room, row, content, file)
    raise UsageError(
        f"{file} is neither SARIF, CycloneDX nor OpenVEX", "give a file in one of these, as JSON"
    )


# ---- SARIF -----------------------------------------------------------------------------------


async def _report(room: Room, row: Row, content: bytes, file: str) -> Imported:
    read = sarif.read(content)
    if read.reason:
        raise UsageError(f"{file}: {read.reason}")
    names = list(dict.fromkeys(name for name, _ in read.tools if name))
    slug = _slug(names[0] if len(names) == 1 else "sarif")
    told = [each for each in read.results if not each.suppressed]
    folders = [f"{tree.path}/" for tree in row.snapshot.worktrees if isinstance(tree, Worktree)]
    theirs = [_hit(each, slug, folders) for each in told]
    ours = _looked_by_ours(row)
    hits = tuple(each for each in theirs if not any(fnmatchcase(each.rule, rule) for rule in ours))
    skipped = [*read.skipped]
    if len(told) < len(read.results):
        hidden = len(read.results) - len(told)
        skipped.append(Skipped(reason="suppressed in the report", count=hidden))
    digest = hashlib.sha256(content).hexdigest()
    scanner = f"{REPORT}{slug}"
    scan = Scan(
        scanner=scanner,
        key=digest,
        commit="",
        at=room.now(),
        version=read.tools[0][1] if len(names) == 1 else "",
        files=len({hit.path for hit in hits}),
        skipped=tuple(skipped),
    )
    await record_scans(
        room, [ScanResult(row.repository.key, Seen(scans=[scan], hits={scanner: hits}))]
    )
    left = [f"{each.count} {each.reason}" for each in skipped]
    if len(hits) < len(theirs):
        left.append(f"{len(theirs) - len(hits)} of rules by which Opsroom looks at it itself")
    tool = ", ".join(names)
    return _told(room, row, "SARIF", tool, findings=len(hits), left_out=left)


def _hit(result: sarif.Result, slug: str, folders: Collection[str]) -> Hit:
    rule = result.rule if result.rule.startswith(f"{slug}/") else f"{slug}/{result.rule}"
    level = sarif.severity(result)
    if sarif.SECURITY_SEVERITY not in result.properties and level.rank > UNTOLD.rank:
        level = UNTOLD
    path = result.path or ""
    place = next((each for each in folders if path.startswith(each)), "")
    return sarif.hit(result, rule, level, plain(path.removeprefix(place), 1000), None)


def _looked_by_ours(row: Row) -> list[str]:
    """The rules (globs) of our own scanners that looked at a repository: their word counts."""
    known = known_scanners()
    done = [known.get(scan.scanner) for scan in row.scans if scan.reason is None]
    return [rule for scanner in done if scanner for rule in scanner.rules]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "sarif"


# ---- CycloneDX -------------------------------------------------------------------------------


async def _bill(
    room: Room, row: Row, document: Mapping[str, Any], content: bytes, file: str, by: str
) -> Imported:
    manifest = cyclonedx.read_components(document)
    key = (hashlib.sha256(content).hexdigest(), FORMAT)
    path = f"{FOLDER}{plain(PurePath(file).name, 200)}"
    async with room.store.read() as connection:
        number = (await ids_of(connection, [row.repository.key]))[row.repository.key]
        known = (await load_inventories(connection, [number])).get(number, Inventory(commit=""))
    last = next((scan for scan in row.scans if scan.scanner == "dependencies"), None)
    scan = (last or Scan(scanner="dependencies", key="", commit="", at=room.now())).model_copy(
        update={"at": room.now(), "reason": None}
    )
    files = tuple(each for each in known.files if each.path != path)
    seen = Seen(
        scans=[scan],
        inventory=Inventory(
            known.commit, (*files, InventoryFile(path, FORMAT, key[0])), known.skipped
        ),
        manifests={key: manifest},
        kinds=row.kinds,
    )
    await record_scans(room, [ScanResult(row.repository.key, seen)])
    await room.refresh()
    read = cyclonedx.read_analyses(document)
    fresh = room.row(row.name)
    decided = await decide_all(room, fresh, read.statements, file, by)
    left = [*_unread(read.left_out), *sorted({each.reason for each in manifest.unread})[:20]]
    packages = len(manifest.packages)
    return _told(
        room, row, "CycloneDX", _maker(document), packages=packages, decided=decided, left_out=left
    )


def _maker(document: Mapping[str, Any]) -> str:
    """The tool that a bill of materials says it was made by: a list until 1.4, an object since."""
    tools = mapping(document.get("metadata")).get("tools")
    named = objects(tools) or objects(mapping(tools).get("components"))
    return plain(", ".join(string(each.get("name")) for each in named), 80)


def _unread(count: int) -> list[str]:
    return [f"{count} statements of an unknown shape"] if count else []


def _told(
    room: Room,
    row: Row,
    kind: str,
    tool: str,
    *,
    findings: int = 0,
    packages: int = 0,
    decided: Decisions | None = None,
    left_out: list[str],
) -> Imported:
    looked, covered = room.looked([row])
    decided = decided or Decisions()
    return Imported(
        as_of=looked,
        coverage=covered,
        repository=row.name,
        format=kind,
        tool=tool,
        findings=findings,
        packages=packages,
        suppressed=decided.suppressed,
        reopened=decided.reopened,
        waiting=decided.waiting,
        left_out=left_out[:20],
    )
