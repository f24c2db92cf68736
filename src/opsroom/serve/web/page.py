"""The page and the way in: what a browser asks for first."""

from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

import anyio
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from opsroom import __version__
from opsroom.model.event import KINDS
from opsroom.model.where import KEYS, WORDS
from opsroom.serve.web.feed import RESET
from opsroom.serve.web.shared import shared

HERE = Path(__file__).parent
STATIC = HERE / "static"
YEAR = 365 * 24 * 3600
PAUSE = 1.0
"""Seconds that a wrong token costs."""

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
)


class Static(StaticFiles):
    """Our own files; a browser keeps them, and asks each time whether they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, to be asked for again."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def page(request: Request) -> Response:
    """Serve `GET /`."""
    access = shared(request).access
    return _rendered(
        "page.html",
        version=__version__,
        keys=[(key, meaning, WORDS.get(key, ())) for key, meaning in KEYS.items()],
        kinds=[*KINDS, RESET],
        signed_in=access.token is not None,
    )


async def sign_in_page(request: Request) -> Response:
    """Serve `GET /sign-in`: the form that asks for the token."""
    return _sign_in("")


async def sign_in(request: Request) -> Response:
    """Serve `POST /sign-in`: a right token becomes a cookie that no script can read."""
    access = shared(request).access
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    if not access.opens(form.get("token", [""])[0].strip()):
        await anyio.sleep(PAUSE)
        return _sign_in("That is not the token of this centre.", HTTPStatus.UNAUTHORIZED)
    response = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": "./"})
    response.set_cookie(
        access.cookie,
        access.pass_value(),
        max_age=YEAR,
        path=f"{request.scope.get('root_path', '')}/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


async def sign_out(request: Request) -> Response:
    """Serve `POST /sign-out`: forget the cookie."""
    access = shared(request).access
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    response.delete_cookie(access.cookie, path=f"{request.scope.get('root_path', '')}/")
    return response


async def sign_in_style(_: Request) -> Response:
    """Serve `GET /sign-in.css`: the page's style, for those who are not in yet."""
    return FileResponse(STATIC / "style.css", headers={"Cache-Control": "no-cache"})


def _sign_in(problem: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = _rendered("sign_in.html", problem=problem)
    response.status_code = status
    # With no-referrer a browser sends `Origin: null` for the form, which the guard refuses.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _rendered(name: str, **values: object) -> HTMLResponse:
    return HTMLResponse(templates.get_template(name).render(values))
