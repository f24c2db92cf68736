"""The process that looks for secrets: `python -m opsroom.observe.secrets.worker CACHE`.

It compiles the rules once, then answers one line of JSON for each line: an `Order` for what to
look at, a `Report` of what was seen. A secret is turned into its keyed hash here, and leaves this
process in no other form: what it complains of is dropped by who started it, and it leaves no dump.

Each report proves itself: a secret that is made for the occasion is looked for before and after.
"""

import hashlib
import json
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opsroom.clients.git.objects import Blob, contents, past
from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError
from opsroom.model.text import readable
from opsroom.observe.secrets.detector import Detector, Sight
from opsroom.observe.secrets.key import keyed
from opsroom.observe.secrets.reading import LARGEST, TooLarge, Tree

MOST = 5000
"""Secrets of one repository; of more it is said that there are more."""

MOST_PLACES = 50

MOST_NAMED = 10_000
"""Paths that are named of those left out for one reason; where more are, nothing counts as gone."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to look at: files under folders, and the past of some commits without that of others.

    `place` is the Git directory, the common one, and the work tree (empty: none). `seconds` is how
    long it may take.
    """

    key: str = field(repr=False)
    seconds: float
    trees: tuple[tuple[str, tuple[str, ...]], ...]
    place: tuple[str, str, str] | None = None
    tips: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(slots=True)
class Leak:
    """One secret: its kind, severity, keyed hash, and places as (path, line, commit)."""

    kind: str
    severity: str
    hash: str
    places: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    count: int = 0


@dataclass(slots=True)
class Report:
    """What was looked at and seen. `reason`: why nothing is known. `skipped`: how many
    by reason, and their paths as far as they have one and can be named.

    `given` contents were handed in, and `answered` came back.
    """

    files: int = 0
    blobs: int = 0
    size: int = 0
    given: int = 0
    answered: int = 0
    leaks: list[Leak] = field(default_factory=list[Leak])
    skipped: dict[str, tuple[int, list[str]]] = field(
        default_factory=dict[str, tuple[int, list[str]]]
    )
    reason: str = ""


class OutOfTime(Exception):
    """The order took longer than it may."""


