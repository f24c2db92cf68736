"""Rulesets of ours: they stand beside whatever protects a repository, and take nothing away.

PyGithub has no verb for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire, entries, mapping
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github

OURS = "opsroom: "
"""What the names of our rulesets begin with."""

PARTS = ("name", "target", "enforcement", "bypass_actors", "conditions", "rules")
"""What a ruleset is made of, as it is sent."""


@dataclass(frozen=True, slots=True)
class OwnRuleset:
    """A ruleset. `parts` are sent and shown alike: target, enforcement, conditions, rules..."""

    number: int
    name: str
    parts: Mapping[str, object]
    url: str


async def put_ruleset(
    writer: Writer,
    full_name: str,
    name: str,
    parts: Mapping[str, object],
    *,
    host_id: str | None = None,
) -> Written[OwnRuleset]:
    """Make the ruleset of ours called `name`, or bring it to `parts`; `before` is for the undo.

    Parts that aren't given stay as they are.

    Raises:
        WriteRefused: the name isn't ours to give, or the host doesn't take it.
    """
    _check_name(name)
    async with writer.turn(full_name, host_id) as place:
        before = await _find(writer, place, name)
        wanted = {**(before.parts if before else {}), **parts, "name": name}

        async def there() -> OwnRuleset | None:
            now = await _find(writer, place, name)
            return now if now is not None and holds(wanted, now.parts) else None

        def call(github: "Github") -> OwnRuleset:
            if before is None:
                made = request(github, "POST", f"{place.path}/rulesets", wanted)
            else:
                made = request(github, "PUT", f"{place.path}/rulesets/{before.number}", wanted)
            return _ruleset(place, Wire(made))

        with refusing(f"the host doesn't take the ruleset {name!r}"):
            after, now = await writer.surely(f"ruleset {name!r}", there, call, content=False)
        return Written(after, before, now)


async def delete_ruleset(
    writer: Writer,
    full_name: str,
    name: str,
    *,
    host_id: str | None = None,
) -> Written[OwnRuleset | None]:
    """Delete the ruleset of ours called `name`. To undo, put `before` back.

    Raises:
        WriteRefused: the name isn't one of ours, or the host doesn't do it.
    """
    _check_name(name)
    async with writer.turn(full_name, host_id) as place:
        before = await _find(writer, place, name)
        if before is None:
            return Written(None, None, now=False)

        async def gone() -> OwnRuleset | None:
            return before if await _find(writer, place, name) is None else None

        def call(github: "Github") -> OwnRuleset:
            request(github, "DELETE", f"{place.path}/rulesets/{before.number}")
            return before

        with refusing(f"the host doesn't delete the ruleset {name!r}"):
            _, now = await writer.surely(f"no ruleset {name!r}", gone, call, content=False)
        return Written(None, before, now)


def holds(wanted: object, there: object) -> bool:
    """Whether all that is wanted is there; the host adds defaults, and orders lists its own way."""
    if (asked := mapping(wanted)) is not None:
        found = mapping(there)
        return found is not None and all(
            holds(value, found.get(name)) for name, value in asked.items()
        )
    if isinstance(wanted, list | tuple):
        listed, others = entries(cast("object", wanted)), entries(there)
        return len(listed) == len(others) and all(
            any(holds(each, other) for other in others) for each in listed
        )
    return wanted == there


def _check_name(name: str) -> None:
    if not name.startswith(OURS) or not name.isprintable():
        raise WriteRefused(
            "invalid", f"{name!r} is not the name of a ruleset of ours", f"begin it with {OURS!r}"
        )


async def _find(writer: Writer, place: Place, name: str) -> OwnRuleset | None:
    """A ruleset of the repository itself by its name, with its rules."""
    async for entry in writer.pages(f"{place.path}/rulesets", {"includes_parents": "false"}):
        if entry.text("name") == name:
            found = await writer.read(f"{place.path}/rulesets/{entry.number('id')}")
            return None if found is None else _ruleset(place, Wire(found))
    return None


def _ruleset(place: Place, found: Wire) -> OwnRuleset:
    number = found.number("id")
    parts = {name: found.raw[name] for name in PARTS if found.raw.get(name) is not None}
    return OwnRuleset(number, found.text("name"), parts, f"{place.url}/rules/{number}")
