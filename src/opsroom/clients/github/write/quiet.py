"""Strangers' text, made so that it does nothing where it is written.

On the host text acts: `@name` calls people, `fixes #1` closes issues (also out of a commit's
message), a link to an issue leaves a note there, `<!-- ... -->` could forge our own mark, and the
last lines of a message are read as trailers. What acts is replaced by characters that look alike.
"""

import re

from opsroom.model.text import plain

LINES = 40
LINE = 200
"""Lines of one piece of evidence, and characters of each, that are written."""

LOUD = (
    (re.compile(r"@"), "＠"),
    (re.compile(r"#(?=\d)"), "＃"),
    (re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE), r"\1‐"),
    (re.compile(r"/(issues|pull|pulls|discussions|commit)/(?=\w)", re.IGNORECASE), r"/\1∕"),
    (re.compile(r"<(?=!)"), "‹"),
    (re.compile(r"--(?=>)"), "‐‐"),
)
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")
FENCE = re.compile(r"`{3,}")


def quiet(text: str, limit: int = LINE) -> str:
    """One line that calls nobody, closes nothing and forges nothing, at most `limit` characters."""
    line = plain(" ".join(text.split()), limit)
    for pattern, alike in LOUD:
        line = pattern.sub(alike, line)
    return line


def words(text: str, limit: int = 2 * LINE) -> str:
    """The same, for the middle of Markdown: shown letter by letter, no link, no image, no HTML."""
    return MARKDOWN.sub(r"\\\1", quiet(text, limit))


def fenced(text: str) -> str:
    """Lines as they are, in a block of code that they can't leave."""
    lines = text.splitlines()
    kept = [quiet_line(line) for line in lines[:LINES]]
    if len(lines) > LINES:
        kept.append(f"… {len(lines) - LINES} more lines")
    longest = max((len(run) for line in kept for run in FENCE.findall(line)), default=2)
    fence = "`" * (longest + 1)
    return "\n".join([f"{fence}text", *kept, fence])


def quiet_line(line: str) -> str:
    """One line of a block, with the spaces that it begins with."""
    start = len(line) - len(line.lstrip(" \t"))
    return " " * min(start, 40) + quiet(line)
