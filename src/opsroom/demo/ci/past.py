"""Builds that ended before anybody watched."""

from datetime import datetime, timedelta

from opsroom.demo.catalogue import SAM
from opsroom.demo.ci.builds import begin, course_of, end, workflows_at
from opsroom.demo.github.acts.runs import start_run
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.town import Town


def past_runs(town: Town, repository: Hosted, commit: str, branch: str | None = None) -> None:
    """Let the workflows of a commit have run when it was pushed.

    `branch` is that of a pull request; None is the default branch.
    """
    made = repository.objects.commit(commit)
    pushed = made.committer.at + timedelta(seconds=3)
    actor = town.sam if made.author.author == SAM else town.kim
    event = "push" if branch is None else "pull_request"
    for workflow, file in list(workflows_at(town, repository, commit)):
        if event not in file.events:
            continue
        with town.at(pushed):
            run = start_run(
                town.world, repository, workflow, event=event,
                head=commit, branch=branch or repository.default_branch, actor=actor,
            )  # fmt: skip
        ahead = course_of(town, repository, run, 1)
        with town.at(_after(pushed, ahead.queued)):
            begin(town, repository, run)
        with town.at(_after(pushed, ahead.seconds)):
            end(town, repository, run, ahead)


def _after(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=min(seconds, 3600))
