"""The benchmarks run only when they are asked for: `make bench`, or `-m benchmark`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.benchmarks.bench import ROOT, Bench
from tests.benchmarks.report import page

HERE = Path(__file__).parent
PAGES = {
    HERE: "benchmarks.md",
    HERE / "graph": "benchmarks-graph.md",
    HERE / "hosts": "benchmarks-hosts.md",
    HERE / "scan": "benchmarks-scan.md",
}
"""The page of each folder of benchmarks."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything here."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.benchmark)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """This run. When every benchmark of a folder has reported in full, its page is written."""
    full = os.environ.get("OPSROOM_BENCH", "small") == "full"
    bench = Bench(full, tmp_path_factory.mktemp("bench"))
    yield bench
    for folder, name in PAGES.items():
        measured = {file.stem for file in folder.glob("test_*.py")}
        tables = [table for table in bench.tables if table.source in measured]
        if not tables:
            continue
        written = page(tables, bench.load)
        print(f"\n{written}")
        if full and {table.source for table in tables} == measured:
            (ROOT / "docs" / name).write_text(written, encoding="utf-8")
