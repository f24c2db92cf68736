"""Fixtures of the judge's tests: real clones, and a look at them with the real observer."""

from pathlib import Path

import pytest
from tests.judge.builders import NOW
from tests.judge.desk import Desk, Repo, See

from opsroom.model.repository import Repository
from opsroom.model.snapshot import Snapshot
from opsroom.observe.clone import look
from opsroom.observe.sources.directory import find


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def see() -> See:
    """Look at clones and take them for one repository."""

    def observe(*repos: Repo) -> Snapshot:
        found = [checkout for repo in repos for checkout in find(repo.path).clones]
        name = repos[0].path.name
        return Snapshot(
            repository=Repository(key=f"path:{repos[0].path}", name=f"local/{name}"),
            clones=tuple(look(checkout, lambda: NOW) for checkout in found),
        )

    return observe
