"""Secrets: in the files of today, in those that aren't committed yet, and in the whole past.

Kingfisher (MongoDB, Apache-2.0) detects them, in a process of its own that is fed by us, with our
rules beside its own. Nothing is looked up at a maker's, and no secret comes here: only what kind it
is, where it stands, and its keyed hash.
"""

import hashlib
import threading
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Ended
from opsroom.errors import ObservationError
from opsroom.model.scan import Hit, Skipped
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.observe.kinds import SECRETS
from opsroom.observe.programs.staging import shown
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner
from opsroom.observe.secrets.decoys import is_test
from opsroom.observe.secrets.key import secret_key
from opsroom.observe.secrets.memory import PASTS
from opsroom.observe.secrets.pool import CACHE, Pool
from opsroom.observe.secrets.report import Leak, Order, Report

DISTRIBUTION = "kingfisher-secret-scanner"
RULE = "leaked-secret"
SHOWN = 3
"""Places of a secret that are named besides the first."""

REMEDY = "revoke it at its maker's, give out a new one, and only then remove it from the files"

_pools: dict[tuple[Path, int], Pool] = {}
_lock = threading.Lock()


@cache
def offer() -> Offer | Missing:
    """Kingfisher's version, and a digest of what is ours: a change of it is worth a new look."""
    try:
        found = version(DISTRIBUTION)
    except PackageNotFoundError:
        return Missing("Kingfisher is not installed", "install opsroom[scan]")
    ours = hashlib.sha256()
    for module in sorted(files("opsroom.observe.secrets").iterdir(), key=lambda each: each.name):
        if module.name.endswith(".py"):
            ours.update(module.read_bytes())
    return Offer(found, ours.hexdigest()[:16])


def look(export: Export, bounds: Bounds) -> Look:
    """Everything that is to be read is, or the look says why nothing is known."""
    if export.home is None:
        return Look(reason="there is no folder of a centre to keep the key of the hashes in")
    try:
        order = _order(export, export.home, bounds, secret_key(export.home))
        report = _pool(export.home, bounds.memory).ask(order, bounds.output)
    except Ended as ended:
        return Look(reason=f"the scanner gave no answer: {ended}")
    except ObservationError as error:
        return Look(reason=plain(str(error)))
    if report.reason:
        return Look(reason=plain(report.reason))
    return Look(
        hits=tuple(_hit(leak) for leak in report.leaks),
        files=report.files,
        kinds=frozenset({SECRETS}) if report.given else frozenset(),
        skipped=(*_skipped(report), *_untold(export)),
        kept=report.kept or export.recall,
        onward=report.onward,
    )


def close() -> None:
    """End the workers that wait, and give their memory back."""
    with _lock:
        pools = list(_pools.values())
    for pool in pools:
        pool.close()


def _pool(home: Path, memory: int) -> Pool:
    with _lock:
        return _pools.setdefault((home, memory), Pool(home, memory))


def _order(export: Export, home: Path, bounds: Bounds, key: bytes) -> Order:
    trees = [(str(export.folder), export.files)]
    if export.working is not None and export.dirty:
        trees.append((str(export.working), export.dirty))
    place = export.place
    return Order(
        key=key.hex(),
        seconds=bounds.seconds,
        trees=tuple(trees),
        place=(str(place.git_dir), str(place.common_dir), str(place.worktree or ""))
        if place is not None and export.tips
        else None,
        tips=export.tips,
        commit=export.commit,
        memory=str(home / CACHE / PASTS),
        recall=export.recall,
    )


def _skipped(report: Report) -> Iterable[Skipped]:
    for reason, (count, paths) in report.skipped.items():
        names = tuple(map(shown, paths))
        yield Skipped(
            reason=plain(reason), count=count, example=names[0] if names else "", paths=names
        )


def _untold(export: Export) -> Iterable[Skipped]:
    for why in (export.history_untold, export.unfetched):
        if why:
            yield Skipped(reason=f"the past: {plain(why)}", count=0)


def _hit(leak: Leak) -> Hit:
    today = [place for place in leak.places if not place[2]]
    path, line, commit = (today or leak.places)[0]
    where = "in a file of today" if today else f"in history, commit {commit[:10]}"
    others = [each for each in dict.fromkeys(p for p, _, _ in leak.places) if each != path]
    also = ""
    if others:
        named = ", ".join(plain(shown(each), 60) for each in others[:SHOWN])
        more = len(others) - SHOWN
        also = f", also in {named}" + (f" and {more} more" if more > 0 else "")
    of_tests = " of tests" if is_test(path) else ""
    return Hit(
        rule=RULE,
        severity=Severity(leak.severity),
        message=plain(f"{leak.kind} {where}{of_tests}{also}", 300),
        anchor=leak.hash,
        path=shown(path),
        line=line,
        remediation=REMEDY,
        commit=commit,
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({SECRETS}),
    rules=(RULE,),
    what="credentials in files and in the whole history",
    history=True,
)
