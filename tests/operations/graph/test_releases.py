import pytest
from tests.operations.rooms import Yard, look_over, only, opened

from opsroom.judge.graph.skew import behind, said
from opsroom.judge.graph.versions import UNTOLD
from opsroom.operations.graph.releases import called, releases_of
from opsroom.store.repositories import ids_of

pytestmark = pytest.mark.anyio


async def test_tags_of_a_clone_are_releases_after_a_look(yard: Yard) -> None:
    folder = yard.clone("units", "https://github.com/kim/units")
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        yard.commit(folder, text=version)
        yard.workshop.run(folder, "tag", f"v{version}")
    async with opened(yard.settings()) as room:
        await look_over(room)
        async with room.store.read() as connection:
            (number,) = (await ids_of(connection, [only(room).repository.key])).values()
        target = "pkg:npm/%40kim/units"
        known = await releases_of(room, [(number, target), (999, target)])
        assert [each.version for each in known[number, target].found] == ["2.0.0", "1.1.0", "1.0.0"]
        assert said(behind(known[number, target], "1.0.0")).startswith(
            "2 releases and 0 days behind 2.0.0"
        )
        assert known[999, target].reason == UNTOLD
        yard.workshop.run(folder, "tag", "v2.1.0")
        await look_over(room)
        again = await releases_of(room, [(number, target)])
        assert again[number, target].found[0].version == "2.1.0"


@pytest.mark.parametrize(
    ("target", "kind", "names", "folder"),
    [
        ("pkg:npm/%40kim/units", "npm", ("@kim/units", "units"), ""),
        ("pkg:pypi/units", "pypi", ("units",), ""),
        ("pkg:golang/github.com/kim/units/sdk/v2", "golang", (), "sdk"),
        ("pkg:golang/github.com/kim/units", "golang", (), ""),
        ("pkg:githubactions/kim/setup", "githubactions", (), ""),
        ("pkg:docker/kim/web?repository_url=ghcr.io", "docker", ("kim/web", "web"), ""),
        ("git:github.com/kim/units", "", (), ""),
    ],
)
def test_how_tags_of_a_target_may_begin(
    target: str, kind: str, names: tuple[str, ...], folder: str
) -> None:
    assert called(target) == (kind, names, folder)
