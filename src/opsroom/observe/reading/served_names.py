"""Names under which something answers, as proxies and values of charts say them."""

import re
from collections.abc import Iterator

from opsroom.model.mention import Mention
from opsroom.observe.reading.network_names import served
from opsroom.observe.reading.tree_walks import each, texts
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node

RULE = re.compile(r"\bHost(?:SNI)?\((?P<names>[^()]{1,2000})\)")
QUOTED = re.compile(r"[`\"']([^`\"'\s,]{1,253})[`\"']")
INGRESS = re.compile(r"(?i)ingress|routes?$|httproute|gateway|virtualservice")
NAMED = ("host", "hosts", "hostname", "hostnames", "domain", "domains")
RELEASE = re.compile(r"\{\{-?\s*\.Release\.Name\s*-?\}\}")


def serving(written: str, line: int) -> Iterator[Mention]:
    """The mention of a name under which something answers, where it is one."""
    if name := served(written):
        yield Mention("host", name, line, serves=True)


def ruled(rule: str, line: int) -> Iterator[Mention]:
    """The names of a rule of Traefik: Host(`a.b`) || Host(`c.d`, `e.f`)."""
    for match in RULE.finditer(rule):
        for name in QUOTED.findall(match["names"]):
            yield from serving(name, line)


def in_values(values: Node, release: str = "") -> Iterator[Mention]:
    """The names that values of a chart give to its ingress or routes.

    `release` is put where they name the release.
    """
    ahead: list[tuple[Node, bool]] = [(values, False)]
    while ahead:
        node, within = ahead.pop()
        if isinstance(node, Items):
            ahead += [(item, within) for item in reversed(node)]
        elif isinstance(node, Entries):
            if within:
                yield from _in_mapping(node, release)
            ahead += [
                (held, within or bool(INGRESS.search(key))) for key, held in reversed(node.items())
            ]


def _in_mapping(mapping: Entries, release: str) -> Iterator[Mention]:
    for key in NAMED:
        for written, line in texts(mapping, key):
            yield from serving(RELEASE.sub(lambda _: release, written), line)
        for entry, line in each(mapping, key):
            if isinstance(entry, Entries) and "host" not in entry and "name" in entry:
                yield from serving(words(entry.get("name")), line)
