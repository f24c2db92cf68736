import pytest
from tests.store.samples import MINUTE, NOW

from opsroom.store.database import Store
from opsroom.store.gaps import Gap, load_gaps, prune_gaps, save_gap

pytestmark = pytest.mark.anyio

ACME = "github:github.com/acme"


async def test_a_gap_opens_closes_and_is_forgotten(store: Store) -> None:
    opened = Gap(source=ACME, since=NOW, reason="the centre was not running")
    closed = opened.model_copy(update={"until": NOW + MINUTE})
    later = Gap(source=ACME, since=NOW + 5 * MINUTE, reason="deliveries failed")
    async with store.write() as connection:
        for gap in (opened, later, closed):
            await save_gap(connection, gap)
        assert await load_gaps(connection, [ACME]) == [later, closed]
        assert await load_gaps(connection, ["github:other"]) == []
        assert await prune_gaps(connection, NOW + 2 * MINUTE) == 1
        assert await load_gaps(connection, [ACME]) == [later]
