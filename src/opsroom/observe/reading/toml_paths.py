"""Where the keys of a TOML file stand; Python's reader doesn't say."""

import re

KEY = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')"
HEADER = re.compile(rf"^[ \t]*\[(\[?)[ \t]*({KEY}(?:[ \t]*\.[ \t]*{KEY})*)[ \t]*\]")
ASSIGNED = re.compile(rf"^[ \t]*({KEY}(?:[ \t]*\.[ \t]*{KEY})*)[ \t]*=")
PART = re.compile(KEY)


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part[0].strip("\"'") for part in PART.finditer(key))


def path_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each table and key, by its full path; of a key that stands twice the first.

    A path within an array of tables has the place of its table: `("package", "0", "name")`.
    """
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    inside: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            inside = _parts(header[2])
            if header[1]:
                counts[inside] = counts.get(inside, -1) + 1
                inside = (*inside, str(counts[inside]))
            lines.setdefault(inside, number)
        elif assigned := ASSIGNED.match(line):
            path = (*inside, *_parts(assigned[1]))
            for depth in range(len(inside) + 1, len(path) + 1):
                lines.setdefault(path[:depth], number)
    return lines
