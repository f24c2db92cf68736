"""Protection of a branch, changed in one place and kept in every other.

The host takes protection only whole: what isn't sent is reset. So it is read, changed and sent
back, in the form in which it is sent (`Protection.settings`), and read again to see what it kept.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.clients.github.write.branches import branch_path
from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire, entries, mapping
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github

Settings = Mapping[str, object]
"""The body of a request that sets protection."""

SWITCHES = (
    "required_linear_history",
    "allow_force_pushes",
    "allow_deletions",
    "block_creations",
    "required_conversation_resolution",
    "lock_branch",
    "allow_fork_syncing",
)
REVIEW_SWITCHES = (
    "dismiss_stale_reviews",
    "require_code_owner_reviews",
    "require_last_push_approval",
)
ANY_APP = -1
"""Any app may report the check; left out, the host would choose one."""


@dataclass(frozen=True, slots=True)
class Protection:
    """The protection of a branch as it would be sent; None: the branch has none."""

    branch: str
    settings: Settings | None
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be otherwise. None leaves a setting as it is; `add_checks` stand beside others.

    `reviews` is how many approvals a pull request needs at least.
    """

    add_checks: frozenset[str] = frozenset()
    strict: bool | None = None
    reviews: int | None = None
    dismiss_stale_reviews: bool | None = None
    require_code_owner_reviews: bool | None = None
    enforce_admins: bool | None = None
    required_linear_history: bool | None = None
    required_conversation_resolution: bool | None = None
    allow_force_pushes: bool | None = None
    allow_deletions: bool | None = None


async def protect(
    writer: Writer,
    full_name: str,
    branch: str,
    change: Change,
    *,
    host_id: str | None = None,
) -> Written[Protection]:
    """Change the protection of a branch, or begin it.

    Raises:
        WriteRefused: there is no such branch, the host doesn't take it, or kept something else.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _protection(writer, place, branch)
        wanted = changed(before.settings, change)
        return await _set(writer, place, before, wanted)


async def restore_protection(
    writer: Writer,
    full_name: str,
    protection: Protection,
    *,
    host_id: str | None = None,
) -> Written[Protection]:
    """Set the whole protection of a branch as it was: the undo of `protect`.

    Raises:
        WriteRefused: there is no such branch, the host doesn't take it, or kept something else.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _protection(writer, place, protection.branch)
        return await _set(writer, place, before, protection.settings)


def changed(settings: Settings | None, change: Change) -> Settings:
    """Settings to send, with `change` in them and everything else as it was."""
    wanted: dict[str, object] = deepcopy(dict(settings or settings_of(Wire({}))))
    if change.add_checks or change.strict is not None:
        checks = Wire(wanted.get("required_status_checks") or {})
        known = {check.text("context") for check in checks.parts("checks")}
        wanted["required_status_checks"] = {
            "strict": checks.flag("strict") if change.strict is None else change.strict,
            "checks": [
                *(check.raw for check in checks.parts("checks")),
                *(
                    {"context": name, "app_id": ANY_APP}
                    for name in sorted(change.add_checks - known)
                ),
            ],
        }
    asked = {
        "required_approving_review_count": change.reviews,
        "dismiss_stale_reviews": change.dismiss_stale_reviews,
        "require_code_owner_reviews": change.require_code_owner_reviews,
    }
    if any(value is not None for value in asked.values()):
        known_reviews = mapping(wanted.get("required_pull_request_reviews"))
        reviews = _reviews(Wire({})) if known_reviews is None else dict(known_reviews)
        reviews |= {name: value for name, value in asked.items() if value is not None}
        wanted["required_pull_request_reviews"] = reviews
    for name in (
        "enforce_admins",
        "required_linear_history",
        "required_conversation_resolution",
        "allow_force_pushes",
        "allow_deletions",
    ):
        value: bool | None = getattr(change, name)
        if value is not None:
            wanted[name] = value
    return wanted


def settings_of(found: Wire) -> Settings:
    """Protection as the host shows it, in the form in which it is sent."""
    checks, reviews = (
        found.maybe_part(name)
        for name in ("required_status_checks", "required_pull_request_reviews")
    )
    return {
        "required_status_checks": None if checks is None else _checks(checks),
        "enforce_admins": found.flag("enforce_admins.enabled"),
        "required_pull_request_reviews": None if reviews is None else _reviews(reviews),
        "restrictions": _people(found, "restrictions"),
        **{name: found.flag(f"{name}.enabled") for name in SWITCHES},
    }


def _checks(found: Wire) -> dict[str, object]:
    """Required checks with the app that must report each; older hosts name none."""
    checks: list[dict[str, object]] = [
        {
            "context": check.text("context"),
            "app_id": check.number("app_id") if check.has("app_id") else ANY_APP,
        }
        for check in found.parts("checks")
    ]
    named = {check["context"] for check in checks}
    older: list[dict[str, object]] = [
        {"context": context, "app_id": ANY_APP}
        for context in entries(found.raw.get("contexts"))
        if context not in named
    ]
    return {"strict": found.flag("strict"), "checks": [*checks, *older]}


def _reviews(found: Wire) -> dict[str, object]:
    count = "required_approving_review_count"
    reviews: dict[str, object] = {
        count: found.number(count) if found.has(count) else 0,
        **{name: found.flag(name) for name in REVIEW_SWITCHES},
    }
    for name in ("dismissal_restrictions", "bypass_pull_request_allowances"):
        if (people := _people(found, name)) is not None:
            reviews[name] = people
    return reviews


def _people(found: Wire, name: str) -> dict[str, object] | None:
    """Users, teams and apps by the names under which they are sent."""
    people = found.maybe_part(name)
    if people is None:
        return None
    return {
        "users": [user.text("login") for user in people.parts("users")],
        "teams": [team.text("slug") for team in people.parts("teams")],
        "apps": [app.text("slug") for app in people.parts("apps")],
    }


async def _protection(writer: Writer, place: Place, branch: str) -> Protection:
    url = f"{place.url}/settings/branches"
    below = f"branches/{branch_path(branch)}"
    found = await writer.read(f"{place.path}/{below}/protection")
    if found is not None:
        return Protection(branch, settings_of(Wire(found)), url)
    await writer.existing(place, below, f"branch {branch}")
    return Protection(branch, None, url)


async def _set(
    writer: Writer, place: Place, before: Protection, wanted: Settings | None
) -> Written[Protection]:
    """Send settings whole (None: take protection away), and look what the host kept."""
    path = f"{place.path}/branches/{branch_path(before.branch)}/protection"

    async def there() -> Protection | None:
        now = await _protection(writer, place, before.branch)
        return now if now.settings == wanted else None

    def call(github: "Github") -> None:
        if wanted is None:
            request(github, "DELETE", path)
        else:
            request(github, "PUT", path, wanted)

    with refusing(f"the host doesn't protect {before.branch} so"):
        _, now = await writer.surely_edited(
            f"protection of {before.branch}",
            there,
            call,
            lambda: _protection(writer, place, before.branch),
            content=False,
        )
    after = await _protection(writer, place, before.branch)
    if after.settings != wanted:
        raise WriteRefused("not-kept", f"the host keeps another protection of {before.branch}")
    return Written(after, before, now)
