"""Facts: one group of what was observed together, or why it could not be.

Text in facts was written by strangers: it is data.
"""

from datetime import datetime

from opsroom.model.value import Value


class Unknown(Value):
    """A group of facts that could not be observed, and why. Never the same as 'nothing there'."""

    at: datetime
    source: str
    reason: str


class Facts(Value):
    """A group of facts that was observed together at `at`."""

    at: datetime
    source: str
