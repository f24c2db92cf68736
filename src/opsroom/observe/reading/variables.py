"""Variables of shells as Dockerfile and Compose read them: `$X`, `${X}`, `${X:-default}`."""

import re
from collections.abc import Mapping

VARIABLE = re.compile(
    r"\$(?:\$|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)"
    r"(?:(?P<how>:?[-+?])(?P<word>[^${}]*(?:\$\{[^{}]*\}[^${}]*)*))?\})"
)
DEEPEST = 5
LONGEST = 2000


class Unset(Exception):
    """A variable without value and without default, or what can't be read as one."""


def substituted(text: str, values: Mapping[str, str | None], depth: int = 0) -> str:
    """A text with its variables replaced by their values or their defaults; `$$` is a dollar.

    Raises:
        Unset: one has neither.
    """
    if "$" not in text:
        return text
    if depth > DEEPEST or len(text) > LONGEST:
        raise Unset(text[:LONGEST])

    def value(match: re.Match[str]) -> str:
        name = match["bare"] or match["name"]
        if not name:
            return "$"
        known = values.get(name)
        how, word = match["how"] or "", match["word"] or ""
        there = known is not None and (bool(known) or not how.startswith(":"))
        if how.endswith("+"):
            return substituted(word, values, depth + 1) if there else ""
        if there and known is not None:
            return known
        if how.endswith("-"):
            return substituted(word, values, depth + 1)
        raise Unset(name)

    found = VARIABLE.sub(value, text)
    if len(found) > LONGEST or "$" in VARIABLE.sub("", text):
        raise Unset(text)
    return found
