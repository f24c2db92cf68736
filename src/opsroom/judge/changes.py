"""What changed between two looks at a repository, as events.

Only transitions count. A group of facts that is unknown on either side is not a change, nor is a
newer time of looking, nor a fetch that brought nothing.
"""

from collections.abc import Iterable, Iterator

from opsroom.judge.wording import counted, listed
from opsroom.model.event import Happening
from opsroom.model.facts import Facts, Unknown
from opsroom.model.health import Grade, Health
from opsroom.model.snapshot import Branch, CloneFacts, Refs, Snapshot, Worktree
from opsroom.model.text import plain

SUMMARY = 300
"""Characters of a summary."""
PATH = 1000
"""Characters of a path."""
MANY = 20
"""As many changes, and as many heads of a clone, an event carries."""


def changed(
    before: Snapshot, after: Snapshot, health_before: Health | None, health_after: Health
) -> Happening | None:
    """Return the event of what changed, or None.

    `data` holds `path`, `changes` (each a short sentence), `heads` (clone, then branch, to its
    commit, or to None when it was deleted) and, when the grade moved, `grade` as [before, after].
    """
    old = {clone.clone.path: clone for clone in before.clones}
    new = {clone.clone.path: clone for clone in after.clones}
    changes = [f"a clone at {path} appeared" for path in new if path not in old]
    changes += [f"the clone at {path} went" for path in old if path not in new]
    both = [path for path in new if path in old]
    for path in both:
        where = f"{path}: " if len(new) > 1 else ""
        changes += [where + change for change in _clone_changes(old[path], new[path])]
    grade = _grades(health_before, health_after)
    changes += [" to ".join(grade)] if grade else []
    if not changes:
        return None
    said = [plain(change) for change in changes[:MANY]]
    left = [f"{counted(len(changes) - MANY, 'more change')}"] if len(changes) > MANY else []
    heads = {plain(path, PATH): _heads(old[path].refs, new[path].refs) for path in both}
    data: dict[str, object] = {
        "path": after.path and plain(after.path, PATH),
        "changes": [*said, *left],
        "heads": {path: moved for path, moved in heads.items() if moved},
    }
    if grade:
        data["grade"] = list(grade)
    return Happening(
        kind="repository.changed",
        repository=after.repository.name,
        summary=plain("; ".join([*said, *left]), SUMMARY),
        data=data,
    )


def observation(before: Snapshot | None, after: Snapshot) -> list[Happening]:
    """Return an event for each clone that began to fail, or ended failing, to be observed.

    The first look at a repository has nothing to compare with, and makes no event.
    """
    if before is None:
        return []
    old = {clone.clone.path: _failure(clone.groups) for clone in before.clones}
    happenings: list[Happening] = []
    for clone in after.clones:
        path = clone.clone.path
        failed, now_failed = old.get(path, ""), _failure(clone.groups)
        if bool(failed) == bool(now_failed):
            continue
        said = f"could not be observed: {now_failed}" if now_failed else "can be observed again"
        happenings.append(
            Happening(
                kind="observation.failed" if now_failed else "observation.recovered",
                repository=after.repository.name,
                summary=plain(f"{path} {said}", SUMMARY),
                data={"path": plain(path, PATH), "reason": plain(now_failed or failed)},
            )
        )
    return happenings


def _failure(groups: Iterable[Facts | Unknown]) -> str:
    reasons = [plain(group.reason) for group in groups if isinstance(group, Unknown)]
    return "; ".join(dict.fromkeys(reasons))


def _grades(before: Health | None, after: Health) -> tuple[str, str] | None:
    """Return a grade that moved. To or from unknown is a matter of observing, not of health."""
    if before is None or before.grade == after.grade:
        return None
    if Grade.UNKNOWN in (before.grade, after.grade):
        return None
    return before.grade.value, after.grade.value


