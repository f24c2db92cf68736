"""Which route answers a path: a table, so that a request is compared with a few patterns only."""

import re
from collections.abc import Mapping

from starlette.routing import compile_path

from opsroom.demo.github.rest import ENDPOINTS
from opsroom.demo.github.rest.call import Endpoint

Key = tuple[str, str]
Found = tuple[Endpoint, Mapping[str, str]]
"""A route and its arguments."""


def key_of(path: str) -> Key:
    """The parts of a path that are never arguments: `repos` with what follows the name, or so."""
    parts = path.split("/")
    first = parts[1] if len(parts) > 1 else ""
    if first == "repos":
        return first, parts[4] if len(parts) > 4 else ""
    return first, ""


class Table:
    """All routes, by method and by the fixed parts of their paths."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, Key], list[tuple[re.Pattern[str], Endpoint]]] = {}
        for endpoint in ENDPOINTS:
            pattern, _, _ = compile_path(endpoint.pattern)
            key = (endpoint.method, key_of(endpoint.pattern))
            self._rows.setdefault(key, []).append((pattern, endpoint))

    def find(self, method: str, path: str) -> Found | None:
        """The first route that fits, and its arguments out of the path."""
        for pattern, endpoint in self._rows.get((method, key_of(path)), ()):
            found = pattern.match(path)
            if found is not None:
                return endpoint, found.groupdict()
        return None
