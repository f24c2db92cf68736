"""Merging a pull request at the head that was approved, and no other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.branches import check_oid, head
from opsroom.clients.github.write.errors import Declined, WriteRefused
from opsroom.clients.github.write.mark import Mark
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.pulls import Pull, pull_at
from opsroom.clients.github.write.wire import Unreadable, Wire
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github

Method = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True, slots=True)
class Merge:
    """A base branch after a merge: its commit, or before it: its head then.

    `by` is who merged, empty where the host doesn't say or nobody did yet.
    """

    number: int
    url: str
    base: str
    oid: str
    by: str


async def merge_pull(
    writer: Writer,
    full_name: str,
    number: int,
    expected: str,
    method: Method,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Merge]:
    """Merge a pull request whose head is `expected`, ours or another's (an update bot's).

    The host checks the head in the same step, so nothing slips in between.

    Raises:
        WriteRefused: its head moved, it conflicts, the host's rules want something first, or a
            person closed it, or merged another head.
    """
    check_oid(expected)
    async with writer.turn(full_name, host_id) as place:
        pull = await pull_at(writer, place, number)
        if pull.oid != expected:
            raise _moved(pull, expected)
        if pull.state == "merged":
            return Written(_merge(pull), None, now=False)
        _check_mergeable(pull)
        onto = await head(writer, place, pull.base)
        before = Merge(number, pull.url, pull.base, onto.oid if onto else pull.base_oid, "")
        login = await writer.login()

        async def there() -> Merge | None:
            found = await pull_at(writer, place, number)
            if found.state == "merged" and found.oid != expected:
                raise _moved(found, expected)
            return _merge(found) if found.state == "merged" else None

        def call(github: "Github") -> Merge:
            from github.GithubObject import NotSet

            done = (
                github.get_repo(place.full_name)
                .get_pull(number)
                .merge(
                    commit_title=NotSet
                    if method == "rebase"
                    else f"{marks.title(pull.title)} (#{number})",
                    commit_message=NotSet if method == "rebase" else marks.paragraphs(mark),
                    merge_method=method,
                    sha=expected,
                )
            )
            answer = Wire(done.raw_data)
            if not answer.flag("merged"):
                raise Unreadable("the host doesn't say that it merged")
            return Merge(number, pull.url, pull.base, answer.text("sha"), login)

        try:
            merged, now = await writer.surely(f"merge of #{number}", there, call)
        except Declined as error:
            raise await _why(writer, place, number, expected, error) from None
        return Written(merged, before, now and merged.by in {login, ""})


def _moved(pull: Pull, expected: str) -> WriteRefused:
    by = f"; {pull.merged_by or 'someone'} merged it so" if pull.state == "merged" else ""
    return WriteRefused(
        "moved", f"the head of {pull.url} is {pull.oid[:7]}, not {expected[:7]}{by}", "plan again"
    )


def _merge(pull: Pull) -> Merge:
    return Merge(pull.number, pull.url, pull.base, pull.merged, pull.merged_by)


def _check_mergeable(pull: Pull) -> None:
    if pull.state == "closed":
        raise WriteRefused("closed", f"{pull.url} is closed")
    if pull.draft:
        raise WriteRefused("blocked", f"{pull.url} is a draft")
    if pull.mergeable is False and pull.state_of_merge == "dirty":
        raise WriteRefused("conflict", f"{pull.url} conflicts with {pull.base}")


async def _why(
    writer: Writer, place: Place, number: int, expected: str, error: Declined
) -> WriteRefused:
    """Tell what stands against a merge that the host declined."""
    pull = await pull_at(writer, place, number)
    if pull.oid != expected:
        return _moved(pull, expected)
    if pull.state == "closed":
        return WriteRefused("closed", f"{pull.url} was closed meanwhile")
    if pull.mergeable is False:
        return WriteRefused("conflict", f"{pull.url} conflicts with {pull.base}")
    if error.status == 409:
        return WriteRefused("moved", f"{pull.url} or {pull.base} moved meanwhile")
    return WriteRefused("blocked", f"the host doesn't merge {pull.url} yet: {error.message}")
