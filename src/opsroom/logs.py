"""Logging to stderr, as text or as JSON lines, with one id from a cause to all its effects.

Whatever sets work off (a call, a pass, a file change) begins a cause; its id is in every log line
and in the data of every event that follows from it.
"""

import json
import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_CAUSE: ContextVar[str] = ContextVar("cause", default="")


@contextmanager
def cause(kind: str) -> Generator[str]:
    """Begin a cause for the work in the block; work inside another cause keeps that one."""
    known = _CAUSE.get()
    identity = known or f"{kind}-{os.urandom(4).hex()}"
    token = _CAUSE.set(identity)
    try:
        yield identity
    finally:
        _CAUSE.reset(token)


def current_cause() -> str:
    """The id of what set the present work off; empty outside of any cause."""
    return _CAUSE.get()


class Lines(logging.Formatter):
    """One line a record: JSON with `at level logger cause message`, or the same as text."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line (and, as text, its traceback)."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        message = record.getMessage()
        if self._as_json:
            fields = {
                "at": at.replace("+00:00", "Z"),
                "level": record.levelname.lower(),
                "logger": record.name,
                "cause": current_cause(),
                "message": message,
                **({"trace": trace} if trace else {}),
            }
            return json.dumps(fields)
        line = f"{at[11:19]} {record.levelname.lower()} {record.name}: {message}"
        return f"{line}\n{trace}" if trace else line


def start(form: str | None, *, debug: bool) -> None:
    """Log to stderr: our own at info (with a form chosen) or warning, others' at warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=form == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    ours = logging.DEBUG if debug else logging.INFO if form else logging.WARNING
    logging.getLogger("opsroom").setLevel(ours)
