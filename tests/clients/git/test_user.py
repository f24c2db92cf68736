import pytest
from tests.observe.workshop import Workshop

from opsroom.clients.git.user import user

SHORT_FORMS = """
[url "https://one.example/"]
    insteadOf = a:
    insteadOf = b:
[url "https://two.example/x.y/"]
    insteadOf = a:two/
    pushInsteadOf = b:
[url "https://three.example/"]
    insteadOf = a:
"""


@pytest.mark.parametrize(
    "url", ["a:api", "a:two/api", "b:api", "c:api", "xa:api", "a:", "https://one.example/a:"]
)
def test_urls_are_rewritten_as_git_does(workshop: Workshop, url: str) -> None:
    (workshop.home / ".gitconfig").write_text(SHORT_FORMS)
    said = workshop.run(workshop.root, "ls-remote", "--get-url", url).strip()
    assert user().rewritten(url) == said


def test_urls_stay_where_the_user_says_nothing(workshop: Workshop) -> None:
    assert user().rewritten("gh:acme/api") == "gh:acme/api"
    assert user().hides_untracked is None
