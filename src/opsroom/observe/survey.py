"""Looking at every clone under some folders, a few at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from opsroom.clients.git.command import git_program
from opsroom.model.snapshot import CloneFacts
from opsroom.observe.checkout import Checkout, Found, Problem
from opsroom.observe.clone import LARGE, Now, Seen, see, utc_now
from opsroom.observe.sources.directory import find

WORKERS = 4

Progress = Callable[[int, int], None]
"""Called with how many clones are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over some folders saw, begun at `at`."""

    at: datetime
    clones: tuple[CloneFacts, ...]
    problems: tuple[Problem, ...]


def survey(
    roots: Sequence[Path],
    *,
    workers: int = WORKERS,
    now: Now = utc_now,
    progress: Progress | None = None,
    large: int = LARGE,
) -> Survey:
    """Find and look at every clone under `roots`. `large` is in bytes.

    Raises:
        ObservationError: there is no git, or one too old to be safe.
    """
    git_program()
    at = now()
    found = find_all(roots)
    facts: list[CloneFacts] = []
    if progress:
        progress(0, len(found.clones))
    for seen in look_all(found.clones, workers=workers, now=now, large=large):
        facts.append(seen.facts)
        if progress:
            progress(len(facts), len(found.clones))
    return Survey(at, tuple(facts), found.problems)


def find_all(roots: Iterable[Path]) -> Found:
    """What lies under all of `roots`, each clone once."""
    clones: dict[Path, Checkout] = {}
    problems: dict[Problem, None] = {}
    for root in roots:
        found = find(root)
        for checkout in found.clones:
            clones.setdefault(checkout.place.common_dir, checkout)
        problems.update(dict.fromkeys(found.problems))
    return Found(tuple(clones.values()), tuple(problems))


def look_all(
    checkouts: Iterable[Checkout],
    *,
    workers: int = WORKERS,
    now: Now = utc_now,
    large: int = LARGE,
) -> Generator[Seen]:
    """Look at each of `checkouts` in `workers` threads, and yield in their order.

    Few looks are waiting at any time, so a reader that stops ends the work soon.
    """
    remaining = iter(checkouts)
    with ThreadPoolExecutor(workers, thread_name_prefix="look") as threads:
        waiting: deque[Future[Seen]] = deque()
        try:
            for checkout in islice(remaining, workers * 4):
                waiting.append(threads.submit(see, checkout, now, large=large))
            while waiting:
                yield waiting.popleft().result()
                for checkout in islice(remaining, 1):
                    waiting.append(threads.submit(see, checkout, now, large=large))
        finally:
            for future in waiting:
                future.cancel()
