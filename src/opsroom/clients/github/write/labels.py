"""Labels: of a repository, and on its issues and pull requests. Their names ignore case."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.place import Place, quoted
from opsroom.clients.github.write.quiet import quiet
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github

COLOUR = re.compile(r"[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a repository. `colour` is six hexadecimal digits."""

    name: str
    colour: str
    description: str
    url: str


async def create_label(
    writer: Writer,
    full_name: str,
    name: str,
    colour: str,
    description: str,
    *,
    host_id: str | None = None,
) -> Written[Label]:
    """Make a label. One with that name stays as it is, whatever its colour.

    Raises:
        WriteRefused: the host doesn't take it.
    """
    if not COLOUR.fullmatch(colour):
        raise WriteRefused("invalid", f"{colour!r} is not six hexadecimal digits")
    async with writer.turn(full_name, host_id) as place:

        async def there() -> Label | None:
            found = await writer.read(f"{place.path}/labels/{quoted(name)}")
            return None if found is None else _label(place, Wire(found))

        def call(github: "Github") -> Label:
            made = github.get_repo(place.full_name).create_label(
                name, colour, quiet(description, 100)
            )
            return _label(place, Wire(made.raw_data))

        with refusing(f"the host doesn't take the label {name}"):
            label, now = await writer.surely(f"label {name}", there, call)
        return Written(label, None if now else label, now)


async def add_labels(
    writer: Writer,
    full_name: str,
    number: int,
    names: frozenset[str],
    *,
    host_id: str | None = None,
) -> Written[frozenset[str]]:
    """Put labels on an issue or a pull request, beside those that are there.

    Raises:
        WriteRefused: there is no such issue, or the host doesn't take them.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _on(writer, place, number)

        async def there() -> frozenset[str] | None:
            on = await _on(writer, place, number)
            return on if _folded(names) <= _folded(on) else None

        def call(github: "Github") -> None:
            issue = github.get_repo(place.full_name).get_issue(number)
            issue.add_to_labels(*sorted(names))

        return await _put(writer, place, number, before, there, call)


async def remove_label(
    writer: Writer,
    full_name: str,
    number: int,
    name: str,
    *,
    host_id: str | None = None,
) -> Written[frozenset[str]]:
    """Take a label off an issue or a pull request.

    Raises:
        WriteRefused: there is no such issue, or the host doesn't do it.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _on(writer, place, number)

        async def there() -> frozenset[str] | None:
            on = await _on(writer, place, number)
            return None if name.casefold() in _folded(on) else on

        def call(github: "Github") -> None:
            """PyGithub leaves a slash in the name of a label as it is."""
            path = f"{place.path}/issues/{number}/labels/{quoted(name)}"
            request(github, "DELETE", path)

        return await _put(writer, place, number, before, there, call)


async def _put(
    writer: Writer,
    place: Place,
    number: int,
    before: frozenset[str],
    there: Callable[[], Awaitable[frozenset[str] | None]],
    call: "Callable[[Github], None]",
) -> Written[frozenset[str]]:
    with refusing(f"the host doesn't change the labels of #{number}"):
        after, now = await writer.surely_edited(
            f"labels of #{number}", there, call, lambda: _on(writer, place, number)
        )
    return Written(after, before, now)


async def _on(writer: Writer, place: Place, number: int) -> frozenset[str]:
    found = await writer.existing(place, f"issues/{number}", f"issue {number}")
    return frozenset(label.text("name") for label in found.parts("labels"))


def _folded(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _label(place: Place, found: Wire) -> Label:
    name = found.text("name")
    return Label(
        name=name,
        colour=found.text("color"),
        description=found.maybe_text("description"),
        url=f"{place.url}/labels/{quoted(name)}",
    )
