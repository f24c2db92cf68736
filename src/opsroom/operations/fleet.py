"""The fleet as every verb sees it: one row a repository, in memory, refreshed by revision.

The store is the truth. A row is rebuilt only when its revision in the store has moved, so that a
question about an unchanged fleet asks the store nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import anyio

from opsroom.errors import Call, NotFound, UsageError
from opsroom.judge import hosted
from opsroom.judge.health import family
from opsroom.model.ci import CiState
from opsroom.model.facts import Facts, Unknown
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.health import Grade, Health
from opsroom.model.purl import short
from opsroom.model.repository import Repository, RepositoryState
from opsroom.model.scan import Scan
from opsroom.model.snapshot import Refs, Snapshot, Worktree
from opsroom.model.text import plain
from opsroom.model.where import UNSURE
from opsroom.operations.identities import Identities
from opsroom.operations.scans.known import NEVER, Scanned

if TYPE_CHECKING:
    from opsroom.operations.graph.held import Held
    from opsroom.operations.graph.sight import Sight
    from opsroom.store.database import Connection
    from opsroom.store.inventories import Outline

CiWord = CiState | Literal["unknown"]
CI_WORDS: tuple[CiWord, ...] = ("failing", "running", "passing", "none", "unknown")
"""The states of CI, those first that ask for attention."""
F = TypeVar("F", bound=Facts)
T = TypeVar("T")
UNASKED: Any = object()
Needs = Mapping[str, tuple[frozenset[str], bool]]
NOTHING: Needs = {}


class Row:
    """One repository: its newest facts, its health and its open findings."""

    __slots__ = ("_memory", "_needs", "_scanned", "blind", "findings", "health", "kept", "snapshot")

    def __init__(
        self,
        snapshot: Snapshot,
        health: Health,
        kept: Sequence[KeptFinding],
        blind: str = "",
        scanned: Scanned = NEVER,
        needs: Needs = NOTHING,
    ) -> None:
        self.snapshot = snapshot
        self._scanned = scanned
        self._needs = needs
        self.blind = blind
        """Why nobody can look at it now, though it was looked at before; empty: somebody can."""
        self.health = Health(grade=Grade.UNKNOWN, score=None, unknown=(blind,)) if blind else health
        self.kept = tuple(kept)
        """Every finding there ever was, in any state; of scanners those that are not mended."""
        held = [each for each in kept if each.state is FindingState.OPEN]
        self.findings = tuple(sorted(held, key=_severity))
        """The open ones, worst first."""
        self._memory: dict[Callable[[Row], Any], Any] = {}

    def remembered(self, question: "Callable[[Row], T]") -> T:
        """The answer to a question about this row alone. A row never changes, so it is asked once:
        what is asked of a large fleet again then costs what moved."""
        known: T = self._memory.get(question, UNASKED)
        if known is UNASKED:
            known = self._memory[question] = question(self)
        return known

    def blinded(self, reason: str) -> "Row":
        """The same repository while its source can't be looked at: known, but not vouched for."""
        return Row(self.snapshot, self.health, self.kept, reason, self._scanned, self._needs)

    @property
    def scans(self) -> tuple[Scan, ...]:
        """The last look of each scanner, failed or not."""
        return self._scanned.looks

    @property
    def kinds(self) -> frozenset[str]:
        """The languages and formats among its files, when they were last laid out for scanners."""
        return self._scanned.kinds

    @property
    def repository(self) -> Repository:
        """Its identity."""
        return self.snapshot.repository

    @property
    def name(self) -> str:
        """What people and agents call it."""
        return self.snapshot.repository.name

    @property
    def url(self) -> str | None:
        """Where a person would open it: as its host says, else as its remotes do."""
        remote = hosted.told(self.snapshot)
        return remote.url if remote else self.repository.url

    @property
    def ci(self) -> CiWord:
        """The state of CI on the default branch."""
        return "unknown" if self.blind else hosted.ci_state(self.snapshot) or "unknown"

    @property
    def reasons(self) -> list[str]:
        """Why its health is not better: the findings that cost most, then what is unknown."""
        worst = {cost.rule for cost in self.health.costs if cost.points}
        told = {
            kept.finding.rule: f"{kept.finding.rule}: {plain(kept.finding.message, 120)}"
            for kept in reversed(self.findings)
            if family(kept.finding) in worst
        }
        unknown = [plain(reason, 120) for reason in self.health.unknown]
        return [*reversed(told.values()), *unknown]

    def text(self) -> str:
        """What a bare word of a filter is matched against."""
        return f"{self.name} {hosted.description(self.snapshot)}"

    def values(self, key: str) -> frozenset[str] | None:
        """Its values for one key of the filter language; None where they are unknown."""
        match key:
            case "health":
                return frozenset({self.health.grade.value})
            case "finding":
                return frozenset(kept.finding.severity.value for kept in self.findings)
            case "rule":
                return frozenset(kept.finding.rule for kept in self.findings)
            case "advisory":
                return self._scanned.advisories(self.findings)
            case "package":
                return self._scanned.depends_on()
            case "uses":
                found, whole = self._needs.get(self.repository.key, (frozenset[str](), False))
                return found if whole else found | {UNSURE} if found else None
            case "owner":
                return frozenset({self.repository.owner})
            case "repo":
                return frozenset({self.name})
            case "label":
                return hosted.labels(self.snapshot)
            case "ci":
                return frozenset({self.ci}) if self.ci != "unknown" else None
            case "env":
                environment = self.repository.environment
                return frozenset({environment} if environment else ())
            case "path":
                return frozenset(clone.clone.path for clone in self.snapshot.clones)
            case "is":
                return self._kinds()
            case _:
                return None

    def _kinds(self) -> frozenset[str]:
        """What it is; a word with a question mark can't be told."""
        return frozenset(
            kind if holds else f"{kind}?"
            for kind, holds in self._told().items()
            if holds is not False
        )

    def _told(self) -> dict[str, bool | None]:
        """Whether it is of each kind; None where that can't be told."""
        clones = self.snapshot.clones
        remote = hosted.told(self.snapshot)
        trees = self.snapshot.worktrees
        refs = [facts.refs for facts in clones]
        return {
            "local": self.name.startswith("local/"),
            "gone": self.repository.state is RepositoryState.GONE,
            "bare": any(facts.clone.bare for facts in clones),
            "dirty": _any(trees, Worktree, lambda tree: tree.dirty or tree.untracked > 0),
            "detached": _any(trees, Worktree, lambda tree: tree.branch is None),
            "empty": (remote is not None and remote.empty)
            or _any(trees, Worktree, lambda tree: tree.head is None),
            "shallow": _any(refs, Refs, lambda found: found.shallow),
            "partial": _any(refs, Refs, lambda found: found.partial),
            **hosted.kinds(self.snapshot),
        }


