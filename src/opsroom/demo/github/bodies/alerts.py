"""Alerts of three kinds, and advisories that a repository wrote itself."""

from opsroom.demo.github.bodies.accounts import account, maybe_account
from opsroom.demo.github.bodies.repository import minimal
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.alerts import (
    CodeAlert,
    DependabotAlert,
    DraftAdvisory,
    HostAdvisory,
    SecretAlert,
)
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls, quoted

LOCATION = {"start_column": 1, "end_column": 80}


def vulnerability(one: HostAdvisory) -> Json:
    """The package that an advisory is about."""
    return {
        "package": {"ecosystem": one.ecosystem, "name": one.package},
        "severity": one.severity,
        "vulnerable_version_range": one.vulnerable,
        "first_patched_version": None if one.patched is None else {"identifier": one.patched},
    }


def advisory(one: HostAdvisory) -> Json:
    """An advisory of the database."""
    identifiers = [{"type": "GHSA", "value": one.ghsa_id}]
    if one.cve_id:
        identifiers.append({"type": "CVE", "value": one.cve_id})
    return {
        "ghsa_id": one.ghsa_id,
        "cve_id": one.cve_id,
        "summary": one.summary,
        "description": one.description,
        "vulnerabilities": [vulnerability(one)],
        "severity": one.severity,
        "cvss": {"score": one.score, "vector_string": one.vector},
        "cwes": [{"cwe_id": number, "name": name} for number, name in one.weaknesses],
        "identifiers": identifiers,
        "references": [{"url": f"https://github.com/advisories/{one.ghsa_id}"}],
        "published_at": stamp(one.published_at),
        "updated_at": stamp(one.published_at),
        "withdrawn_at": None,
    }


def dependabot(urls: Urls, repository: Hosted, one: DependabotAlert, *, org: bool = False) -> Json:
    """A vulnerable dependency; in an organisation's list with its repository."""
    found = one.advisory
    body: Json = {
        "number": one.number,
        "state": one.state,
        "dependency": {
            "package": {"ecosystem": found.ecosystem, "name": found.package},
            "manifest_path": one.manifest,
            "scope": one.scope,
            "relationship": one.relationship,
        },
        "security_advisory": advisory(found),
        "security_vulnerability": vulnerability(found),
        "url": f"{urls.repository(repository.full_name)}/dependabot/alerts/{one.number}",
        "html_url": f"{urls.page(repository.full_name)}/security/dependabot/{one.number}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "dismissed_at": maybe(one.dismissed_at),
        "dismissed_by": maybe_account(urls, one.dismissed_by),
        "dismissed_reason": one.dismissed_reason,
        "dismissed_comment": one.dismissed_comment,
        "fixed_at": maybe(one.fixed_at),
        "auto_dismissed_at": None,
    }
    return _placed(urls, repository, body, org=org)


def _placed(urls: Urls, repository: Hosted, body: Json, *, org: bool) -> Json:
    return {**body, "repository": minimal(urls, repository)} if org else body


def code(urls: Urls, repository: Hosted, one: CodeAlert, *, org: bool = False) -> Json:
    """What code scanning found."""
    at = f"{urls.repository(repository.full_name)}/code-scanning/alerts/{one.number}"
    body: Json = {
        "number": one.number,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "url": at,
        "html_url": f"{urls.page(repository.full_name)}/security/code-scanning/{one.number}",
        "instances_url": f"{at}/instances",
        "state": one.state,
        "fixed_at": maybe(one.fixed_at),
        "dismissed_by": maybe_account(urls, one.dismissed_by),
        "dismissed_at": maybe(one.dismissed_at),
        "dismissed_reason": one.dismissed_reason,
        "dismissed_comment": one.dismissed_comment,
        "rule": {
            "id": one.rule,
            "name": one.rule,
            "severity": one.severity,
            "security_severity_level": one.security,
            "description": one.description,
            "full_description": one.description,
            "tags": list(one.tags),
            "help": "",
            "help_uri": "",
        },
        "tool": {"name": one.tool, "guid": None, "version": "2.0.0"},
        "most_recent_instance": {
            "ref": one.ref,
            "analysis_key": ".github/workflows/codeql.yml:analyze",
            "environment": "{}",
            "category": ".github/workflows/codeql.yml:analyze",
            "state": one.state,
            "commit_sha": one.commit,
            "message": {"text": one.message},
            "location": {
                "path": one.path,
                "start_line": one.line,
                "end_line": one.line,
                **LOCATION,
            },
            "classifications": [],
        },
    }
    return _placed(urls, repository, body, org=org)


