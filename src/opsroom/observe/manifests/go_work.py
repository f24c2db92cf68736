"""go.work: what a Go workspace replaces in all of its modules, as `pkg:golang/...`.

The modules that it uses have a go.mod of their own.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.manifests import Format
from opsroom.observe.manifests.go_mod import directives, replacements
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.purls import path_purl


def parse(path: str, content: bytes) -> Manifest:
    """Read a go.work: replacements by another module; folders are the repository's own."""
    found = Contents()
    for directive in directives(content):
        for target, version in replacements(iter([directive])).values():
            if version:
                found.put(
                    Package(
                        path_purl("golang", target), version, version, None, line=directive.line
                    )
                )
    return found.manifest()


FORMAT = Format(names=("go.work",), kind="go", parse=parse, locked=True)
