"""Parsing manifests in processes of their own: a hostile file can hang or crash nothing but those.

    a question, one line: [format, path, file]  ->  a worker  ->  one line: what the file holds

What a file is not understood for is part of its manifest; what happened to the worker is not.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from opsroom.clients.process import Ended, Worker
from opsroom.model.manifest import Manifest, Unread
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published

SECONDS = 20.0
"""For one file."""
MEMORY = 2 << 30
LARGEST_ANSWER = 192 << 20

MOST_PACKAGES = 200_000
MOST_EDGES = 1_000_000
MOST_MENTIONS = 20_000
LONGEST = 1_000
"""Characters of any text that is kept."""

PROGRAM = ("-I", "-m", "opsroom.observe.parsing")
"""What our interpreter is told to run as a worker."""
PACKAGE = tuple(field.name for field in fields(Package))
PUBLISHED = tuple(field.name for field in fields(Published))
MENTION = tuple(field.name for field in fields(Mention))


class Parsers:
    """Workers, as many as are asked at the same time. They wait for more, until told to rest."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self.begun = 0
        """How many were begun so far."""

    def parse(self, format_: str, path: str, file: Path) -> Manifest | str:
        """What a file holds, or why that can't be told; the same file may do better another time.

        Raises:
            ObservationError: no worker can be started.
        """
        question = json.dumps([format_, path, str(file)]).encode("ascii")
        try:
            with self._worker() as worker:
                answer = worker.ask(question, timeout=self._seconds, max_output=LARGEST_ANSWER)
        except Ended as error:
            return f"it could not be parsed: {error.message}"
        told = json.loads(answer)
        return str(told["reason"]) if "reason" in told else _read(told)

    def rest(self) -> None:
        """End the workers that nobody asks now, and give their memory back."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    @contextmanager
    def _worker(self) -> Generator[Worker]:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            self.begun += 1
            worker = _begun()
        try:
            yield worker
        except BaseException:
            worker.end()
            raise
        with self._lock:
            self._idle.append(worker)


def _begun() -> Worker:
    return Worker(
        [sys.executable, *PROGRAM],
        cwd=Path("/"),
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        max_memory=MEMORY,
    )


def _read(told: dict[str, Any]) -> Manifest:
    """A worker's answer. It was made by our own code, of what a stranger wrote."""
    packages = tuple(
        Package(**dict(zip(PACKAGE, map(_clean, row), strict=True)))
        for row in told["packages"][:MOST_PACKAGES]
    )
    count = len(packages)
    unread = [Unread(_text(why), int(line)) for why, line in told["unread"]]
    if len(told["packages"]) > MOST_PACKAGES or len(told["edges"]) > MOST_EDGES:
        unread.append(Unread(f"it names more than {MOST_PACKAGES:,} packages"))
    if len(told["mentions"]) > MOST_MENTIONS:
        unread.append(Unread(f"it names more than {MOST_MENTIONS:,} others"))
    return Manifest(
        packages=packages,
        edges=tuple((a, b) for a, b in told["edges"][:MOST_EDGES] if a < count and b < count),
        publishes=tuple(
            Published(**dict(zip(PUBLISHED, map(_clean, row), strict=True)))
            for row in told["publishes"]
        ),
        unread=tuple(unread),
        scripts=tuple(map(_text, told["scripts"])),
        mentions=tuple(
            Mention(**dict(zip(MENTION, map(_clean, row), strict=True)))
            for row in told["mentions"][:MOST_MENTIONS]
        ),
    )


def _clean(value: object) -> Any:
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    """As a database can keep it."""
    return text[:LONGEST].replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _columns(manifest: Manifest) -> dict[str, object]:
    def rows(values: Sequence[object], names: Sequence[str]) -> list[list[object]]:
        return [[getattr(value, name) for name in names] for value in values]

    return {
        "packages": rows(manifest.packages[: MOST_PACKAGES + 1], PACKAGE),
        "edges": manifest.edges[: MOST_EDGES + 1],
        "publishes": rows(manifest.publishes, PUBLISHED),
        "unread": [[each.reason, each.line] for each in manifest.unread],
        "scripts": manifest.scripts,
        "mentions": rows(manifest.mentions[: MOST_MENTIONS + 1], MENTION),
    }


def _answer(question: str, parse: Callable[[str, str, bytes], Manifest]) -> dict[str, object]:
    """What a worker says to one question. Anything at all may go wrong in a parser."""
    from opsroom.observe.manifests import LARGEST, NotUnderstood

    format_, path, file = json.loads(question)
    try:
        with open(file, "rb") as opened:
            content = opened.read(LARGEST + 1)
        return _columns(parse(format_, path, content))
    except NotUnderstood as error:
        return _columns(Manifest(unread=(Unread(error.message),)))
    except RecursionError:
        return _columns(Manifest(unread=(Unread("nested too deeply"),)))
    except MemoryError:
        return {"reason": "it could not be parsed: it needs too much memory"}
    except Exception as error:  # noqa: BLE001 - told as that; another file may do better
        return _columns(
            Manifest(unread=(Unread(f"not what its name says ({type(error).__name__})"),))
        )


def main() -> None:
    """Answer questions by the formats that there are."""
    from opsroom.observe.formats import formats

    def parse(name: str, path: str, content: bytes) -> Manifest:
        return formats()[name].parse(path, content)

    serve(parse)


def serve(parse: Callable[[str, str, bytes], Manifest]) -> None:
    """Answer questions by this parser until there are no more."""
    for question in sys.stdin:
        sys.stdout.write(json.dumps(_answer(question, parse)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
