"""The advisory locks of a Postgres store. Each is told apart by its schema, as the tables are."""

from enum import IntEnum

from sqlalchemy import TextClause, text


class Lock(IntEnum):
    """What a lock is for; the number is its class in `pg_locks`."""

    OPENING = 0x0B501
    """One process at a time creates or migrates the tables."""
    WRITING = 0x0B502
    """One transaction at a time writes, so that ids grow in the order of commits."""
    OWNING = 0x0B503
    """One process at a time runs the monitors."""
    WATCHING = 0x0B504
    """One process at a time watches a source of a host."""


def held_to_commit(lock: Lock) -> TextClause:
    """Wait for `lock` and hold it until the transaction ends."""
    return text(f"SELECT pg_advisory_xact_lock({int(lock)}, hashtext(current_schema()))")
