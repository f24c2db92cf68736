from dataclasses import replace

import pytest
from tests.operations.hosts.tellers import ACME, Teller, Told, told
from tests.operations.rooms import Yard, events, kinds, last

from opsroom.clients.host import AlertList
from opsroom.model.host import Security, SecurityAlert, Untold
from opsroom.model.severity import Severity
from opsroom.operations.hosts.alerts import record_alerts

pytestmark = pytest.mark.anyio

KINDS = ("dependency", "code", "secret")


def alert(here: Told, number: int) -> SecurityAlert:
    return SecurityAlert(
        kind="dependency",
        number=number,
        severity=Severity.HIGH,
        summary="lodash is vulnerable",
        created_at=here.clock.now,
        package="pkg:npm/lodash",
    )


def lists(here: Told) -> list[AlertList]:
    """Nothing, of every repository, in each kind."""
    dependency, code, secret = (AlertList(kind=kind, at=here.clock.now) for kind in KINDS)  # type: ignore[arg-type]  # one of the literals
    return [dependency, code, secret]


def security(here: Told, name: str) -> Security:
    found = here.row(name).snapshot.security
    assert isinstance(found, Security)
    return found


async def test_a_list_of_an_owner_is_taken_apart(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/Api"), Teller("acme/web"))
        dependency, code, secret = lists(here)
        one, two = alert(here, 1), alert(here, 2)
        named = replace(dependency, alerts={"Acme/API": (one, two)})
        before = await last(here.room)
        await record_alerts(here.room, ACME, [named, code, secret])
        assert security(here, "acme/api").dependency == (one, two)
        assert security(here, "acme/web").dependency == ()
        assert security(here, "acme/web").secret == ()
        assert await kinds(here.room, before) == [], "the first list is no news"
        here.clock.forward(minutes=1)
        fewer = replace(lists(here)[0], alerts={"acme/api": (one,)})
        await record_alerts(here.room, ACME, [fewer])
        changed, fixed = await events(here.room, before)
        assert changed.data["changes"] == ["1 open dependency alert, 2 before"]
        assert (fixed.kind, fixed.data["scanner"]) == ("finding.fixed", "host")
        assert security(here, "acme/api").code == (), "no list was of it: it stays"


async def test_a_list_that_could_not_be_had_is_unknown_never_zero(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/api"), Teller("acme/web"))
        dependency, code, secret = lists(here)
        refused = replace(code, reason="no permission")
        partly = replace(secret, untold={"acme/web": "switched off"})
        await record_alerts(here.room, ACME, [dependency, refused, partly])
        api, web = security(here, "acme/api"), security(here, "acme/web")
        assert (api.dependency, api.code, api.secret) == ((), None, ())
        assert api.untold == (Untold(fact="code", reason="no permission"),)
        assert (web.code, web.secret) == (None, None)
        assert len(web.untold) == 2
        here.clock.forward(minutes=1)
        await record_alerts(here.room, ACME, lists(here))
        assert security(here, "acme/web").untold == ()
        assert security(here, "acme/web").secret == ()


async def test_a_list_speaks_only_of_what_it_covers(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/api"), Teller("acme/web"))
        some = [replace(each, covered=frozenset({"acme/API"})) for each in lists(here)]
        await record_alerts(here.room, ACME, some)
        assert security(here, "acme/api").dependency == ()
        assert here.row("acme/web").snapshot.security is None


async def test_an_older_list_changes_nothing(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/api"))
        old = lists(here)
        here.clock.forward(minutes=1)
        new = replace(lists(here)[0], alerts={"acme/api": (alert(here, 1),)})
        await record_alerts(here.room, ACME, [new])
        await record_alerts(here.room, ACME, old)
        found = security(here, "acme/api").dependency
        assert found is not None
        assert len(found) == 1


async def test_a_kind_whose_list_failed_is_not_vouched_for_by_the_others(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/api"))
        await record_alerts(here.room, ACME, lists(here)[:2])
        api = security(here, "acme/api")
        assert api.secret is None
        assert [each.fact for each in api.untold] == ["secret"]
        here.clock.forward(minutes=1)
        await record_alerts(here.room, ACME, lists(here))
        known = security(here, "acme/api")
        assert (known.secret, known.untold) == ((), ())
        here.clock.forward(minutes=1)
        await record_alerts(here.room, ACME, lists(here)[:2])
        assert security(here, "acme/api").at == known.at, (
            "the oldest of the three is as old as ever"
        )


async def test_one_alert_of_many_repositories_is_written_once(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/api"), Teller("acme/web"), Teller("acme/lib"))
        await record_alerts(here.room, ACME, lists(here))
        then = here.clock.now
        here.clock.forward(minutes=1)
        dependency, code, secret = lists(here)
        named = replace(dependency, alerts={"acme/api": (alert(here, 1),)})
        await record_alerts(here.room, ACME, [named, code, secret], moved_only=True)
        assert security(here, "acme/api").dependency == (alert(here, 1),)
        assert security(here, "acme/web").at == security(here, "acme/lib").at == then
        await record_alerts(here.room, ACME, [named, code, secret])
        assert security(here, "acme/web").at == here.clock.now
