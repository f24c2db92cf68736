"""A draft: what one transaction will write. Looks go in, and out come judged rows and events.

    before and after of a repository -> judged -> only transitions become events -> store

Clones and hosts are recorded through the same draft, so that a repository which both see is judged
once and told of once.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from opsroom.judge.changes import changed, observation
from opsroom.judge.examination import Examination, examine
from opsroom.judge.findings.host_alerts import began, host_looked
from opsroom.judge.findings.moves import Moves, findings_moved, first_look
from opsroom.judge.health import health_of
from opsroom.judge.host_changes import host_changed
from opsroom.judge.host_observation import host_observation
from opsroom.judge.hosted import with_last
from opsroom.judge.scope import Scope
from opsroom.logs import current_cause
from opsroom.model.event import Happening
from opsroom.model.facts import Facts, Unknown
from opsroom.model.finding import KeptFinding
from opsroom.model.health import Grade, Health
from opsroom.model.host import Remote
from opsroom.model.limits import Limits
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.graph.keeping import keep_identities
from opsroom.operations.naming import name_anew
from opsroom.store.database import Connection
from opsroom.store.findings import save_findings
from opsroom.store.journal import append
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots
from opsroom.store.verdicts import save_verdicts

log = logging.getLogger("opsroom.record")

UNSEEN = Health(
    grade=Grade.UNKNOWN, score=None, unknown=("its host was not asked for all of it yet",)
)


@dataclass(slots=True)
class Draft:
    """What one transaction writes, by the key of the repository."""

    limits: Limits
    now: datetime
    snapshots: dict[str, Snapshot] = field(default_factory=dict[str, Snapshot])
    healths: dict[str, Health] = field(default_factory=dict[str, Health])
    findings: dict[str, list[KeptFinding]] = field(default_factory=dict[str, list[KeptFinding]])
    happenings: list[Happening] = field(default_factory=list[Happening])
    heirs: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the name of a repository that lost a clone to another one: the key of that one."""
    traces: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    """By the key of a repository: what its events say of how they came to be seen."""

    def judge(
        self, row: Row | None, after: Snapshot, *, baseline: bool = False, gone: str = ""
    ) -> None:
        """Judge one repository, and note what moved.

        `baseline`: it was found by the first pass of its source, which is no news. `gone` says why
        it is gone, where it is.
        """
        key, name = after.repository.key, after.repository.name
        after = with_last(after, row.snapshot if row else None)
        self.snapshots[key] = after
        if after.repository.state is RepositoryState.GONE:
            self.happenings.append(Happening(kind="repository.gone", repository=name, summary=gone))
            return
        before = row.snapshot if row else None
        is_new = row is None or row.repository.state is RepositoryState.GONE
        if is_new:
            self.happenings.append(_found(after, baseline=baseline))
        told: list[Happening] = []
        known = row.health if row else None
        if only_swept(after):
            self.healths[key] = UNSEEN
        else:
            seen = examine(after, before, self.limits, self.now)
            told, quietly = self._find(row, after, seen)
            known = self.healths[key] if quietly else known
        if row is not None and not is_new:
            self._compare(row, after, known, self.healths[key])
            self.happenings += told

    def _find(
        self, row: Row | None, after: Snapshot, seen: Examination
    ) -> tuple[list[Happening], bool]:
        """Note which findings opened and which ended.

        Gives what there is to tell of that, and whether only backlog of the host came to light:
        a grade that changes by it alone is no news.
        """
        key, name = after.repository.key, after.repository.name
        kept, before = (row.kept, row.snapshot) if row else ((), None)
        first = first_look(before, kept) or (before is not None and _first_of_host(before, after))
        moves = findings_moved(kept, seen, self.now, first_look=first)
        alerts = self._alerts(before, after, kept, Scope(after, seen.profile))
        self.findings[key] = [*moves.kept, *alerts.kept]
        lives = {each.finding.fingerprint: each for each in (*kept, *self.findings[key])}
        self.healths[key] = health_of(lives.values(), after)
        quietly = bool(alerts.opened) and alerts.only_backlog and moves.only_backlog
        return [*moves.happenings(name), *alerts.happenings(name)], quietly

    def _alerts(
        self, before: Snapshot | None, after: Snapshot, kept: Sequence[KeptFinding], scope: Scope
    ) -> Moves:
        """Note what the host's own alerts are as findings."""
        seen = host_looked(after.security, kept, scope, self.limits, after.repository.key)
        new = began(before.security if before else None, after.security)
        old = {each.fingerprint for each in seen.findings if each.rule in new}
        return findings_moved(kept, seen, self.now, first_look=before is None, backlog=old)

    def _compare(self, row: Row, after: Snapshot, known: Health | None, health: Health) -> None:
        """Note what changed, here and on its host, and who can be observed again or no longer."""
        before = row.snapshot
        change = changed(before, after, known, health)
        self.happenings += [change] if change else []
        self.happenings += observation(before, after)
        self.happenings += host_observation(before, after)
        self.happenings += host_changed(before, after)

    async def save(self, connection: Connection, fleet: Fleet) -> dict[str, int]:
        """Name what is new or renamed, and write all of it; gives the id of each key."""
        self.snapshots, self.happenings = name_anew(fleet, self.snapshots, self.happenings)
        ids: dict[str, int] = {}
        if self.snapshots:
            revision = await next_revision(connection)
            written = list(self.snapshots.values())
            ids = await save_snapshots(connection, written, revision, self.now)
            healths = {ids[key]: health for key, health in self.healths.items()}
            await save_verdicts(connection, healths, self.now)
            found = {ids[key]: findings for key, findings in self.findings.items()}
            await save_findings(connection, found)
            await keep_identities(connection, fleet, ids, self.snapshots, self.now, revision)
        self._tell_heirs()
        keys = {each.repository.name: key for key, each in self.snapshots.items()}
        told = [traced(happening, keys, self.traces) for happening in self.happenings]
        for event in await append(connection, told, self.now):
            log.info("event %s %s %s: %s", event.id, event.kind, event.repository, event.summary)
        return ids

    def _tell_heirs(self) -> None:
        """Say of a repository whose last clone got another remote, under which name it goes on."""
        for index, happening in enumerate(self.happenings):
            heir = self.heirs.get(happening.repository or "")
            if happening.kind == "repository.gone" and heir:
                summary = f"its last clone here is {self.snapshots[heir].repository.name} now"
                self.happenings[index] = happening.model_copy(update={"summary": summary})


