"""Archives of advisories, as they lie in a folder."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(folder: Path, ecosystem: str, records: Mapping[str, Any]) -> Path:
    """Write `{folder}/{ecosystem}/all.zip` with these records, by id."""
    path = folder / ecosystem / "all.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path.with_suffix(".new"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, record in records.items():
            raw = record if isinstance(record, bytes) else json.dumps(record).encode()
            archive.writestr(f"{name}.json", raw)
    path.with_suffix(".new").replace(path)
    return path