def _any(
    groups: Iterable[Facts | Unknown], kind: type[F], holds: Callable[[F], bool]
) -> bool | None:
    """Whether it holds for any group; None when it does for none and one is unknown."""
    told = [holds(group) if isinstance(group, kind) else None for group in groups]
    return True if any(told) else None if None in told else False


class Fleet:
    """All rows, by key. `revision` is the newest revision of the store that they show."""

    def __init__(self) -> None:
        self.revision = 0
        self._rows: dict[str, Row] = {}
        self._keys: dict[str, str] = {}
        self._names: dict[int, str] = {}
        self.identities = Identities()
        self.needs: dict[str, tuple[frozenset[str], bool]] = {}
        """By key the repositories that each needs directly, and whether that is known in whole;
        since a filter asked for it."""
        self.held: Held | None = None
        """Its graph, since somebody asked for it; `drawing` while that is brought up to date."""
        self.drawing = anyio.Lock()
        self.sight: Sight | None = None
        """What a caller saw of it last."""
        self._refreshing = anyio.Lock()

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str) -> Row | None:
        """The row of a repository's key."""
        return self._rows.get(key)

    def resolve(self, key: str) -> Row | None:
        """The row of the repository that a remote with this key is of, whatever it is called."""
        return self._rows.get(self.identities.resolve(key) or "")

    def of_host(self, host: str, id_: str) -> Row | None:
        """The row of the repository that its host knows by this id."""
        return self._rows.get(self.identities.of_host(host, id_) or "")

    def holding(self, path: str) -> Row | None:
        """The row whose clone or work tree is at that path."""
        return self._rows.get(self._keys.get(path, ""))

    async def refresh(self, connection: "Connection") -> bool:
        """Read what moved in the store since the last refresh; whether anything did."""
        from opsroom.store.findings import load_standing
        from opsroom.store.inventories import load_outlines
        from opsroom.store.repositories import changed_since
        from opsroom.store.scans import load_scans
        from opsroom.store.snapshots import load_snapshots

        async with self._refreshing:
            moved = await changed_since(connection, self.revision)
            if not moved:
                return False
            stored = await load_snapshots(connection, list(moved))
            ids = [each.id for each in stored.values()]
            kept = await load_standing(connection, ids)
            looks = await load_scans(connection, ids)
            outlines = await load_outlines(connection, ids)
            await self._learn_names(connection, outlines.values())
            for key, each in stored.items():
                health = each.health or Health(grade=Grade.UNKNOWN, score=None)
                outline = outlines.get(each.id)
                scanned = Scanned(
                    tuple(looks.get(each.id, ())),
                    frozenset(outline.kinds if outline else ()),
                    tuple(self._names[name] for name in outline.names) if outline else None,
                )
                self._put(
                    key, Row(each.snapshot, health, kept.get(each.id, ()), "", scanned, self.needs)
                )
            self.revision = max(moved.values())
        return True

    async def _learn_names(self, connection: "Connection", outlines: "Iterable[Outline]") -> None:
        """Learn what packages are called, each once for all rows."""
        from opsroom.store.inventories import names_of

        new = {name for outline in outlines for name in outline.names if name not in self._names}
        for number, purl in (await names_of(connection, new)).items():
            self._names[number] = short(purl)

    def _put(self, key: str, row: Row) -> None:
        former = self._rows.get(key)
        for path in _places(former) if former else ():
            if self._keys.get(path) == key:
                del self._keys[path]
        self._rows[key] = row
        self.identities.put(former.snapshot if former else None, row.snapshot)
        self._keys |= dict.fromkeys(_places(row), key)

    def forget(self) -> None:
        """Forget every row: the store has begun another history."""
        self._rows.clear()
        self._keys.clear()
        self._names.clear()
        self.identities = Identities()
        self.held = self.sight = None
        self.needs.clear()
        self.revision = 0

    def of_source(self, key: str) -> list[Row]:
        """The rows that a source sees, without those that are gone."""
        return [
            row
            for row in self
            if key in row.repository.sources and row.repository.state is not RepositoryState.GONE
        ]


