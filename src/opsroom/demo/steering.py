"""The double's control as far as the fleet is concerned: the truth, its life, and new faults."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opsroom.demo.github.refusals import Refusal
from opsroom.demo.planting import KINDS
from opsroom.demo.simulation import Simulation
from opsroom.errors import OpsroomError

Json = dict[str, Any]
FASTEST = 1000.0


def steering(simulation: Simulation) -> list[Route]:
    """`GET /truth`, `POST /life`, `GET` and `POST /plant`."""

    def truth(_: Json) -> Json:
        return simulation.truth.now()

    def kinds(_: Json) -> Json:
        about = {name: kind.what for name, kind in KINDS.items()}
        return {"kinds": list(about), "about": about}

    def plant(said: Json) -> Json:
        kind, repository = said.get("kind"), said.get("repository")
        if not isinstance(kind, str) or not isinstance(repository, str):
            raise OpsroomError("kind and repository are needed", "GET /plant lists the kinds")
        with simulation.world.lock:
            simulation.faults.plant(kind, repository)
        return {"kind": kind, "repository": repository}

    def life(said: Json) -> Json:
        speed = said.get("speed")
        if isinstance(speed, bool) or not isinstance(speed, int | float):
            raise OpsroomError("speed is needed", "a number; 0 is still, 1 is usual")
        if not 0 <= speed <= FASTEST:
            raise OpsroomError("that is no speed", f"choose 0 to {FASTEST:g}")
        simulation.life.speed = float(speed)
        return {"speed": simulation.life.speed}

    return [
        Route("/truth", _answer(truth), methods=["GET"]),
        Route("/plant", _answer(kinds), methods=["GET"]),
        Route("/plant", _answer(plant), methods=["POST"]),
        Route("/life", _answer(life), methods=["POST"]),
    ]


def _answer(act: Callable[[Json], Json]) -> Callable[[Request], Awaitable[Response]]:
    """Do something in a thread; what can't be done is a 422 that says why."""

    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            said: Any = await request.json() if raw.strip() else {}
        except ValueError:
            return JSONResponse({"message": "not JSON"}, 400)
        if not isinstance(said, dict):
            return JSONResponse({"message": "an object is needed"}, 422)
        try:
            return JSONResponse(await anyio.to_thread.run_sync(act, said))  # pyright: ignore[reportUnknownArgumentType]  # JSON's keys are text
        except (OpsroomError, Refusal) as error:
            hint = getattr(error, "hint", "")
            told = f"{error}; {hint}" if hint and hint not in str(error) else str(error)
            return JSONResponse({"message": told}, 422)

    return answer
