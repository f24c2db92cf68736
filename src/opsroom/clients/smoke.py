"""A smoke list: what was asked of a real host, and how it went, told without a name.

Nothing in here was written by the host or by a person: only our own words, numbers, statuses, and
names of fields and headers that are known. So whoever it is about can show it to anybody.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["fine", "refused", "wrong", "unanswered", "skipped"]
"""`refused`: the token may not ask this. `wrong`: it was answered, and not as we can read it.
`unanswered`: there was no answer. `skipped`: there was nothing to ask about."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question: what was counted, what is wrong with the shape of the answer (`faults`).

    `statuses` are those of every answer it took, redirects too; `headers` the known names among
    theirs. `needed`: without an answer to it nothing at all can be known.
    """

    question: str
    outcome: Outcome
    said: str = ""
    faults: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    seconds: float = 0.0
    headers: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Smoke:
    """A list that was gone through. `host` and `credential` say of which kind they are.

    `failure` says in words for the person at hand (it may hold names) why nothing could be asked.
    """

    host: str
    credential: str
    probes: tuple[Probe, ...]
    lacking: tuple[str, ...] = ()
    """What the server's schema lacks of what we ask for (`Type.field`)."""
    failure: str = ""
    hint: str = ""

    def having(self, outcome: Outcome) -> tuple[Probe, ...]:
        """The questions that ended so."""
        return tuple(probe for probe in self.probes if probe.outcome == outcome)
