"""The benchmarks run only when they are asked for: `make bench`, or `-m benchmark`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.benchmarks.bench import ROOT, Bench
from tests.benchmarks.report import page

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "benchmarks.md"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything here."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.benchmark)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """This run. When every benchmark of a full one has reported, the page is written."""
    full = os.environ.get("OPSROOM_BENCH", "small") == "full"
    bench = Bench(full, tmp_path_factory.mktemp("bench"))
    yield bench
    written = page(bench.tables, bench.load)
    print(f"\n{written}")
    reported = {table.source for table in bench.tables}
    if full and reported == {file.stem for file in HERE.glob("test_*.py")}:
        PAGE.write_text(written, encoding="utf-8")
