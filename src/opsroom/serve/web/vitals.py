"""How the centre itself is: alive, ready, and its numbers for Prometheus."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from opsroom.errors import OpsroomError
from opsroom.model.severity import Severity
from opsroom.operations.overview import summary
from opsroom.serve.web.refusals import refusal
from opsroom.serve.web.shared import shared
from opsroom.store.cursor import Cursor

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]


async def alive(_: Request) -> Response:
    """Serve `GET /healthz`: this process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """Serve `GET /readyz`: the store answers, and a source was looked at."""
    try:
        room = await shared(request).opened()
        await room.refresh()
        cursor = await room.cursor()
    except OpsroomError as error:
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, error.message, error.hint)
    if not any(room.surveyed(source.key) for source in room.settings.sources):
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "no source was looked at yet", room.note())
    return JSONResponse({"ready": True, "cursor": cursor})


async def metrics(request: Request) -> Response:
    """Serve `GET /metrics` for Prometheus."""
    room = await shared(request).opened()
    now = await summary(room)
    counts = {"green": now.green, "yellow": now.yellow, "red": now.red, "unknown": now.unknown}
    looked = {
        "fresh": now.coverage.fresh,
        "stale": now.coverage.stale,
        "unknown": now.coverage.unknown,
    }
    findings = {severity.value: now.findings.get(severity, 0) for severity in Severity}
    families: list[tuple[str, str, list[Sample]]] = [
        ("repositories", "Repositories by grade.", _labelled("grade", counts)),
        (
            "coverage",
            "Repositories by how recently they were looked at.",
            _labelled("seen", looked),
        ),
        ("ci", "Repositories by the state of CI.", _labelled("state", now.ci)),
        ("findings", "Open findings by severity.", _labelled("severity", findings)),
        (
            "scans",
            "Repositories by how far scanners looked at them.",
            _labelled("seen", now.scans.model_dump(exclude={"asked"})),
        ),
        ("journal_id", "The newest event's number.", [({}, Cursor.parse(now.cursor).id)]),
        ("listeners", "Clients that follow the stream.", [({}, shared(request).feed.listeners)]),
        ("sources", "Configured sources.", [({}, len(room.settings.sources))]),
    ]
    if now.scanned is not None:
        meaning = "The share of repositories that were scanned whole, 0 to 1."
        families.append(("scanned_ratio", meaning, [({}, now.scanned)]))
    if now.as_of:
        at = now.as_of.timestamp()
        families.append(("as_of_seconds", "The oldest look that counts as fresh.", [({}, at)]))
    return Response("".join(exposition(*family) for family in families), media_type=PROMETHEUS)


def exposition(name: str, meaning: str, samples: Iterable[Sample]) -> str:
    """One gauge in Prometheus' text format."""
    lines = [f"# HELP opsroom_{name} {meaning}", f"# TYPE opsroom_{name} gauge"]
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"opsroom_{name}{f'{{{inner}}}' if inner else ''} {value:.15g}")
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _labelled(label: str, counts: Mapping[str, int]) -> list[Sample]:
    return [({label: name}, count) for name, count in counts.items()]
