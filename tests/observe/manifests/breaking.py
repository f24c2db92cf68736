"""Seeds, broken: cut, with lines twice, gone or replaced, with bytes or values changed."""

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from opsroom.observe.reading.values import rows, table


def cut(seed: str, step: int) -> Iterator[str]:
    """Its beginnings, a few characters longer each."""
    return (seed[:end] for end in range(0, len(seed), step))


def lines_changed(seed: str) -> Iterator[str]:
    """It with each of its lines gone, twice, replaced by marks, doubled or turned round."""
    lines = seed.split("\n")
    for at, line in enumerate(lines):
        for instead in ([], [line, line], ["\x1b[0m\u202e"], [f"{line}{line}"], [line[::-1]]):
            yield "\n".join([*lines[:at], *instead, *lines[at + 1 :]])


def bytes_changed(seed: str, data: st.DataObject) -> bytes:
    """It with a few bytes replaced, at up to four places."""
    content = bytearray(seed.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4))
    return bytes(content)


def values_changed(document: Any, odd: Sequence[Any]) -> Iterator[Any]:
    """A document with each value, at any depth, gone or replaced by each odd one."""
    yield from odd
    mapping, listed = table(document), rows(document)
    for key, value in mapping.items():
        yield {other: mapping[other] for other in mapping if other != key}
        yield from ({**mapping, key: changed} for changed in values_changed(value, odd))
    for at, value in enumerate(listed):
        for changed in values_changed(value, odd):
            yield [*listed[:at], changed, *listed[at + 1 :]]
