"""Secrets: what is found of planted ones, and what is told of decoys, beside other programs."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from tests.benchmarks.bench import ROOT, Bench, competitor
from tests.benchmarks.measure import Figure, Table, shown
from tests.benchmarks.scan import secret_seekers
from tests.benchmarks.scan.secret_seekers import Places, Seeker, Sought, git
from tests.observe.secrets.decoys import decoys
from tests.observe.secrets.formats import Maker, plain, planted
from tests.observe.secrets.seeds import KEYS, SEEDS, TOKENS

from opsroom.observe.scanners import Bounds, Missing, gitleaks, secrets

FORMED = frozenset(seed.kind for seed in (*TOKENS, *KEYS))
"""Kinds that have a form of their own; of the others only a name or a place tells."""

NOTE = """\
Each kind is drawn at random at each run, in the form that its maker documents or a program writes,
in a file of its own; a third of them stands only in the past. A secret is found when its line is
told. A false one is any line that is told of the decoys (placeholders, references, hashes, locks,
public keys, encrypted values), and any other line of a file with a secret. Kinds and decoys were
chosen by who wrote our rules, so that they say what is covered, not how the others do elsewhere; of
values without a form of their own the others tell little by design. Time is that of files and past,
from start to end of the program; ours and Kingfisher's SDK have compiled their rules before.
"""


@dataclass
class Truth:
    """What was planted: kind by place. `decoys` are paths in which nothing is."""

    today: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    past: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    also: Places = field(default_factory=set[tuple[str, int]])
    """Places that may be told as well: the public half of a pair."""


def build(folder: Path, draws: int) -> Truth:
    """A repository with secrets and decoys, of which a part was deleted again."""
    folder.mkdir()
    git(folder, "init", "-q")
    truth = Truth()
    gone: list[Path] = []
    for draw in range(draws):
        maker = Maker(random.Random())
        for number, seed in enumerate(SEEDS):
            file = planted(seed, maker)
            name = f"d{draw}/{number}/{file.path}"
            _write(folder / name, file.content)
            past = (number + draw) % 3 == 0
            (truth.past if past else truth.today)[name, file.line] = seed.kind
            if seed.kind == "aws-pair":
                truth.also.add((name, 2))
            gone += [folder / name] if past else []
        for path, text in decoys(maker).items():
            _write(folder / f"d{draw}/plain/{path}", plain(text))
    git(folder, "add", "-A", "--force")
    git(folder, "commit", "-q", "-m", "all")
    for each in gone:
        each.unlink()
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "less")
    return truth


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Score:
    """How one program did; shares are from 0 to 100."""

    formed: float
    formless: float
    past: float | None
    precision: float
    false: int
    kinds: int
    """Kinds of which every one was found."""

    @classmethod
    def of(cls, truth: Truth, sought: Sought) -> "Score":
        told = sought.today | sought.past
        wanted = {**truth.today, **(truth.past if sought.reads_past else {})}
        found = {place: kind for place, kind in wanted.items() if place in told}
        planted_files = {path for path, _ in {**truth.today, **truth.past}}
        false = {
            place
            for place in told
            if place not in wanted
            and place not in truth.also
            and (place[0] in planted_files or "/plain/" in place[0])
        }
        missed = set(wanted.values()) - {None}
        whole = {
            kind
            for kind in missed
            if all(place in found for place, each in wanted.items() if each == kind)
        }
        past = None
        if sought.reads_past:
            past = _share(sum(place in found for place in truth.past), len(truth.past))
        return cls(
            formed=_share(
                sum(kind in FORMED for kind in found.values()),
                sum(kind in FORMED for kind in wanted.values()),
            ),
            formless=_share(
                sum(kind not in FORMED for kind in found.values()),
                sum(kind not in FORMED for kind in wanted.values()),
            ),
            past=past,
            precision=_share(len(found), len(found) + len(false)),
            false=len(false),
            kinds=len(whole),
        )


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def seekers(scratch: Path, home: Path) -> Mapping[str, Seeker | None]:
    """Ours, and those that are installed; None for one that isn't."""
    return {
        "Opsroom": secret_seekers.ours(home),
        "Kingfisher SDK 1.5.0, alone": secret_seekers.kingfisher(scratch / "kingfisher"),
        "gitleaks 8.30.1, alone": None
        if isinstance(gitleaks.offer(), Missing)
        else secret_seekers.gitleaks,
        "betterleaks 2.0.0": secret_seekers.betterleaks if competitor("betterleaks") else None,
        "detect-secrets 1.5.0": secret_seekers.detect_secrets
        if competitor("detect-secrets")
        else None,
    }


