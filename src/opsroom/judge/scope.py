"""A snapshot as the filter language sees it, before anything was judged."""

from opsroom.judge import hosted
from opsroom.model.facts import Unknown
from opsroom.model.limits import Profile
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Refs, Snapshot, Worktree


class Scope:
    """The subject of a setting's `where`: facts alone.

    Health, findings and rules are unknown here: they come after.
    """

    def __init__(self, snapshot: Snapshot, profile: Profile) -> None:
        self._snapshot = snapshot
        self._profile = profile

    def text(self) -> str:
        """Name and description."""
        return f"{self._snapshot.repository.name} {hosted.description(self._snapshot)}"

    def values(self, key: str) -> frozenset[str] | None:
        """What a fact holds; None when it is unknown."""
        repository = self._snapshot.repository
        match key:
            case "owner":
                return frozenset({repository.owner})
            case "repo":
                return frozenset({repository.name})
            case "label":
                return hosted.labels(self._snapshot)
            case "ci":
                state = hosted.ci_state(self._snapshot)
                return frozenset({state}) if state else None
            case "env":
                return frozenset({repository.environment} if repository.environment else ())
            case "path":
                return frozenset(self._paths())
            case "is":
                return self._kinds()
            case _:
                return None

    def _paths(self) -> set[str]:
        trees = {tree.path for tree in self._snapshot.worktrees if isinstance(tree, Worktree)}
        return trees | {clone.clone.path for clone in self._snapshot.clones}

    def _kinds(self) -> frozenset[str]:
        """Words that hold, and with a question mark words that can't be told."""
        snapshot = self._snapshot
        trees = [tree for tree in snapshot.worktrees if isinstance(tree, Worktree)]
        refs = [clone.refs for clone in snapshot.clones if isinstance(clone.refs, Refs)]
        unseen = any(isinstance(tree, Unknown) for tree in snapshot.worktrees)
        unread = len(refs) < len(snapshot.clones)
        remote = hosted.told(snapshot)
        from_host = hosted.kinds(snapshot)
        if from_host["public"] is None:
            from_host["public"] = self._profile is Profile.PUBLIC
        held = {
            **from_host,
            "gone": snapshot.repository.state is RepositoryState.GONE,
            "local": snapshot.repository.name.startswith("local/"),
            "bare": any(clone.clone.bare for clone in snapshot.clones),
            "dirty": any(tree.dirty or tree.untracked for tree in trees) or _maybe(unseen),
            "detached": any(tree.head and not tree.branch for tree in trees) or _maybe(unseen),
            "empty": any(not one.branches for one in refs)
            or (remote is not None and remote.empty)
            or _maybe(unread),
            "shallow": any(one.shallow for one in refs) or _maybe(unread),
            "partial": any(one.partial for one in refs) or _maybe(unread),
        }
        return frozenset(
            word if holds else f"{word}?" for word, holds in held.items() if holds is not False
        )


def _maybe(unseen: bool) -> bool | None:
    return None if unseen else False