def _places(row: Row) -> Iterator[str]:
    for facts in row.snapshot.clones:
        yield facts.clone.path
        yield from _tree_paths(facts.worktrees)


def _severity(kept: KeptFinding) -> tuple[int, str, str]:
    return -kept.finding.severity.rank, kept.finding.rule, kept.finding.fingerprint


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Worst first: grade, then score, then name."""
    return sorted(rows, key=_rank)


def _rank(row: Row) -> tuple[int, int, str]:
    score = row.health.score
    return (-row.health.grade.rank, 0 if score is None else score, row.name)


def named(rows: Sequence[Row], name: str) -> Row:
    """The row with that name, or whose clone holds that path.

    Raises:
        NotFound: no such repository here; the hint lists near names.
        UsageError: several repositories have that name.
    """
    wanted = name.strip()
    if wanted.startswith(("/", "~", ".")):
        return _at_path(rows, wanted)
    exact = [row for row in rows if row.name.lower() == wanted.lower()]
    if len(exact) == 1:
        return exact[0]
    loose = [row for row in rows if wanted.lower() in _ways_to_say(row.name)]
    if len(loose) == 1:
        return loose[0]
    if loose:
        raise UsageError(
            f"{plain(wanted, 80)!r} is more than one repository",
            f"say which: {', '.join(sorted(row.name for row in loose)[:8])}",
        )
    near = get_close_matches(wanted, [row.name for row in rows], 3, 0.4)
    listing = Call("fleet_status", {"where": "repo:*"}, "lists the repositories and their names")
    raise NotFound(
        f"no repository {plain(wanted, 80)!r} here",
        f"near names: {', '.join(near)}" if near else "fleet_status with repo:* lists them",
        [*(Call("repo_health", {"repository": each}, "a near name") for each in near), listing],
    )


def _ways_to_say(name: str) -> tuple[str, ...]:
    """Without its owner, and without what was added to make it unique."""
    short, bare = (each.rpartition("/")[2] for each in (name, name.partition("@")[0]))
    return short.lower(), bare.lower(), name.partition("@")[0].lower()


def _at_path(rows: Sequence[Row], path: str) -> Row:
    from os.path import abspath, expanduser, realpath

    asked = {abspath(expanduser(path)), realpath(expanduser(path))}
    holders = [
        (len(place), row)
        for row in rows
        for clone in row.snapshot.clones
        for place in {clone.clone.path, *_tree_paths(clone.worktrees)}
        for wanted in asked
        if wanted == place or wanted.startswith(f"{place.rstrip('/')}/")
    ]
    if not holders:
        raise NotFound(
            f"no repository of the fleet holds {plain(path, 120)!r}",
            "add its folder as a source, or name one that fleet_status lists",
        )
    return max(holders, key=lambda holder: holder[0])[1]


def _tree_paths(trees: Iterable[Worktree | Unknown]) -> Iterator[str]:
    return (tree.path for tree in trees if isinstance(tree, Worktree))


def grades(rows: Iterable[Row]) -> dict[Grade, int]:
    """How many repositories have each grade."""
    counts = dict.fromkeys(Grade, 0)
    for row in rows:
        counts[row.health.grade] += 1
    return counts
