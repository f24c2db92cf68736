"""Where queries begin: by name, by id, and what is left of the hour's points."""

from opsroom.demo.github.graphql.accounts import SAML, entered, named
from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Refused, Within
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted


def _of_kind(asked: Asked, login: str, kind: str) -> Account:
    found = asked.world.account(login)
    if found is None or found.kind != kind:
        raise Refused("NOT_FOUND", f"Could not resolve to a {kind} with the login of '{login}'.")
    return entered(found, asked)


def _owner(_: None, asked: Asked, arguments: Arguments) -> Account | None:
    """Return an owner; GitHub says null for none, and no error."""
    found = asked.world.account(arguments["login"])
    return None if found is None or found.kind == "Bot" else entered(found, asked)


def _repository(_: None, asked: Asked, arguments: Arguments) -> Hosted:
    name = f"{arguments['owner']}/{arguments['name']}"
    return named(name, asked, renamed=arguments.get("followRenames", True))


def _node(asked: Asked, node_id: str) -> object:
    """Return what has an id.

    Raises:
        Refused: nothing has it for this caller, or its owner can't be entered.
    """
    found = asked.world.nodes.get(node_id)
    if isinstance(found, Account):
        return entered(found, asked)
    repository = found[0] if isinstance(found, tuple) else found
    if repository is None or not asked.caller.sees(repository):
        if repository is not None and asked.caller.shut_out(repository.owner):
            raise Refused("FORBIDDEN", SAML, single_sign_on=True)
        raise Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'")
    return Within(*found) if isinstance(found, tuple) else found


def _nodes(_: None, asked: Asked, arguments: Arguments) -> list[object]:
    found: list[object] = []
    for place, node_id in enumerate(arguments["ids"]):
        if place >= asked.beyond:
            found.append(
                Refused("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.")
            )
            continue
        try:
            found.append(_node(asked, node_id))
        except Refused as refused:
            found.append(refused)
    return found


QUERY = Fields[None](
    {"id": lambda _: "Q"},
    {
        "node": lambda _, asked, arguments: _node(asked, arguments["id"]),
        "nodes": _nodes,
        "viewer": lambda _, asked, __: asked.caller.account,
        "user": lambda _, asked, arguments: _of_kind(asked, arguments["login"], "User"),
        "organization": lambda _, asked, arguments: _of_kind(
            asked, arguments["login"], "Organization"
        ),
        "repositoryOwner": _owner,
        "repository": _repository,
        "rateLimit": lambda _, asked, __: None if asked.bucket is None else asked,
    },
)

RATE_LIMIT = Fields[Asked](
    {
        "cost": lambda asked: asked.cost.points,
        "nodeCount": lambda asked: asked.cost.nodes,
        "limit": lambda asked: asked.bucket and asked.bucket.limit,
        "used": lambda asked: asked.bucket and asked.bucket.used,
        "remaining": lambda asked: asked.bucket and max(0, asked.bucket.limit - asked.bucket.used),
        "resetAt": lambda asked: asked.bucket and asked.bucket.resets_at,
    }
)
