"""What manifests of other ecosystems hold, against what was counted with grep, sed and jq."""

import time
from hashlib import sha256
from pathlib import Path

import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Table
from tests.benchmarks.scan.lockfiles import CORPUS, Lock, checkout

from opsroom.observe.formats import formats_for

TRUTH = Path(__file__).with_name("manifests.tsv")


def counted() -> list[tuple[Lock, bytes]]:
    """The files that CORPUS holds just as they were counted."""
    found: list[tuple[Lock, bytes]] = []
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        repository, commit, path, digest, packages, how = line.split("\t")
        folder = checkout(repository)
        if folder and (folder / path).is_file():
            content = (folder / path).read_bytes()
            if sha256(content).hexdigest().startswith(digest):
                found.append((Lock(repository, commit, path, digest, int(packages), how), content))
    return found


@pytest.mark.skipif(not CORPUS.name, reason="CORPUS=DIR names a folder of checkouts")
def test_manifests(bench: Bench) -> None:
    files = counted()
    if not files:
        pytest.skip(f"no manifest in {CORPUS} is as it was counted")
    wrong: list[str] = []
    formats: dict[str, list[tuple[int, int, float]]] = {}
    for file, content in files:
        begun = time.perf_counter()
        manifests = {
            name: declared.parse(file.path, content) for name, declared in formats_for(file.path)
        }
        took = time.perf_counter() - begun
        packages = sum(len(each.packages) for each in manifests.values())
        name = max(manifests, key=lambda each: len(manifests[each].packages))
        formats.setdefault(name, []).append((len(content), packages, took))
        if packages != file.packages:
            wrong.append(f"{file.repository} {file.path}: {packages}, counted {file.packages}")
    size = sum(len(content) for _, content in files)
    seconds = sum(took for each in formats.values() for *_, took in each)
    bench.report(
        Table(
            title=f"{len(files)} real manifests of other ecosystems",
            source=Path(__file__).stem,
            figures=[
                Figure("manifests that differ from the truth", len(wrong), "files", limit=0),
                Figure("of manifests a second", size / seconds / 1e6, "MB"),
            ],
            columns=("format", "files", "packages", "KB", "ms"),
            sides=[
                (
                    name,
                    f"{len(each)}",
                    f"{sum(packages for _, packages, _ in each):,}",
                    f"{sum(length for length, *_ in each) / 1000:,.0f}",
                    f"{sum(took for *_, took in each) * 1000:,.1f}",
                )
                for name, each in sorted(formats.items())
            ],
            note=(
                "Counted without this project (manifests.tsv: repository, commit, file, how)"
                f"{': ' + '; '.join(wrong) if wrong else ''}."
            ),
        )
    )
