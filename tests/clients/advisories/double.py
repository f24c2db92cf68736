"""A double of the services that keep advisories: OSV.dev, GitHub's, Snyk, KEV and EPSS.

It answers as their documentation says, counts what it was asked, and fails as it is told to.
"""

import csv
import gzip
import io
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from opsroom.clients.advisories import Addresses

SNYK_TOKEN = "snyk-secret"
PAGE = 2
"""Advisories on a page, of OSV and of GitHub, so that pages are turned."""


def vuln(name: str, ecosystem: str, package: str, fixed: str | None = "2.0", **more: Any) -> Any:
    """A record in the OSV format."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "schema_version": "1.7.5",
        "id": name,
        "modified": "2026-11-20T10:00:00Z",
        "published": "2026-11-01T10:00:00Z",
        "summary": f"A flaw in {package}",
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
        **more,
    }


def ghsa(name: str, package: str, affected: str, patched: str | None, **more: Any) -> Any:
    """An advisory as GitHub writes it."""
    return {
        "ghsa_id": name,
        "cve_id": None,
        "html_url": f"https://github.com/advisories/{name}",
        "summary": f"A flaw in {package}",
        "type": "reviewed",
        "severity": "high",
        "identifiers": [{"type": "GHSA", "value": name}],
        "published_at": "2026-11-01T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
        "withdrawn_at": None,
        "vulnerabilities": [
            {
                "package": {"ecosystem": "pip", "name": package},
                "vulnerable_version_range": affected,
                "first_patched_version": patched,
            }
        ],
        "cvss_severities": {"cvss_v3": {"vector_string": None, "score": None}},
        **more,
    }


@dataclass
class Services:
    """What they know. `faults` are answered, one each, before anything else is, by path."""

    osv: dict[str, Any] = field(default_factory=dict[str, Any])
    github: list[Any] = field(default_factory=list[Any])
    snyk: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    kev: list[Any] = field(default_factory=list[Any])
    epss: dict[str, float] = field(default_factory=dict[str, float])
    faults: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    asked: Counter[str] = field(default_factory=Counter[str])
    queries: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])

    def addresses(self, base: str) -> Addresses:
        return Addresses(
            osv=base,
            github=f"{base}/gh",
            kev=f"{base}/kev.json",
            epss=base,
            epss_list=f"{base}/epss.csv.gz",
        )

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/querybatch", self._faulty("querybatch", self._query), methods=["POST"]),
                Route("/v1/vulns/{id}", self._faulty("vulns", self._vuln)),
                Route("/gh/advisories", self._faulty("advisories", self._advisories)),
                Route("/rest/orgs/{org}/packages/{purl:path}", self._faulty("snyk", self._snyk)),
                Route("/kev.json", self._faulty("kev", self._kev)),
                Route("/data/v1/epss", self._faulty("epss", self._epss)),
                Route("/epss.csv.gz", self._faulty("bulk", self._bulk)),
            ]
        )

    def _faulty(self, name: str, answer: Any) -> Any:
        async def route(request: Request) -> Response:
            self.asked[name] += 1
            self.queries.append(dict(request.query_params))
            waiting = self.faults.get(name)
            if waiting and (fault := waiting.pop(0)) != "ok":
                return await _fail(fault)
            given: Response = await answer(request)
            return given

        return route

    async def _query(self, request: Request) -> Response:
        queries = (await request.json())["queries"]
        if len(queries) > 1000:
            return JSONResponse({"code": 3, "message": "Too many queries."}, 400)
        results: list[Any] = []
        for query in queries:
            package = query["package"]
            found = [
                {"id": each["id"], "modified": each["modified"]}
                for each in self.osv.values()
                if any(one["package"] == package for one in each["affected"])
            ]
            start = int(query.get("page_token") or 0)
            result: dict[str, Any] = {"vulns": found[start : start + PAGE]} if found else {}
            if start + PAGE < len(found):
                result["next_page_token"] = str(start + PAGE)
            results.append(result)
        return JSONResponse({"results": results})

    async def _vuln(self, request: Request) -> Response:
        found = self.osv.get(request.path_params["id"])
        return JSONResponse(
            found or {"code": 5, "message": "Bug not found."}, 200 if found else 404
        )

    async def _advisories(self, request: Request) -> Response:
        asked = request.query_params
        names = asked["affects"].split(",")
        since = asked.get("modified", ">=").removeprefix(">=")
        found = [
            each
            for each in self.github
            if each["type"] == asked["type"] and each["updated_at"] >= since
            if any(
                one["package"]["name"] in names
                and one["package"]["ecosystem"] == asked["ecosystem"]
                for one in each["vulnerabilities"]
            )
        ]
        start = int(asked.get("after", 0))
        headers: dict[str, str] = {}
        if start + PAGE < len(found):
            following = request.url.include_query_params(after=start + PAGE)
            headers["Link"] = f'<{following}>; rel="next"'
        return JSONResponse(found[start : start + PAGE], headers=headers)

    async def _snyk(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"token {SNYK_TOKEN}":
            return JSONResponse({"errors": [{"status": "401", "detail": "Unauthorized"}]}, 401)
        raw = request.scope["raw_path"].decode().split("/packages/")[1]
        purl = unquote(raw.removesuffix("/issues").partition("?")[0])
        limit, offset = (int(request.query_params[key]) for key in ("limit", "offset"))
        issues = self.snyk.get(purl, [])
        return JSONResponse(
            {"jsonapi": {"version": "1.0"}, "data": issues[offset : offset + limit], "links": {}},
            media_type="application/vnd.api+json",
        )

    async def _kev(self, _: Request) -> Response:
        return JSONResponse({"count": len(self.kev), "vulnerabilities": self.kev})

    async def _epss(self, request: Request) -> Response:
        cves = request.query_params["cve"]
        if len(cves) > 2000:
            return JSONResponse({"status": "error"}, 400)
        limit = int(request.query_params.get("limit", 100))
        rows = [
            {"cve": cve, "epss": f"{self.epss[cve]:.9f}", "percentile": "0.5"}
            for cve in cves.split(",")
            if cve in self.epss
        ]
        return JSONResponse({"status": "OK", "total": len(rows), "data": rows[:limit]})

    async def _bulk(self, _: Request) -> Response:
        return Response(epss_list(self.epss), media_type="application/gzip")


def epss_list(scores: Mapping[str, float]) -> bytes:
    """The list of all scores as it is published."""
    text = io.StringIO()
    text.write("#model_version:v2025.03.14,score_date:2026-11-24T12:55:00Z\n")
    rows = csv.writer(text)
    rows.writerow(["cve", "epss", "percentile"])
    rows.writerows((cve, score, 0.5) for cve, score in scores.items())
    return gzip.compress(text.getvalue().encode())


async def _fail(fault: str) -> Response:
    match fault:
        case "html":
            return Response("<html>maintenance</html>", media_type="text/html")
        case "nonsense":
            return JSONResponse({"unexpected": [1, 2]})
        case "slow":
            await anyio.sleep(0.5)
            return JSONResponse({})
        case "elsewhere":
            link = {"Link": '<https://elsewhere.example/advisories>; rel="next"'}
            return JSONResponse([], headers=link)
        case "huge":
            return StreamingResponse(_endless(), media_type="application/json")
        case "truncated":
            return Response(b'{"results": [', headers={"Content-Length": "5000"})
        case "429":
            return JSONResponse({"message": "slow down"}, 429, headers={"Retry-After": "0"})
        case "wait":
            return JSONResponse({"message": "slow down"}, 429, headers={"Retry-After": "3600"})
        case _:
            return JSONResponse({"message": "no"}, int(fault))


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(64):
        yield b" " * (1 << 20)
