"""Versions of npm, Hex, Swift and Terraform: semantic ones."""

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import key

SCHEME = Scheme(
    key=key,
    types=frozenset({"npm", "hex", "swift", "terraform"}),
    source="semver.org 2.0.0; a leading v or = as node-semver and Terraform allow it",
    pin=r"(?:={1,2}\s*)?(v?\d+\.\d+\.\d+[^\s,|]*)",
)
