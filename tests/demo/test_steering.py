"""The double's control as far as the fleet is concerned, over HTTP."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from tests.demo.village import Village, village

from opsroom.demo.double import listening
from opsroom.demo.github.app import CONTROL, build_hub
from opsroom.demo.planting import KINDS
from opsroom.demo.steering import steering
from opsroom.errors import UsageError

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def town(tmp_path: Path) -> Village:
    return village(tmp_path, clones=False)


@pytest.fixture
async def control(town: Village) -> AsyncIterator[httpx2.AsyncClient]:
    hub = build_hub(town.world, more_control=steering(town.simulation))
    transport = httpx2.ASGITransport(hub.app)
    async with httpx2.AsyncClient(
        transport=transport, base_url=f"http://d.test{CONTROL}"
    ) as client:
        yield client


async def test_the_truth(control: httpx2.AsyncClient, town: Village) -> None:
    told = (await control.get("/truth")).json()
    assert told.keys() == {"repositories", "edges", "faults"}
    assert len(told["repositories"]) == 24
    for each in told["repositories"]:
        assert each.keys() == {"name", "head", "ci", "archived"}
        repository = town.repository(each["name"])
        assert (each["head"], each["archived"]) == (repository.head, repository.archived)
        assert each["ci"] in {"passing", "failing", "running", "none"}
    assert {
        "from": "kim/weather-station",
        "to": "kim/libmqtt-py",
        "kind": "package",
        "file": "pyproject.toml",
    } in told["edges"]
    assert {"kind": "ci-broken", "repository": "homelab/cluster"} in told["faults"]


async def test_edges_follow_names_and_files(control: httpx2.AsyncClient, town: Village) -> None:
    plant = {"kind": "renamed", "repository": "kim/libmqtt-py"}
    assert (await control.post("/plant", json=plant)).status_code == 200
    edges = (await control.get("/truth")).json()["edges"]
    ends = {(each["from"], each["to"]) for each in edges if each["kind"] == "package"}
    assert ("kim/weather-station", "kim/libmqtt-py-next") in ends
    assert {each["from"] for each in edges if each["kind"] == "workflow"} >= {"kim/libmqtt-py-next"}


async def test_kinds_are_listed(control: httpx2.AsyncClient) -> None:
    assert (await control.get("/plant")).json()["kinds"] == [*KINDS]


async def test_a_fault_is_planted(control: httpx2.AsyncClient, town: Village) -> None:
    plant = {"kind": "ci-broken", "repository": "kim/units-go"}
    assert (await control.post("/plant", json=plant)).status_code == 200
    assert plant in (await control.get("/truth")).json()["faults"]
    assert town.ci()["kim/units-go"] == "running"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/plant", {"kind": "nonsense", "repository": "kim/units-go"}),
        ("/plant", {"kind": "ci-broken"}),
        ("/plant", [1]),
        ("/life", {"speed": -1}),
        ("/life", {"speed": "fast"}),
        ("/life", {"speed": True}),
        ("/life", {}),
    ],
)
async def test_nonsense_is_refused(control: httpx2.AsyncClient, path: str, said: object) -> None:
    answer = await control.post(path, json=said)
    assert answer.status_code == 422
    assert answer.json()["message"]


async def test_what_is_not_json_is_refused(control: httpx2.AsyncClient) -> None:
    assert (await control.post("/life", content=b"{")).status_code == 400


async def test_life_has_a_speed(control: httpx2.AsyncClient, town: Village) -> None:
    assert (await control.post("/life", json={"speed": 0})).json() == {"speed": 0.0}
    assert town.simulation.life.speed == 0
    await control.post("/life", json={"speed": 2.5})
    assert town.simulation.life.speed == 2.5


async def test_a_double_finds_a_port() -> None:
    with listening(0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UsageError, match="can't listen"):
            listening(port)
        with listening(port, elsewhere=True) as second:
            assert second.getsockname()[1] != port


def test_the_body_of_an_answer_waits_for_no_acknowledgement_of_its_head() -> None:
    with (
        listening(0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
