"""Which open pull requests raise a package, by what they say of themselves."""

from datetime import UTC, datetime

import pytest

from opsroom.judge.findings.fixes import under_way
from opsroom.model.host import PullRequest

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def pull(title: str, head: str = "some-branch") -> PullRequest:
    return PullRequest(
        number=1, title=title, author=None, draft=False, head=head, created_at=NOW, updated_at=NOW
    )


@pytest.mark.parametrize(
    ("purl", "title", "head"),
    [
        ("pkg:npm/lodash", "Bump lodash from 4.17.20 to 4.17.21", "dependabot/npm_and_yarn/lodash"),
        ("pkg:npm/lodash", "chore(deps): update dependency lodash to v4.17.21", "renovate/lodash"),
        ("pkg:npm/%40babel/core", "build(deps): bump @babel/core from 7.1.0 to 7.2.0", "x"),
        ("pkg:golang/golang.org/x/net", "Update module golang.org/x/net to v0.23.0", "renovate/x"),
        ("pkg:pypi/jinja2", "Upgrade Jinja2 (security)", "fix"),
    ],
)
def test_a_pull_request_that_raises_it_is_found(purl: str, title: str, head: str) -> None:
    assert under_way(purl, [pull("Something else"), pull(title, head)]) is not None


@pytest.mark.parametrize(
    ("purl", "title"),
    [
        ("pkg:npm/lodash", "Bump lodash.merge from 4.6.1 to 4.6.2"),
        ("pkg:npm/lodash", "Bump @types/lodash from 4.14.1 to 4.14.2"),
        ("pkg:npm/lodash", "Remove lodash"),
        ("pkg:npm/core", "Bump @babel/core from 7.1.0 to 7.2.0"),
        ("pkg:pypi/a+b", "Bump aab from 1 to 2"),
        ("pkg:pypi/django", "Bump django-filter from 1 to 2"),
    ],
)
def test_one_that_raises_something_else_is_not(purl: str, title: str) -> None:
    assert under_way(purl, [pull(title)]) is None


def test_the_newest_of_several_is_told() -> None:
    old = pull("Bump lodash from 1 to 2")
    new = old.model_copy(update={"number": 2, "updated_at": NOW.replace(year=2027)})
    assert under_way("pkg:npm/lodash", [new, old]) == new
