"""What protection and rulesets keep from happening to a branch."""

from collections.abc import Iterator
from dataclasses import dataclass

from opsroom.demo.github.bodies.protection import branch_rules, protecting
from opsroom.demo.github.history import is_ancestor
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.protection import HostRuleset
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json
from opsroom.demo.github.world import World

PASSED = frozenset({"success", "neutral", "skipped"})


def rulesets_of(world: World, repository: Hosted) -> list[HostRuleset]:
    """The rulesets of a repository and of the organisation that owns it."""
    above = world.rulesets.get(repository.owner.login.lower(), {})
    return [*repository.rulesets.values(), *above.values()]


def rules_for(world: World, repository: Hosted, branch: str) -> list[Json]:
    """Every rule of a ruleset that is active on a branch."""
    return branch_rules(rulesets_of(world, repository), repository, branch)


def passed(repository: Hosted, commit: str) -> dict[str, bool]:
    """The newest result of each context on a commit: whether it passed. Unfinished is no."""
    found = {each.context: each.state == "success" for each in repository.statuses.get(commit, [])}
    for suite in repository.checks(commit):
        for each in suite.runs:
            found[each.name] = each.status == "completed" and each.conclusion in PASSED
    return found


def approvals(pull: Pull) -> tuple[int, bool]:
    """How many approve (by their newest opinion), and whether anybody asked for changes."""
    newest = {
        review.author.login: review.state
        for review in pull.reviews
        if review.state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
    }
    states = list(newest.values())
    return states.count("APPROVED"), "CHANGES_REQUESTED" in states


def _needs(world: World, repository: Hosted, branch: str) -> Iterator[tuple[set[str], int | None]]:
    """Yield required contexts and approvals, one pair a source of rules."""
    found = protecting(repository, branch)
    if found is not None:
        yield {context for context, _ in found.checks or ()}, found.reviews
    for rule in rules_for(world, repository, branch):
        detail: Json = rule.get("parameters") or {}
        if rule["type"] == "required_status_checks":
            checks: list[Json] = detail.get("required_status_checks") or []
            yield {each["context"] for each in checks}, None
        elif rule["type"] == "pull_request":
            yield set(), detail.get("required_approving_review_count", 0)


def review_decision(world: World, repository: Hosted, pull: Pull) -> str | None:
    """GitHub's `reviewDecision`: None where no review is required."""
    needed = [count for _, count in _needs(world, repository, pull.base_ref) if count is not None]
    if not needed:
        return None
    count, changes = approvals(pull)
    if changes:
        return "CHANGES_REQUESTED"
    return "APPROVED" if count >= max(needed) else "REVIEW_REQUIRED"


def refuse_merge(world: World, repository: Hosted, pull: Pull, actor: Account) -> None:
    """Let nothing be merged that protection forbids.

    Raises:
        Refusal: 405, with the reason that GitHub gives.
    """
    results = passed(repository, pull.head)
    count, changes = approvals(pull)
    for contexts, reviews in _needs(world, repository, pull.base_ref):
        for context in sorted(contexts):
            if context not in results:
                raise Refusal(405, f'Required status check "{context}" is expected.')
            if not results[context]:
                raise Refusal(405, f'Required status check "{context}" is failing.')
        if reviews is not None and (count < reviews or changes):
            said = (
                f"At least {reviews} approving review is required by reviewers with write access."
            )
            raise Refusal(405, said)
    found = protecting(repository, pull.base_ref)
    if found is not None and found.locked:
        raise Refusal(405, "Cannot change this locked branch")
    if found is not None and found.restrictions is not None:
        allowed = found.restrictions
        if actor.login.lower() not in allowed:
            raise Refusal(405, "You're not authorized to push to this branch.")


@dataclass(frozen=True, slots=True)
class Guard:
    """What a branch is kept from; each is the reason in GitHub's words, or empty.

    Administrators are bound like everybody: the double errs on the strict side.
    """

    deletion: str = ""
    force: str = ""
    update: str = ""
    """Any direct update at all: changes come through pull requests, or not."""


def guard_of(world: World, repository: Hosted, branch: str) -> Guard:
    """What protection and rulesets keep from a branch."""
    kinds = {rule["type"] for rule in rules_for(world, repository, branch)}
    found = protecting(repository, branch)
    if found is not None:
        kept = {
            "deletion": not found.deletions,
            "non_fast_forward": not found.force_pushes,
            "pull_request": found.reviews is not None,
            "update": found.locked,
        }
        kinds |= {kind for kind, holds in kept.items() if holds}
    update = "Cannot update this protected ref." if "update" in kinds else ""
    if "pull_request" in kinds:
        update = "Changes must be made through a pull request."
    return Guard(
        "Cannot delete this protected branch" if "deletion" in kinds else "",
        "Cannot force-push to this protected branch" if "non_fast_forward" in kinds else "",
        update,
    )


def refuse_ref(world: World, repository: Hosted, ref: str, oid: str | None) -> None:
    """Let nobody move or delete (None) a ref by REST where a rule forbids it.

    Raises:
        Refusal: 409 or 422, with the rule.
    """
    before = repository.refs.get(ref)
    if not ref.startswith(HEADS) or before is None:
        return
    guard = guard_of(world, repository, ref.removeprefix(HEADS))
    if oid is None:
        if guard.deletion:
            raise Refusal(422, guard.deletion)
        return
    if guard.force and not is_ancestor(repository.objects, before, oid):
        raise Refusal(422, guard.force)
    if guard.update:
        raise Refusal(409, guard.update)
