"""The host's own alerts as findings, where no finding of ours says the same.

A host tells open alerts alone, so one that is missing is over; a list that could not be had says
nothing. What alerts are about goes by the same rules as ours, with `host` as their scanner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from opsroom.judge.findings.hits import Looked, looked, names_of
from opsroom.judge.scope import Scope
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding, KeptFinding, Vulnerability
from opsroom.model.host import Security, SecurityAlert
from opsroom.model.limits import Limits
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit

HOST = "host"
DEPENDENCIES = "dependencies"
RULES = {"dependency": "vulnerable-dependency", "code": "host/code", "secret": "leaked-secret"}
"""The rule of each kind of alert."""

Flaw = tuple[str, str]
"""A package, by its key, and one name of what is wrong with it."""


def host_looked(
    security: Security | Unknown | None,
    kept: Sequence[KeptFinding],
    scope: Scope,
    limits: Limits,
    key: str,
) -> Looked:
    """Return what the host's alerts say of the repository with this key.

    `kept` are all its findings. An alert about a flaw that our own scanner knows of there, also
    as mended or suppressed, is left out: it would be told twice.
    """
    own = {
        flaw
        for each in kept
        if each.finding.scanner == DEPENDENCIES and each.finding.advisory
        for flaw in flaws(each.finding.advisory)
    }
    seen = looked(HOST, _hits(security), scope, limits, key, kept)
    doubled = {each.fingerprint for each in seen.findings if _says_same(each, own)}
    return replace(
        seen,
        findings=tuple(each for each in seen.findings if each.fingerprint not in doubled),
        seen=seen.seen - doubled,
        untold=frozenset(RULES[kind] for kind in RULES if _alerts(security, kind) is None),
        elsewhere=frozenset(doubled),
    )


def began(before: Security | Unknown | None, after: Security | Unknown | None) -> frozenset[str]:
    """Return the rules of which a host tells now and did not before: that is backlog, no news."""
    return frozenset(
        rule
        for kind, rule in RULES.items()
        if _alerts(before, kind) is None and _alerts(after, kind) is not None
    )


def twins_of(findings: Iterable[Finding], kept: Iterable[KeptFinding]) -> dict[str, KeptFinding]:
    """Return the open or suppressed finding of the host that says the same as one of ours, by
    the fingerprint of ours: what the host saw first is no news when we see it."""
    told = {
        flaw: each
        for each in kept
        if each.finding.scanner == HOST and each.closed_at is None and each.finding.advisory
        for flaw in flaws(each.finding.advisory)
    }
    return {
        finding.fingerprint: told[flaw]
        for finding in findings
        if finding.advisory
        for flaw in flaws(finding.advisory)
        if flaw in told
    }


def flaws(advisory: Vulnerability) -> frozenset[Flaw]:
    """Return what is wrong with which package, under every name."""
    package = package_key(advisory.package)
    return frozenset((package, name) for name in names_of(advisory))


def _says_same(finding: Finding, own: set[Flaw]) -> bool:
    return finding.advisory is not None and not own.isdisjoint(flaws(finding.advisory))


def _alerts(security: Security | Unknown | None, kind: str) -> tuple[SecurityAlert, ...] | None:
    """Return the alerts of one kind; None: they could not be had."""
    if not isinstance(security, Security):
        return None
    told: tuple[SecurityAlert, ...] | None = getattr(security, kind)
    return told


def _hits(security: Security | Unknown | None) -> list[Hit]:
    """Return a hit for each alert; a flaw of a package in several manifests is one."""
    found: dict[str, Hit] = {}
    for kind in RULES:
        for alert in sorted(_alerts(security, kind) or (), key=lambda each: each.number):
            hit = _hit(alert)
            found.setdefault(hit.anchor, hit)
    return list(found.values())


def _hit(alert: SecurityAlert) -> Hit:
    path, colon, line = alert.location.rpartition(":")
    has_line = bool(colon) and line.isdecimal()
    flaw = None
    if alert.kind == "dependency" and alert.package and alert.advisory:
        flaw = Vulnerability(
            id=alert.advisory,
            package=alert.package,
            version="",
            fixed=alert.fixed,
            dev=alert.scope == "development",
        )
    return Hit(
        rule=RULES[alert.kind],
        severity=alert.severity,
        message=_message(alert, flaw),
        anchor=f"{flaw.id} {flaw.package}" if flaw else f"{alert.kind} {alert.number}",
        path=path if has_line else alert.location,
        line=int(line[:9]) if has_line else 0,
        remediation=_remediation(alert),
        advisory=flaw,
    )


def _message(alert: SecurityAlert, flaw: Vulnerability | None) -> str:
    if flaw is None:
        return f"its host says: {alert.summary}"
    name = flaw.package.removeprefix("pkg:")
    return f"{name} has {flaw.id}, its host says: {alert.summary}"


def _remediation(alert: SecurityAlert) -> str:
    if alert.fixed:
        return f"Raise it to {alert.fixed} or later."
    return f"See {alert.url}." if alert.url else ""
