"""The double as one application: REST, GraphQL, Git over HTTP, its control."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.applications import Starlette
from starlette.routing import Route

from opsroom.demo.github.control import control_routes
from opsroom.demo.github.courier import Courier
from opsroom.demo.github.faults import Faults
from opsroom.demo.github.front import Front, Manners
from opsroom.demo.github.limits import RateLimits, Rules
from opsroom.demo.github.smart import SmartHttp
from opsroom.demo.github.world import World

GIT_PATHS = ("info/refs", "git-upload-pack", "git-receive-pack")
"""What a Git client asks for, below an address with or without `.git`."""

CONTROL = "/_control"
"""Where the double is steered: no address of GitHub's own."""


@dataclass
class Hub:
    """A double that is ready to be served, and what steers it."""

    world: World
    limits: RateLimits
    faults: Faults
    manners: Manners
    courier: Courier
    app: Starlette


def build_hub(
    world: World,
    *,
    rules: Rules | None = None,
    manners: Manners | None = None,
    more_control: Sequence[Route] = (),
) -> Hub:
    """Put a double together. `more_control` are routes beside `/stats` and `/faults`."""
    limits = RateLimits(world.now, rules)
    faults = Faults()
    slow = manners or Manners()
    courier = Courier(world, faults)
    front = Front(world, courier, limits, faults, slow)
    git = SmartHttp(world)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(courier.run)
            yield
            tasks.cancel_scope.cancel()

    routes = [
        *control_routes(CONTROL, world, faults, slow),
        *(Route(CONTROL + each.path, each.endpoint, methods=each.methods) for each in more_control),
        *(
            Route(f"/{{owner}}/{{name}}{suffix}/{path}", git.answer, methods=["GET", "POST"])
            for path in GIT_PATHS
            for suffix in (".git", "")
        ),
        Route("/graphql", front.graphql, methods=["POST"]),
        Route("/api/graphql", front.graphql, methods=["POST"]),
        Route("/{rest:path}", front.rest, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    return Hub(world, limits, faults, slow, courier, app)
