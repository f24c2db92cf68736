"""Taking a webhook in: signed, kept in the store, and then acknowledged.

Nothing is looked up here. Whoever watches the source reads the row, in this process or in another.
"""

import logging
from collections.abc import Mapping

import anyio

from opsroom.observe.sources.github import LARGEST_BODY as LARGEST_BODY
from opsroom.observe.sources.github import delivery, is_quiet
from opsroom.operations.room import Room
from opsroom.store.deliveries import Delivery, take_in

log = logging.getLogger("opsroom.hosts")

READ_ASIDE = 256 * 1024
"""Bytes from which on a body is verified and read in a thread."""


async def take(room: Room, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a webhook, once; False when it was here before. `headers` by names in lower case.

    Raises:
        Unsigned: nobody knows who sent it.
        Malformed: it can't be read.
        StoreError: it can't be kept, so that the host has to send it again.
    """
    hosts = room.settings.hosts
    if len(body) < READ_ASIDE:
        source, told = delivery(hosts, headers, body)
    else:
        source, told = await anyio.to_thread.run_sync(delivery, hosts, headers, body)
    if is_quiet(told):
        return True
    async with room.store.write() as connection:
        return await take_in(
            connection,
            Delivery(
                guid=told.delivery,
                source=source.key,
                event=told.event,
                action=told.action or None,
                subjects=(told.repository_id,) if told.repository_id else (),
                told=told,
                received_at=room.now(),
            ),
        )
