"""Comments on issues and pull requests, one a cause and plan on each."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.errors import refusing
from opsroom.clients.github.write.mark import Mark
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github


CLOSED_WITHIN = timedelta(hours=1)
"""Between our saying that we close something and its being closed. What is closed later, a person
opened again and closed."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours. `number` is the host's id of it."""

    number: int
    url: str
    body: str


async def comment(
    writer: Writer,
    full_name: str,
    number: int,
    text: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Comment]:
    """Say `text` (our own Markdown), with the mark, on an issue or a pull request.

    Found instead: a comment of ours there with the same key and plan.

    Raises:
        WriteRefused: there is no such issue, or it takes no comments.
    """
    async with writer.turn(full_name, host_id) as place:
        return await say(writer, place, number, text, mark)


async def say(writer: Writer, place: Place, number: int, text: str, mark: Mark) -> Written[Comment]:
    """The same, inside of another verb's turn."""
    login = await writer.login()
    path = f"{place.path}/issues/{number}/comments"
    wanted = marks.Found(mark.digest, mark.plan)

    async def there() -> Comment | None:
        async for entry in writer.pages(path):
            said = entry.maybe_text("body")
            if entry.maybe_text("user.login") == login and marks.found(said) == wanted:
                return _comment(entry)
        return None

    def call(github: "Github") -> Comment:
        issue = github.get_repo(place.full_name).get_issue(number)
        return _comment(Wire(issue.create_comment(marks.body(text, mark)).raw_data))

    with refusing(f"the host doesn't take the comment on #{number}"):
        made, now = await writer.surely(f"comment {mark.key!r} on #{number}", there, call)
    return Written(made, None, now)


async def say_why_closed(writer: Writer, place: Place, number: int, text: str, mark: Mark) -> None:
    """Say on an issue or a pull request of ours that we close it, and why.

    The write token may be a person's own, so that the host names the same account for what the
    person does. This comment is what tells our closing from a person's no.
    """
    await say(writer, place, number, text, replace(mark, key=_closing(number)))


async def closed_by_us(
    writer: Writer, place: Place, number: int, closed_at: datetime | None
) -> bool:
    """Whether we said that we close it, shortly before it was closed at `closed_at`."""
    login, key = await writer.login(), marks.key_digest(_closing(number))
    async for entry in writer.pages(f"{place.path}/issues/{number}/comments"):
        mark, said_at = marks.found(entry.maybe_text("body")), entry.maybe_time("created_at")
        ours = entry.maybe_text("user.login") == login and mark is not None and mark.key == key
        if ours and said_at and closed_at and said_at <= closed_at <= said_at + CLOSED_WITHIN:
            return True
    return False


def _closing(number: int) -> str:
    return f"close {number}"


def _comment(found: Wire) -> Comment:
    return Comment(found.number("id"), found.text("html_url"), found.maybe_text("body"))
