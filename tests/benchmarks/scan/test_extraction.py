"""What lockfiles hold: every package by a hand-checked truth, beside cdxgen and syft."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.benchmarks.bench import Bench, competitor
from tests.benchmarks.measure import Figure, Table, interleaved, seconds
from tests.benchmarks.scan import extractors
from tests.benchmarks.scan.extractors import Extracted, Extractor, Named
from tests.benchmarks.scan.lockfiles import CORPUS, Lock, checkout, found, laid_out

from opsroom.demo.catalogue import plots
from opsroom.demo.history import Past
from opsroom.model.purl import package_key
from opsroom.observe.formats import formats, formats_for
from opsroom.observe.manifests import Format

HERE = Path(__file__).stem
OURS = "opsroom"
BIG = ("louislam/uptime-kuma", "package-lock.json")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def demo_manifests() -> list[tuple[str, bytes, Format]]:
    """Every manifest of the newest commits of the demo's 24 repositories."""
    past = Past(7, NOON)
    return [
        (path, text.encode(), declared)
        for plot in plots(24)
        for path, text in list(past.commits(plot))[-1].tree.items()
        for _, declared in formats_for(path)
    ]


def test_the_manifests_of_the_demo(bench: Bench) -> None:
    files = demo_manifests()
    packages = sum(len(declared.parse(path, raw).packages) for path, raw, declared in files)

    def side() -> float:
        begun = time.perf_counter()
        for path, content, declared in files:
            declared.parse(path, content)
        return time.perf_counter() - begun

    took = interleaved({OURS: side}, bench.size(21, 5))[OURS]
    bench.report(
        Table(
            title="Manifests of the demo's 24 repositories, parsed",
            source=HERE,
            figures=[Figure("all of them, nothing known before", took.median, "s", limit=1.0)],
            columns=("side", "median", "spread", "files", "packages"),
            sides=[(OURS, *seconds(took), f"{len(files):,}", f"{packages:,}")],
            note="Each once for each format that reads it, in one process.",
        )
    )


@pytest.mark.skipif(not CORPUS.name, reason="CORPUS=DIR names a folder of checkouts")
def test_lockfiles(bench: Bench, tmp_path: Path) -> None:
    here = found()
    if not here:
        pytest.skip(f"no lockfile in {CORPUS} is as it was counted")
    sides = programs(bench)
    told: dict[str, dict[str, Extracted]] = {name: {} for name in sides}
    for repository, kept in here.items():
        folder = laid_out(repository, kept, tmp_path)
        for name, extract in sides.items():
            told[name][repository] = extract(folder, tmp_path)
    locks = [lock for kept in here.values() for lock in kept]
    wrong = [said for lock in locks if (said := disagreement(lock, told[OURS]))]
    total = sum(lock.packages for lock in locks)
    took = {name: sum(each.seconds for each in of.values()) for name, of in told.items()}
    large = parsed(bench, here)
    bench.report(
        Table(
            title=f"{len(locks)} real lockfiles of {len(here)} repositories",
            source=HERE,
            figures=[
                Figure("lockfiles that differ from the truth", len(wrong), "files", limit=0),
                *(
                    Figure(
                        f"of what {name} takes",
                        took[OURS] / took[name] if name in took else None,
                        "x",
                        limit=1.0,
                    )
                    for name in ("syft", "cdxgen")
                ),
                Figure("a package-lock.json of 1,199 packages", large, "ms", limit=20.0),
            ],
            columns=("side", "seconds", "packages of the truth", "missed", "more"),
            sides=[row(name, took[name], told[OURS], told[name]) for name in told],
            note=(
                f"{total:,} packages by the truth (lockfiles.tsv: repository, commit, how counted)"
                f"{': ' + '; '.join(wrong) if wrong else ''}. Every side reads the same folders of "
                "lockfiles and the manifests beside them, one process a repository, start-up "
                "included. Packages are compared by name and version within a repository, so that "
                "one that two of its lockfiles hold is one."
            ),
        )
    )


def programs(bench: Bench) -> dict[str, Extractor]:
    """The sides that are here."""
    sides: dict[str, Extractor] = {OURS: extractors.ours}
    if bench.full:
        others = {"syft": extractors.syft, "cdxgen": extractors.cdxgen}
        sides |= {name: extract for name, extract in others.items() if competitor(name)}
    return sides


