"""People and machines at work on a host: one seeded thing at a time, in the double's own world."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from tests.hub import SmallHub

from opsroom.demo.github.acts.alerts import (
    close_code,
    close_dependabot,
    raise_code,
    raise_dependabot,
    raise_secret,
    resolve_secret,
)
from opsroom.demo.github.acts.issues import edit_issue, open_issue
from opsroom.demo.github.acts.protection import delete_ruleset, protect, save_ruleset, unprotect
from opsroom.demo.github.acts.pulls import edit_pull, merge_pull, open_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import (
    delete_repository,
    rename,
    set_archived,
    set_visibility,
    transfer,
)
from opsroom.demo.github.acts.runs import add_workflow, begin_run, finish_run, rerun, start_run
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.alerts import HostAdvisory
from opsroom.demo.github.state.repository import Hosted

T = TypeVar("T")

ADVISORY = HostAdvisory(
    "GHSA-aaaa-bbbb-cccc",
    "CVE-2026-0001",
    "A flaw",
    "It is one.",
    "high",
    "npm",
    "lodash",
    "< 4.17.21",
    "4.17.21",
    datetime(2026, 1, 1, tzinfo=UTC),
)
KEPT = "acme/api"
"""The repository that stays as it is named: others write to it."""


class Weather:
    """What happens to the repositories of `acme`. What GitHub would refuse is no step."""

    def __init__(self, hub: SmallHub, seed: int) -> None:
        self._hub, self._world = hub, hub.world
        self._chance = random.Random(seed)
        self._count = 0

    def step(self) -> str:
        """Do one thing, and say what."""
        acts: Sequence[tuple[int, Callable[[Hosted], object]]] = (
            (8, self._push),
            (8, self._start),
            (10, self._go_on),
            (2, self._rerun),
            (4, self._issue),
            (3, self._close_issue),
            (4, self._propose),
            (4, self._decide),
            (3, self._warn),
            (3, self._calm),
            (2, self._protect),
            (2, self._rule),
            (2, self._archive),
            (2, self._show),
            (2, self._rename),
            (2, self._create),
            (1, self._delete),
            (1, self._transfer),
        )
        weights, chosen = zip(*acts, strict=True)
        act = self._chance.choices(chosen, weights)[0]
        with self._world.lock:
            repository = self._pick(self._world.repositories_of(self._hub.acme))
            try:
                act(repository)
            except Refusal:
                return f"nothing in {repository.full_name}"
        return f"{act.__name__.strip('_')} {repository.full_name}"

    def _pick(self, some: Sequence[T]) -> T:
        return self._chance.choice(some)

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _push(self, one: Hosted) -> None:
        files = {f"notes/{self._chance.randrange(5)}.md": f"{self._number()}\n"}
        commit_files(self._world, one, one.default_branch, files, "Work", self._hub.kim)

    def _start(self, one: Hosted) -> None:
        if one.head is None or one.archived:
            return
        if not one.workflows:
            add_workflow(self._world, one, ".github/workflows/ci.yml", "CI")
        start_run(self._world, one, self._pick(list(one.workflows.values())))

    def _go_on(self, one: Hosted) -> None:
        going = [run for run in one.runs.values() if run.newest.status != "completed"]
        if not going:
            return
        run = self._pick(going)
        if run.newest.status == "queued" and self._chance.random() < 0.5:
            begin_run(self._world, one, run)
        else:
            how = self._pick(("success", "success", "failure", "cancelled"))
            finish_run(self._world, one, run, how)  # type: ignore[arg-type]  # one of the literals

    def _rerun(self, one: Hosted) -> None:
        ended = [run for run in one.runs.values() if run.newest.conclusion == "failure"]
        if ended:
            rerun(self._world, one, self._pick(ended), self._hub.kim)

    def _issue(self, one: Hosted) -> None:
        open_issue(self._world, one, f"Issue {self._number()}", "Please.", self._hub.kim)

    def _close_issue(self, one: Hosted) -> None:
        kim = self._hub.kim
        ours = [each for each in one.issues.values() if each.state == "open" and each.author is kim]
        if ours:
            edit_issue(self._world, one, self._pick(ours), kim, state="closed")

    def _propose(self, one: Hosted) -> None:
        branch = f"idea-{self._number()}"
        commit_files(self._world, one, branch, {f"{branch}.md": "idea\n"}, branch, self._hub.kim)
        open_pull(self._world, one, branch, one.default_branch, branch, "", self._hub.kim)

    def _decide(self, one: Hosted) -> None:
        kim = self._hub.kim
        issues = [each.issue for each in one.pulls.values()]
        ours = [each.number for each in issues if each.state == "open" and each.author is kim]
        if not ours:
            return
        pull = one.pulls[self._pick(ours)]
        if self._chance.random() < 0.5:
            merge_pull(self._world, one, pull, kim)
        else:
            edit_pull(self._world, one, pull, kim, state="closed")

    def _warn(self, one: Hosted) -> None:
        kind = self._chance.randrange(3)
        if kind == 0:
            raise_dependabot(self._world, one, ADVISORY, "package-lock.json")
        elif kind == 1:
            raise_code(self._world, one, "js/xss", "Cross-site scripting", "src/a.js", 3)
        else:
            raise_secret(self._world, one, "aws_key", "AWS key", f"AKIA{self._number():016}")

    def _calm(self, one: Hosted) -> None:
        for alert in one.dependabot.values():
            close_dependabot(self._world, one, alert, "fixed")
        for found in one.code.values():
            close_code(self._world, one, found, "fixed")
        for secret in one.secrets.values():
            resolve_secret(self._world, one, secret, "revoked")

    def _protect(self, one: Hosted) -> None:
        if "main" in one.protections:
            unprotect(self._world, one, "main", self._hub.kim)
        elif one.full_name != KEPT:
            protect(self._world, one, "main", self._hub.kim, reviews=1)

    def _rule(self, one: Hosted) -> None:
        if one.rulesets:
            ruleset = self._pick(list(one.rulesets.values()))
            delete_ruleset(self._world, one, ruleset, self._hub.kim)
        else:
            save_ruleset(self._world, one, None, self._hub.kim, name="no deletion")

    def _archive(self, one: Hosted) -> None:
        if one.full_name != KEPT:
            set_archived(self._world, one, not one.archived, self._hub.kim)

    def _show(self, one: Hosted) -> None:
        other = "private" if one.visibility == "public" else "public"
        set_visibility(self._world, one, other, self._hub.kim)  # type: ignore[arg-type]  # a literal

    def _rename(self, one: Hosted) -> None:
        if one.full_name != KEPT:
            rename(self._world, one, f"{one.name.partition('-')[0]}-{self._number()}")

    def _create(self, one: Hosted) -> None:
        self._hub.create(f"acme/new{self._number()}", {"a.txt": "a\n"})

    def _delete(self, one: Hosted) -> None:
        if one.full_name != KEPT and len(self._world.repositories_of(self._hub.acme)) > 3:
            delete_repository(self._world, one, self._hub.kim)

    def _transfer(self, one: Hosted) -> None:
        """Out of sight, or back into it."""
        back = [
            each for each in self._world.repositories_of(self._hub.kim) if each.name[:3] == "new"
        ]
        if back:
            transfer(self._world, self._pick(back), self._hub.acme, self._hub.kim)
        elif one.name[:3] == "new":
            transfer(self._world, one, self._hub.kim, self._hub.kim)
