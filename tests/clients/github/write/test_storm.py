"""A whole change through a storm: whatever fails, it is asked for again, and nothing is doubled."""

import pytest
from tests.clients.github.write.desk import Desk
from tests.clients.github.write.scenarios import BY_NAME, Scenario

from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError, Later

pytestmark = pytest.mark.anyio

CHANGE = (
    "create-branch",
    "commit",
    "open-pull",
    "create-label",
    "update-pull",
    "merge",
    "revert",
    "put-ruleset",
    "protect",
)
STORM = {"errors": 0.08, "truncated": 0.05, "errors_after_write": 0.4}
MOST_TRIES = 10


async def brought_about(verb: Scenario, desk: Desk, writer: Writer) -> None:
    """Ask for an effect until it is there, as whoever runs a plan does."""
    for _ in range(MOST_TRIES):
        try:
            await verb.act(desk, writer)
        except Later as later:
            desk.time.at = later.until or desk.time.at
        except WriteRefused:
            raise
        except HostError:
            continue
        else:
            return
    raise AssertionError(f"{verb.name} never came about")


@pytest.mark.parametrize("seed", range(3))
async def test_a_change_in_a_storm_is_made_once(seed: int, desk: Desk, writer: Writer) -> None:
    desk.small.hub.faults.set({**STORM, "seed": seed})
    for name in CHANGE:
        await brought_about(BY_NAME[name], desk, writer)
        assert BY_NAME[name].effect(desk) == 1, name
    assert desk.trouble.failed > 5
    desk.small.hub.faults.set({})
    assert len(desk.api.pulls) == 2
    assert len(desk.api.rulesets) == 1
    own = [branch for branch in desk.api.branches() if branch.startswith("opsroom/")]
    assert own == ["opsroom/revert-1", "opsroom/security-policy"]
