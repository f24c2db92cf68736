"""The archives of the demo hold what its host knows, and no more."""

from datetime import UTC, datetime
from pathlib import Path

from opsroom.clients.advisories.offline import archives, contents, exploit_files, read_exploits
from opsroom.demo.advisories import FLAWS
from opsroom.demo.archives import EXPLOITED, FOLDER, write_archives
from opsroom.model.advisory import Advisory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def known(root: Path) -> dict[str, Advisory]:
    found: dict[str, Advisory] = {}
    for archive in archives(root / FOLDER):
        with contents(archive, {}) as told:
            for record in told.records:
                assert record.advisory
                assert not record.reason
                found[record.id] = record.advisory
    return found


def test_what_is_known_and_what_becomes_known(tmp_path: Path) -> None:
    write_archives(tmp_path, (), NOW)
    old = {flaw.ghsa: flaw for flaw in FLAWS if not flaw.latent}
    before = known(tmp_path)
    assert before.keys() == old.keys()
    for name, advisory in before.items():
        assert advisory.severity == old[name].severity
        assert advisory.affected[0].intervals[0].fixed == old[name].fixed
        assert advisory.names == {name, old[name].cve}
    (latent, *_) = [flaw for flaw in FLAWS if flaw.latent]
    write_archives(tmp_path, {latent.ghsa}, NOW)
    after = known(tmp_path)
    assert after.keys() - before.keys() == {latent.ghsa}
    assert after[latent.ghsa].published == NOW


def test_what_is_exploited_lies_beside_the_archives(tmp_path: Path) -> None:
    write_archives(tmp_path, (), NOW)
    path, _ = exploit_files(tmp_path / FOLDER)["kev"]
    told = read_exploits("kev", path, ())
    assert {cve: str(each.exploited) for cve, each in told.items()} == EXPLOITED
    assert EXPLOITED.keys() <= {flaw.cve for flaw in FLAWS}
