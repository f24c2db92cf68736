"""Logs: one line a record, and one id from a cause to all that follows from it."""

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from opsroom.logs import Lines, cause, current_cause, start


@pytest.fixture
def untouched() -> Iterator[None]:
    """Leave the loggers as they were."""
    root, ours = logging.getLogger(), logging.getLogger("opsroom")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def written(*, as_json: bool) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(as_json=as_json))
    logger = logging.Logger("opsroom.test")
    logger.addHandler(handler)
    return logger, stream


def test_a_cause_runs_through_and_ends() -> None:
    assert current_cause() == ""
    with cause("pass") as first:
        assert first.startswith("pass-")
        with cause("look") as inner:
            assert inner == first == current_cause()
        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(copy_context().run, current_cause).result() == first
    assert current_cause() == ""
    with cause("pass") as second:
        assert second != first


def test_a_cause_ends_with_an_error_too() -> None:
    with pytest.raises(ValueError, match="x"), cause("pass"):
        raise ValueError("x")
    assert current_cause() == ""


def test_a_line_of_json() -> None:
    logger, stream = written(as_json=True)
    with cause("call") as identity:
        logger.warning("two\nlines of %s", "ümläut\x1b[31m")
        try:
            raise ValueError("x")
        except ValueError:
            logger.exception("failed")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["cause"] == identity
    assert first["message"] == "two\nlines of ümläut\x1b[31m"
    assert (first["level"], first["logger"]) == ("warning", "opsroom.test")
    assert first["at"].endswith("Z")
    assert "Traceback" in second["trace"]
    assert "\x1b" not in stream.getvalue()


def test_a_line_of_text() -> None:
    logger, stream = written(as_json=False)
    logger.warning("%s said", "somebody")
    assert stream.getvalue().endswith(" warning opsroom.test: somebody said\n")


@pytest.mark.parametrize(
    ("form", "debug", "level"),
    [
        (None, False, logging.WARNING),
        ("text", False, logging.INFO),
        ("json", False, logging.INFO),
        (None, True, logging.DEBUG),
    ],
)
@pytest.mark.usefixtures("untouched")
def test_what_is_logged(
    form: str | None, debug: bool, level: int, capsys: pytest.CaptureFixture[str]
) -> None:
    start(form, debug=debug)
    assert logging.getLogger("opsroom.any").getEffectiveLevel() == level
    assert logging.getLogger("mcp.any").getEffectiveLevel() == logging.WARNING
    logging.getLogger("opsroom.any").warning("said")
    out, err = capsys.readouterr()
    assert out == ""
    assert "said" in err
