"""Terraform: doors to the whole world, rights without bounds, secrets and data in the clear.

Structure comes from the reader of blocks; what an expression says is looked at as it is written,
so a value that is computed elsewhere is never guessed. Names are those of the providers' own
documentation: aws, azurerm, google, and firewalls of others that are written alike.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from opsroom.model.severity import Severity
from opsroom.observe.configuration import Rule, Seen
from opsroom.observe.configuration.terraform_rules import (
    BUCKET,
    CLEAR,
    CREDENTIALS,
    DATABASE,
    METADATA,
    MODULE,
    OPEN,
    RIGHTS,
    SECRET,
    STATE,
    TRANSPORT,
)
from opsroom.observe.configuration.words import (
    ADMIN_PORTS,
    DATABASE_PORTS,
    guessable,
    is_secret,
)
from opsroom.observe.reading.hcl_text import Attribute, Block, blocks_of
from opsroom.observe.reading.plain_text import text_of

WORLD = re.compile(r'"(?:0\.0\.0\.0/0|::/0|\*|Internet|Any|any|internet)"')
PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
NUMBER = re.compile(r"\b(\d{1,5})\b")
COMMENT = re.compile(r"(?m)(?:^|\s)(?:#|//).*$")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
MOST_WRITTEN = 20_000
"""Characters of one expression that are looked at."""

ENCRYPTED_BY = {
    "aws_db_instance": "storage_encrypted",
    "aws_rds_cluster": "storage_encrypted",
    "aws_ebs_volume": "encrypted",
    "aws_efs_file_system": "encrypted",
    "aws_neptune_cluster": "storage_encrypted",
    "aws_docdb_cluster": "storage_encrypted",
    "aws_redshift_cluster": "encrypted",
}
LITERAL_SECRETS = frozenset(
    {
        *("password", "master_password", "admin_password", "administrator_login_password"),
        *("auth_token", "secret_string", "root_password", "user_password"),
    }
)
PROVIDER_SECRETS = frozenset(
    {
        *("access_key", "secret_key", "token", "client_secret", "password", "api_token", "api_key"),
        *("private_key", "hcloud_token", "do_token", "secret_id"),
    }
)


@dataclass(slots=True)
class Source:
    """A file: its blocks, and what stands where."""

    top: Block
    lines: list[str]
    starts: list[int] = field(default_factory=list[int])

    def written(self, attribute: Attribute | None) -> str:
        """An expression as it is written, without comments; empty where there is none."""
        if attribute is None:
            return ""
        if attribute.text is not None:
            return f'"{attribute.text}"'
        after = _after(self.starts, attribute.line)
        end = after - 1 if after else len(self.lines)
        text = "\n".join(self.lines[attribute.line - 1 : max(end, attribute.line)])[:MOST_WRITTEN]
        return COMMENT.sub("", text.partition("=")[2])

    def flag(self, block: Block, name: str) -> bool | None:
        """What a switch is set to; None: it isn't, or that is computed."""
        words = self.written(block.attributes.get(name)).split()
        return {"true": True, "false": False, '"true"': True}.get(words[0]) if words else None


def check(path: str, content: bytes) -> Iterator[Seen] | None:
    """What is wrong in a Terraform file."""
    if path.endswith(".tfstate"):
        return iter((Seen(STATE, 1, "", "state"),) if b'"resources"' in content else ())
    if path.endswith(".tfvars"):
        return _values(_source(content))
    return _check(_source(content))


def _source(content: bytes) -> Source:
    top = blocks_of(content)
    source = Source(top, text_of(content).split("\n"))
    waiting = [top]
    while waiting:
        block = waiting.pop()
        source.starts += (each.line for each in block.attributes.values())
        source.starts += (each.line for each in block.blocks)
        waiting += block.blocks
    source.starts.sort()
    return source


def _check(source: Source) -> Iterator[Seen]:
    for block in source.top.blocks:
        if block.kind == "resource" and len(block.labels) == 2:
            yield from _resource(source, block)
        elif block.kind == "provider":
            for name, attribute in block.attributes.items():
                if name in PROVIDER_SECRETS and _is_literal(name, attribute, anything=True):
                    subject = f"{' '.join(block.labels)}: {name}"
                    yield Seen(CREDENTIALS, attribute.line, subject, subject)
        elif block.kind == "module":
            address = block.attributes.get("source")
            said = (address.text or "") if address is not None else ""
            if address is not None and _is_git(said) and "ref=" not in said:
                yield Seen(MODULE, address.line, said, said)
        elif block.kind == "data" and block.labels[:1] == ("aws_iam_policy_document",):
            yield from _statements(source, block)
        elif block.kind == "variable" and block.labels:
            default = block.attributes.get("default")
            if default is not None and _is_literal(block.labels[0], default):
                yield _secret(default, f"variable {block.labels[0]}")


