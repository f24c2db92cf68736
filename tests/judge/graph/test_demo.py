"""The demo fleet: every need that was planted is an edge, and no other is."""

from tests.judge.graph.fleets import Whole, edges, whole

from opsroom.demo.catalogue import plots
from opsroom.demo.contents import contents
from opsroom.demo.contents.everywhere import Tagged
from opsroom.demo.edges import edges as planted
from opsroom.demo.edges import reads
from opsroom.observe.formats import formats_for

STEP = 3
COUNT = 24
HOST = "127.0.0.1:8791"
"""Where the demo's host listens, which its files call otherwise."""


def read(name: str, tree: dict[str, str]) -> Whole:
    repository = whole(name, HOST)
    for path, text in tree.items():
        for format_, declared in formats_for(path):
            manifest = declared.parse(path, text.encode())
            repository.packages += [(path, format_, each) for each in manifest.packages]
            repository.published += [(path, each) for each in manifest.publishes]
            repository.mentions += [(path, each) for each in manifest.mentions]
            repository.has(path, format_)
    return repository


def test_what_was_planted_is_found_and_nothing_is_invented() -> None:
    fleet = plots(COUNT)
    known = {plot.slug.lower(): plot.slug for plot in fleet}
    wanted: set[tuple[str, str, str]] = set()
    whole_fleet: list[Whole] = []
    for plot in fleet:
        tree = contents(plot, STEP, lambda _: Tagged("v1.2.0", "a" * 40))
        needs = planted(plot.slug, filter(reads, tree), tree.__getitem__, known)
        wanted |= {(each.source, each.target, each.kind) for each in needs}
        whole_fleet.append(read(plot.slug, tree))

    assert len(wanted) > COUNT
    assert set(edges(*whole_fleet)) == wanted
