"""What a request asks in its query."""

from starlette.requests import HTTPConnection

from opsroom.errors import UsageError
from opsroom.model.nearest import suggestion
from opsroom.model.text import plain


def question(connection: HTTPConnection, *known: str) -> dict[str, str]:
    """The value of each known parameter, empty where it isn't given.

    Raises:
        UsageError: a parameter is unknown (the hint has the nearest), or given twice.
    """
    given = connection.query_params
    for name in given:
        if name not in known:
            raise UsageError(
                f"unknown parameter {plain(name, 40)!r} in the address", suggestion(name, known)
            )
        if len(given.getlist(name)) > 1:
            raise UsageError(f"the parameter {name!r} is given twice", "give it once")
    return {name: given.get(name, "") for name in known}
