"""A double of the host in memory, with a small world."""

from pathlib import Path

import pytest
from tests.hub import SmallHub


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "host")
