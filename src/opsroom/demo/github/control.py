"""The double is steered: what was asked of it, what shall go wrong, and how slow it is."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opsroom.demo.github.faults import Faults
from opsroom.demo.github.front import Manners
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.world import World


def control_routes(prefix: str, world: World, faults: Faults, manners: Manners) -> list[Route]:
    """`GET /stats`, `POST /stats/reset`, `POST /faults` and `POST /manners` under a prefix.

    Manners are `{"rest": seconds, "graphql": bool, "scale": factor}`; `{}` is as quick as it can.
    """

    async def stats(_: Request) -> Response:
        return JSONResponse(asdict(world.stats))

    async def reset(_: Request) -> Response:
        world.stats.reset()
        return JSONResponse(asdict(world.stats))

    async def storm(request: Request) -> Response:
        raw = await request.body()
        wanted: Any = await request.json() if raw.strip() else {}
        if not isinstance(wanted, dict):
            return JSONResponse({"message": "an object of faults"}, 422)
        try:
            faults.set(wanted)  # pyright: ignore[reportUnknownArgumentType]  # JSON's keys are text
        except Refusal as refusal:
            return JSONResponse(refusal.body(), refusal.status)
        return JSONResponse(wanted)

    async def slow(request: Request) -> Response:
        wanted = Manners(**(await request.json()))
        manners.rest, manners.graphql, manners.scale = wanted.rest, wanted.graphql, wanted.scale
        return JSONResponse({"rest": wanted.rest, "graphql": wanted.graphql})

    return [
        Route(f"{prefix}/manners", slow, methods=["POST"]),
        Route(f"{prefix}/stats", stats, methods=["GET"]),
        Route(f"{prefix}/stats/reset", reset, methods=["POST"]),
        Route(f"{prefix}/faults", storm, methods=["POST"]),
    ]