@pytest.fixture(scope="module")
def home(bench: Bench) -> Path:
    """The folder of a centre whose rules are compiled."""
    folder = bench.scratch / "centre-of-secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def test_what_is_found(bench: Bench, home: Path) -> None:
    folder = bench.scratch / "planted"
    truth = build(folder, bench.size(12, 3))
    scores: dict[str, Score] = {}
    rows: list[tuple[str, ...]] = []
    for name, seek in seekers(bench.scratch, home).items():
        if seek is None:
            rows.append((name, *("not installed",) * 7))
            continue
        seek(folder)
        sought = seek(folder)
        score = scores[name] = Score.of(truth, sought)
        percent = partial(shown, unit="%")
        rows.append(
            (
                name,
                percent(score.formed),
                percent(score.formless),
                "reads none" if score.past is None else percent(score.past),
                percent(score.precision),
                str(score.false),
                f"{score.kinds} of {len(SEEDS)}",
                shown(sought.seconds, "s"),
            )
        )
    mine = scores["Opsroom"]
    bench.report(
        Table(
            f"Secrets of {len(SEEDS)} kinds, in files and in the past",
            "test_secrets",
            [
                Figure("found, of kinds with a form", mine.formed, "%", 99.0, at_least=True),
                Figure("found, of kinds without one", mine.formless, "%", 95.0, at_least=True),
                Figure("found, in the past only", mine.past, "%", 98.0, at_least=True),
                Figure("told that is one", mine.precision, "%", 99.0, at_least=True),
            ],
            ("side", "with a form", "without", "in the past", "precision", "false lines",
             "kinds wholly found", "time"),
            rows,
            NOTE,
        )
    )  # fmt: skip


def test_how_fast(bench: Bench, home: Path) -> None:
    """Our own repository, its whole past: text as it is, hardly a secret."""
    folder = bench.scratch / "opsroom"
    git(ROOT, "clone", "-q", "--no-hardlinks", str(ROOT), str(folder))
    export = secret_seekers.export_of(folder, home)
    secrets.close()
    begun = time.perf_counter()
    secrets.look(export, Bounds())
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    look = secrets.look(export, Bounds())
    again = time.perf_counter() - begun
    assert look.reason is None
    begun = time.perf_counter()
    newer = secrets.look(replace(export, files=(), recall=look.kept), Bounds())
    nothing_new = time.perf_counter() - begun
    assert newer.reason is None
    size = sum((folder / path).stat().st_size for path in export.files)
    counted = git(
        folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)"
    )
    blobs = [int(line.split()[1]) for line in counted.splitlines() if line.startswith("blob")]
    bench.report(
        Table(
            "Secrets: a repository with its past, in a worker that stays",
            "test_secrets",
            [
                Figure("megabytes a second", sum(blobs) / 1e6 / again, "MB/s", 10.0, at_least=True),
                Figure("nothing new since the last look", nothing_new, "s", 1.0),
            ],
            ("what", "time"),
            [
                ("a new worker, rules in the cache", shown(first, "s")),
                ("the same worker again", shown(again, "s")),
                ("the past when no ref has moved", shown(nothing_new, "s")),
            ],
            f"{len(export.files):,} files ({size / 1e6:.1f} MB) and {len(blobs):,} blobs "
            f"({sum(blobs) / 1e6:.1f} MB) of this project's own repository.\n",
        )
    )
    secrets.close()