def secret(urls: Urls, repository: Hosted, one: SecretAlert, *, org: bool = False) -> Json:
    """A secret that was pushed."""
    at = f"{urls.repository(repository.full_name)}/secret-scanning/alerts/{one.number}"
    body: Json = {
        "number": one.number,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "url": at,
        "html_url": f"{urls.page(repository.full_name)}/security/secret-scanning/{one.number}",
        "locations_url": f"{at}/locations",
        "state": one.state,
        "resolution": one.resolution,
        "resolved_at": maybe(one.resolved_at),
        "resolved_by": maybe_account(urls, one.resolved_by),
        "resolution_comment": one.resolution_comment,
        "secret_type": one.kind,
        "secret_type_display_name": one.display,
        "secret": one.secret,
        "push_protection_bypassed": False,
        "push_protection_bypassed_by": None,
        "push_protection_bypassed_at": None,
        "validity": one.validity,
        "publicly_leaked": not repository.private,
        "multi_repo": False,
    }
    return _placed(urls, repository, body, org=org)


def location(urls: Urls, repository: Hosted, path: str, line: int, commit: str) -> Json:
    """Where a secret was pushed."""
    at = urls.repository(repository.full_name)
    entry = repository.objects.at(commit, path)
    blob = entry.oid if entry is not None else "0" * 40
    return {
        "type": "commit",
        "details": {
            "path": path,
            "start_line": line,
            "end_line": line,
            **LOCATION,
            "blob_sha": blob,
            "blob_url": f"{at}/git/blobs/{blob}",
            "commit_sha": commit,
            "commit_url": f"{at}/git/commits/{commit}",
            "html_url": f"{urls.page(repository.full_name)}/blob/{commit}/{quoted(path)}#L{line}",
        },
    }


def draft(urls: Urls, repository: Hosted, one: DraftAdvisory) -> Json:
    """An advisory that a repository wrote about itself."""
    identifiers = [{"type": "GHSA", "value": one.ghsa_id}]
    if one.cve_id:
        identifiers.append({"type": "CVE", "value": one.cve_id})
    who = account(urls, one.author)
    return {
        "ghsa_id": one.ghsa_id,
        "cve_id": one.cve_id,
        "url": f"{urls.repository(repository.full_name)}/security-advisories/{one.ghsa_id}",
        "html_url": f"{urls.page(repository.full_name)}/security/advisories/{one.ghsa_id}",
        "summary": one.summary,
        "description": one.description,
        "severity": one.severity,
        "author": who,
        "publisher": who,
        "identifiers": identifiers,
        "state": one.state,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "published_at": maybe(one.published_at),
        "closed_at": maybe(one.closed_at),
        "withdrawn_at": None,
        "submission": None,
        "vulnerabilities": [
            {
                "package": {"ecosystem": one.ecosystem, "name": one.package},
                "vulnerable_version_range": one.vulnerable,
                "patched_versions": one.patched,
                "vulnerable_functions": [],
            }
        ],
        "cvss": None,
        "cwes": [],
        "cwe_ids": [],
        "credits": [],
        "credits_detailed": [],
        "collaborating_users": [],
        "collaborating_teams": [],
        "private_fork": None,
    }