class Search:
    """One order being carried out."""

    def __init__(self, detector: Detector, order: Order) -> None:
        self._detector = detector
        self._order = order
        self._key = bytes.fromhex(order.key)
        self._deadline = time.monotonic() + order.seconds
        self._seen: set[str] = set()
        self._leaks: dict[str, Leak] = {}
        self.report = Report()

    def run(self) -> Report:
        """Look at everything, and prove it."""
        report = self.report
        try:
            self._prove()
            for folder, paths in self._order.trees:
                self._files(Path(folder), paths)
            if self._order.place:
                self._past(self._order.place)
            self._prove()
        except OutOfTime:
            report.reason = f"not done within {self._order.seconds:g} s"
        except ObservationError as error:
            report.reason = str(error)
        if not report.reason and report.given != report.answered:
            report.reason = f"{report.given} contents were handed in, {report.answered} came back"
        report.leaks = list(self._leaks.values())
        return report

    def _prove(self) -> None:
        token = f"{'gh'}p_{secrets.token_hex(18)}"
        seen = self._detector.look(f"token = {token}\n".encode(), "")
        if [sight.secret for sight in seen] != [token]:
            raise ObservationError("the scanner does not see a secret that was shown to it")

    def _files(self, folder: Path, paths: Iterable[str]) -> None:
        tree = Tree(folder)
        try:
            for path in paths:
                try:
                    content = tree.read(path)
                except TooLarge:
                    self._skip(f"larger than {LARGEST >> 20} MiB", path)
                except OSError:
                    self._skip("not a regular file, or not to be read", path)
                else:
                    if self._look(content, path, ""):
                        self.report.files += 1
        finally:
            tree.close()

    def _past(self, place: tuple[str, str, str]) -> None:
        git_dir, common_dir, worktree = place
        there = Place(Path(git_dir), Path(common_dir), Path(worktree) if worktree else None)
        reached = past(there, self._order.tips, self._order.known, self._left())
        if reached.missing:
            self._skip("missing from the clone (a partial one)", "", reached.missing)
        if reached.shallow:
            self._skip("older commits: the clone is shallow", "")
        wanted: list[Blob] = []
        for blob in reached.blobs:
            if blob.oid in self._seen:
                continue
            if blob.size > LARGEST:
                self._skip(f"larger than {LARGEST >> 20} MiB", readable(blob.path))
            elif blob.size:
                wanted.append(blob)
        for blob, content in contents(there, wanted, self._left()):
            if content is None:
                self._skip("missing from the clone (a partial one)", readable(blob.path))
            elif self._look(content, readable(blob.path), blob.commit, blob.oid):
                self.report.blobs += 1

    def _look(self, content: bytes, path: str, commit: str, oid: str = "") -> bool:
        """Whether it was looked at. Equal contents are looked at once."""
        self._left()
        name = oid or self._name(content)
        fresh = name not in self._seen
        self._seen.add(name)
        self.report.given += 1
        self.report.size += len(content)
        try:
            sights = self._detector.look(content, path) if fresh or not commit else []
        except TimeoutError:
            self.report.given -= 1
            self._skip("took too long to look through", path)
            return False
        self.report.answered += 1
        for sight in sights:
            self._add(sight, path, commit)
        return True

    def _name(self, content: bytes) -> str:
        """Its id as Git would give it, so that it is not looked at again as part of the past."""
        wide = any(len(tip) == 64 for tip in self._order.tips)
        digest = hashlib.sha256() if wide else hashlib.sha1(usedforsecurity=False)
        digest.update(b"blob %d\0" % len(content))
        digest.update(content)
        return digest.hexdigest()

    def _add(self, sight: Sight, path: str, commit: str) -> None:
        hashed = keyed(self._key, sight.secret.encode("utf-8", "surrogateescape"))
        leak = self._leaks.get(hashed)
        if leak is None:
            if len(self._leaks) >= MOST:
                self._skip(f"more than {MOST} secrets: the rest is not told one by one", path)
                return
            leak = self._leaks[hashed] = Leak(sight.kind, sight.severity.value, hashed)
        leak.count += 1
        if len(leak.places) < MOST_PLACES:
            leak.places.append((path, sight.line, commit))

    def _skip(self, reason: str, path: str, count: int = 1) -> None:
        before, paths = self.report.skipped.get(reason, (0, []))
        if path and len(paths) < MOST_NAMED:
            paths.append(path)
        self.report.skipped[reason] = (before + count, paths)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left


def order_of(said: Mapping[str, Any]) -> Order:
    """An order, from the JSON of one."""
    return Order(
        key=said["key"],
        seconds=said["seconds"],
        trees=tuple((folder, tuple(paths)) for folder, paths in said["trees"]),
        place=tuple(said["place"]) if said["place"] else None,
        tips=tuple(said["tips"]),
        known=tuple(said["known"]),
    )


def serve(detector: Detector, lines: Iterable[bytes], answer: Callable[[str], object]) -> None:
    """Answer each line."""
    for line in lines:
        try:
            report = Search(detector, order_of(json.loads(line))).run()
        except MemoryError:
            report = Report(reason="more memory was needed than it may have")
        except Exception as error:  # noqa: BLE001 - its text may hold what was read; its name doesn't
            report = Report(reason=f"it failed ({type(error).__name__})")
        answer(json.dumps(asdict(report)) + "\n")


def main() -> None:
    """Serve whoever started this, until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    detector = Detector(Path(sys.argv[1]))

    def answer(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    serve(detector, sys.stdin.buffer, answer)


if __name__ == "__main__":
    main()
