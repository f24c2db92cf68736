"""Resolution: which of those that answer for its target a link means, and how sure that is.

A link and a supply of one target are candidates. Most have one; where several answer, the surest
is meant, then who has that name now and not formerly, then one that is no fork, then the one on the
host of who asks, then the one of the same owner. Of two that nothing tells apart both are, and each
is likely at most.
"""

from collections.abc import Sequence
from typing import NamedTuple

from opsroom.judge.graph.about import About
from opsroom.judge.graph.targets import ACTION, GIT, PACKAGE, SOMEWHERE, address_of, folded
from opsroom.model.link import Link, Supply, Sure

MOST = 4
"""Repositories that may answer for one name together: a name that more claim says nothing."""
SURE = tuple(Sure)
HOME = "github.com"
"""Where actions are found that the host of who asks doesn't have."""


class Candidate(NamedTuple):
    """A repository of the fleet, by its id, and the supply by which it answers."""

    repository: int
    about: About
    supply: Supply


Chosen = tuple[Candidate, Sure]


def choose(about: About, link: Link, candidates: Sequence[Candidate]) -> tuple[Chosen, ...]:
    """Return whom a link of a repository means, each with how sure that is; nobody: nobody of the
    fleet, or itself.

    `candidates` are all that answer for the target of the link, the asker among them.
    """
    if any(each.about.key == about.key for each in candidates):
        return ()
    if link.target.startswith(ACTION):
        candidates = _actions(about, candidates)
    elif link.target.startswith(PACKAGE):
        candidates = _packages(link, candidates)
    elif link.target.startswith(SOMEWHERE):
        candidates = _somewhere(link, candidates)
    return _told_apart(about, link, [(each, _sure(link, each.supply)) for each in candidates])


def _told_apart(about: About, link: Link, found: Sequence[Chosen]) -> tuple[Chosen, ...]:
    if len(found) < 2:
        return tuple(found)
    owners = about.owners

    def order(each: Chosen) -> tuple[int, bool, bool, bool, bool]:
        candidate, sure = each
        asked = candidate.about
        former = link.target.startswith((GIT, ACTION)) and not link.target.endswith(
            f"/{folded(asked.name)}"
        )
        same = asked.host == about.host
        return SURE.index(sure), former, asked.fork, not same, not owners & asked.owners

    first = min(map(order, found))
    best = [each for each in found if order(each) == first]
    if len(best) == 1:
        return tuple(best)
    return tuple((each, Sure.LIKELY) for each, _ in best) if len(best) <= MOST else ()


def _actions(about: About, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Those that an action's name leads to: on the asker's own host, else at its home."""
    if not about.host:
        return candidates
    for host in (about.host, HOME):
        if found := [each for each in candidates if each.about.host == host]:
            return found
    return ()


def _packages(link: Link, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Those that may answer for a name of a registry.

    What comes from Git is answered by its address. A private package is in no public registry: who
    takes its name from there has another one.
    """
    if link.constraint.startswith(("git+", "git://")):
        return ()
    return [each for each in candidates if link.sure is not Sure.LIKELY or not each.supply.private]


def _somewhere(link: Link, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The only one of that name, where the host that is named is none of its own."""
    address = address_of(link.constraint)
    if address and any(address in each.about.addresses for each in candidates):
        return ()  # it is met by its whole address
    return candidates if len(candidates) == 1 else ()


def _sure(link: Link, supply: Supply) -> Sure:
    """How sure an edge is: no surer than either, but that a name counts as sure as who says more
    about whose it is."""
    places = SURE.index(link.sure), SURE.index(supply.sure)
    named = link.target.startswith(PACKAGE) and max(places) == SURE.index(Sure.LIKELY)
    return SURE[max(min(places), SURE.index(Sure.STRONG)) if named else max(places)]
