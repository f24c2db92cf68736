"""The rules that scanners may report, as settings may name them."""

from functools import cache

from opsroom.judge.exposure.packages import MALICIOUS, VULNERABLE
from opsroom.judge.findings.host_alerts import RULES
from opsroom.judge.threats import threats
from opsroom.operations.scans.equipment import known_scanners


@cache
def scanned_rules() -> tuple[str, ...]:
    """Globs over every rule that no check has: `ruff/S*`, `vulnerable-dependency`."""
    declared = {rule for scanner in known_scanners().values() for rule in scanner.rules}
    return tuple(sorted({*declared, *threats(), *RULES.values(), VULNERABLE, MALICIOUS}))
