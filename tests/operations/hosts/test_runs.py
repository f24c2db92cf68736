import pytest
from tests.operations.hosts.tellers import ACME, Teller, told
from tests.operations.rooms import Yard, kinds, last

from opsroom.model.ci import CiFailure, CiRun
from opsroom.operations.hosts.ci import record_ci_failure, record_ci_runs
from opsroom.store.ci_runs import ci_runs_alike, load_ci_run

pytestmark = pytest.mark.anyio


async def test_runs_are_kept_by_repository_and_explained(yard: Yard) -> None:
    api = Teller("acme/api", id="R_1")
    async with told(yard) as here:
        await here.begin(api)
        run = CiRun(
            host="github.com",
            number=7,
            workflow="ci",
            head="a" * 40,
            status="done",
            conclusion="failure",
            created_at=here.clock.now,
            updated_at=here.clock.now,
        )
        before = await last(here.room)
        unknown = {"R_9": [run.model_copy(update={"number": 9})]}
        assert await record_ci_runs(here.room, ACME, unknown) == []
        assert await record_ci_runs(here.room, ACME, {"R_1": [run]}) == [run]
        assert await record_ci_runs(here.room, ACME, {"R_1": [run]}) == []
        why = CiFailure(job="test", step="pytest", error="boom", signature="5ig")
        await record_ci_failure(here.room, run, why)
        async with here.room.store.read() as connection:
            kept = await load_ci_run(connection, "github.com", 7)
            assert kept is not None
            assert (kept.repository, kept.failure) == ("github.com/acme/api", why)
            assert await ci_runs_alike(connection, "5ig") == [kept]
        assert await kinds(here.room, before) == [], "what CI came to is told by looks alone"
