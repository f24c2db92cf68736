"""Keeping the graph: links and supplies of repositories as they are recorded, in one transaction.

    an inventory that was taken -> what its manifests ask and answer for -> kept, with its past
    a repository that appears, is renamed or goes -> the names that its address answers for

A file that could not be read moves nothing.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.judge.graph import links, supplies
from opsroom.judge.graph.about import About
from opsroom.model.inventory import Inventory
from opsroom.model.link import Edge
from opsroom.model.mention import Mention
from opsroom.model.package import Published
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.operations.graph.meeting import about, about_of, edges, meet
from opsroom.operations.graph.telling import graph_changed, moves
from opsroom.store.inventories import (
    Located,
    load_inventories,
    mentions_of,
    packages_of,
    published_of,
)
from opsroom.store.link_differences import Taken
from opsroom.store.link_saving import choose_anew, end_all, save, save_identities
from opsroom.store.links import marks_of
from opsroom.store.meta import next_revision
from opsroom.store.repositories import ids_of, keys_of

if TYPE_CHECKING:
    from opsroom.model.event import Happening
    from opsroom.operations.fleet import Fleet, Row
    from opsroom.store.database import Connection


async def keep_links(
    connection: "Connection",
    fleet: "Fleet",
    looked: "Mapping[int, tuple[Row, Inventory]]",
    now: datetime,
    backlog: frozenset[int] = frozenset(),
) -> "list[tuple[Row, Happening]]":
    """Keep what repositories ask and answer for, whose inventories were kept just now.

    Those of `backlog` were looked at by other rules than the last time: what only those see is no
    news. Gives what there is to tell: whose edges to others of the fleet are other ones now.
    """
    if not looked:
        return []
    marks = await marks_of(connection, looked)
    known = [n for n, mark in marks.items() if mark.look is not None and n not in backlog]
    before = await _edges(connection, fleet, known)
    abouts = {number: about(row.snapshot) for number, (row, _) in looked.items()}
    inventories = {number: inventory for number, (_, inventory) in looked.items()}
    taken = await _taken(connection, abouts, inventories, backlog)
    saved = await save(connection, now, taken, await next_revision(connection))
    told = [number for number in known if number in saved.moved]
    if not told:
        return []
    after = await _edges(connection, fleet, told)
    every = chain(*(before.get(number, ()) for number in told), *after.values())
    keys = await keys_of(connection, {edge.target for edge in every})
    names = {number: row.name for number, key in keys.items() if (row := fleet.get(key))}
    happenings: list[tuple[Row, Happening]] = []
    for number in told:
        row = looked[number][0]
        moved = moves(before.get(number, ()), after.get(number, ()))
        if moved:
            happenings.append((row, graph_changed(row.name, moved, names, keys)))
    return happenings


async def keep_identities(
    connection: "Connection",
    fleet: "Fleet",
    ids: Mapping[str, int],
    snapshots: Mapping[str, Snapshot],
    now: datetime,
    revision: int,
) -> None:
    """Keep what repositories answer for by their address alone, as they are recorded; by key.

    `fleet` is as it was before. Of those that are gone everything ends; of one that comes back
    everything that was known last begins again.
    """
    given: dict[int, About] = {}
    anew: list[int] = []
    gone: list[int] = []
    back: dict[int, About] = {}
    for key, snapshot in snapshots.items():
        row, is_gone = fleet.get(key), snapshot.repository.state is RepositoryState.GONE
        if is_gone:
            gone.append(ids[key])
            continue
        now_about = about(snapshot)
        was_gone = row is not None and row.repository.state is RepositoryState.GONE
        before = None if row is None or was_gone else about(row.snapshot)
        if now_about != before:
            given[ids[key]] = now_about
        if before is not None and now_about.fork != before.fork:
            anew.append(ids[key])
        if was_gone:
            back[ids[key]] = now_about
    if gone:
        await end_all(connection, now, gone, revision)
    if given:
        known = {number: supplies.identity_of(each) for number, each in given.items()}
        await save_identities(connection, now, known, revision)
    if anew:
        await choose_anew(connection, anew, revision)
    if back:
        inventories = await load_inventories(connection, back)
        seen = {number: back[number] for number in inventories}
        taken = await _taken(connection, seen, inventories, frozenset(seen))
        await save(connection, now, taken, revision)


async def keep_all_identities(
    connection: "Connection", fleet: "Fleet", keys: Collection[str], now: datetime
) -> None:
    """Keep what these repositories answer for by their address alone, where it isn't kept so."""
    ids = await ids_of(connection, keys)
    rows = {ids[key]: row for key in ids if (row := fleet.get(key))}
    abouts = {number: about_of(rows, number) for number in rows}
    known = {
        number: supplies.identity_of(each) for number, each in abouts.items() if each is not None
    }
    await save_identities(connection, now, known, await next_revision(connection))


async def _taken(
    connection: "Connection",
    abouts: Mapping[int, About],
    inventories: Mapping[int, Inventory],
    backlog: frozenset[int],
) -> dict[int, Taken]:
    packages = await packages_of(connection, inventories)
    mentions = await mentions_of(connection, inventories)
    published = await published_of(connection, inventories)

    def made() -> dict[int, Taken]:
        return {
            number: _told(
                abouts[number],
                inventory,
                packages.get(number, []),
                mentions.get(number, []),
                published.get(number, []),
                backlog=number in backlog,
            )
            for number, inventory in inventories.items()
        }

    return await anyio.to_thread.run_sync(made)


def _told(
    known: About,
    inventory: Inventory,
    packages: list[Located],
    mentions: list[tuple[str, Mention]],
    published: list[tuple[str, Published]],
    *,
    backlog: bool,
) -> Taken:
    placed = ((each.path, each.format, each.package) for each in packages)
    files = [(file.path, file.format) for file in inventory.files]
    unread = {file.path for file in inventory.files if file.reason is not None}
    unnamed = any(each.count > len(each.paths) for each in inventory.skipped)
    asked = links.links_of(known, placed, mentions)
    given = supplies.supplies_of(known, published, mentions, files)
    is_cut = len(asked) >= links.MOST or len(given) >= supplies.MOST
    return Taken(
        commit=inventory.commit,
        links=asked,
        supplies=given,
        unread=frozenset(unread).union(*(each.paths for each in inventory.skipped)),
        partly=frozenset(file.path for file in inventory.files if file.partly or is_cut),
        read=frozenset(path for path, _ in files) if unnamed else None,
        backlog=backlog,
    )


async def _edges(
    connection: "Connection", fleet: "Fleet", ids: Collection[int]
) -> dict[int, list[Edge]]:
    """The edges from these repositories, as the store has them now."""
    met = await meet(connection, ids)
    answering = {one.repository_id for each in met.answers.values() for one in each}
    keys = await keys_of(connection, answering.union(met.links))
    rows = {number: row for number, key in keys.items() if (row := fleet.get(key))}
    return await anyio.to_thread.run_sync(edges, met, partial(about_of, rows))
