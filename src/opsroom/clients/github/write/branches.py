"""Branches of ours: made, checked that no person works on them, and deleted at an expected head."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.mark import CHANGE_TRAILER, PLAN_TRAILER, trailers
from opsroom.clients.github.write.place import Place, quoted
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written
from opsroom.clients.host import HostError

if TYPE_CHECKING:
    from github import Github

OURS = "opsroom/"
"""What the names of our branches begin with."""

NAME = re.compile(r"opsroom/[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
HOST_ITSELF = "web-flow"
"""The committer of commits that the host makes for a user."""


@dataclass(frozen=True, slots=True)
class RemoteBranch:
    """A branch and its head."""

    name: str
    oid: str
    url: str


@dataclass(frozen=True, slots=True)
class Own:
    """A commit of ours on a branch of ours, newest first. `change` says what it holds."""

    oid: str
    plan: str
    change: str


async def create_branch(
    writer: Writer,
    full_name: str,
    name: str,
    oid: str,
    *,
    host_id: str | None = None,
) -> Written[RemoteBranch]:
    """Make the branch `name` at the commit `oid`.

    A branch of ours with that name is found, with whatever we have already committed to it.

    Raises:
        WriteRefused: the name isn't ours to give, or a person works on that branch.
    """
    check_oid(oid)
    async with writer.turn(full_name, host_id) as place:
        check_name(name, place)
        existing = await head(writer, place, name)
        if existing is not None and existing.oid != oid:
            await own_commits(writer, place, existing)
            return Written(existing, None, now=False)

        def call(github: "Github") -> RemoteBranch:
            made = github.get_repo(place.full_name).create_git_ref(f"refs/heads/{name}", oid)
            return RemoteBranch(name, Wire(made.raw_data).text("object.sha"), _url(place, name))

        with refusing(f"the host doesn't make the branch {name}"):
            branch, now = await writer.surely(
                f"branch {name}", lambda: head(writer, place, name), call
            )
        return Written(branch, None, now)


async def delete_branch(
    writer: Writer,
    full_name: str,
    name: str,
    expected: str,
    *,
    host_id: str | None = None,
) -> Written[RemoteBranch | None]:
    """Delete a branch of ours whose head is `expected`. To undo, make it again at that commit.

    Raises:
        WriteRefused: its head moved, a person works on it, or a pull request is open for it.
    """
    check_oid(expected)
    async with writer.turn(full_name, host_id) as place:
        check_name(name, place)
        existing = await head(writer, place, name)
        if existing is None:
            return Written(None, None, now=False)
        check_head(existing, expected)
        await own_commits(writer, place, existing)
        pulls = await writer.read(
            f"{place.path}/pulls", {"state": "open", "head": f"{place.owner}:{name}"}
        )
        if pulls:
            raise WriteRefused(
                "busy", f"a pull request is open for {name}", "close or merge it first"
            )

        async def gone() -> RemoteBranch | None:
            left = await head(writer, place, name)
            return existing if left is None else None

        def call(github: "Github") -> RemoteBranch:
            request(github, "DELETE", f"{place.path}/git/refs/heads/{branch_path(name)}")
            return existing

        with refusing(f"the host doesn't delete {name}"):
            _, now = await writer.surely(f"no branch {name}", gone, call, content=False)
        return Written(None, existing, now)


async def head(writer: Writer, place: Place, name: str) -> RemoteBranch | None:
    """A branch as it is now; None when there is none."""
    found = await writer.read(f"{place.path}/git/ref/heads/{branch_path(name)}")
    if found is None:
        return None
    return RemoteBranch(name, Wire(found).text("object.sha"), _url(place, name))


async def own_commits(writer: Writer, place: Place, branch: RemoteBranch) -> list[Own]:
    """What we committed to a branch since it left the default branch, newest first.

    Raises:
        WriteRefused: a person committed there, so it is theirs.
    """
    login = await writer.login()
    path = f"{place.path}/compare/{quoted(place.default_branch)}...{branch.oid}"
    compared = await writer.read(path, {"per_page": 100})
    if compared is None:
        raise HostError(f"the host doesn't compare {branch.name} with {place.default_branch}")
    found = Wire(compared)
    commits = found.parts("commits")
    if found.number("total_commits") > len(commits):
        raise WriteRefused("theirs", f"{branch.name} has more commits than we ever push")
    own: list[Own] = []
    for commit in reversed(commits):
        said = trailers(commit.maybe_text("commit.message"))
        author, committer = commit.maybe_text("author.login"), commit.maybe_text("committer.login")
        if PLAN_TRAILER not in said or author != login or committer not in {login, HOST_ITSELF}:
            who = next((name for name in (committer, author) if name not in {"", login}), "someone")
            raise WriteRefused(
                "theirs",
                f"{who} pushed {commit.text('sha')[:7]} to {branch.name}",
                "it is theirs now: plan again on a branch of another name",
            )
        own.append(Own(commit.text("sha"), said[PLAN_TRAILER], said.get(CHANGE_TRAILER, "")))
    return own


async def check_unprotected(writer: Writer, place: Place, branch: RemoteBranch) -> None:
    """Refuse a branch that the host protects: it is not for direct commits.

    Raises:
        WriteRefused: it is protected.
    """
    found = await writer.read(f"{place.path}/branches/{branch_path(branch.name)}")
    if found is not None and Wire(found).flag("protected"):
        raise WriteRefused("protected", f"{branch.name} is protected")


def check_name(name: str, place: Place) -> None:
    """Refuse a branch that isn't ours by its name.

    Raises:
        WriteRefused: it is the default branch, or not under `opsroom/`, or no good name.
    """
    if name == place.default_branch:
        raise WriteRefused("default-branch", f"{name} is the default branch of {place.full_name}")
    if not NAME.fullmatch(name) or ".." in name or name.endswith((".lock", ".", "/")):
        raise WriteRefused(
            "invalid",
            f"{name!r} is not the name of a branch of ours",
            f"names begin with {OURS} and hold small letters, digits, dots and hyphens",
        )


def check_head(branch: RemoteBranch, expected: str) -> None:
    """Refuse a branch that is no longer where the plan saw it.

    Raises:
        WriteRefused: its head moved.
    """
    if branch.oid != expected:
        raise WriteRefused(
            "moved", f"{branch.name} is at {branch.oid[:7]}, not at {expected[:7]}", "plan again"
        )


def check_oid(oid: str) -> None:
    """Refuse what is not the full id of a commit.

    Raises:
        WriteRefused: it isn't.
    """
    if not OID.fullmatch(oid):
        raise WriteRefused("invalid", f"{oid!r} is not the full id of a commit")


def branch_path(name: str) -> str:
    """A branch in a path: its slashes stay."""
    return "/".join(quoted(part) for part in name.split("/"))


def _url(place: Place, name: str) -> str:
    return f"{place.url}/tree/{branch_path(name)}"
