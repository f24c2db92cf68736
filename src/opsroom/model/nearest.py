"""The nearest right word, for errors that say what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the word of `known` that `word` probably means, or None when none is near.

    A word that begins another (`repository` for `repo`) is nearer than one that resembles it.
    """
    said = word[:100].casefold()
    words = {each.casefold(): each for each in known}
    starts = [each for each in words if said and (each.startswith(said) or said.startswith(each))]
    close = starts[:1] or get_close_matches(said, words, n=1, cutoff=0.6)
    return words[close[0]] if close else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a hint: the nearest word where there is one, and all that are allowed."""
    known = list(known)
    near = nearest(word, known)
    listed = f"one of {', '.join(known)}" if known else "none is allowed here"
    return f"did you mean {near}? ({listed})" if near else listed
