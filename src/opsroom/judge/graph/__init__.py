"""The graph: who depends on whom, from evidence, and what follows from it.

    packages, mentions of manifests -> links      } met by target -> edges -> Graph -> answers
    what repositories publish, their addresses -> supplies }

`targets` name things in one way, `links` and `supplies` read them out of what manifests hold, and
`resolution` says which supply a link means. `Graph` is the edges in memory; the other modules ask
it: order and waves, cycles, impact, hotspots, versions behind, root causes. All pure.
"""

REVISION = 1
"""Grows when the same manifests give other links or supplies: they are read anew then."""
