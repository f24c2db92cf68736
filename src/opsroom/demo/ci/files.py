"""What a workflow file says, as far as the simulation needs it: a name, events, jobs, steps.

Written for files as people write them; it is no reader of YAML.
"""

import re
from dataclasses import dataclass

NAME = re.compile(r"^name:\s*['\"]?(.+?)['\"]?\s*$", re.MULTILINE)
SECTION = r"^['\"]?{name}['\"]?:(.*(?:\n(?:[ \t].*|\s*|#.*))*)"
JOB = re.compile(r"^  ([\w-]+):\s*$", re.MULTILINE)
STEP = re.compile(r"^\s+(?:- )?(?:name|run|uses):\s*(\S.*)$", re.MULTILINE)
BRANCHES = re.compile(r"^\s+branches:\s*\[?([^\]\n]*)", re.MULTILINE)
FAILS = re.compile(r"run:\s*(?:exit [1-9]|false)\b")


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A workflow file, taken apart. `events` are those of `on:`."""

    name: str
    events: frozenset[str]
    branches: tuple[str, ...]
    jobs: dict[str, tuple[str, ...]]
    fails: bool
    """Whether a command of it can't but fail."""

    def starts_on_push(self, branch: str) -> bool:
        """Whether a push to a branch starts it."""
        return "push" in self.events and (not self.branches or branch in self.branches)


def read_workflow(path: str, text: str) -> WorkflowFile:
    """Take a workflow file apart."""
    named = NAME.search(text)
    triggers = _section(text, "on")
    jobs = _section(text, "jobs")
    found = BRANCHES.search(triggers)
    branches = tuple(re.findall(r"[\w./*-]+", found[1])) if found else ()
    names = JOB.findall(jobs) or ["build"]
    steps = tuple(dict.fromkeys(f"Run {each}"[:80] for each in STEP.findall(jobs)))
    return WorkflowFile(
        named[1] if named else path,
        frozenset(re.findall(r"\b(push|pull_request|schedule|workflow_\w+)\b", triggers)),
        branches,
        dict.fromkeys(names, ("Set up job", *(steps or ("Run it",)), "Complete job")),
        FAILS.search(jobs) is not None,
    )


def _section(text: str, name: str) -> str:
    found = re.search(SECTION.format(name=name), text, re.MULTILINE)
    return found[1] if found else ""
