"""A Scan: what one scanner looked at in one repository, and the proof of it.

"No findings" without a Scan of the same commit is unknown, and so is a Scan with a `reason`.
"""

from datetime import datetime

from opsroom.model.finding import Vulnerability
from opsroom.model.severity import Severity
from opsroom.model.value import Value


class Skipped(Value):
    """What was not looked at, and why. `count` paths; `example` is one of them.

    `paths` name them, a folder for all that is in it, while a look is recorded: what was found in
    one before stays as it is. Where not all are named nothing that is missing counts as fixed.
    They are not kept.
    """

    reason: str
    count: int = 1
    example: str = ""
    paths: tuple[str, ...] = ()


class Hit(Value):
    """One thing that a scanner saw, before it is a finding of a repository.

    `anchor` tells it from others of the same rule and stays the same when lines move and files are
    renamed: of code the text of the line without blanks, of a secret its keyed hash, of a package
    its purl. Never a path, a line number or a count.
    """

    rule: str
    """As the contract names it: `zizmor/...`, `ruff/S...`, `leaked-secret`, `dockerfile/...`."""
    severity: Severity
    message: str
    anchor: str
    path: str = ""
    line: int = 0
    remediation: str = ""
    commit: str = ""
    """The commit in whose history it was seen, when it is not in the files of today."""
    advisory: Vulnerability | None = None
    """What holds for which package, when it is about one."""


class Scan(Value):
    """One scanner's look at one commit. `reason` says why nothing is known; None: it was done.

    `key` is equal exactly when a repeated look could not tell anything new: it is made of the
    scanner's version, its rules, its data and what was looked at. `files` were really read, as the
    scanner itself or its own output proves; `kinds` are the languages and formats among them.
    """

    scanner: str
    key: str
    commit: str
    at: datetime
    version: str = ""
    rules: str = ""
    data: str = ""
    files: int = 0
    kinds: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    reason: str | None = None
    seconds: float = 0.0