def _values(source: Source) -> Iterator[Seen]:
    for name, attribute in source.top.attributes.items():
        if _is_literal(name, attribute):
            yield _secret(attribute, name)


def _resource(source: Source, block: Block) -> Iterator[Seen]:
    kind, name = block.labels
    subject = f"{kind}.{name}"
    yield from _doors(source, block, subject)
    yield from _buckets(source, block, subject)
    if kind in ENCRYPTED_BY:
        switch = ENCRYPTED_BY[kind]
        told = source.flag(block, switch)
        from_snapshot = not block.attributes.keys().isdisjoint(
            {"snapshot_identifier", "snapshot_id", "replicate_source_db"}
        )
        if told is False or (switch not in block.attributes and not from_snapshot):
            yield _seen(CLEAR, block, switch, subject)
    if source.flag(block, "publicly_accessible") is True:
        yield _seen(DATABASE, block, "publicly_accessible", subject)
    for key in LITERAL_SECRETS & block.attributes.keys():
        if _is_literal(key, block.attributes[key], anything=True):
            yield _secret(block.attributes[key], f"{subject}: {key}")
    yield from _transport(source, block, subject)
    for inner in block.blocks:
        if inner.kind == "metadata_options":
            tokens = inner.attributes.get("http_tokens")
            if tokens is not None and tokens.text == "optional":
                yield Seen(METADATA, tokens.line, subject, subject)
    policy = block.attributes.get("policy")
    if policy is not None and kind.startswith("aws_iam") and _allows_all(source.written(policy)):
        yield Seen(RIGHTS, policy.line, subject, subject)


def _doors(source: Source, block: Block, subject: str) -> Iterator[Seen]:
    kind = block.labels[0]
    rules = [block]
    if kind in {"aws_security_group", "aws_default_security_group"}:
        rules = [each for each in block.blocks if each.kind == "ingress"]
    elif kind == "azurerm_network_security_group":
        rules = [each for each in block.blocks if each.kind == "security_rule"]
    elif kind in {"hcloud_firewall", "digitalocean_firewall"}:
        rules = [each for each in block.blocks if each.kind in {"rule", "inbound_rule"}]
    elif kind not in DOORS:
        return
    for rule in rules:
        if _is_outward(source, rule) or not any(
            WORLD.search(source.written(rule.attributes.get(key))) for key in FROM
        ):
            continue
        port = _port(source, rule, kind)
        if port is not None:
            line = next((rule.attributes[key].line for key in FROM if key in rule.attributes), 0)
            yield Seen(OPEN, line or rule.line, f"{subject}: {port}", f"{subject} {port}")


