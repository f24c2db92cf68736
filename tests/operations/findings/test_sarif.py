"""SARIF of the fleet: what is open, what was suppressed and why, where it is."""

import pytest
from tests.operations.findings import sarif_schema
from tests.operations.rooms import Clock, Yard, look_over, opened
from tests.operations.scans.fleet import depend, fleet_of, has_advisories, hit, look, row

from opsroom.errors import UsageError
from opsroom.judge.findings.hits import place_of
from opsroom.model.severity import Severity
from opsroom.operations.findings import sarif
from opsroom.operations.findings.triage import suppress

pytestmark = pytest.mark.anyio


async def test_the_fleet_with_rules_of_scanners_and_what_was_decided(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        has_advisories(room)
        await depend(room)
        old = hit("password", "leaked-secret", path="a b.env", line=0, commit="a" * 40)
        for name in ("acme/api", "acme/web"):
            await look(room, hit(severity=Severity.HIGH), old, name=name, scanner="secrets")
        finding = next(each.finding for each in row(room).kept if each.finding.rule == "ruff/S307")
        await suppress(room, finding.id, "only in tests", "ada", Clock().now.replace(year=2027))
        document = await sarif.of_fleet(room, "")
        sarif_schema.assert_valid(document)
        (run,) = document["runs"]
        by_rule = {each["ruleId"]: each for each in run["results"]}
        (decided,) = (each for each in run["results"] if each["suppressions"])
        assert decided["partialFingerprints"] == {"opsroom/v1": finding.fingerprint}
        (suppression,) = decided["suppressions"]
        assert suppression["justification"] == "only in tests"
        assert suppression["properties"]["by"] == "ada"
        assert suppression["properties"]["until"].startswith("2027-01-31")
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
        assert rules["ruff/S307"]["properties"]["security-severity"] == "8.0"
        assert "Python" in rules["ruff/S307"]["shortDescription"]["text"]
        past = by_rule["leaked-secret"]
        assert past["properties"]["commit"] == "a" * 12
        place = past["locations"][0]["physicalLocation"]
        assert place == {"artifactLocation": {"uri": "a%20b.env", "uriBaseId": "acme/web"}}
        assert "uri" not in run["originalUriBaseIds"]["acme/web"], "there is no clone here"
        only = await sarif.of_fleet(room, "repo:acme/web")
        names = {each["properties"]["repository"] for each in only["runs"][0]["results"]}
        assert names == {"acme/web"}


async def test_what_was_not_looked_at_is_a_notice(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        (run,) = (await sarif.of_fleet(room, ""))["runs"]
        (notice,) = run["invocations"][0]["toolExecutionNotifications"]
        assert notice["level"] == "warning"
        assert "no scanner has looked yet" in notice["message"]["text"]


async def test_too_many_are_refused(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 1)
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit("a"), hit("b"))
        with pytest.raises(UsageError, match="narrow"):
            await sarif.of_fleet(room, "")


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("a.py:3", ("a.py", 3, "")),
        ("a.py:3@0123456789ab", ("a.py", 3, "0123456789ab")),
        ("a@b.py", ("a@b.py", 0, "")),
        ("c:d", ("c:d", 0, "")),
        ("", ("", 0, "")),
    ],
)
def test_a_location_in_its_parts(location: str, place: tuple[str, int, str]) -> None:
    assert place_of(location) == place
