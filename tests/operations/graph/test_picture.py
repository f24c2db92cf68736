"""What the page draws: columns, lines, waves, and what is left out of each."""

from tests.operations.graph.sights import asked, sight

from opsroom.model.coverage import Coverage
from opsroom.model.link import Phase
from opsroom.operations.graph.picture import COLUMN, WAVE, Picture, around, overview

BASE = """
    api -> base: image 1.2 build Dockerfile:1
    web -> base: image 1.3 runtime Dockerfile:4
    shop -> api: package 2.0 runtime package.json:9
    base -> tools: action 1 ci .github/workflows/ci.yml:3
"""
BARE = Picture(
    as_of=None, coverage=Coverage(), note="", unlooked=[], repositories=5, edges=4
)  # fmt: skip


def test_columns_stand_by_distance_on_both_sides() -> None:
    drawn = around(asked(sight(BASE), "base"), BARE)
    columns = [(each.depth, [dot.id for dot in each.nodes]) for each in drawn.columns]
    assert columns == [
        (-1, ["acme/tools"]),
        (0, ["acme/base"]),
        (1, ["acme/web", "acme/api"]),
        (2, ["acme/shop"]),
    ]
    lines = [(each.source, each.to, each.phase.value) for each in drawn.links]
    assert lines == [
        ("acme/shop", "acme/api", "runtime"),
        ("acme/web", "acme/base", "runtime"),
        ("acme/api", "acme/base", "build"),
        ("acme/base", "acme/tools", "ci"),
    ]
    assert drawn.impact == {
        Phase.RUNTIME: 1, Phase.BUILD: 2, Phase.CI: 0, Phase.DEVELOPMENT: 0,
    }  # fmt: skip
    told = drawn.model_dump(mode="json")
    assert told["links"][0]["from"] == "acme/shop"
    assert told["links"][1]["evidence"]["url"].endswith("/Dockerfile#L4")


def test_waves_have_the_line_that_pins() -> None:
    drawn = around(asked(sight(BASE), "base"), BARE)
    steps = [[step.id for step in wave.repositories] for wave in drawn.waves]
    assert steps == [["acme/base"], ["acme/web", "acme/api"], ["acme/shop"]]
    web = drawn.waves[1].repositories[0]
    assert web.pin
    assert (web.pin.file, web.pin.line, web.versions) == ("Dockerfile", 4, ["1.3"])


def test_what_is_not_drawn_is_counted() -> None:
    many = "\n".join(f"r{number:04} -> base" for number in range(900))
    drawn = around(asked(sight(many), "base"), BARE)
    users = drawn.columns[-1]
    assert (len(users.nodes), users.omitted) == (COLUMN, 900 - COLUMN)
    wave = drawn.waves[-1]
    assert len(wave.repositories) + wave.omitted == 900
    assert len(wave.repositories) <= WAVE


def test_the_whole_is_told_in_short() -> None:
    drawn = overview(asked(sight(BASE + "tools -> base", alone=["lone"], unknown=["dark"])), BARE)
    assert drawn.hotspots[0].id == "acme/base"
    assert drawn.cycles == [["acme/base", "acme/tools"]]
    assert drawn.orphans == 1
