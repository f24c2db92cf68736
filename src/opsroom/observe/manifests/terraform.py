"""Terraform and OpenTofu (`*.tf`, `*.tofu`): modules and providers, as `pkg:terraform/...`.

A provider is `pkg:terraform/namespace/name`, a module of a registry
`pkg:terraform/namespace/name/system`; of another registry than the public one with its
`repository_url`. Modules from Git are `pkg:github/owner/name` and the like, those of the
repository itself have the origin `path:`. The folder behind `//` is `part`.
`.terraform.lock.hcl` says which providers are used.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format
from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.hcl_text import Attribute, Block, blocks_of
from opsroom.observe.reading.purls import path_purl, purl
from opsroom.observe.reading.remote_files import ASKED, git_folder
from opsroom.observe.reading.values import words

WANTED = re.compile(rb"\bmodule\b|\brequired_providers\b|\bprovider\b")
"""A file without these words asks for nothing, and is not taken apart."""
PUBLIC = frozenset({"registry.terraform.io", "registry.opentofu.org"})
EXACT = re.compile(r"=?\s*v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")
PART = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
PROVIDER = re.compile(
    rf"(?:(?P<host>[A-Za-z0-9.-]+\.[A-Za-z0-9]+(?::\d+)?)/)?"
    rf"(?:(?P<namespace>{PART})/)?(?P<name>{PART})"
)
MODULE = re.compile(
    rf"(?:(?P<host>[A-Za-z0-9.-]+\.[A-Za-z0-9]+(?::\d+)?)/)?"
    rf"(?P<path>{PART}/{PART}/{PART})(?://(?P<part>.*))?"
)
BUILT_IN = "terraform.io/builtin/"
OF_GIT = re.compile(
    r"git::|git@|(?:https?://)?(?:www\.)?(?:github\.com|bitbucket\.org|gitlab\.com)/"
)
FORCED = re.compile(r"^(?:hg|s3|gcs|http|https)::")


def provider(source: str, asked: str, line: int, *, locked: str = "") -> Package | None:
    """A provider by its source address; None: it is built in, or that is no address of one.

    `asked` are constraints, `locked` the version that is used, where that is known.
    """
    match = PROVIDER.fullmatch(words(source))
    if not match or source.startswith(BUILT_IN):
        return None
    host = (match["host"] or "").lower()
    elsewhere = {} if host in PUBLIC or not host else {"repository_url": host}
    exact = EXACT.fullmatch(asked)
    return Package(
        purl=purl("terraform", match["name"], match["namespace"] or "hashicorp", **elsewhere),
        version=locked or (exact[1] if exact else ""),
        constraint=asked,
        direct=None if locked else True,
        origin=f"registry:https://{host}" if elsewhere else "",
        line=line,
    )


def module(source: str, asked: str, line: int) -> Package:
    """A module by its source.

    Raises:
        NotUnderstood: it names nothing.
    """
    if source.startswith(("./", "../", "/")):
        name = source.rstrip("./").rpartition("/")[2] or "module"
        found = purl("generic", name)
        return Package(found, direct=True, origin=origins.path(source), line=line)
    if OF_GIT.match(source):
        ref = ASKED.search(source)
        bare = re.split(r"[?#]", source, maxsplit=1)[0]
        return git_folder(bare, ref["ref"] if ref else "", line)
    if match := MODULE.fullmatch(source):
        host = (match["host"] or "").lower()
        elsewhere = {} if host in PUBLIC or not host else {"repository_url": host}
        exact = EXACT.fullmatch(asked)
        return Package(
            purl=path_purl("terraform", match["path"], **elsewhere),
            version=exact[1] if exact else "",
            constraint=asked,
            direct=True,
            origin=f"registry:https://{host}" if elsewhere else "",
            line=line,
            part=plain((match["part"] or "").strip("/")),
        )
    address = FORCED.sub("", re.split(r"[?#]", source, maxsplit=1)[0])
    origin = origins.download(address)
    name = address.rstrip("/").rpartition("/")[2]
    found = purl("generic", name, download_url=origin.removeprefix("url:"))
    return Package(found, direct=True, origin=origin, line=line)


def _text(attribute: Attribute | None) -> str:
    return words(attribute.text) if attribute else ""


def _providers(terraform: Block) -> Iterator[tuple[str, Attribute]]:
    for block in terraform.blocks:
        if block.kind == "required_providers":
            yield from block.attributes.items()


def parse(path: str, content: bytes) -> Manifest:
    """Read a file of Terraform."""
    contents = Contents()
    if not WANTED.search(content):
        return contents.manifest()
    for block in blocks_of(content).blocks:
        if block.kind == "terraform":
            for name, wanted in _providers(block):
                source = _text(wanted.entries.get("source")) or name
                asked = _text(wanted.entries.get("version")) or _text(wanted)
                contents.put(provider(source, asked, wanted.line))
        elif block.kind == "provider" and block.labels and "version" in block.attributes:
            asked = _text(block.attributes["version"])
            contents.put(provider(block.labels[0], asked, block.line))
        elif block.kind == "module":
            _module(block, contents)
    return contents.manifest()


def _module(block: Block, contents: Contents) -> None:
    source = _text(block.attributes.get("source"))
    if not source:
        contents.unread("a module whose source isn't written out", block.line)
        return
    with contents.entry(block.line):
        line = block.attributes["source"].line
        contents.put(module(source, _text(block.attributes.get("version")), line))


FORMAT = Format(names=("*.tf", "*.tofu"), kind="terraform", parse=parse, revision=2)