DOORS = frozenset(
    {
        *("aws_security_group_rule", "aws_vpc_security_group_ingress_rule"),
        *("azurerm_network_security_rule", "google_compute_firewall", "aws_network_acl_rule"),
        *("openstack_networking_secgroup_rule_v2", "scaleway_instance_security_group_rule"),
    }
)
FROM = (
    *("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "source_address_prefix"),
    *("source_address_prefixes", "source_ranges", "source_ips", "source_addresses", "cidr_block"),
    "remote_ip_prefix",
)


def _is_outward(source: Source, rule: Block) -> bool:
    """Whether a rule is about what may go out, or about what may not come in."""
    said = {
        key: source.written(rule.attributes.get(key)).strip().strip('"').lower()
        for key in ("type", "direction", "access", "egress", "rule_action")
    }
    return (
        said["type"] == "egress"
        or said["direction"] in {"outbound", "egress", "out"}
        or said["access"] == "deny"
        or said["egress"].startswith("true")
        or said["rule_action"] == "deny"
        or any(each.kind == "deny" for each in rule.blocks)
    )


def _port(source: Source, rule: Block, kind: str) -> str | None:
    """The guarded port that a rule opens, in words; None: it opens none, or that is computed."""
    attributes = rule.attributes
    protocol = source.written(attributes.get("protocol")).strip().strip('"').lower()
    if protocol in {"icmp", "icmpv6", "1", "58"}:
        return None
    if kind.startswith("aws"):
        if protocol in {"-1", "all"}:
            return "every port"
        low, high = (
            _number(source.written(attributes.get(key))) for key in ("from_port", "to_port")
        )
        return None if low is None or high is None else _guarded([(low, high)])
    if kind == "google_compute_firewall":
        allowed = [each for each in rule.blocks if each.kind == "allow"]
        written = " ".join(source.written(each.attributes.get("ports")) for each in allowed)
        everything = any(
            '"all"' in source.written(each.attributes.get("protocol")) for each in allowed
        )
        return "every port" if everything else _guarded(_ranges(written))
    keys = ("destination_port_range", "destination_port_ranges", "port", "port_range")
    written = " ".join(source.written(attributes.get(key)) for key in keys)
    if '"*"' in written or '"any"' in written or '"all"' in written:
        return "every port"
    return _guarded(_ranges(written))


def _ranges(written: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for said in STRING.findall(written)[:200]:
        low, dash, high = said.partition("-")
        if low.strip().isdigit() and (not dash or high.strip().isdigit()):
            found.append((int(low[:6]), int((high if dash else low)[:6])))
    return found


def _guarded(ranges: list[tuple[int, int]]) -> str | None:
    for port, what in (ADMIN_PORTS | DATABASE_PORTS).items():
        if any(low <= port <= high for low, high in ranges):
            return f"{what} on port {port}"
    return None


def _buckets(source: Source, block: Block, subject: str) -> Iterator[Seen]:
    kind = block.labels[0]
    acl = block.attributes.get("acl")
    if (
        acl is not None
        and kind.startswith(("aws_s3_bucket", "alicloud_oss_bucket"))
        and acl.text in PUBLIC_ACLS
    ):
        yield Seen(BUCKET, acl.line, f"{subject}: {acl.text}", subject)
    if kind.startswith("google_storage_bucket"):
        for key in ("member", "members", "entity"):
            if re.search(
                r'"all(?:Authenticated)?Users"', source.written(block.attributes.get(key))
            ):
                yield _seen(BUCKET, block, key, subject)
    access = block.attributes.get("container_access_type")
    if access is not None and access.text in {"blob", "container"}:
        yield Seen(BUCKET, access.line, subject, subject)


def _transport(source: Source, block: Block, subject: str) -> Iterator[Seen]:
    for key in (
        "enable_https_traffic_only",
        "https_traffic_only_enabled",
        "ssl_enforcement_enabled",
    ):
        if source.flag(block, key) is False:
            yield _seen(TRANSPORT, block, key, subject)
    for key in ("min_tls_version", "minimum_tls_version", "ssl_minimal_tls_version_enforced"):
        told = block.attributes.get(key)
        if told is not None and told.text in {"TLS1_0", "TLS1_1", "1.0", "1.1"}:
            yield Seen(TRANSPORT, told.line, f"{subject}: {told.text}", subject)


def _statements(source: Source, block: Block) -> Iterator[Seen]:
    for statement in (each for each in block.blocks if each.kind == "statement"):
        effect = statement.attributes.get("effect")
        actions = source.written(statement.attributes.get("actions"))
        resources = source.written(statement.attributes.get("resources"))
        allowed = effect is None or effect.text == "Allow"
        if allowed and _all_of(actions) and _all_of(resources):
            subject = ".".join(block.labels)
            yield Seen(RIGHTS, statement.line, subject, subject)


def _all_of(written: str) -> bool:
    return re.search(r'\[\s*"\*(?::\*)?"\s*,?\s*\]', written) is not None


ALL_ACTIONS = re.compile(r'"?Action"?\s*[:=]\s*\[?\s*"\*(?::\*)?"')
ALL_RESOURCES = re.compile(r'"?Resource"?\s*[:=]\s*\[?\s*"\*"')


def _allows_all(written: str) -> bool:
    """Whether one statement of a policy, as JSON or as an object, allows everything."""
    return any(
        ALL_ACTIONS.search(part)
        and ALL_RESOURCES.search(part)
        and re.search(r'"?Effect"?\s*[:=]\s*"Allow"', part)
        for part in written.split("}")
    )


def _is_literal(name: str, attribute: Attribute, *, anything: bool = False) -> bool:
    """Whether an attribute is a secret as plain text; `anything`: its name is known to be one."""
    text = attribute.text
    return bool(text) and is_secret("PASSWORD" if anything else name, text or "")


def _secret(attribute: Attribute, subject: str) -> Seen:
    milder = Severity.LOW if guessable(attribute.text or "") else None
    return Seen(SECRET, attribute.line, subject, subject, milder)


def _is_git(source: str) -> bool:
    return source.startswith(("git::", "git@", "github.com/", "bitbucket.org/"))


def _seen(rule: Rule, block: Block, key: str, subject: str) -> Seen:
    attribute = block.attributes.get(key)
    return Seen(rule, attribute.line if attribute else block.line, subject, f"{subject} {key}")


def _number(written: str) -> int | None:
    match = NUMBER.fullmatch(written.strip().strip('"'))
    return int(match[1]) if match else None


def _after(starts: list[int], line: int) -> int | None:
    """The first line after `line` where something else begins."""
    place = bisect_right(starts, line)
    return starts[place] if place < len(starts) else None
