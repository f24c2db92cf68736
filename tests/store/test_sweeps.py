from datetime import timedelta

import pytest
from tests.store.samples import MINUTE, NOW

from opsroom.store.database import Store
from opsroom.store.sweeps import (
    SweepMark,
    load_sweep_marks,
    load_swept,
    save_sweep_mark,
    save_swept,
)

pytestmark = pytest.mark.anyio

ACME, ANN = "github:github.com/acme", "github:github.com/ann"


async def test_the_newest_sweep_of_each_source(store: Store) -> None:
    hour = timedelta(hours=1)
    first = SweepMark(source=ACME, sweep_every=MINUTE, look_every=hour)
    other = SweepMark(source=ANN, at=NOW, whole_at=NOW, sweep_every=MINUTE, look_every=hour)
    last = first.model_copy(update={"at": NOW + MINUTE, "whole_at": NOW})
    async with store.write() as connection:
        for mark in (first, other, last):
            await save_sweep_mark(connection, mark)
        assert await load_sweep_marks(connection) == {ACME: last, ANN: other}


async def test_what_a_sweep_saw_is_kept_by_source(store: Store) -> None:
    seen = {f"R_{number}": {"head": "é" * number} for number in range(3)}
    async with store.write() as connection:
        await save_swept(connection, ACME, seen)
        await save_swept(connection, ANN, {"R_1": {"head": "other"}})
        await save_swept(connection, ACME, {"R_1": {"head": "new"}}, gone=["R_2", "R_9"])
        assert await load_swept(connection, ACME) == {"R_0": {"head": ""}, "R_1": {"head": "new"}}
        assert set(await load_swept(connection, ACME, {"R_1", "R_7"})) == {"R_1"}
        assert await load_swept(connection, ANN) == {"R_1": {"head": "other"}}
