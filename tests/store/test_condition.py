from pathlib import Path

import pytest

from opsroom.errors import StoreError
from opsroom.store.condition import condition
from opsroom.store.place import Place
from opsroom.store.schema import known_versions, prepare


def test_a_new_store(tmp_path: Path) -> None:
    place = Place(tmp_path)
    prepare(place)
    found = condition(place)
    assert (found.events, found.newest, found.version) == (0, 0, known_versions()[-1])
    assert found.current
    assert found.known
    assert found.size > 0


def test_looking_changes_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path / "with space?")
    prepare(place)
    before = place.file.read_bytes()
    condition(place)
    assert place.file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_what_is_no_store_is_said(tmp_path: Path, content: bytes) -> None:
    place = Place(tmp_path)
    place.file.write_bytes(content)
    with pytest.raises(StoreError, match="can't be read"):
        condition(place)
