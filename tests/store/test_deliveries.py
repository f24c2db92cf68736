from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from tests.store.samples import MINUTE, NOW

from opsroom.model.heard import Heard
from opsroom.store.database import Store
from opsroom.store.deliveries import (
    KEPT,
    Delivery,
    handled,
    known_guids,
    last_received,
    pending,
    prune_deliveries,
    take_in,
)
from opsroom.store.tables import deliveries

pytestmark = pytest.mark.anyio

ACME, ANN = "github:github.com/acme", "github:github.com/ann"


def delivery(guid: str, at: datetime = NOW, source: str = ACME) -> Delivery:
    return Delivery(
        guid=guid,
        source=source,
        event="workflow_run",
        action="completed",
        subjects=("R_1",),
        received_at=at,
    )


async def test_a_delivery_is_taken_in_once(store: Store) -> None:
    async with store.write() as connection:
        assert await take_in(connection, delivery("a"))
        assert not await take_in(connection, delivery("a", NOW + MINUTE))
        assert await pending(connection, [ACME]) == [delivery("a")]
        await handled(connection, ["a"], NOW)
        assert await pending(connection, [ACME]) == []
        assert not await take_in(connection, delivery("a"))
        assert await pending(connection, [ACME]) == []
        assert await known_guids(connection, ["a", "b"]) == {"a"}


async def test_what_is_pending_comes_oldest_first_and_of_these_sources(store: Store) -> None:
    async with store.write() as connection:
        for guid, at in (("late", NOW + MINUTE), ("early", NOW)):
            await take_in(connection, delivery(guid, at))
        await take_in(connection, delivery("other", NOW, ANN))
        assert [each.guid for each in await pending(connection, [ACME])] == ["early", "late"]
        assert [each.guid for each in await pending(connection, [ACME, ANN], limit=1)] == ["early"]
        assert await last_received(connection, ACME) == NOW + MINUTE
        assert await last_received(connection, "github:none") is None


async def test_old_deliveries_are_forgotten_handled_or_not(store: Store) -> None:
    async with store.write() as connection:
        await take_in(connection, delivery("old"))
        await take_in(connection, delivery("new", NOW + MINUTE))
        assert await prune_deliveries(connection, NOW + KEPT) == 0
        assert await prune_deliveries(connection, NOW + KEPT + timedelta(seconds=1)) == 1
        assert await known_guids(connection, ["old", "new"]) == {"new"}


async def test_of_what_was_handled_only_the_id_is_kept(store: Store) -> None:
    told = Heard(delivery="a", event="push", full_name="acme/api")
    async with store.write() as connection:
        await take_in(connection, delivery("a").model_copy(update={"told": told}))
        assert [each.told for each in await pending(connection, [ACME])] == [told]
        await handled(connection, ["a"], NOW)
        kept = (await connection.execute(select(deliveries.c.guid, deliveries.c.told))).all()
        assert [tuple(row) for row in kept] == [("a", None)]
