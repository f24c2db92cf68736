"""Every seed is read as `expected.txt` says, each line of which was checked by hand on the seed."""

from pathlib import Path

import pytest
from tests.observe.manifests.every_seed import SEEDS, form
from tests.observe.manifests.samples import read
from tests.observe.manifests.telling import edges_of, published, told, unread

from opsroom.model.manifest import Manifest
from opsroom.observe.formats import formats

EXPECTED = (Path(__file__).with_name("expected.txt")).read_text(encoding="utf-8")


def expected(name: str) -> list[str]:
    """The lines under `== name`."""
    return EXPECTED.split(f"== {name}\n", 1)[1].split("\n== ", 1)[0].rstrip("\n").split("\n")


def seed(name: str) -> Manifest:
    """What a seed holds."""
    return read(form(name), SEEDS[name])


@pytest.mark.parametrize("name", SEEDS)
def test_format(name: str) -> None:
    manifest = seed(name)
    assert [
        *told(manifest),
        *(f"edge {line}" for line in edges_of(manifest)),
        *(f"publishes {line}" for line in published(manifest)),
        *(f"unread {line}" for line in unread(manifest)),
    ] == expected(name)


@pytest.mark.parametrize("name", SEEDS)
def test_line_ends_of_windows_and_byte_order_mark(name: str) -> None:
    assert read(form(name), "\ufeff" + SEEDS[name].replace("\n", "\r\n")) == seed(name)


@pytest.mark.parametrize("name", SEEDS)
def test_no_credentials_come_out(name: str) -> None:
    shown = repr(seed(name))
    assert "secret" not in shown
    assert "token" not in shown


def test_formats_say_whether_they_lock() -> None:
    locking = {
        *("go-mod", "go-work", "cargo-lock", "gemfile-lock", "composer-lock", "gradle-lockfile"),
        *("packages-lock-json", "terraform-lock", "helm-lock"),
    }
    assert {name for name, each in formats().items() if each.locked} & SEEDS.keys() == locking
