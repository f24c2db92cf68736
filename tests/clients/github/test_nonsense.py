"""Whatever a host answers, it is read or refused, and never taken for something else."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.clients.github.answers import REPOSITORY
from tests.clients.github.scripted import Scripted, told
from tests.clients.github.test_alerts import CODE, DEPENDENCY, HIDDEN
from tests.clients.github.test_runs import RUN

from opsroom.clients.github.alerts import read_alert
from opsroom.clients.github.graphql import Told
from opsroom.clients.github.reading import read_look, read_swept
from opsroom.clients.github.runs import read_run
from opsroom.clients.host import HostError, HostLook, Priority
from opsroom.model.ci import CiRun
from opsroom.model.host import SecurityAlert
from opsroom.model.shapes import NONSENSE, listed, mapping, objects, time

AT = datetime(2026, 11, 24, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))  # pyright: ignore[reportUnknownArgumentType]  # JSON
    for key in keys:
        yield (*at, key)
        if isinstance(value[key], dict | list):
            yield from places(value[key], (*at, key))


def with_nonsense(value: Any, place: tuple[Any, ...], nonsense: Any) -> Any:
    made = copy.deepcopy(value)
    within = made
    for key in place[:-1]:
        within = within[key]
    within[place[-1]] = nonsense
    return made


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(list(places(dict(REPOSITORY)))), nonsense=JSON)
def test_a_look_is_read_or_refused(place: tuple[Any, ...], nonsense: Any) -> None:
    value = with_nonsense(dict(REPOSITORY), place, nonsense)
    try:
        look = read_look(value, Told({}), ("nodes", 0), host="github.com", at=AT)
        read_swept(value, Told({}), ("nodes", 0))
    except NONSENSE:
        return
    assert isinstance(look, HostLook)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), nonsense=JSON)
def test_alerts_and_runs_are_read_or_refused(data: st.DataObject, nonsense: Any) -> None:
    for kind, whole in (("dependency", DEPENDENCY), ("code", CODE), ("secret", HIDDEN)):
        place = data.draw(st.sampled_from(list(places(whole))))
        try:
            alert = read_alert(kind, with_nonsense(whole, place, nonsense))  # type: ignore[arg-type]  # a literal of the loop
        except NONSENSE:
            continue
        assert isinstance(alert, SecurityAlert)
    place = data.draw(st.sampled_from(list(places(RUN))))
    try:
        run = read_run("github.com", with_nonsense(RUN, place, nonsense))
    except NONSENSE:
        return
    assert isinstance(run, CiRun)


@given(JSON)
def test_shapes_hold_what_they_say(value: Any) -> None:
    found: object = value
    read, entries = mapping(found), listed(found)
    assert all(objects(found))
    assert read == (found if isinstance(found, dict) else {})
    assert entries == (found if isinstance(found, list) else None)


def test_a_time_says_where() -> None:
    assert time("2026-11-24T00:00:00Z") == AT
    for text in ("2026-11-24T00:00:00", "soon", None, 7):
        with pytest.raises(ValueError, match=r"."):
            time(text)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body", [[], "text", 7, {"data": []}, {"data": {"nodes": 3}}, {"errors": 3}]
)
async def test_an_answer_of_another_shape_is_no_crash(body: Any) -> None:
    host = Scripted(told(body)).host()
    try:
        looks = await host.look(["R_1"], priority=Priority.ASKED)
    except HostError:
        return
    assert set(looks.failed) == {"R_1"}
