from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opsroom.clients.host import HostLook, HostLooks, Sweep, Swept
from opsroom.model.facts import Unknown
from opsroom.model.host import Remote
from opsroom.model.snapshot import Files
from opsroom.observe.sources.hosts import busy, moved, moved_at, sightings, wanted

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
REMOTE = Remote(
    at=NOW,
    source="github.com",
    host="github.com",
    id="R_1",
    full_name="acme/api",
    url="https://github.com/acme/api",
)
NOTHING = Unknown(at=NOW, source="github.com", reason="no permission")
SWEPT = Swept(
    id="R_1",
    full_name="acme/api",
    head="a" * 40,
    branch="main",
    head_at=NOW,
    ci="passing",
    pushed_at=NOW,
    updated_at=NOW,
    archived=False,
    fork=False,
    visibility="public",
)


class Only:
    def __init__(self, *names: str) -> None:
        self.names = names

    def has(self, full_name: str) -> bool:
        return full_name in self.names


def look(**more: object) -> HostLook:
    fields = {"remote": REMOTE, "settings": NOTHING, "ci": NOTHING, "paths": ()}
    return HostLook(**{**fields, **more})  # type: ignore[arg-type]  # any of the fields


def test_listed_folders_are_read_like_the_files_of_a_clone() -> None:
    paths = ("README.md", "src/", ".github/", ".github/workflows/", ".github/workflows/ci.yml")
    (found,) = sightings(HostLooks(looks={"R_1": look(paths=paths)}), Only("acme/api"))
    assert isinstance(found.listed, Files)
    assert found.listed.readme == "README.md"
    assert found.listed.ci == (".github/workflows/ci.yml",)
    assert found.listed.license is None
    assert found.listed.unlisted == ("src/",)
    assert (found.id, found.full_name) == ("R_1", "acme/api")


def test_what_could_not_be_listed_is_unknown_not_empty() -> None:
    (found,) = sightings(HostLooks(looks={"R_1": look(paths=NOTHING)}), Only("acme/api"))
    assert found.listed == NOTHING


def test_a_repository_outside_the_filter_is_not_of_the_source() -> None:
    looks = HostLooks(looks={"R_1": look()})
    assert sightings(looks, Only("acme/web")) == []
    # Nobody knows what it is called now: it stays where it was.
    (found,) = sightings(HostLooks(looks={"R_1": look(remote=NOTHING)}), Only("acme/web"))
    assert found.full_name is None
    other = replace(SWEPT, id="R_2", full_name="acme/web")
    sweep = wanted(Sweep(NOW, (SWEPT, other), whole=True), Only("acme/web"))
    assert [each.id for each in sweep.repositories] == ["R_2"]
    assert sweep.whole


def test_what_a_sweep_shows_otherwise_has_moved() -> None:
    later = NOW + timedelta(minutes=1)
    pushed = replace(SWEPT, head="b" * 40, pushed_at=later)
    failed = replace(SWEPT, id="R_2", ci="failing")
    same = replace(SWEPT, id="R_3")
    before = {"R_1": SWEPT, "R_2": replace(failed, ci="running"), "R_3": same}
    new = replace(SWEPT, id="R_4", ci="running")
    sweep = Sweep(later, (pushed, failed, same, new), whole=False)
    assert moved(before, sweep) == ["R_1", "R_2", "R_4"]
    assert [each.id for each in busy(sweep.repositories)] == ["R_4"]
    assert moved_at(before["R_1"], pushed) == later
    assert moved_at(before["R_2"], failed) is None
    assert moved_at(None, new) is None
    assert moved_at(SWEPT, replace(SWEPT, updated_at=later)) == later
