"""Our own rules: secrets that Kingfisher has no rule for, in Rust's regular expressions.

They are compiled with Kingfisher's, into one automaton that takes linear time. The first group is
the secret. The formats are those that the makers document, or that their programs write.
"""

import hashlib
import json
from dataclasses import dataclass

from opsroom.model.severity import Severity

PREFIX = "opsroom."
"""Of the ids under which Kingfisher knows our rules."""

WORDS = (
    "passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key"
    "|encryption[_-]?key|signing[_-]?key|private[_-]?key|credentials?"
)
"""Words in the name of what holds a secret."""

ASSIGNS = r"[\w.-]{0,40}[\"'\]]{0,2}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}"

ENDS = r"(?:[\s\"'`,;<>(){}\[\]]|$)"
"""What stands after a value. A pattern that could end anywhere is told of at each such place."""

QUOTED = "quoted-password"
BARE = "bare-password"
NAMED = "named-password"
GENERIC = frozenset({QUOTED, BARE, NAMED})
"""Rules that only see a name and a value: `decoys.is_generic` says which values count."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of secret. `pattern` holds the secret in its first group."""

    kind: str
    pattern: str
    severity: Severity = Severity.HIGH


RULES = (
    Rule(
        "discord-webhook",
        r"(?i)discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/([0-9]{17,20}/[\w-]{60,80})",
    ),
    Rule("tailscale-key", r"\b(tskey-(?:[a-z]{2,12}-)?[A-Za-z0-9]{8,40}-[A-Za-z0-9]{16,64})\b"),
    Rule("age-secret-key", r"(?i)\b(AGE-SECRET-KEY-1[A-Z0-9]{58})\b", Severity.CRITICAL),
    Rule(
        "wireguard-private-key",
        r"(?i)\bprivate_?key[ \t]{0,4}[:=][ \t]{0,4}[\"']?([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)",
        Severity.CRITICAL,
    ),
    Rule(
        "putty-private-key",
        r"PuTTY-User-Key-File-[23]:[\s\S]{0,4000}?Private-Lines: [0-9]+\s+"
        r"([A-Za-z0-9+/=\s]{64,4000}?)Private-MAC",
        Severity.CRITICAL,
    ),
    Rule(
        "netrc-password",
        r"(?i)\bmachine\s{1,8}\S{1,250}\s{1,8}login\s{1,8}\S{1,250}\s{1,8}password\s{1,8}"
        r"(\S{6,250})(?:\s|$)",
    ),
    Rule(
        "password-hash",
        r"(?m)^[\w.@-]{1,64}:(\$(?:apr1|1|2[abxy]|5|6|y)\$[./A-Za-z0-9$,=]{20,140})",
        Severity.MEDIUM,
    ),
    Rule("docker-registry-auth", r"\"auth\"\s{0,8}:\s{0,8}\"([A-Za-z0-9+/]{12,2000}={0,2})\""),
    Rule(
        "basic-authorization",
        r"(?i)\bauthorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?basic[ \t]{1,4}"
        r"([a-z0-9+/]{12,400}={0,2})",
    ),
    Rule(
        "bearer-authorization",
        r"(?i)\bauthorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?bearer[ \t]{1,4}([\w.~+/=-]{20,400})"
        rf"{ENDS}",
    ),
    Rule("google-oauth-client-secret", r"\b(GOCSPX-[\w-]{28})"),
    Rule("google-oauth-refresh-token", r"\b(1//0[\w-]{40,200})\b"),
    Rule("firebase-server-key", r"\b(AAAA[\w-]{7}:APA91b[\w-]{100,180})\b"),
    Rule("azure-shared-access-signature", r"[?&;]sig=([A-Za-z0-9%+/]{40,80}(?:%3[Dd]|=))"),
    Rule(
        "azure-account-key",
        r"(?i)\b(?:account|shared ?access)key[ \t]{0,4}=[ \t]{0,4}([a-z0-9+/]{42,86}={1,2})",
        Severity.CRITICAL,
    ),
    Rule(
        "database-password",
        r"(?i)\b(?:server|host|data source|dbname|database)[ \t]{0,4}=[^\n\"']{1,200}?[; ]"
        r"(?:password|pwd)[ \t]{0,4}=[ \t]{0,4}([^;\s\"']{6,100})[;\s\"']",
    ),
    Rule(
        "url-password",
        r"(?i)\b[a-z][a-z0-9+.-]{1,30}://[^:/@\s\"'`<>]{0,100}:([^/@\s\"'`<>]{3,250})@[a-z0-9\[]",
    ),
    Rule("planetscale-token", r"\b(pscale_(?:tkn|pw|oauth)_[\w.-]{32,64})\b", Severity.CRITICAL),
    Rule("new-relic-user-key", r"\b(NRAK-[A-Z0-9]{27})\b"),
    Rule(
        "azure-client-secret",
        r"(?:^|[^\w~.-])([A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})(?:[^\w~.-]|$)",
        Severity.CRITICAL,
    ),
    Rule("cloudflare-tunnel-token", r"\b(eyJhIjoi[A-Za-z0-9+/=]{100,400})\b"),
    Rule("cloudflare-token", r"\b(cf(?:ut|at|k)_[A-Za-z0-9_-]{40,80})\b"),
    Rule("pypi-token", r"\b(pypi-AgE[A-Za-z0-9_-]{50,300})\b", Severity.CRITICAL),
    Rule("laravel-app-key", r"\bAPP_KEY=[\"']?(base64:[A-Za-z0-9+/]{43}=)"),
    Rule(
        "ansible-become-password",
        r"\bansible_(?:become|ssh|sudo)_pass[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
        rf"([^\s\"'{{}}]{{6,100}}){ENDS}",
    ),
    Rule(
        "npmrc-auth",
        r"(?i)_auth(?:token)?[ \t]{0,4}=[ \t]{0,4}[\"']?([\w+/=.-]{16,300})(?:[\s\"']|$)",
    ),
    Rule(
        "xml-password",
        r"(?i)<(?:\w{0,20}password|passphrase)>([^<>\s]{6,100})</",
        Severity.MEDIUM,
    ),
    Rule(
        "command-line-password",
        r"(?i)[ \t]--(?:\w{0,20}-)?(?:password|passwd|token|secret)[ =][\"']?"
        rf"([^\s\"'`$<>{{}}()\[\]]{{8,200}}){ENDS}",
        Severity.MEDIUM,
    ),
    Rule(
        NAMED,
        rf"(?i)name[\"']?:[ \t]{{0,8}}[\"']?[\w.-]{{0,60}}(?:{WORDS})[\w.-]{{0,40}}[\"']?"
        r",?\s{1,60}"
        rf"[\"']?value[\"']?:[ \t]{{0,8}}[\"']?([^\s\"'`,;<>(){{}}\[\]]{{8,250}}){ENDS}",
        Severity.MEDIUM,
    ),
    Rule(QUOTED, rf"(?i)(?:{WORDS}){ASSIGNS}[\"'`]([^\s\"'`]{{8,250}})[\"'`]", Severity.MEDIUM),
    Rule(
        BARE, rf"(?i)(?:{WORDS}){ASSIGNS}([^\s\"'`,;<>(){{}}\[\]]{{8,250}}){ENDS}", Severity.MEDIUM
    ),
)

BY_KIND = {rule.kind: rule for rule in RULES}


def as_kingfisher() -> str:
    """All of them, in a file as Kingfisher reads them (JSON, which is YAML)."""
    rules = [
        {
            "name": rule.kind,
            "id": f"{PREFIX}{rule.kind}",
            "pattern": rule.pattern,
            "min_entropy": 0.0,
            "confidence": "high",
        }
        for rule in RULES
    ]
    return json.dumps({"rules": rules})


def digest() -> str:
    """Changes with every change of a rule."""
    said = repr([(rule.kind, rule.pattern, rule.severity) for rule in RULES])
    return hashlib.sha256(said.encode()).hexdigest()[:16]
