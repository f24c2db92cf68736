"""Git over HTTP: `git http-backend` on the real bare repositories; clone, fetch and push."""

import os

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from opsroom.clients.process import Completed, run, trusted
from opsroom.demo.github.acts.pushes import reread_refs
from opsroom.demo.github.auth import identify
from opsroom.demo.github.identity import Asker
from opsroom.demo.github.receiving import Setting, commands, refusals
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World

TIMEOUT = 120.0
MAX_OUTPUT = 1024**3
MAX_MEMORY = 2 * 1024**3
ASK = {"www-authenticate": 'Basic realm="GitHub"'}


class SmartHttp:
    """The routes `/{owner}/{name}.git/...` of a world, with and without `.git`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._threads = anyio.CapacityLimiter(4)

    async def answer(self, request: Request) -> Response:
        """Answer one request of a Git client."""
        raw = await request.body()
        return await anyio.to_thread.run_sync(self._answer, request, raw, limiter=self._threads)

    def _answer(self, request: Request, raw: bytes) -> Response:
        whole = request.url.path
        path = "info/refs" if whole.endswith("/info/refs") else whole.rpartition("/")[2]
        service = request.query_params.get("service", path)
        write = service == "git-receive-pack"
        try:
            with self.world.lock:
                identity = identify(self.world, request.headers.get("authorization"))
                repository = self._find(request, identity, write=write)
                folder = repository.objects.materialise()
                denied: list[Setting] = []
                if write and request.method == "POST":
                    denied = refusals(self.world, repository, commands(raw))
                self.world.stats.git += 1
        except Refusal as refusal:
            headers = ASK if refusal.status == 401 else {}
            return Response(refusal.message, refusal.status, headers)
        done = self._backend(request, raw, str(folder), path, identity, denied)
        if write and request.method == "POST":
            reread_refs(self.world, repository, identity.account)
        return _response(done)

    def _find(self, request: Request, identity: Asker, *, write: bool) -> Hosted:
        name = f"{request.path_params['owner']}/{request.path_params['name']}"
        found = self.world.repository(name)
        if found is None or not identity.sees(found):
            if identity.anonymous:
                raise Refusal(401, "Authentication required")
            raise Refusal(404, "Repository not found.")
        if write:
            refusal = identity.refusal(found, "contents", "write")
            if refusal is not None:
                status = 401 if identity.anonymous else 403
                raise Refusal(status, f"Permission to {name}.git denied.")
            if found.archived:
                raise Refusal(403, "This repository was archived so it is read-only.")
        return found

    def _backend(
        self,
        request: Request,
        raw: bytes,
        folder: str,
        path: str,
        identity: Asker,
        denied: list[Setting],
    ) -> Completed:
        search = os.environ.get("PATH", os.defpath)
        settings = [("safe.directory", "*"), *denied]
        env = {
            "PATH": search,
            "LC_ALL": "C",
            "HOME": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{place}": key for place, (key, _) in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{place}": value for place, (_, value) in enumerate(settings)},
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": folder,
            "PATH_INFO": f"/{path}",
            "QUERY_STRING": request.url.query,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(raw)),
            "REMOTE_USER": identity.account.login,
            "REMOTE_ADDR": "127.0.0.1",
        }
        for header, name in (
            ("content-encoding", "HTTP_CONTENT_ENCODING"),
            ("git-protocol", "GIT_PROTOCOL"),
        ):
            if header in request.headers:
                env[name] = request.headers[header]
        return run(
            [trusted("git", search), "http-backend"],
            cwd=self.world.folder,
            env=env,
            timeout=TIMEOUT,
            max_output=MAX_OUTPUT,
            max_memory=MAX_MEMORY,
            stdin=raw,
        )


def _response(done: Completed) -> Response:
    """What a CGI program said: headers, an empty line, a body."""
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    if done.outcome != "finished" or not head:
        return Response("git http-backend failed", 500)
    status = 200
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            status = int(value.partition(" ")[0])
        else:
            headers[name.lower()] = value
    return Response(body, status, headers)
