"""The advisories that are known in the demo, as archives for the centre: it asks no network.

They are facts of the public databases alone: names, packages, where a flaw is fixed, and which of
them is exploited.
"""

import json
import zipfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from opsroom.demo.advisories import FLAWS, KNOWN_SINCE, Ecosystem, Flaw

FOLDER = "advisories"
"""In the folder of the demo, in osv-scanner's layout."""

ECOSYSTEMS: dict[Ecosystem, tuple[str, str]] = {
    "pip": ("PyPI", "ECOSYSTEM"),
    "npm": ("npm", "SEMVER"),
    "go": ("Go", "SEMVER"),
    "rust": ("crates.io", "SEMVER"),
}
"""What OSV calls an ecosystem, and the type of its ranges."""

EXPLOITED = {"CVE-2023-4863": "2023-09-13"}
"""Those of the flaws that are exploited, with the day since which the catalogue says so.

Source: CISA, Known Exploited Vulnerabilities Catalog, version 2025.08.25 (CC0-1.0)."""

WORDS = {"low": "LOW", "medium": "MODERATE", "high": "HIGH", "critical": "CRITICAL"}


def write_archives(root: Path, published: Collection[str], at: datetime) -> None:
    """Write every flaw that is known: those of old, and those whose GHSA ids are in `published`.

    `at` is when the database was last looked after. Each archive is replaced at once.
    """
    known = [flaw for flaw in FLAWS if not flaw.latent or flaw.ghsa in published]
    for ecosystem, (name, _) in ECOSYSTEMS.items():
        path = root / FOLDER / name / "all.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for flaw in known:
                if flaw.ecosystem == ecosystem:
                    archive.writestr(f"{flaw.ghsa}.json", json.dumps(_record(flaw, at)))
        new.replace(path)
    _write_exploited(root / FOLDER / "known_exploited_vulnerabilities.json")


def _write_exploited(path: Path) -> None:
    said = [{"cveID": cve, "dateAdded": day} for cve, day in EXPLOITED.items()]
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"vulnerabilities": said}), "utf-8")
    new.replace(path)


def _record(flaw: Flaw, at: datetime) -> dict[str, Any]:
    """A flaw in the OSV format."""
    name, kind = ECOSYSTEMS[flaw.ecosystem]
    since = at if flaw.latent else KNOWN_SINCE
    return {
        "schema_version": "1.7.0",
        "id": flaw.ghsa,
        "aliases": [flaw.cve],
        "summary": flaw.summary,
        "published": since.isoformat(),
        "modified": at.isoformat(),
        "affected": [
            {
                "package": {"ecosystem": name, "name": flaw.package},
                "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": flaw.fixed}]}],
            }
        ],
        "database_specific": {"severity": WORDS[flaw.severity]},
    }
