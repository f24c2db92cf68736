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
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from opsroom.clients.git.command import GitFailed
from opsroom.clients.git.objects import Blob, contents, lost, past
from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError
from opsroom.model.text import readable
from opsroom.observe.secrets.detector import Detector, Sight
from opsroom.observe.secrets.key import keyed
from opsroom.observe.secrets.memory import (
    PASTS,
    Memory,
    forget,
    join,
    keep,
    recall,
    still_holds,
    sweep,
)
from opsroom.observe.secrets.reading import LARGEST, TooLarge, Tree
from opsroom.observe.secrets.report import MOST, Leak, LeftOut, Order, Report, Seen, leave_out

UNTOLD = "history untold"
"""How it begins what is said of a past that there was no time for."""


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
        """The ids of what was looked at and is committed."""
        self._leaks: dict[str, Leak] = {}
        self._lasting: dict[str, Leak] = {}
        """Those of them that are committed: they are part of the past from now on."""
        self.report = Report()

    def run(self) -> Report:
        """Look at everything, and prove it."""
        report = self.report
        try:
            self._prove()
            for number, (folder, paths) in enumerate(self._order.trees):
                self._files(Path(folder), paths, self._order.commit if number == 0 else "")
            if self._order.place:
                self._past(self._order.place)
            self._prove()
        except OutOfTime:
            report.reason = self._late()
        except ObservationError as error:
            report.reason = str(error)
        if not report.reason and report.given != report.answered:
            report.reason = f"{report.given} contents were handed in, {report.answered} came back"
        report.leaks = list(self._leaks.values())
        return report

    def _late(self) -> str:
        return f"not done within {self._order.seconds:g} s"

    def _prove(self) -> None:
        token = f"{'gh'}p_{secrets.token_hex(18)}"
        seen = self._detector.look(f"token = {token}\n".encode(), "")
        if [sight.secret for sight in seen] != [token]:
            raise ObservationError("the scanner does not see a secret that was shown to it")

    def _files(self, folder: Path, paths: Iterable[str], commit: str) -> None:
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
                    if self._look(content, (path, "", commit)):
                        self.report.files += 1
        finally:
            tree.close()

    def _past(self, git_dirs: tuple[str, str, str]) -> None:
        """Read what is new of the past, the newest first, and recall what is known of the rest."""
        git_dir, common_dir, worktree = git_dirs
        place = Place(Path(git_dir), Path(common_dir), Path(worktree) if worktree else None)
        try:
            memory = self._recalled(place)
            reached = past(place, self._order.tips, memory.tips, self._left())
        except (GitFailed, OutOfTime):
            if time.monotonic() < self._deadline:
                raise
            self._skip(f"{UNTOLD}: it could not be listed, {self._late()}", "")
            return
        if reached.missing:
            self._skip("missing from the clone (a partial one)", "", reached.missing)
        if reached.shallow:
            self._skip("older commits: the clone is shallow", "")
        wanted: list[Blob] = []
        for blob in reached.blobs:
            if blob.oid in self._seen or blob.oid in memory.blobs:
                continue
            if blob.size > LARGEST:
                memory.blobs.add(blob.oid)
                why = f"larger than {LARGEST >> 20} MiB"
                leave_out(memory.skipped, why, [readable(blob.path)], 1)
            elif blob.size:
                wanted.append(blob)
        self._read(place, wanted, memory)
        join(self._leaks, memory.leaks.values())
        join(self._lasting, memory.leaks.values())
        for why, (count, paths) in memory.skipped.items():
            leave_out(self.report.skipped, why, paths, count)
        if not (reached.missing or reached.shallow or self.report.untold):
            memory.tips, memory.blobs = self._order.tips, set()
        else:
            memory.blobs |= self._seen
        self._keep(memory)

    def _read(self, place: Place, wanted: list[Blob], memory: Memory) -> None:
        """Look at these blobs, as far as the time goes."""
        done = 0
        try:
            for blob, content in contents(place, wanted, self._left()):
                path = readable(blob.path)
                if content is None:
                    self._skip("missing from the clone (a partial one)", path)
                else:
                    if self._look(content, (path, blob.commit, blob.commit), memory.skipped):
                        self.report.blobs += 1
                    memory.blobs.add(blob.oid)
                done += 1
        except (GitFailed, OutOfTime):
            if time.monotonic() < self._deadline:
                raise
            self.report.untold = len(wanted) - done
            self.report.onward = done > 0
            self._skip(f"{UNTOLD}: blobs, {self._late()}", "", self.report.untold)

    def _recalled(self, place: Place) -> Memory:
        """What is known of the past; nothing where a commit that holds a secret is gone.

        A commit that no ref reaches any more doesn't stand for what it had in common with others.
        """
        order = self._order
        known = recall(Path(order.memory), order.recall, self._key) if order.memory else None
        if known is None:
            return Memory(before=order.recall)
        gone = lost(place, order.tips, {*known.tips, *known.commits}, self._left())
        forget(Path(order.memory), known.before)
        if not still_holds(known, gone):
            return Memory(before=order.recall)
        tips = tuple(tip for tip in known.tips if tip not in gone)
        return Memory(tips, known.blobs, known.leaks, known.skipped, order.recall)

    def _keep(self, memory: Memory) -> None:
        """Keep what is known of the past now; where that fails all of it is read the next time."""
        if self._order.memory and self._order.commit:
            memory.leaks = self._lasting
            with suppress(OSError):
                self.report.kept = keep(Path(self._order.memory), memory, self._key)

    def _look(self, content: bytes, at: tuple[str, str, str], left: LeftOut | None = None) -> bool:
        """Whether it was looked at. Equal contents of the past are looked at once.

        `at` are its path, the commit in whose past it is (empty: of today), and one that holds it
        (empty: it is not committed). What is left out is counted in `left`.
        """
        self._left()
        path, commit, holder = at
        name = self._name(content)
        if commit and name in self._seen:
            return True
        if holder:
            self._seen.add(name)
        self.report.given += 1
        self.report.size += len(content)
        try:
            sights = self._detector.look(content, path)
        except TimeoutError:
            self.report.given -= 1
            left = self.report.skipped if left is None else left
            leave_out(left, "took too long to look through", [path], 1)
            return False
        self.report.answered += 1
        for sight in sights:
            hashed = keyed(self._key, sight.secret.encode("utf-8", "surrogateescape"))
            if not _add(self._leaks, hashed, sight, (path, sight.line, commit)):
                self._skip(f"more than {MOST} secrets: the rest is not told one by one", path)
            if holder:
                _add(self._lasting, hashed, sight, (path, sight.line, holder))
        return True

    def _name(self, content: bytes) -> str:
        """Its id as Git would give it, so that it is not looked at again as part of the past."""
        wide = any(len(tip) == 64 for tip in self._order.tips)
        digest = hashlib.sha256() if wide else hashlib.sha1(usedforsecurity=False)
        digest.update(b"blob %d\0" % len(content))
        digest.update(content)
        return digest.hexdigest()

    def _skip(self, reason: str, path: str, count: int = 1) -> None:
        leave_out(self.report.skipped, reason, [path], count)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left


def _add(leaks: dict[str, Leak], hashed: str, sight: Sight, place: Seen) -> bool:
    """Whether it could be taken down: there may be too many."""
    if hashed not in leaks:
        if len(leaks) >= MOST:
            return False
        leaks[hashed] = Leak(sight.kind, sight.severity.value, hashed)
    leaks[hashed].add(place)
    return True


def order_of(said: Mapping[str, Any]) -> Order:
    """An order, from the JSON of one."""
    return Order(
        key=said["key"],
        seconds=said["seconds"],
        trees=tuple((folder, tuple(paths)) for folder, paths in said["trees"]),
        place=tuple(said["place"]) if said["place"] else None,
        tips=tuple(said["tips"]),
        commit=said["commit"],
        memory=said["memory"],
        recall=said["recall"],
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
    sweep(Path(sys.argv[1]) / PASTS)

    def answer(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    serve(detector, sys.stdin.buffer, answer)


if __name__ == "__main__":
    main()
