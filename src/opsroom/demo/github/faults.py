"""Faults on demand: what a network and a busy host do to requests, decided by a seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from opsroom.demo.github.refusals import unprocessable

Fault = Literal["error", "timeout", "truncated", "after"]


@dataclass
class Faults:
    """Shares of requests (0 to 1) that go wrong.

    `errors` are 5xx before the effect, `errors_after_write` 5xx after it. `timeouts` are answered
    with 504 after `patience` seconds. `webhooks_lost` never leave, and are logged as failed.
    """

    errors: float = 0.0
    timeouts: float = 0.0
    truncated: float = 0.0
    errors_after_write: float = 0.0
    webhooks_lost: float = 0.0
    webhooks_duplicated: float = 0.0
    webhooks_shuffled: bool = False
    patience: float = 12.0
    seed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - no secret

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Let exactly these faults happen from now on; the seed begins again.

        Raises:
            Refusal: 422, an unknown name or a value that can't be.
        """
        known = {each.name for each in fields(self)} - {"chance"}
        for name, value in wanted.items():
            if name not in known:
                raise unprocessable(f"unknown fault: {name}; there are {', '.join(sorted(known))}")
            share = name not in ("webhooks_shuffled", "patience", "seed")
            if share and not (isinstance(value, int | float) and 0 <= value <= 1):
                raise unprocessable(f"{name} is a share, 0 to 1")
        fresh = Faults()
        for each in fields(fresh):
            if each.name != "chance":
                setattr(self, each.name, wanted.get(each.name, getattr(fresh, each.name)))
        self.chance = random.Random(self.seed)  # noqa: S311 - no secret: the same storm again

    def draw(self, *, write: bool) -> Fault | None:
        """What happens to the next request."""
        kinds: tuple[tuple[Fault, float], ...] = (
            ("error", self.errors),
            ("timeout", self.timeouts),
            ("truncated", self.truncated),
            ("after", self.errors_after_write if write else 0.0),
        )
        if not any(share for _, share in kinds):
            return None
        place = self.chance.random()
        for kind, share in kinds:
            if place < share:
                return kind
            place -= share
        return None
