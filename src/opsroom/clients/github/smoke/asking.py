"""One question of a smoke list: asked, timed, and told in words that hold no name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import anyio

from opsroom.clients.github.refusals import (
    NO_PERMISSION,
    NOT_ENABLED,
    NOT_THERE,
    SIGN_ON,
    sign_on,
)
from opsroom.clients.github.smoke.ear import Ear
from opsroom.clients.github.smoke.shape import Shape, differences
from opsroom.clients.github.transport import Overloaded, Transport
from opsroom.clients.github.wire import Reply, TooLarge
from opsroom.clients.host import HostError, Later, NotLetIn
from opsroom.clients.smoke import Outcome, Probe
from opsroom.model.shapes import NONSENSE

LONGEST = 45.0
"""Seconds of one question, with its repeats."""

REFUSED = frozenset({401, 403, 404, 410, 451})
REASONS = frozenset({NO_PERMISSION, NOT_THERE, SIGN_ON})
"""Refusals of GraphQL, whose status says nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """How a question went. `value` is what the next ones are asked about, and is never told."""

    said: str = ""
    faults: tuple[str, ...] = ()
    outcome: Outcome = "fine"
    value: Any = None


class Asking:
    """Asks question after question, until the host doesn't answer or doesn't let us in."""

    def __init__(self, transport: Transport, ear: Ear) -> None:
        self.transport = transport
        self.ear = ear
        self.probes: list[Probe] = []
        self.stopped: HostError | None = None

    async def ask(
        self,
        question: str,
        asked: Callable[..., Awaitable[Found]],
        *about: object,
        needed: bool = False,
    ) -> Any:
        """Ask one question; its value, None where it has none."""
        if self.stopped is not None:
            self.probes.append(Probe(question, "skipped", "the list ended before it"))
            return None
        self.ear.taken()
        before, began = self.ear.heard, monotonic()
        found = await self._found(partial(asked, *about), before)
        statuses, headers = self.ear.taken()
        outcome: Outcome = "wrong" if found.faults else found.outcome
        seconds = monotonic() - began
        self.probes.append(
            Probe(question, outcome, found.said, found.faults, statuses, seconds, headers, needed)
        )
        return found.value

    def skip(self, question: str, why: str) -> None:
        """There is nothing to ask this about."""
        self.probes.append(Probe(question, "skipped", why))

    async def _found(self, asked: Callable[[], Awaitable[Found]], before: int) -> Found:
        try:
            with anyio.fail_after(LONGEST):
                return await asked()
        except NotLetIn as error:
            if not self.probes or 401 in self.ear.statuses:
                self.stopped = error
                return Found("the host does not know the token", outcome="refused")
            return Found("the token is shut out here", outcome="refused")
        except TimeoutError:
            return Found("no answer in time", outcome="unanswered")
        except Later:
            return Found("the host asks for a pause, or its limit is reached", outcome="unanswered")
        except Overloaded:
            said = "it failed at it, or answered with something that is no JSON"
            return Found(said, outcome="unanswered")
        except TooLarge:
            return Found(faults=("the answer: larger than we read",))
        except HostError as error:
            if self.ear.heard == before:
                self.stopped = error
                return Found("no connection", outcome="unanswered")
            if self.ear.statuses[-1] in REFUSED or error.message in REASONS:
                return Found("not for this token, or not there any more", outcome="refused")
            return Found(faults=("the answer: it could not be read",))
        except NONSENSE as error:
            return Found(faults=(f"reading it failed: {type(error).__name__}",))


def judged(reply: Reply, shape: Shape, said: str = "", value: Any = None) -> Found:
    """How a question went that is answered with 200, and otherwise with a refusal."""
    if reply.status == 200:
        return Found(said, differences(reply.data, shape), value=value)
    return refused(reply)


def refused(reply: Reply) -> Found:
    """Why an answer tells nothing, in words that are ours."""
    if reply.status not in REFUSED:
        return Found(faults=(f"the answer: a status of {reply.status}, which is not expected",))
    words = reply.message.lower()
    if sign_on(reply) or "saml" in words:
        return Found("it asks for single sign-on with this token", outcome="refused")
    if any(word in words for word in NOT_ENABLED):
        return Found("it is not enabled there", outcome="refused")
    if reply.status == 404:
        return Found("not there, or not for this token", outcome="refused")
    return Found("no permission", outcome="refused")
