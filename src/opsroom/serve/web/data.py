"""The data that the page and other dashboards read, as JSON."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from opsroom.errors import UsageError
from opsroom.operations.findings.risk import risk
from opsroom.operations.journal import newest
from opsroom.operations.overview import detail, overview, summary
from opsroom.serve.web.questions import question
from opsroom.serve.web.shared import shared

MOST_EVENTS = 200
"""Events that one request gets; the stream has them all."""


async def fleet(request: Request) -> Response:
    """Serve `GET /api/fleet?where=`: one row a repository, worst first."""
    room = await shared(request).opened()
    return _json(await overview(room, question(request, "where")["where"]))


async def repository(request: Request) -> Response:
    """Serve `GET /api/repositories/{owner}/{name}`: everything known of one."""
    room = await shared(request).opened()
    question(request)
    return _json(await detail(room, request.path_params["name"]))


async def numbers(request: Request) -> Response:
    """Serve `GET /api/summary?where=`: the fleet in one small object."""
    room = await shared(request).opened()
    return _json(await summary(room, question(request, "where")["where"]))


async def risks(request: Request) -> Response:
    """Serve `GET /api/risk?where=`: what is open, how old, and what nobody looked at."""
    room = await shared(request).opened()
    return _json(await risk(room, question(request, "where")["where"]))


async def graph(request: Request) -> Response:
    """Serve `GET /api/graph?node=&where=`: the neighbourhood of a node, or the whole in short."""
    from opsroom.operations.graph.picture import picture

    room = await shared(request).opened()
    asked = question(request, "node", "where")
    return _json(await picture(room, asked["node"], asked["where"]))


async def sarif(request: Request) -> Response:
    """Serve `GET /api/sarif?where=`: what is open or suppressed, as SARIF 2.1.0."""
    from opsroom.operations.findings.sarif import of_fleet

    room = await shared(request).opened()
    document = await of_fleet(room, question(request, "where")["where"])
    return JSONResponse(document, media_type="application/sarif+json")


async def recent(request: Request) -> Response:
    """Serve `GET /api/events?limit=`: the newest events, newest first."""
    room = await shared(request).opened()
    limit = question(request, "limit")["limit"] or "50"
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MOST_EVENTS:
        raise UsageError("limit is not a number that can be asked", f"give 1 to {MOST_EVENTS}")
    return _json(await newest(room, int(limit)))


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