def disagreement(lock: Lock, told: dict[str, Extracted]) -> str:
    """What our side counts differently from the truth; empty: nothing."""
    rows = [row for row in told[lock.repository].rows if row[0] == lock.path]
    count = sum(not row[3].startswith("workspace:") for row in rows)
    if count == lock.packages:
        return ""
    return f"{lock.repository} {lock.path}: {count}, counted {lock.packages}"


def parsed(bench: Bench, here: dict[str, list[Lock]]) -> float | None:
    """Milliseconds of one processor that the large lockfile takes, once read; the median."""
    folder = checkout(BIG[0]) if BIG[0] in here else None
    if not folder:
        return None
    content = (folder / BIG[1]).read_bytes()
    parse = formats()["package-lock"].parse

    def side() -> float:
        begun = time.process_time()
        parse(BIG[1], content)
        return time.process_time() - begun

    return interleaved({OURS: side}, bench.size(31, 5))[OURS].median * 1000


def row(
    name: str, took: float, mine: dict[str, Extracted], theirs: dict[str, Extracted]
) -> tuple[str, ...]:
    """One side: what it found of the truth, and how its differences are explained."""
    truth = {
        repository: {
            (package_key(each[1]), each[2])
            for each in told.rows
            if not each[3].startswith("workspace:")
        }
        for repository, told in mine.items()
    }
    hit = sum(len(truth[each] & theirs[each].packages) for each in truth)
    missed, more = Counter[str](), Counter[str]()
    for repository, held in truth.items():
        told = theirs[repository].packages
        missed.update(why_missed(held - told, mine[repository], told))
        more.update(why_more(told - held, held - told, mine[repository]))
    return (
        name,
        f"{took:.2f}",
        f"{hit:,} of {sum(map(len, truth.values())):,}",
        listed(missed),
        listed(more),
    )


def why_missed(missing: set[Named], mine: Extracted, told: set[Named]) -> Iterable[str]:
    """A reason for each package that a side lacks."""
    names = {name for name, _ in told}
    known = {package_key(each[1]) for each in mine.rows}
    aliases = {version for name, version in told if name not in known}
    facts: dict[Named, list[list[object]]] = {}
    unread = {each[0] for each in mine.rows} - {
        each[0] for each in mine.rows if (package_key(each[1]), each[2]) in told
    }
    for each in mine.rows:
        facts.setdefault((package_key(each[1]), each[2]), []).append(each)
    for package in missing:
        rows = facts[package]
        files = {Path(str(each[0])).name for each in rows}
        if all(each[0] in unread for each in rows):
            yield f"{' and '.join(sorted(files))} not read"
        elif any(each[3] for each in rows):
            yield "of Git, a path or another registry, or under another version there"
        elif package[1] in aliases:
            yield "named by an alias there"
        elif all(each[4] for each in rows):
            yield "only for development"
        elif package[0] in names:
            yield "one of several versions"
        else:
            yield f"others of {' and '.join(sorted(files))}"


def why_more(extra: set[Named], missing: set[Named], mine: Extracted) -> Iterable[str]:
    """A reason for each package that a side has and no lockfile holds."""
    own = {package_key(each[1]) for each in mine.rows if each[3].startswith("workspace:")}
    held = {package_key(each[1]) for each in mine.rows}
    elsewhere = {package_key(each[1]) for each in mine.rows if each[3]}
    behind = {version for _, version in missing}
    for name, version in extra:
        if name in own:
            yield "the repository's own packages"
        elif not version or not version[0].isdigit():
            yield "no exact version"
        elif name in elsewhere:
            yield "of Git, a path or an address, under another version"
        elif name in held:
            yield "a version that no lockfile holds"
        elif version in behind:
            yield "an alias instead of a name"
        else:
            yield "of a manifest or a link, in no lockfile"


def listed(reasons: Counter[str]) -> str:
    """Counts with their reasons, the largest first."""
    return "; ".join(f"{count:,} {reason}" for reason, count in reasons.most_common()) or "none"
