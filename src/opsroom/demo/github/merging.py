"""Real merges: `git merge-tree` says what comes out, and where two sides disagree."""

from opsroom.demo.github.history import merge_base
from opsroom.demo.github.objects import Objects
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted


def merged_tree(objects: Objects, base: str, head: str) -> str | None:
    """The tree of `head` merged into `base` (commits); None where they conflict."""
    start = merge_base(objects, base, head)
    if start == base:
        return objects.commit(head).tree
    if start == head:
        return objects.commit(base).tree
    told = objects.git(
        "merge-tree", "--write-tree", "--allow-unrelated-histories", base, head, allowed=(0, 1)
    )
    lines = told.splitlines()
    return lines[0] if len(lines) == 1 else None


def replayed_tree(objects: Objects, onto: str, commit: str) -> str | None:
    """The tree of one commit replayed onto another, as a rebase does; None on conflict.

    `git merge-tree` of 2.39 takes no base of its own choosing, so a commit on `onto` is given the
    parent of `commit` as its own parent: that parent is then the base.
    """
    made = objects.commit(commit)
    parent = made.parents[0]
    stand_in = objects.git("commit-tree", objects.commit(onto).tree, "-p", parent, "-m", "stand-in")
    objects.load((stand_in,))
    return merged_tree(objects, stand_in, commit)


def judge(repository: Hosted, pull: Pull) -> bool | None:
    """Find out whether a pull request can be merged, unless that is known already."""
    if not pull.open:
        return None
    ends = (pull.base, pull.head)
    if pull.judged != ends:
        pull.mergeable = merged_tree(repository.objects, *ends) is not None
        pull.judged = ends
    return pull.mergeable
