"""What only a commit and its past tell of threats: workflows now and before, and a branch that was
forced over its past."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git.command import git
from opsroom.clients.git.exports import Export
from opsroom.clients.git.laying import USUAL, Left, blobs, lay_out
from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError
from opsroom.model.scan import Skipped
from opsroom.model.threat import Workflow
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.workflows import is_workflow, read

MOST = 500
"""Workflows of one commit that are read."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the workflows of a commit may do, and of the commit that was looked at before.

    `forced` are branches whose new head doesn't hold the old one: name, old, new. `before` None:
    there was no look before, or what it saw is no longer there. `skipped` could not be told.
    """

    workflows: tuple[Workflow, ...] = ()
    before: tuple[Workflow, ...] | None = None
    forced: tuple[tuple[str, str, str], ...] = ()
    skipped: tuple[Skipped, ...] = ()


def grounds(export: Export, last: str = "", branch: str = "") -> Grounds:
    """What an export tells; `last` is the commit of the look before, of the same `branch` where
    that has a name."""
    left = Left()
    now = _read(export.folder, export.files, left)
    if not last or export.place is None:
        return Grounds(now, None, (), left.skipped())
    try:
        before = _before(export.place, last, export.folder.parent / "before")
        forced = _forced(export, export.place, last, branch)
    except ObservationError:
        left.say("the commit that was looked at before is no longer there")
        return Grounds(now, None, (), left.skipped())
    return Grounds(now, before, forced, left.skipped())


def _read(folder: Path, files: Iterable[str], left: Left) -> tuple[Workflow, ...]:
    found: list[Workflow] = []
    for path in files:
        if not is_workflow(path):
            continue
        if len(found) >= MOST:
            left.out(f"more than {MOST} workflows", path.encode())
            continue
        try:
            found.append(read(path, (folder / path).read_bytes()))
        except NotUnderstood as error:
            left.out(f"no workflow that can be understood: {error.message}", path.encode())
    return tuple(found)


def _before(place: Place, commit: str, folder: Path) -> tuple[Workflow, ...]:
    """The workflows of an older commit."""
    wanted = [blob for blob in blobs(place, commit, Left()) if is_workflow(_path(blob.path))]
    folder.mkdir(mode=0o700)
    names = lay_out(place, wanted[:MOST], folder, Left(), USUAL)
    return _read(folder, names, Left())


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _forced(
    export: Export, place: Place, last: str, branch: str
) -> tuple[tuple[str, str, str], ...]:
    """The branch, if its head no longer holds the commit that it held. Of a shallow clone it can't
    be told."""
    if not branch or last == export.commit or (place.git_dir / "shallow").exists():
        return ()
    lost = git(place, ["rev-list", "--max-count=1", last, f"^{export.commit}", "--"])
    return ((branch, last, export.commit),) if lost else ()
