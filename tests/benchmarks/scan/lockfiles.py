"""The truth about real lockfiles, and the checkouts in CORPUS that hold them."""

import os
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.scan.extract import manifests

TRUTH = Path(__file__).with_name("lockfiles.tsv")
CORPUS = Path(os.environ.get("CORPUS", ""))
BESIDE = ("pnpm-workspace.yaml", ".yarnrc.yml", "lerna.json")
"""What other programs want to see beside lockfiles."""


class Lock(NamedTuple):
    """One lockfile whose packages were counted. `counted` says how."""

    repository: str
    commit: str
    path: str
    digest: str
    packages: int
    counted: str


def locks() -> Iterator[Lock]:
    """Every lockfile of the truth."""
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            repository, commit, path, digest, packages, counted = line.split("\t")
            yield Lock(repository, commit, path, digest, int(packages), counted)


def found() -> dict[str, list[Lock]]:
    """The lockfiles that CORPUS holds just as they were counted, by repository."""
    here: dict[str, list[Lock]] = {}
    for lock in locks():
        folder = checkout(lock.repository)
        content = (folder / lock.path).read_bytes() if folder else b""
        if sha256(content).hexdigest().startswith(lock.digest):
            here.setdefault(lock.repository, []).append(lock)
    return here


def checkout(repository: str) -> Path | None:
    """A checkout in CORPUS: `owner/name`, `owner__name` or `name`."""
    names = (repository, repository.replace("/", "__"), repository.rpartition("/")[2])
    return next((CORPUS / name for name in names if (CORPUS / name).is_dir()), None)


def laid_out(repository: str, kept: list[Lock], into: Path) -> Path:
    """A folder with the counted lockfiles of a repository and the manifests beside them."""
    source = checkout(repository)
    assert source
    folders = {(source / lock.path).parent for lock in kept}
    wanted = {lock.path for lock in kept}
    wanted |= {
        path
        for path, declared in manifests(source)
        if not declared.locked and ((source / path).parent in folders or _is_member(path))
    }
    wanted |= {name for name in BESIDE if (source / name).is_file()}
    target = into / repository.replace("/", "__")
    for path in sorted(wanted):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    return target


def _is_member(path: str) -> bool:
    """Whether a manifest may be that of a member of a workspace, and not one that tests read."""
    return not {"test", "tests", "fixtures", "__tests__"} & set(path.split("/"))
