"""What every test stands on: no settings and no store of whoever runs the tests."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _nobody_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point the user's folders at an empty one, and take Opsroom's own variables away."""
    empty = tmp_path_factory.mktemp("nobody")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPSROOM_CONFIG", "OPSROOM_HOME", "OPSROOM_TOKEN"):
            patch.delenv(name, raising=False)
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(empty / "config"))
        patch.setenv("XDG_DATA_HOME", str(empty / "data"))
        yield
