"""What checkov and trivy are given: configuration of infrastructure, made harmless.

Both obey comments and annotations in the files that they look at, and one of them doesn't survive
YAML that unfolds to billions of nodes. So comments are blanked, and YAML is read first by our own
reader, within its bounds.
"""

import re
from collections.abc import Iterator

from opsroom.clients.git.exports import Export
from opsroom.observe.covering import kind_at
from opsroom.observe.reading.yaml_text import documents

KINDS = frozenset({"terraform", "kubernetes", "dockerfile"})

SILENCING = re.compile(
    rb"\b(?:checkov|bridgecrew|cortex)(?=[ \t]*:[ \t]*skip|\.io/skip)"
    rb"|\b(?:trivy|tfsec)(?=[ \t]*:[ \t]*ignore)",
    re.IGNORECASE,
)
OBJECT = re.compile(rb"^apiVersion:[ \t]*\S", re.MULTILINE)


def of_kinds(export: Export) -> Iterator[str]:
    """The files that both can look at."""
    return (path for path in export.files if kind_at(export, path) in KINDS)


def heard(content: bytes) -> bytes:
    """A file without what would silence a scanner; lines stay where they are.

    Raises:
        NotUnderstood: it is YAML that our own reader refuses.
    """
    if OBJECT.search(content):
        documents(content)
    return SILENCING.sub(b"unheard", content)
