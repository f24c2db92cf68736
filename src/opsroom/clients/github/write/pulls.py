"""Pull requests of ours, one a cause: made, found again, rewritten, closed.

One that a person closed unmerged is a no to its key: it is remembered, and not asked again.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.branches import check_name, head, own_commits
from opsroom.clients.github.write.comments import say_why_closed
from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.issues import (
    check_not_refused,
    issue_at,
    ours,
    refuse,
    set_state,
)
from opsroom.clients.github.write.mark import Mark
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire, entries
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it is. `merged` says at which commit and `merged_by` by whom.

    `mergeable` is None while the host works it out; `state_of_merge` is the host's word for why.
    """

    number: int
    url: str
    title: str
    body: str
    state: Literal["open", "closed", "merged"]
    draft: bool
    author: str
    branch: str
    oid: str
    base: str
    base_oid: str
    merged: str
    merged_by: str
    key: str
    plan: str
    mergeable: bool | None = field(compare=False)
    state_of_merge: str = field(compare=False)


async def open_pull(
    writer: Writer,
    full_name: str,
    branch: str,
    title: str,
    text: str,
    mark: Mark,
    *,
    draft: bool = False,
    host_id: str | None = None,
) -> Written[Pull]:
    """Propose a branch of ours for the default branch, with `text` (our own Markdown) and the mark.

    Found instead: an open one with the same key, or one of the same plan that is already merged.

    Raises:
        WriteRefused: a person works on the branch, proposed it already, or closed one with this
            key before.
    """
    async with writer.turn(full_name, host_id) as place:
        check_name(branch, place)
        if (found := await find_pull(writer, place, branch, mark)) is not None:
            return Written(found, None, now=False)
        await check_not_refused(writer, place, mark)
        for issue in await ours(writer, place, mark.digest):
            if issue.pull and issue.state == "closed" and not issue.merged:
                await refuse(writer, place, mark, issue)
        existing = await head(writer, place, branch)
        if existing is None:
            raise WriteRefused("gone", f"{place.full_name} has no branch {branch}")
        await own_commits(writer, place, existing)

        def call(github: "Github") -> Pull:
            made = github.get_repo(place.full_name).create_pull(
                place.default_branch,
                branch,
                title=marks.title(title),
                body=marks.body(text, mark),
                maintainer_can_modify=True,
                draft=draft,
            )
            return _pull(Wire(made.raw_data))

        with refusing("the host doesn't take the pull request"):
            pull, now = await writer.surely(
                f"pull request {mark.key!r}",
                lambda: find_pull(writer, place, branch, mark),
                call,
                looked=True,
            )
        return Written(pull, None, now)


async def update_pull(
    writer: Writer,
    full_name: str,
    number: int,
    title: str,
    text: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Pull]:
    """Write title and body of an open pull request of ours anew.

    Raises:
        WriteRefused: it isn't ours, not about this key, or closed or merged meanwhile.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await pull_at(writer, place, number)
        await check_ours(writer, place, before)
        if before.key != mark.digest:
            raise WriteRefused("invalid", f"{place.full_name}#{number} is about something else")
        await _check_open(writer, place, before)
        wanted = (marks.title(title), marks.body(text, mark))

        async def there() -> Pull | None:
            pull = await pull_at(writer, place, number)
            return pull if (pull.title, pull.body.replace("\r\n", "\n")) == wanted else None

        def call(github: "Github") -> None:
            pull = github.get_repo(place.full_name).get_pull(number)
            pull.edit(title=wanted[0], body=wanted[1])

        with refusing(f"the host doesn't change #{number}"):
            pull, now = await writer.surely_edited(
                f"body of #{number}", there, call, lambda: pull_at(writer, place, number)
            )
        return Written(pull, before, now)


async def close_pull(
    writer: Writer,
    full_name: str,
    number: int,
    text: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Pull]:
    """Close a pull request of ours unmerged, after saying why in a comment; this is not a no.

    Raises:
        WriteRefused: it isn't ours, or was merged meanwhile.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await pull_at(writer, place, number)
        await check_ours(writer, place, before)
        if before.state == "merged":
            raise WriteRefused("merged", f"{before.merged_by or 'someone'} merged {before.url}")
        issue = await issue_at(writer, place, number)
        if issue.state == "open":
            await say_why_closed(writer, place, number, text, mark)
        done = await set_state(writer, place, issue, "closed", "")
        return Written(await pull_at(writer, place, number), before, done.now)


async def pull_at(writer: Writer, place: Place, number: int) -> Pull:
    """One pull request with all that the host tells of it.

    Raises:
        WriteRefused: there is none.
    """
    return _pull(await writer.existing(place, f"pulls/{number}", f"pull request {number}"))


async def check_ours(writer: Writer, place: Place, pull: Pull) -> None:
    """Refuse a pull request that we didn't open.

    Raises:
        WriteRefused: someone else did.
    """
    if not pull.key or pull.author != await writer.login():
        raise WriteRefused(
            "theirs", f"{place.full_name}#{pull.number} is not a pull request of ours"
        )


async def _check_open(writer: Writer, place: Place, pull: Pull) -> None:
    if pull.state == "merged":
        raise WriteRefused("merged", f"{pull.merged_by or 'someone'} merged {pull.url}")
    if pull.state == "closed":
        closed_by = (await issue_at(writer, place, pull.number)).closed_by
        raise WriteRefused("closed", f"{closed_by or 'someone'} closed {pull.url}")


async def find_pull(writer: Writer, place: Place, branch: str, mark: Mark) -> Pull | None:
    """The pull request that proposes this already, by its mark; None when there is none.

    Raises:
        WriteRefused: the branch is proposed already, by a person or for something else.
    """
    for issue in await ours(writer, place, mark.digest):
        if issue.pull and (issue.state == "open" or (issue.merged and issue.plan == mark.plan)):
            return await pull_at(writer, place, issue.number)
    found = await writer.read(
        f"{place.path}/pulls", {"state": "open", "head": f"{place.owner}:{branch}"}
    )
    for entry in entries(found):
        pull = _pull(Wire(entry))
        if pull.branch == branch:
            await check_ours(writer, place, pull)
            raise WriteRefused("busy", f"{pull.url} proposes {branch} already, for something else")
    return None


def _pull(found: Wire) -> Pull:
    mark = marks.found(found.maybe_text("body"))
    merged = found.has("merged_at")
    return Pull(
        number=found.number("number"),
        url=found.text("html_url"),
        title=found.text("title"),
        body=found.maybe_text("body"),
        state="merged" if merged else "closed" if found.text("state") == "closed" else "open",
        draft=found.flag("draft"),
        author=found.maybe_text("user.login"),
        branch=found.text("head.ref"),
        oid=found.text("head.sha"),
        base=found.text("base.ref"),
        base_oid=found.text("base.sha"),
        merged=found.maybe_text("merge_commit_sha") if merged else "",
        merged_by=found.maybe_text("merged_by.login"),
        mergeable=found.maybe_flag("mergeable"),
        state_of_merge=found.maybe_text("mergeable_state"),
        key=mark.key if mark else "",
        plan=mark.plan if mark else "",
    )
