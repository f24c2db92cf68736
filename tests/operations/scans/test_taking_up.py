"""Whose turn it is first among the repositories of a run that is taken up."""

import anyio
import pytest
from tests.operations.rooms import QUICK, Yard, look_over, only, opened

from opsroom.operations.scans import taking_up
from opsroom.operations.scans.desk import Desk, Urgency
from opsroom.operations.scans.progress import Progress
from opsroom.operations.scans.requests import request
from opsroom.operations.scans.taking_up import TakingUp

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("few", "asked_by", "urgency"),
    [
        (1, "discovery", Urgency.MOVED),
        (0, "discovery", Urgency.NEW),
        (1, "schedule", Urgency.ROUTINE),
        (0, "agent", Urgency.ASKED),
    ],
)
async def test_one_new_repository_does_not_wait_behind_a_new_fleet(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, few: int, asked_by: str, urgency: Urgency
) -> None:
    monkeypatch.setattr(taking_up, "FEW", few)
    yard.clone("api")
    async with opened(yard.settings(watch=QUICK)) as room:
        await look_over(room)
        room.owner = True
        await request(room, [only(room)], (), asked_by)
        desk = Desk()
        await TakingUp(room, desk, Progress(room)).take_up()
        with anyio.fail_after(5):
            order = await desk.take()
        assert order.urgency is urgency
