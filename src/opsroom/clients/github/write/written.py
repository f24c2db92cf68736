"""What a verb gives back."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """The effect of one verb.

    `after` is what is there now; `before` what was there, for the undo, None when nothing was.
    `now`: this call did it; otherwise it was found done already, and `before` equals what a first
    call could still know.
    """

    after: T
    before: T | None
    now: bool
