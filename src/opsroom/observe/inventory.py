"""The inventory of a commit: one walk over its files, each manifest parsed once for its content.

    the files of an export -> formats, by path -> digest -> known already? -> else parsed

What is known is asked for once, for all files together.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from opsroom.clients.git.exports import Export
from opsroom.model.inventory import Inventory, InventoryFile, KnownManifest
from opsroom.model.manifest import Manifest
from opsroom.model.scan import Skipped
from opsroom.observe.formats import Named, formats_for, key_name
from opsroom.observe.manifests import LARGEST
from opsroom.observe.parsing import Parsers

Key = tuple[str, str]
"""The digest of a content, and `format@revision`."""

MOST = 20_000
"""Manifests of one commit that are opened, and as many files that are only read beside them."""


IsKnown = Callable[[Collection[Key]], Mapping[Key, KnownManifest]]
"""Which manifests are known, and what of them."""


def take(
    export: Export, is_known: IsKnown, parsers: Parsers
) -> tuple[Inventory, dict[Key, Manifest]]:
    """The inventory of an export, and the manifests in it that were not known.

    A file in which a format finds nothing is of another kind (many are `*.yaml`), and no part of
    the inventory, unless its name says what it is (a Dockerfile `FROM scratch`). One of which
    nothing was understood is in it, as one that could not be read.
    What is only read beside manifests is scripts and settings by the hundred, of which most hold
    nothing: these are not kept, as to read them again takes no longer than to look them up.

    Raises:
        ObservationError: no worker can be started to parse one.
    """
    wanted, skipped = _wanted(export.files)
    seen: list[tuple[str, Named, Key, str | None]] = []
    for path, formats in wanted:
        digest, reason = _digest(export.folder / path)
        seen += [(path, named, (digest, key_name(*named)), reason) for named in formats]
    kept = dict(is_known({key for _, _, key, reason in seen if reason is None}))
    parsed: dict[Key, Manifest] = {}
    files: list[InventoryFile] = []
    for path, (name, declared), key, reason in seen:
        if reason is None and key not in kept:
            told = parsers.parse(name, path, export.folder / path)
            if isinstance(told, Manifest):
                kept[key] = _known(told)
                if not declared.beside or told != Manifest():
                    parsed[key] = told
            else:
                reason = told
        if reason is not None:
            files.append(InventoryFile(path, key[1], key[0], reason))
        elif kept[key].full or (declared.by_name and not kept[key].unread):
            files.append(InventoryFile(path, key[1], key[0], partly=bool(kept[key].unread)))
        elif kept[key].unread:
            files.append(InventoryFile(path, key[1], key[0], kept[key].unread))
    return Inventory(export.commit, tuple(files), skipped), parsed


def _known(manifest: Manifest) -> KnownManifest:
    names = manifest.packages or manifest.publishes or manifest.mentions
    return KnownManifest(
        bool(names or manifest.scripts), manifest.unread[0].reason if manifest.unread else ""
    )


def _wanted(
    files: Iterable[str],
) -> tuple[list[tuple[str, list[Named]]], tuple[Skipped, ...]]:
    """The paths that formats read, each with those formats."""
    wanted: list[tuple[str, list[Named]]] = []
    counts = {False: 0, True: 0}
    left: list[str] = []
    for path in files:
        if formats := formats_for(path):
            beside = all(each.beside for _, each in formats)
            counts[beside] += 1
            if counts[beside] <= MOST:
                wanted.append((path, formats))
            else:
                left.append(path)
    if not left:
        return wanted, ()
    reason = f"more than {MOST:,} manifests"
    return wanted, (Skipped(reason=reason, count=len(left), example=left[0]),)


def _digest(file: Path) -> tuple[str, str | None]:
    """Of a content; why it is not read, where that is so."""
    size = file.stat().st_size
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return digest, f"larger than {LARGEST:,} bytes" if size > LARGEST else None
