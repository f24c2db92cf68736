"""What an Enterprise server doesn't have of REST, though github.com does."""

import re
from functools import cache
from importlib import resources

from opsroom.demo import github
from opsroom.demo.github.rest.call import Endpoint

_ARGUMENT = re.compile(r"\{[^}]+\}")


@cache
def _lacking() -> frozenset[str]:
    listed = resources.files(github).joinpath("enterprise_lacks.txt").read_text(encoding="utf-8")
    return frozenset(_ARGUMENT.sub("{}", line) for line in listed.splitlines())


def lacks(endpoint: Endpoint) -> bool:
    """Whether a route is one that such a server answers with 404."""
    return _ARGUMENT.sub("{}", f"{endpoint.method} {endpoint.pattern}") in _lacking()
