"""What a push asks for, and how Git itself is told to refuse what protection forbids.

`git receive-pack` reads its settings from the environment, so no hook is needed: a client hears of
a refused ref as Git says it.
"""

from collections.abc import Iterable, Iterator

from opsroom.demo.github.gates import guard_of
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.world import World

ZERO = "0" * 40
Command = tuple[str, str]
"""A ref and the commit that it shall point at; zeros delete it."""
Setting = tuple[str, str]


def commands(raw: bytes) -> Iterator[Command]:
    """Yield what the body of a push asks for: packet lines up to the first flush packet."""
    at = 0
    while at + 4 <= len(raw):
        size = int(raw[at : at + 4], 16)
        if size < 4:
            return
        words = raw[at + 4 : at + size].partition(b"\0")[0].decode(errors="replace").split()
        if len(words) == 3:
            yield words[2], words[1]
        at += size


def refusals(world: World, repository: Hosted, asked: Iterable[Command]) -> list[Setting]:
    """Settings with which receive-pack refuses what the branches of a push are kept from."""
    settings: dict[Setting, None] = {}
    for ref, oid in asked:
        if not ref.startswith(HEADS) or ref not in repository.refs:
            continue
        guard = guard_of(world, repository, ref.removeprefix(HEADS))
        if oid == ZERO:
            if guard.deletion:
                settings["receive.denyDeletes", "true"] = None
        elif guard.update:
            settings["receive.hideRefs", ref] = None
        elif guard.force:
            settings["receive.denyNonFastForwards", "true"] = None
    return list(settings)
