"""Lines of what was read by readers that don't tell lines: JSON and TOML.

Neither has raw line ends in a string of one line, so that text after a line end, with the right
indentation, is a key and nothing else. Keys are looked for in the order of the file, each after
the one before; after the first that isn't found the rest is unknown (0), never guessed.
"""

import json
import re

UNIT = re.compile(r'\{\n([ \t]+)"')


class KeyLines:
    """Finds keys of a JSON text that are written one a line, as every tool writes lockfiles."""

    def __init__(self, text: str) -> None:
        first = UNIT.search(text)
        self.unit = first[1] if first else ""
        """What one level is indented by."""
        self._text = text
        self._offset = 0
        self._line = 1
        self._lost = not first
        self._single = "\n" not in text.strip()

    def line(self, key: str, depth: int, begins: str = "") -> int:
        """The line of a key, from 1, which stands `depth` levels deep; 0: it can't be told.

        `begins` is how its value begins, where other keys of the name are as deep.
        """
        if self._lost:
            return 1 if self._single else 0
        bare = key.isprintable() and '"' not in key and "\\" not in key
        written = f'"{key}"' if bare else json.dumps(key, ensure_ascii=False)
        found = self._text.find(f"\n{self.unit * depth}{written}:{begins}", self._offset)
        if found < 0:
            self._lost = True
            return 0
        self._line += self._text.count("\n", self._offset, found + 1)
        self._offset = found + 1
        return self._line


def header_lines(text: str, header: str, count: int) -> list[int]:
    """The lines of `count` tables `[[header]]` of a TOML text; 0 where they can't be told."""
    found: list[int] = []
    line, offset = 1, 0
    for match in re.finditer(rf"^\[\[{re.escape(header)}\]\][ \t]*$", text, re.MULTILINE):
        line += text.count("\n", offset, match.start())
        offset = match.start()
        found.append(line)
    return found if len(found) == count else [0] * count


TABLE = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?")
KEY = re.compile(r"\s*(?:\"([^\"\\]+)\"|'([^']+)'|([A-Za-z0-9_-]+))\s*[=.]")


def toml_lines(text: str) -> dict[tuple[str, str], int]:
    """The lines of keys of a TOML text, by the header above and the key; without what is doubtful.

    For small files that people write: a header is as written, without white space and quotes.
    """
    found: dict[tuple[str, str], int] = {}
    header = ""
    for number, line in enumerate(text.split("\n"), 1):
        if table := TABLE.fullmatch(line):
            header = re.sub(r"[\s\"']", "", table[1])
        elif key := KEY.match(line):
            place = header, key[1] or key[2] or key[3]
            found[place] = 0 if place in found else number
    return found


FAR = 20_000
"""Characters within which the next text of a list is looked for."""


class TextLines:
    """Finds texts of a TOML file, such as requirements in a list, in the order of the file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset = 0
        self._line = 1
        self._lost = False

    def line(self, wanted: str) -> int:
        """The line of a text in quotes, outside of comments; 0: it can't be told."""
        while not self._lost:
            begin = self._find(wanted)
            if begin < 0:
                self._lost = True
                break
            self._line += self._text.count("\n", self._offset, begin)
            self._offset = begin + 1
            if "#" not in self._text[self._text.rfind("\n", 0, begin) + 1 : begin]:
                return self._line
        return 0

    def _find(self, wanted: str) -> int:
        escaped = wanted.replace("\\", "\\\\").replace('"', '\\"')
        forms = (f'"{escaped}"', f"'{wanted}'")
        end = self._offset + FAR
        places = [self._text.find(form, self._offset, end) for form in forms]
        return min((place for place in places if place >= 0), default=-1)
