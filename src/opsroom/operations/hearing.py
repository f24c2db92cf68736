"""Which events are for a caller: of the repositories that are there for it and it asks for."""

from collections.abc import Callable, Collection, Sequence

from opsroom.model.event import Event
from opsroom.model.where import Where
from opsroom.operations.fleet import Row


def hearing(
    rows: Sequence[Row], where: Where, sources: Collection[str], *, scoped: bool
) -> Callable[[Event], bool]:
    """Whether an event is for a caller who sees these rows and wants those that match.

    What is about no repository is for those from whom nothing is hidden (who are not `scoped`) and
    who filter nothing, when it is about one of their sources. What names other repositories in
    `data.targets` is for those who see all of them.
    """
    wanted = [row.repository for row in rows if where.matches(row)]
    keys = frozenset(repository.key for repository in wanted)
    names = frozenset(repository.name for repository in wanted)
    seen = frozenset(row.repository.key for row in rows)

    def heard(event: Event) -> bool:
        if event.repository is None:
            of = str(event.data.get("source") or "")
            return not (scoped or where.terms) and (
                of in {"", *sources} or of[:11] == "advisories:"
            )
        if not seen.issuperset(event.data.get("targets", ())):
            return False
        key = event.data.get("key")
        return event.repository in names if key is None else key in keys

    return heard
