"""The builds of the fleet: started by what happens in the double, ended by the clock."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsroom.demo.catalogue import WORKFLOWS
from opsroom.demo.ci.course import HANGS, JobCourse, Occasion, StepCourse, course
from opsroom.demo.ci.files import WorkflowFile, read_workflow
from opsroom.demo.github.acts.runs import add_workflow, begin_job, finish_job, start_run
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.actions import ActionsRun, ActionsWorkflow, Attempt, Step
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Urls
from opsroom.demo.github.world import Emission
from opsroom.demo.town import Town

FOLDER = ".github/workflows"


@dataclass(order=True, slots=True)
class Due:
    """A moment in the life of an attempt. `number` keeps the order of what is due together."""

    at: datetime
    number: int
    repository: Hosted = field(compare=False)
    run: ActionsRun = field(compare=False)
    attempt: Attempt = field(compare=False)
    course: JobCourse = field(compare=False)
    ends: bool = field(compare=False)


class Builds:
    """Hears what happens: a push or a pull request starts runs, and every attempt has a course.

    All of it happens under the world's lock.
    """

    def __init__(self, town: Town) -> None:
        self._town = town
        self._due: list[Due] = []
        self._number = 0

    def hear(self, emission: Emission) -> None:
        """Take up what happened."""
        repository = emission.repository
        if repository is None or repository.archived:
            return
        if emission.event == "push":
            self._pushed(repository, emission)
        elif emission.event == "pull_request" and emission.action in ("opened", "synchronize"):
            self._proposed(repository, emission.actor)
        elif emission.event == "workflow_run" and emission.action == "requested":
            self._requested(repository)

    def tick(self, now: datetime) -> None:
        """Let begin and end what was due until now."""
        while self._due and self._due[0].at <= now:
            due = heapq.heappop(self._due)
            if due.run.newest is due.attempt and due.attempt.status != "completed":
                if due.ends:
                    end(self._town, due.repository, due.run, due.course)
                else:
                    begin(self._town, due.repository, due.run)

    def _pushed(self, repository: Hosted, emission: Emission) -> None:
        told = emission.details(Urls.of(self._town.world.root))
        ref, head = str(told["ref"]), str(told["after"])
        branch = ref.removeprefix(HEADS)
        if branch == ref or told["deleted"]:
            return
        for workflow, file in workflows_at(self._town, repository, head):
            if file.starts_on_push(branch):
                start_run(
                    self._town.world, repository, workflow,
                    head=head, branch=branch, actor=emission.actor,
                )  # fmt: skip

    def _proposed(self, repository: Hosted, actor: Account) -> None:
        for pull in repository.pulls.values():
            if not pull.open or repository.checks(pull.head):
                continue
            for workflow, file in workflows_at(self._town, repository, pull.head):
                if "pull_request" in file.events:
                    start_run(
                        self._town.world, repository, workflow, event="pull_request",
                        head=pull.head, branch=pull.head_ref, actor=actor,
                        title=pull.issue.title,
                    )  # fmt: skip

    def _requested(self, repository: Hosted) -> None:
        for run in reversed(repository.runs.values()):
            if run.newest.status == "queued" and not self._planned(run.newest):
                self._plan(repository, run)
                return

    def _planned(self, attempt: Attempt) -> bool:
        return any(due.attempt is attempt for due in self._due)

    def _plan(self, repository: Hosted, run: ActionsRun) -> None:
        now = self._town.world.now()
        ahead = course_of(self._town, repository, run, len(run.attempts))
        for seconds, ends in ((ahead.queued, False), (ahead.seconds, True)):
            due = now + timedelta(seconds=seconds)
            self._number += 1
            one = Due(due, self._number, repository, run, run.newest, ahead, ends)
            heapq.heappush(self._due, one)


def workflows_at(
    town: Town, repository: Hosted, commit: str
) -> Iterator[tuple[ActionsWorkflow, WorkflowFile]]:
    """Yield the workflows that a commit holds; those that are new become known."""
    folder = repository.objects.at(commit, FOLDER)
    if folder is None or folder.kind != "tree":
        return
    known = {each.path: each for each in repository.workflows.values()}
    for entry in repository.objects.tree(folder.oid):
        path = f"{FOLDER}/{entry.name}"
        if not entry.name.endswith((".yml", ".yaml")):
            continue
        file = read_workflow(path, town.text(repository, commit, path))
        workflow = known.get(path) or add_workflow(town.world, repository, path, file.name)
        workflow.jobs = _jobs(town, repository, path, file)
        yield workflow, file


def _jobs(
    town: Town, repository: Hosted, path: str, file: WorkflowFile
) -> dict[str, tuple[str, ...]]:
    plot = town.plots.get(repository.id)
    if plot is None or not path.endswith(("/ci.yml", "/image.yml")):
        return file.jobs
    nothing = Occasion(0, plot, "", path, 1, lambda _: "", lambda _: "")
    ahead = course(nothing)
    return {ahead.name: tuple(step.name for step in ahead.steps)}


def course_of(town: Town, repository: Hosted, run: ActionsRun, attempt: int) -> JobCourse:
    """What an attempt of a run will do."""
    path = run.workflow.path
    plot = town.plots.get(repository.id)
    if plot is None or not path.endswith(("/ci.yml", "/image.yml")):
        return _plain(town, repository, run)
    shared = town.world.repositories.get(town.ids.get(WORKFLOWS, 0))
    return course(
        Occasion(
            town.fleet.seed, plot, run.head, path, attempt,
            files=lambda name: town.text(repository, run.head, name),
            shared=lambda name: town.text(shared, shared.head, name) if shared else "",
            flaky=repository.id in town.flaky,
            hangs=run.title == HANGS and attempt == 1,
        )
    )  # fmt: skip


def _plain(town: Town, repository: Hosted, run: ActionsRun) -> JobCourse:
    """The course of a workflow that somebody else wrote: it fails if a command has to."""
    path = run.workflow.path
    fails = read_workflow(path, town.text(repository, run.head, path)).fails
    name, names = next(iter(run.workflow.jobs.items()))
    last = "##[error]Process completed with exit code 1."
    steps = [StepCourse(each, 1.5, "success", "") for each in names]
    if fails and len(steps) > 1:
        steps[-2] = StepCourse(steps[-2].name, 1.5, "failure", last)
    return JobCourse(name, 1.0, tuple(steps))


def begin(town: Town, repository: Hosted, run: ActionsRun) -> None:
    """Let the jobs of a run begin."""
    for job in run.newest.jobs:
        if job.status == "queued":
            begin_job(town.world, repository, run, job)


def end(town: Town, repository: Hosted, run: ActionsRun, ahead: JobCourse) -> None:
    """Let the jobs of a run end as their course has it."""
    logs = {step.name: step.log for step in ahead.steps if step.log}
    culprit = next((step.name for step in ahead.steps if step.conclusion == "failure"), None)
    for job in run.newest.jobs:
        if job.status != "completed":
            finish_job(
                town.world, repository, run, job, ahead.conclusion, failed_step=culprit, logs=logs
            )
            _spread(job.started_at, job.steps, ahead)


def _spread(began: datetime | None, steps: list[Step], ahead: JobCourse) -> None:
    """Give every step the time that it took, and not that of the whole job."""
    if began is None:
        return
    spent = 0.0
    seconds = {step.name: step.seconds for step in ahead.steps}
    for step in steps:
        step.started_at = began + timedelta(seconds=int(spent))
        spent += min(seconds.get(step.name, 0), 3600)
        step.completed_at = began + timedelta(seconds=int(spent))
