"""OSV.dev: which advisories there are of packages, and then only those that are new.

A package is asked for without a version: whoever uses another one tomorrow needs no new question.
"""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

import anyio

from opsroom.clients.advisories import PUBLIC
from opsroom.clients.advisories.ecosystems import named_by
from opsroom.clients.advisories.osv_format import record_of
from opsroom.clients.advisories.web import Refused, SourceError, Web
from opsroom.model.advisory import AdvisoryRecord
from opsroom.model.shapes import listed, mapping, objects, string

MOST_QUERIES = 1_000
"""Packages in one question: the limit of `POST /v1/querybatch`."""
MOST_PAGES = 200
"""Pages of one question; a package with more advisories than fit on them is an error."""
AT_ONCE = 8
IN_HAND = 500
"""Records that are fetched before they are handed on."""


class Osv:
    """The interface of OSV.dev, version 1, at `address`."""

    def __init__(self, web: Web, address: str = PUBLIC.osv) -> None:
        self._web = web
        self._address = address.rstrip("/")

    async def listed(self, purls: Collection[str]) -> dict[str, str]:
        """The advisories of packages: when each was last modified, by its id.

        Packages of ecosystems that OSV doesn't have are not asked for.

        Raises:
            SourceError: it can't be asked; nothing is known then.
        """
        named = dict.fromkeys(name for purl in purls if (name := named_by(purl)))
        queries = [{"package": {"ecosystem": ecosystem, "name": name}} for ecosystem, name in named]
        found: dict[str, str] = {}
        for start in range(0, len(queries), MOST_QUERIES):
            await self._ask(queries[start : start + MOST_QUERIES], found)
        return found

    async def _ask(self, queries: Sequence[Mapping[str, Any]], found: dict[str, str]) -> None:
        """One question and its further pages, which are asked for the packages that have some."""
        for _ in range(MOST_PAGES):
            if not queries:
                return
            data, _answer = await self._web.ask(
                f"{self._address}/v1/querybatch", body={"queries": queries}
            )
            results = listed(mapping(data).get("results"))
            if results is None or len(results) != len(queries):
                raise SourceError("OSV answered for other packages than were asked for")
            more: list[Mapping[str, Any]] = []
            for query, result in zip(queries, map(mapping, results), strict=True):
                for each in objects(result.get("vulns")):
                    if name := string(each.get("id")):
                        found[name] = string(each.get("modified"))
                if token := string(result.get("next_page_token")):
                    more.append({**query, "page_token": token})
            queries = more
        raise SourceError("OSV answers with pages without end")

    async def records(self, wanted: Mapping[str, str]) -> AsyncGenerator[list[AdvisoryRecord]]:
        """Fetch records by id, in portions. `wanted` says when each was modified: its stamp.

        Raises:
            SourceError: one could not be had; what was handed on before is good.
        """
        left = iter(wanted.items())
        while some := dict(islice(left, IN_HAND)):
            yield await self._fetch(some)

    async def _fetch(self, wanted: Mapping[str, str]) -> list[AdvisoryRecord]:
        fetched: list[AdvisoryRecord] = []
        failures: list[SourceError] = []
        left = iter(wanted.items())

        async def work() -> None:
            for name, modified in left:
                try:
                    fetched.append(await self._record(name, modified))
                except SourceError as error:
                    failures.append(error)
                if failures:
                    return

        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE):
                tasks.start_soon(work)
        if failures:
            raise failures[0]
        return fetched

    async def _record(self, name: str, modified: str) -> AdvisoryRecord:
        try:
            data, _ = await self._web.ask(f"{self._address}/v1/vulns/{quote(name, safe='')}")
        except Refused as error:
            if error.status not in (404, 410):
                raise
            return AdvisoryRecord(name, modified, reason="listed, and not there")
        record = record_of(data, name, modified)
        if record.id != name:
            return AdvisoryRecord(name, modified, reason="another one than was asked for")
        return record
