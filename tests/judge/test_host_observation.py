from datetime import UTC, datetime

from opsroom.judge.host_observation import host_observation
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings
from opsroom.model.repository import Repository
from opsroom.model.snapshot import Snapshot

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAMED = Repository(key="github.com/acme/api", name="acme/api", url="https://github.com/acme/api")
UNTOLD = Snapshot(repository=NAMED)
TOLD = Snapshot(repository=NAMED, settings=HostSettings(at=NOW, source="github.com"))
FAILED = Snapshot(
    repository=NAMED, settings=Unknown(at=NOW, source="github.com", reason="no \x1b permission")
)


def test_only_the_turn_is_told() -> None:
    (failed,) = host_observation(TOLD, FAILED)
    assert (failed.kind, failed.repository) == ("observation.failed", "acme/api")
    assert failed.data["url"] == "https://github.com/acme/api"
    assert "\x1b" not in f"{failed.summary}{failed.data}"
    (again,) = host_observation(FAILED, TOLD)
    assert again.kind == "observation.recovered"
    assert host_observation(FAILED, FAILED) == host_observation(TOLD, TOLD) == []


def test_a_host_that_was_not_asked_before_or_is_no_longer_has_not_failed() -> None:
    assert host_observation(UNTOLD, FAILED) == host_observation(FAILED, UNTOLD) == []
