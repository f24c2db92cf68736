import pytest
from tests.store.samples import MINUTE, NOW, fleet

from opsroom.store.database import Store
from opsroom.store.meta import next_revision
from opsroom.store.refusals import Refusal, load_refusals, save_refusal
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio

API, WEB = "github.com/acme/r00000", "github.com/acme/r00001"


async def test_a_no_is_remembered_by_repository_and_key(store: Store) -> None:
    no = Refusal(repository=API, key="put-files:SECURITY.md", pull=7, at=NOW)
    async with store.write() as connection:
        await save_snapshots(connection, fleet(2), await next_revision(connection), NOW)
        await save_refusal(connection, no)
        again = no.model_copy(update={"pull": 9, "at": NOW + MINUTE})
        await save_refusal(connection, again)
        assert await load_refusals(connection, API) == {no.key: again}
        assert await load_refusals(connection, WEB) == {}
