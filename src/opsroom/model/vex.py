"""VEX: what somebody says about whether a flaw matters for a product."""

from datetime import datetime
from enum import StrEnum

from opsroom.model.value import Value


class VexStatus(StrEnum):
    """The four words of OpenVEX; those of CycloneDX are read into them."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class Statement(Value):
    """One statement about one flaw.

    `advisory` are all names under which the flaw is told. `packages` are purls, with a version or
    without; empty: it holds for whatever the document is about. `justification` is a code of
    OpenVEX (`vulnerable_code_not_in_execute_path`, ...), `why` is prose. Both are data.
    """

    advisory: tuple[str, ...]
    packages: tuple[str, ...] = ()
    status: VexStatus
    justification: str = ""
    why: str = ""
    at: datetime | None = None