def traced(
    happening: Happening,
    keys: Mapping[str, str],
    traces: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> Happening:
    """With the id of what set it off, and the key of its repository, whose name may change."""
    trace: dict[str, object] = {"cause": current_cause()}
    if happening.repository is not None and happening.repository in keys:
        trace["key"] = keys[happening.repository]
        trace |= traces.get(keys[happening.repository], {})
    return happening.model_copy(update={"data": {**happening.data, **trace}})


def _found(snapshot: Snapshot, *, baseline: bool) -> Happening:
    url = snapshot.repository.url
    return Happening(
        kind="repository.found",
        repository=snapshot.repository.name,
        summary=f"found at {snapshot.path or url}",
        data={"path": snapshot.path, "url": url, "baseline": baseline},
    )


def only_swept(snapshot: Snapshot) -> bool:
    """Whether so little is known that a good grade would be a guess, and nobody can say why."""
    remote = snapshot.remote
    told = any(isinstance(group, Unknown) for group in snapshot.hosted)
    return not snapshot.clones and isinstance(remote, Remote) and remote.only_swept and not told


def _first_of_host(before: Snapshot, after: Snapshot) -> bool:
    """Whether its host tells for the first time: what comes to light then is backlog, not news."""
    if isinstance(before.remote, Remote) and before.remote.only_swept:
        return True
    pairs = (
        (before.remote, after.remote),
        (before.settings, after.settings),
        (before.ci, after.ci),
        (before.security, after.security),
        (before.listed, after.listed),
        (before.whereabouts, after.whereabouts),
    )
    return any(_begins(old, new) for old, new in pairs)


def _begins(old: Facts | Unknown | None, new: Facts | Unknown | None) -> bool:
    return old is None and isinstance(new, Facts)
