import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LISTING = Path(__file__).with_name("listing.py")


@pytest.fixture(scope="session")
def surface(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that a client is shown, from a process of its own."""
    done = subprocess.run(
        [sys.executable, str(LISTING), str(tmp_path_factory.mktemp("home"))],
        capture_output=True,
        check=True,
    )
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown
