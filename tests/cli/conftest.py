import logging
from collections.abc import Callable, Iterator

import pytest
from tests.cli.runs import Ran
from tests.operations.conftest import template, yard
from tests.operations.rooms import Yard

from opsroom.cli import run

__all__ = ["template", "yard"]

Opsroom = Callable[..., Ran]


@pytest.fixture
def opsroom(
    yard: Yard, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opsroom]:
    """Run a command line in this process: its exit code and what it wrote."""
    monkeypatch.setenv("OPSROOM_HOME", str(yard.home))
    monkeypatch.delenv("OPSROOM_CONFIG", raising=False)
    monkeypatch.delenv("OPSROOM_TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    root, ours = logging.getLogger(), logging.getLogger("opsroom")
    handlers, level, our_level = root.handlers[:], root.level, ours.level

    def called(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    yield called
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)
