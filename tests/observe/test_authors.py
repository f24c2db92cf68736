from datetime import UTC, datetime

import pytest
from tests.observe.workshop import Workshop, refs

from opsroom.clients.git.history import Commit
from opsroom.observe.authors import count_authors

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("people", "count"),
    [
        ([], 0),
        ([("Ann", "ann@work.example"), ("Bob", "bob@work.example")], 2),
        ([("Ann", "ann@work.example"), ("ANN", "ann@home.example")], 1),
        ([("Ann", "ann@work.example"), ("A. Smith", "Ann@Work.example")], 1),
        ([("Ann", "a@x"), ("Bob", "b@x"), ("Ann", "b@x")], 1),
        (
            [("Ann", "12+ann-s@users.noreply.github.com"), ("A", "ann-s@users.noreply.github.com")],
            1,
        ),
        ([("Ann", "12+ann-s@users.noreply.github.com"), ("ann-s", "a@x")], 1),
        ([("Ann", "12+ann@users.noreply.github.com"), ("Bob", "ann@example.org")], 2),
        ([("", "ann@x"), ("", "bob@x")], 2),
        ([("Ann", ""), ("Bob", "")], 2),
        ([("", "")], 0),
        ([("dependabot[bot]", "4+dependabot[bot]@users.noreply.github.com")], 0),
        ([("renovate[bot]", "bot@renovateapp.com"), ("Ann", "ann@x")], 1),
        ([("Renovate", "29+renovate[bot]@users.noreply.github.com"), ("Ann", "ann@x")], 1),
    ],
)
def test_one_person_with_several_names_or_addresses(
    people: list[tuple[str, str]], count: int
) -> None:
    commits = [Commit("", NOON, address.encode(), name.encode()) for name, address in people]
    assert count_authors(commits) == count
    assert count_authors(reversed(commits)) == count


def test_authors_of_a_repository(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.commit(folder, {"a": "1"}, author="ann@home.example")
    assert refs(folder).authors == 1
    other = {"GIT_AUTHOR_NAME": "Bob\rB\u00f6b", "GIT_AUTHOR_EMAIL": "bob@example.org"}
    workshop.run(folder, "commit", "-q", "--allow-empty", "-m", "x", env=other)
    assert refs(folder).authors == 2
