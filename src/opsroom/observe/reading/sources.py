"""Which repository something was made from, as labels and annotations say."""

import re
from collections.abc import Iterator

from opsroom.model.mention import Mention
from opsroom.observe.reading.git_addresses import git_address
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node

KEYS = frozenset(
    {
        *("org.opencontainers.image.source", "org.label-schema.vcs-url"),
        *("backstage.io/source-location", "backstage.io/managed-by-location"),
    }
)
SLUGS = {"github.com/project-slug": "github.com", "gitlab.com/project-slug": "gitlab.com"}
SLUG = re.compile(r"[\w.-]+(?:/[\w.-]+)+")


def source(key: str, written: str, line: int, *, serves: bool = False) -> Mention | None:
    """The repository that one label names; None: it is another label, or names none."""
    if key in SLUGS and SLUG.fullmatch(written):
        written = f"https://{SLUGS[key]}/{written}.git"
    elif key not in KEYS:
        return None
    found = git_address(written.removeprefix("url:"))
    return Mention("source", found.origin, line, found.version, serves) if found else None


def sources(labels: Node, *, serves: bool = False) -> Iterator[Mention]:
    """The repositories that labels or annotations name, a mapping or a list of `key=value`."""
    if isinstance(labels, Entries):
        told = [(key, words(value), labels.lines[key]) for key, value in labels.items()]
    elif isinstance(labels, Items):
        pairs = zip(labels, labels.lines, strict=True)
        told = [(*words(row).partition("=")[::2], line) for row, line in pairs]
    else:
        return
    for key, written, line in told:
        if found := source(key, written, line, serves=serves):
            yield found
