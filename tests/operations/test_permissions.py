"""What is lost when a permission is: nothing."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.operations.rooms import Yard, kinds, last, look_over, names, opened

from opsroom.model.health import Grade

pytestmark = pytest.mark.anyio
READ_ANYTHING, ENTER_ANYTHING = 1, 2
"""The capabilities of root that no permission can stop, in `linux/capability.h`."""
DROP_FROM_BOUNDING_SET = 24
"""Of `prctl`."""


def _become_stoppable() -> None:
    """Root is told by nothing that it may not; everybody else is so already."""
    if os.geteuid() != 0:
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for capability in (READ_ANYTHING, ENTER_ANYTHING):
        if prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "can't drop a capability")


def test_all_below_as_somebody_whom_permissions_stop(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
            *("-o", "python_functions=stopped_*", "--basetemp", str(tmp_path / "base"), __file__),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_become_stoppable,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


async def stopped_clones_behind_a_folder_without_permission_are_not_gone(yard: Yard) -> None:
    yard.clone("api")
    hidden = yard.clone("team/hidden")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        hidden.parent.chmod(0)
        await look_over(room)
        told = await kinds(room, before)
        assert ("observation.failed", None) in told
        assert ("observation.failed", "local/hidden") in told
        assert not {"repository.gone", "finding.fixed"} & {kind for kind, _ in told}
        assert names(room) == ["local/api", "local/hidden"]
        assert room.row("local/hidden").health.grade is Grade.UNKNOWN
        hidden.parent.chmod(0o755)
        await look_over(room)
        told = await kinds(room, before)
        assert ("observation.recovered", None) in told
        assert ("observation.recovered", "local/hidden") in told
        assert room.row("local/hidden").health.grade is Grade.GREEN


async def stopped_a_clone_without_permission_is_not_gone(yard: Yard) -> None:
    yard.clone("api")
    closed = yard.clone("closed")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        closed.chmod(0)
        await look_over(room)
        told = [kind for kind, _ in await kinds(room, before)]
        assert "observation.failed" in told
        assert "repository.gone" not in told
        assert "finding.fixed" not in told
        closed.chmod(0o755)
        await look_over(room)
        assert names(room) == ["local/api", "local/closed"]
        assert room.row("local/closed").health.grade is Grade.GREEN
