"""Compose files: under which names a proxy makes services answer, and what they were made from.

Names are those of Traefik's rules, of Caddy's labels, and of the variables of nginx-proxy. Names of
services are known within the project alone.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format, compose
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.served_names import ruled, serving
from opsroom.observe.reading.sources import sources
from opsroom.observe.reading.tree_walks import below, each, readable
from opsroom.observe.reading.values import words
from opsroom.observe.reading.variables import Unset, substituted
from opsroom.observe.reading.yaml_text import Entries, Node

WANTED = re.compile(rb"Host(?:SNI)?\(|caddy|VIRTUAL_HOST|LETSENCRYPT_HOST|image\.source|vcs-url")
RULE = re.compile(r"traefik\.(?:http|tcp)\.routers\.[^.]+\.rule|traefik\.frontend\.rule")
CADDY = re.compile(r"caddy(?:_\d+)?")
PROXIED = frozenset({"VIRTUAL_HOST", "LETSENCRYPT_HOST"})


def _pairs(node: Node, key: str) -> Iterator[tuple[str, str, int]]:
    """Labels or variables, as `(name, value, line)`, with the defaults that the file gives."""
    held = node.get(key) if isinstance(node, Entries) else None
    if isinstance(held, Entries):
        told = [(name, words(value), held.lines[name]) for name, value in held.items()]
    else:
        told = [(*words(row).partition("=")[::2], line) for row, line in each(node, key)]
    for name, written, line in told:
        try:
            settled = substituted(written, {})
        except Unset:
            settled = written
        yield name, settled, line


def _container(service: Entries) -> Iterator[Mention]:
    deploy, build = below(service, "deploy"), below(service, "build")
    for holder in (service, deploy):
        for name, written, line in _pairs(holder, "labels"):
            if RULE.fullmatch(name):
                yield from ruled(written, line)
            elif CADDY.fullmatch(name):
                for site in re.split(r"[\s,]+", written):
                    yield from serving(re.sub(r"^https?://|[:/].*$", "", site), line)
        yield from sources(holder.get("labels"))
    yield from sources(build.get("labels"), serves=True)
    for name, written, line in _pairs(service, "environment"):
        if name in PROXIED:
            for each_name in written.split(","):
                yield from serving(each_name.partition(":")[0], line)


def parse(path: str, content: bytes) -> Manifest:
    """Read the labels and variables of the services of a Compose file."""
    if not WANTED.search(content):
        return Manifest()
    found = [
        mention
        for document in readable(content)
        for service in below(document, "services").values()
        if isinstance(service, Entries)
        for mention in _container(service)
    ]
    return manifest_of(found)


FORMAT = Format(names=compose.FORMAT.names, kind="compose", parse=parse, beside=True)
