"""Issues of ours, one a cause: made, found again by their mark, closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.comments import closed_by_us, say_why_closed
from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.mark import Mark
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written
from opsroom.model.rejection import Rejection

if TYPE_CHECKING:
    from github import Github

State = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it is. `plan` and `key` are those of its mark, empty where it has none of ours.

    `closed_by` is a login, or empty; `pull`: it is the issue side of a pull request, `merged` or
    not.
    """

    number: int
    url: str
    title: str
    state: State
    reason: str
    author: str
    closed_by: str
    closed_at: datetime | None
    key: str
    plan: str
    pull: bool
    merged: bool


async def create_issue(
    writer: Writer,
    full_name: str,
    title: str,
    text: str,
    mark: Mark,
    *,
    labels: tuple[str, ...] = (),
    host_id: str | None = None,
) -> Written[Issue]:
    """Open an issue with `text` (our own Markdown) and the mark.

    Found instead: an open issue of ours with the same key, or one in any state of the same plan.

    Raises:
        WriteRefused: a person closed one with this key as not planned.
    """
    async with writer.turn(full_name, host_id) as place:

        async def there() -> Issue | None:
            for issue in await ours(writer, place, mark.digest):
                if not issue.pull and (issue.state == "open" or issue.plan == mark.plan):
                    return issue
            return None

        if (found := await there()) is not None:
            return Written(found, None, now=False)
        await check_not_refused(writer, place, mark)
        for issue in await ours(writer, place, mark.digest):
            if not issue.pull and issue.reason == "not_planned":
                await refuse(writer, place, mark, issue)

        def call(github: "Github") -> Issue:
            made = github.get_repo(place.full_name).create_issue(
                marks.title(title), marks.body(text, mark), labels=list(labels)
            )
            return _issue(Wire(made.raw_data))

        with refusing("the host doesn't take the issue"):
            issue, now = await writer.surely(f"issue {mark.key!r}", there, call, looked=True)
        return Written(issue, None, now)


async def close_issue(
    writer: Writer,
    full_name: str,
    number: int,
    reason: Literal["completed", "not_planned"],
    text: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Issue]:
    """Close an issue of ours, after saying why in a comment: `text` is our own Markdown.

    Raises:
        WriteRefused: it isn't ours, or is a pull request.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _own(writer, place, number)
        if before.state == "open":
            await say_why_closed(writer, place, number, text, mark)
        return await set_state(writer, place, before, "closed", reason)


async def reopen_issue(
    writer: Writer,
    full_name: str,
    number: int,
    *,
    host_id: str | None = None,
) -> Written[Issue]:
    """Open again what we closed: the undo of `close_issue`.

    Raises:
        WriteRefused: it isn't ours, or a person closed it.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _own(writer, place, number)
        if before.state == "closed" and not await closed_by_us(
            writer, place, number, before.closed_at
        ):
            who = before.closed_by or "someone"
            raise WriteRefused("closed", f"{who} closed {place.full_name}#{number}")
        return await set_state(writer, place, before, "open", "")


async def set_state(
    writer: Writer, place: Place, before: Issue, state: State, reason: str
) -> Written[Issue]:
    """Close or open an issue, which a pull request is too."""

    async def there() -> Issue | None:
        issue = await issue_at(writer, place, before.number)
        return issue if issue.state == state else None

    def call(github: "Github") -> None:
        from github.GithubObject import NotSet

        github.get_repo(place.full_name).get_issue(before.number).edit(
            state=state, state_reason=reason or NotSet
        )

    async def done() -> Issue:
        return await issue_at(writer, place, before.number)

    with refusing(f"the host doesn't make #{before.number} {state}"):
        found, now = await writer.surely_edited(f"#{before.number} {state}", there, call, done)
    return Written(found, before, now)


async def ours(writer: Writer, place: Place, key: str) -> list[Issue]:
    """Issues and pull requests of ours with this key (`Mark.digest`), newest first.

    What someone else wrote is not looked at, whatever mark it holds.
    """
    login = await writer.login()
    entries = writer.pages(f"{place.path}/issues", {"state": "all", "creator": login})
    issues = [_issue(entry) async for entry in entries]
    found = [issue for issue in issues if issue.author == login and issue.key == key]
    return sorted(found, key=lambda issue: -issue.number)


async def issue_at(writer: Writer, place: Place, number: int) -> Issue:
    """One issue with all that the host tells of it.

    Raises:
        WriteRefused: there is none.
    """
    return _issue(await writer.existing(place, f"issues/{number}", f"issue {number}"))


async def _own(writer: Writer, place: Place, number: int) -> Issue:
    issue = await issue_at(writer, place, number)
    if issue.pull or not issue.key or issue.author != await writer.login():
        raise WriteRefused("theirs", f"{place.full_name}#{number} is not an issue of ours")
    return issue


async def check_not_refused(writer: Writer, place: Place, mark: Mark) -> None:
    """Refuse what a person said no to before.

    Raises:
        WriteRefused: it is remembered.
    """
    no = await writer.rejections.rejection(writer.host, place.id, mark.digest)
    if no is not None:
        raise _refused(no)


async def refuse(writer: Writer, place: Place, mark: Mark, closed: Issue) -> None:
    """Remember that a person closed this, and obey, unless we closed it or it was taken back.

    Raises:
        WriteRefused: it is a no, and stands.
    """
    if await closed_by_us(writer, place, closed.number, closed.closed_at):
        return
    whole = await issue_at(writer, place, closed.number)
    no = Rejection(
        host=writer.host,
        repository=place.id,
        key=mark.digest,
        number=whole.number,
        url=whole.url,
        by=whole.closed_by,
        at=whole.closed_at or writer.clock.now(),
    )
    if await writer.rejections.remember(no):
        raise _refused(no)


def _refused(no: Rejection) -> WriteRefused:
    return WriteRefused(
        "closed",
        f"{no.by or 'someone'} closed {no.url}, which proposed the same",
        "reopen it, or tell Opsroom that the no is taken back",
    )


def _issue(found: Wire) -> Issue:
    mark = marks.found(found.maybe_text("body"))
    pull = found.has("pull_request")
    return Issue(
        number=found.number("number"),
        url=found.text("html_url"),
        title=found.text("title"),
        state="closed" if found.text("state") == "closed" else "open",
        reason=found.maybe_text("state_reason"),
        author=found.maybe_text("user.login"),
        closed_by=found.maybe_text("closed_by.login"),
        closed_at=found.maybe_time("closed_at"),
        key=mark.key if mark else "",
        plan=mark.plan if mark else "",
        pull=pull,
        merged=pull and found.has("pull_request.merged_at"),
    )