def _heads(old: Refs | Unknown, new: Refs | Unknown) -> dict[str, str | None]:
    """Return the branches whose commit is another one now, by name."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return {}
    was = {branch.name: branch.head for branch in old.branches}
    now = {branch.name: branch.head for branch in new.branches}
    moved = [name for name in {**now, **was} if was.get(name) != now.get(name)]
    return {plain(name): now.get(name) for name in moved[:MANY]}


def _clone_changes(old: CloneFacts, new: CloneFacts) -> Iterator[str]:
    if isinstance(old.refs, Refs) and isinstance(new.refs, Refs):
        yield from _branch_changes(old.refs, new.refs)
        yield from _ref_changes(old.refs, new.refs)
    before = {tree.path: tree for tree in old.worktrees if isinstance(tree, Worktree)}
    after = {tree.path: tree for tree in new.worktrees if isinstance(tree, Worktree)}
    for path, tree in after.items():
        if path in before:
            yield from _tree_changes(before[path], tree)
    if len(before) == len(old.worktrees) and len(after) == len(new.worktrees):
        yield from (f"a work tree at {path} appeared" for path in after if path not in before)
        yield from (f"the work tree at {path} went" for path in before if path not in after)


def _branch_changes(old: Refs, new: Refs) -> Iterator[str]:
    """Say which branches moved, and what a fetch or a push did to their upstreams."""
    was = {branch.name: branch for branch in old.branches}
    for branch in new.branches:
        known = was.pop(branch.name, None)
        if known is None:
            yield f"{branch.name} is new, at {branch.head[:7]}"
        elif known.head != branch.head:
            yield f"{branch.name} moved to {branch.head[:7]}"
        if known is not None and _tracking(known) != _tracking(branch):
            yield _tracked(branch)
    if was:
        yield f"{listed(list(was))} {'was' if len(was) == 1 else 'were'} deleted"


def _tracking(branch: Branch) -> tuple[str | None, bool, int, int]:
    return branch.upstream, branch.upstream_gone, branch.ahead, branch.behind


def _tracked(branch: Branch) -> str:
    if branch.upstream is None:
        return f"{branch.name} follows no upstream"
    if branch.upstream_gone:
        return f"{branch.upstream} is gone"
    counts = {"ahead of": branch.ahead, "behind": branch.behind}
    apart = " and ".join(f"{count} {side}" for side, count in counts.items() if count)
    return f"{branch.name} is {apart or 'level with'} {branch.upstream}"


def _ref_changes(old: Refs, new: Refs) -> Iterator[str]:
    if old.default_branch != new.default_branch:
        yield f"the default branch is {new.default_branch or 'not clear'}"
    if old.remotes != new.remotes:
        names = listed([f"{remote.name} {remote.url}" for remote in new.remotes])
        yield f"remotes: {names}" if names else "no remote any more"
    if old.stashes != new.stashes:
        yield counted(new.stashes, "stash", "stashes") if new.stashes else "no stash any more"
    if old.tags != new.tags:
        yield counted(new.tags, "tag")


def _tree_changes(old: Worktree, new: Worktree) -> Iterator[str]:
    if old.branch != new.branch:
        yield f"{new.branch} is checked out" if new.branch else "HEAD is detached"
    if new.branch is None and old.head != new.head and new.head:
        yield f"HEAD is at {new.head[:7]}"
    if old.operation != new.operation:
        yield f"{new.operation} in progress" if new.operation else f"the {old.operation} ended"
    if _contents(old) != _contents(new):
        yield _state(new)


def _contents(tree: Worktree) -> tuple[object, ...]:
    counts = (tree.staged, tree.modified, tree.untracked, tree.conflicts, tree.unfiltered)
    return (*counts, tree.examples)


def _state(tree: Worktree) -> str:
    parts = {
        "conflicts": tree.conflicts,
        "modified": tree.modified,
        "staged": tree.staged,
        "untracked": tree.untracked,
        "not comparable": tree.unfiltered,
    }
    held = [f"{count} {what}" for what, count in parts.items() if count]
    return f"the work tree has {', '.join(held)}" if held else "the work tree is clean"
