from pathlib import Path

import pytest
from tests.operations.graph.sights import sight
from tests.operations.rooms import Yard, opened

from opsroom.errors import NotFound
from opsroom.operations.graph.asked import environment_counts
from opsroom.operations.graph.nodes import meant
from opsroom.settings import ProbeSetting

pytestmark = pytest.mark.anyio

PROBE = ProbeSetting(
    name="api", kind="http", target="https://api.example.org/up", repository="acme/api"
)


async def test_a_name_that_a_probe_asks_is_the_repository_of_the_probe(
    yard: Yard, tmp_path: Path
) -> None:
    seen = sight("web -> api")
    (tmp_path / "none").mkdir()
    async with opened(yard.settings(tmp_path / "none", probes=(PROBE,))) as room:
        found = await meant(room, seen, "host:api.example.org")
        assert [seen.name(number) for number in found.repositories] == ["acme/api"]
        with pytest.raises(NotFound):
            await meant(room, seen, "host:other.example.org")


async def test_an_environment_is_who_is_declared_to_run_there(yard: Yard, tmp_path: Path) -> None:
    seen = sight("web -> api", environments={"web": "Prod"})
    (tmp_path / "none").mkdir()
    async with opened(yard.settings(tmp_path / "none")) as room:
        found = await meant(room, seen, "env:prod")
        assert [seen.name(number) for number in found.users] == ["acme/web"]
        with pytest.raises(NotFound) as caught:
            await meant(room, seen, "env:lab")
    assert caught.value.hint == "known: prod"
    assert environment_counts(seen, seen.rows) == {"env:prod": 1}
