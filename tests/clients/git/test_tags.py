from datetime import datetime

from tests.observe.workshop import Workshop, checkout

from opsroom.clients.git.tags import newest_tags

BEGIN = 1_700_000_000


def test_the_newest_are_read_and_come_newest_first(workshop: Workshop) -> None:
    folder = workshop.repository("api")
    commit, tree = workshop.head(folder), workshop.run(folder, "rev-parse", "HEAD^{tree}").strip()
    for number in range(6):
        date = {"GIT_COMMITTER_DATE": f"{BEGIN + number} +0000"}
        made = workshop.run(folder, "commit-tree", "-p", commit, "-m", "x", tree, env=date)
        workshop.run(folder, "tag", f"v{number}", made.strip())
    found = newest_tags(checkout(folder).place, 4)
    assert [tag.name for tag in found] == [b"v5", b"v4", b"v3", b"v2"]
    assert found[0].at == datetime.fromtimestamp(BEGIN + 5, found[0].at.tzinfo)
