from opsroom.model.budget import Cadence
from opsroom.operations.hosts.rhythm import CALM, LONGEST, Rhythm

SMALL = Cadence(sweep=30, whole=60, look=300)
SPENT = Cadence(sweep=900, whole=14_400, look=86_400)


def calm(rhythm: Rhythm) -> Rhythm:
    for _ in range(CALM):
        rhythm.swept(0, 0)
    return rhythm


def test_a_lively_fleet_is_swept_as_often_as_the_budget_allows() -> None:
    rhythm = Rhythm(None)
    assert rhythm.sweep(SMALL, heard=False) == 30
    calm(rhythm)
    assert rhythm.sweep(SMALL, heard=False) == 60
    rhythm.swept(1, 0)
    assert rhythm.sweep(SMALL, heard=False) == 30
    calm(rhythm)
    rhythm.swept(0, 1)
    assert rhythm.sweep(SMALL, heard=False) == 30


def test_one_that_tells_by_itself_is_swept_more_seldom_and_never_forgotten() -> None:
    assert Rhythm(None).sweep(SMALL, heard=True) == 120
    assert calm(Rhythm(None)).sweep(SMALL, heard=True) == 240
    assert calm(Rhythm(None)).sweep(SPENT, heard=True) == LONGEST


def test_the_settings_decide_unless_the_budget_is_at_its_end() -> None:
    rhythm = calm(Rhythm(5.0))
    assert rhythm.sweep(SMALL, heard=True) == 5
    assert rhythm.whole(SMALL) == 60
    assert rhythm.sweep(SPENT, heard=True) == 900
    assert Rhythm(600.0).whole(SMALL) == 600


def test_it_says_why() -> None:
    assert "sweep_every" in Rhythm(5.0).reason(heard=True)
    assert "webhooks" in Rhythm(None).reason(heard=True)
    assert "nothing has moved" in calm(Rhythm(None)).reason(heard=False)
    assert Rhythm(None).reason(heard=False) == "as often as the budget allows"
