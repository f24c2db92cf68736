"""Where names lead: the host forwards from a name that a repository had until another takes it.

One question asks for a hundred names by aliases, for a point; a hundred reads of the REST interface
would each cost one, twice where they are forwarded.
"""

from collections.abc import Collection, Sequence

from opsroom.clients.github.graphql import GONE, Told, ask
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.host import Named, Priority, Resolved
from opsroom.model.shapes import mapping

AT_ONCE = 100
"""Names a request."""


async def resolve(
    transport: Transport, full_names: Collection[str], priority: Priority
) -> Resolved:
    """Tell which repository each name leads to.

    Raises:
        HostError: the host could not be asked.
    """
    to: dict[str, Named] = {}
    nowhere: set[str] = set()
    failed: dict[str, str] = {}
    spend = Spend("names", priority, "graphql")
    names = list(dict.fromkeys(full_names))
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        told = await _asked(transport, some, spend)
        for place, name in enumerate(some):
            found, fault = mapping(told.data.get(f"r{place}")), told.fault(f"r{place}")
            id_, called = found.get("id"), found.get("nameWithOwner")
            if isinstance(id_, str) and isinstance(called, str):
                to[name] = Named(id_, called)
            elif fault is not None and fault.type == GONE:
                nowhere.add(name)
            else:
                failed[name] = fault.reason if fault else "the host told nothing"
    return Resolved(to, frozenset(nowhere), failed)


async def _asked(transport: Transport, names: Sequence[str], spend: Spend) -> Told:
    variables: dict[str, str] = {}
    for place, name in enumerate(names):
        variables[f"o{place}"], _, variables[f"n{place}"] = name.partition("/")
    declared = ", ".join(f"${each}: String!" for each in variables)
    fields = "\n".join(
        f"  r{place}: repository(owner: $o{place}, name: $n{place}) {{ id nameWithOwner }}"
        for place in range(len(names))
    )
    text = f"query Names({declared}) {{\n  rateLimit {{ cost }}\n{fields}\n}}\n"
    return await ask(transport, text, variables, spend)
