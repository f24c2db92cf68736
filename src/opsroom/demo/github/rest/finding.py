"""What several subjects look up: people by email, times, commits by name."""

from datetime import UTC, datetime
from typing import Any

from opsroom.demo.github.bodies.git import Find
from opsroom.demo.github.history import resolve
from opsroom.demo.github.refusals import Refusal, unprocessable
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World


def owner_of_email(world: World) -> Find:
    """Find the account that an email of a commit belongs to."""
    known = {each.email: each for each in world.accounts.values() if each.email}

    def find(email: str) -> Account | None:
        if email in known:
            return known[email]
        login = email.partition("@")[0].rpartition("+")[2]
        return world.account(login) if email.endswith("@users.noreply.home.arpa") else None

    return find


def instant(text: Any) -> datetime | None:
    """A time that a request names; None for none.

    Raises:
        Refusal: 422, it can't be read.
    """
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise unprocessable(f"not a time: {text}") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def needs_commits(repository: Hosted) -> None:
    """Refuse what an empty repository can't answer.

    Raises:
        Refusal: 409.
    """
    if not repository.refs:
        raise Refusal(409, "Git Repository is empty.")


def commit_named(repository: Hosted, name: str) -> str:
    """The commit that a branch, a tag or an id names.

    Raises:
        Refusal: 422, there is none.
    """
    needs_commits(repository)
    found = resolve(repository.objects, repository.refs, name)
    if found is None:
        raise unprocessable(f"No commit found for SHA: {name}")
    return found
