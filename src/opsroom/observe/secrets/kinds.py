"""What a secret is called, and how bad it is that it leaked."""

import re

from opsroom.model.severity import Severity
from opsroom.observe.secrets.decoys import is_of_others, is_test
from opsroom.observe.secrets.rules import BY_KIND, PREFIX

CRITICAL = re.compile(
    r"^(?:private-key|age-secret-key|1password-|alibaba-|aws-|azure-(?:storage|ad|servicebus)|gcp-service|gcp-appl"
    r"|github-|gitlab-(?:pat|ptt|rrt|deploy|runner|oauth)|bitbucket|digitalocean|npm-|npmjs|pypi-|rubygems|crates-io"
    r"|dockerhub|docker-swarm|vault-|hashicorp-tf-api|heroku|herokuplatform|stripe-|cloudflare-(?:global|origin|api)|cloudflareapi"
    r"|pulumi|doppler|okta|openshift|kubernetes|databricks|planetscale|supabase-management|scaleway|linear-client"
    r"|vercel-(?:personal|api)|netlify|flyio|hcpclient|gitea|codecatalyst|codecommit|snowflake)"
)
"""Kinds that open a cloud, a registry, code, or money, as Kingfisher names them."""

PUBLIC = re.compile(
    r"(?:^|-)(?:public|pub|client-sdk|browser|project-api-key|client-id|publishable)(?:-|$)|^posthog-project|^polymarket-address"
)
"""Kinds that are made to be seen by others, and still say whose they are."""

DROPPED = frozenset({"kubernetes-secret-yaml", "jwt-base64"})
"""Kinds of Kingfisher that our own rules tell better."""

MEDIUM = frozenset({"jwt", "hashicorp-tf-password", "nuget-config-password", "curl-auth-user"})


def kind_of_rule(rule: str) -> str:
    """The kind, from the id of a rule: `betterleaks.github-pat` is `github-pat`."""
    if rule == "betterleaks.generic-credential-uri":
        return "url-password"
    name = rule.partition(".")[2] or rule
    return re.sub(r"\.\d+$", "", name).rpartition("/")[2]


def severity_of(rule: str, kind: str, path: str) -> Severity:
    """How bad it is, as far as its kind tells, and one step less in tests and others' packages."""
    severity = _of_kind(rule, kind)
    if (is_test(path) or is_of_others(path)) and severity.rank > Severity.LOW.rank:
        return list(Severity)[severity.rank - 1]
    return severity


def _of_kind(rule: str, kind: str) -> Severity:
    if rule.startswith(PREFIX):
        return BY_KIND[kind].severity
    if PUBLIC.search(kind):
        return Severity.LOW
    if CRITICAL.search(kind):
        return Severity.CRITICAL
    return Severity.MEDIUM if kind in MEDIUM else Severity.HIGH
