"""Deliveries of webhooks that failed, as the host remembers them for three days.

GitHub sends none again by itself. Here they are only found: asking for another attempt would be a
write, which the token that reads never does, and a look at the repository tells more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from opsroom.clients.github.alerts import next_page
from opsroom.clients.github.credentials import AppInstallation
from opsroom.clients.github.refusals import reason
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.host import HostError, Missed, Priority
from opsroom.model.shapes import listed, mapping, objects
from opsroom.model.text import plain

APP = "app"
"""Stands for the id of an App's webhook: it has only one."""

MOST_PAGES = 10
"""Pages of a hundred that are read of one webhook: more than that is told as a gap anyway."""


async def hooks(
    transport: Transport,
    owner: str,
    full_names: Collection[str],
    *,
    organisation: bool,
    ours: Callable[[str, str], bool],
    priority: Priority,
) -> tuple[str, ...]:
    """The paths of the webhooks that lead to us: one of an organisation's, or one a repository.

    Raises:
        HostError: they can't be listed.
    """
    places = [f"/orgs/{quote(owner)}/hooks"] if organisation else []
    places = places or [f"/repos/{quote(name)}/hooks" for name in full_names]
    found: list[str] = []
    refused: HostError | None = None
    for place in places:
        try:
            known = await _pages(transport, f"{place}?per_page=100", priority)
        except HostError as error:
            refused = error
            continue
        found += [f"{place}/{hook['id']}" for hook in known if _is_ours(hook, ours)]
    if refused and not found:
        raise refused
    return tuple(found)


async def failed_of_app(
    transport: Transport, app: AppInstallation, ours: Callable[[str, str], bool], since: datetime
) -> tuple[Missed, ...]:
    """The deliveries of an App's only webhook which failed since then, newest first.

    Raises:
        HostError: they can't be listed.
    """
    url = mapping(await transport.prove("/app/hook/config", app.proof)).get("url")
    if isinstance(url, str) and not ours(APP, url):
        return ()
    path = "/app/hook/deliveries?status=failure&per_page=100"
    return _since(objects(await transport.prove(path, app.proof)), since)


async def failed(
    transport: Transport, hook: str, since: datetime, priority: Priority
) -> tuple[Missed, ...]:
    """The deliveries of the webhook at that path which failed since then, newest first.

    Raises:
        HostError: they can't be listed.
    """
    path = f"{hook}/deliveries?status=failure&per_page=100"
    return _since(await _pages(transport, path, priority, until=since), since)


async def _pages(
    transport: Transport, path: str, priority: Priority, until: datetime | None = None
) -> list[Mapping[str, Any]]:
    spend = Spend("webhooks", priority)
    found: list[Mapping[str, Any]] = []
    following = path
    for _ in range(MOST_PAGES):
        reply = await transport.get(following, spend)
        if reply.status != 200 or listed(reply.data) is None:
            raise HostError(f"its webhooks can't be seen: {reason(reply)}")
        found += objects(reply.data)
        last = _missed(found[-1]) if found else None
        following = next_page(reply) or ""
        if not following or (until and last and last.at < until):
            break
    return found


def _since(told: Iterable[Mapping[str, Any]], since: datetime) -> tuple[Missed, ...]:
    """One for each delivery, however often it was tried."""
    found = [read for each in told if (read := _missed(each)) and read.at >= since]
    return tuple({each.delivery: each for each in found}.values())


def _is_ours(hook: Mapping[str, Any], ours: Callable[[str, str], bool]) -> bool:
    url = mapping(hook.get("config")).get("url")
    return isinstance(url, str) and "id" in hook and ours(str(hook["id"]), url)


def _missed(value: Mapping[str, Any]) -> Missed | None:
    """One delivery; None where the host's answer is none, or it went well after all."""
    try:
        code, number = value["status_code"], value.get("repository_id")
        if isinstance(code, int) and 200 <= code < 300:
            return None
        return Missed(
            delivery=plain(value["guid"], 100),
            at=datetime.fromisoformat(value["delivered_at"]),
            event=plain(value.get("event") or "", 60),
            number=number if isinstance(number, int) else None,
        )
    except (KeyError, TypeError, ValueError):
        return None
