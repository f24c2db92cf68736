"""What our rules say of Terraform: each with what breaks it and what only looks like it."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import DEEP, LFS, deep, misnamed
from tests.observe.scanners.laying import anchors, laid, rules

from opsroom.observe.configuration.terraform import check
from opsroom.observe.configuration.terraform_rules import RULES
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.scanners import Bounds
from opsroom.observe.scanners.terraform import SCANNER


def resource(kind: str, body: str) -> str:
    return f'resource "{kind}" "x" {{\n{body}\n}}\n'


def ingress(body: str) -> str:
    return resource("aws_security_group", f"ingress {{\n{body}\n}}")


WORLD = 'cidr_blocks = ["0.0.0.0/0"]'
POLICY = '{"Statement": [{"Effect": "%s", "Action": "%s", "Resource": "*"}]}'
EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "open-to-world": (
        [
            ingress(f'from_port = 22\nto_port = 22\nprotocol = "tcp"\n{WORLD}'),
            ingress(f'from_port = 0 # all\nto_port = 0\nprotocol = "-1"\n{WORLD}'),
            ingress('from_port = 1\nto_port = 9000\nipv6_cidr_blocks = [\n"10.0.0.0/8",\n"::/0"]'),
            resource(
                "aws_security_group_rule", f'type="ingress"\nfrom_port=5432\nto_port=5432\n{WORLD}'
            ),
            resource(
                "azurerm_network_security_rule",
                'direction = "Inbound"\naccess = "Allow"\nsource_address_prefix = "*"\n'
                'destination_port_range = "3389"',
            ),
            resource(
                "google_compute_firewall",
                'source_ranges = ["0.0.0.0/0"]\nallow {\nprotocol = "tcp"\nports = ["1-65535"]\n}',
            ),
            resource(
                "hcloud_firewall", 'rule {\ndirection="in"\nport="22"\nsource_ips=["0.0.0.0/0"]\n}'
            ),
        ],
        [
            ingress(f'from_port = 443\nto_port = 443\nprotocol = "tcp"\n{WORLD}'),
            ingress('from_port = 22\nto_port = 22\ncidr_blocks = ["10.0.0.0/8"]'),
            ingress('from_port = 22\nto_port = 22\ncidr_blocks = var.trusted # "0.0.0.0/0"'),
            ingress(f'from_port = -1\nto_port = -1\nprotocol = "icmp"\n{WORLD}'),
            resource(
                "aws_security_group", f"egress {{\nfrom_port=0\nto_port=0\nprotocol=-1\n{WORLD}\n}}"
            ),
            resource(
                "aws_security_group_rule", f'type="egress"\nfrom_port=0\nto_port=65535\n{WORLD}'
            ),
            resource(
                "google_compute_firewall",
                'source_ranges = ["0.0.0.0/0"]\ndeny {\nprotocol = "tcp"\nports = ["22"]\n}',
            ),
        ],
    ),
    "public-bucket": (
        [
            resource("aws_s3_bucket", 'acl = "public-read"'),
            resource("google_storage_bucket_iam_member", 'member = "allUsers"'),
            resource("azurerm_storage_container", 'container_access_type = "blob"'),
        ],
        [resource("aws_s3_bucket", 'acl = "private"'), resource("aws_s3_bucket", "acl = var.acl")],
    ),
    "public-database": (
        [resource("aws_db_instance", "storage_encrypted = true\npublicly_accessible = true")],
        [resource("aws_db_instance", "publicly_accessible = false")],
    ),
    "wildcard-rights": (
        [
            resource("aws_iam_policy", f"policy = <<EOF\n{POLICY % ('Allow', '*')}\nEOF"),
            resource(
                "aws_iam_policy",
                'policy = jsonencode({Statement = [{Effect = "Allow", Action = ["*"], '
                'Resource = "*"}]})',
            ),
            (
                'data "aws_iam_policy_document" "x" {\nstatement {\nactions = ["*"]\n'
                'resources = ["*"]\n}\n}\n'
            ),
        ],
        [
            resource("aws_iam_policy", f"policy = <<EOF\n{POLICY % ('Deny', '*')}\nEOF"),
            resource("aws_iam_policy", f"policy = <<EOF\n{POLICY % ('Allow', 's3:Get*')}\nEOF"),
            (
                'data "aws_iam_policy_document" "x" {\nstatement {\nactions = ["s3:*"]\n'
                'resources = ["*"]\n}\n}\n'
            ),
        ],
    ),
    "hard-coded-credentials": (
        ['provider "aws" {\nsecret_key = "wJalrXUtnFEMIK7MDENG"\n}\n'],
        ['provider "aws" {\nsecret_key = var.key\nregion = "x"\n}\n'],
    ),
    "hard-coded-secret": (
        [
            resource("aws_db_instance", 'storage_encrypted = true\npassword = "Aa1234321Bb"'),
            'variable "db_password" {\ndefault = "Aa1234321Bb"\n}\n',
        ],
        [
            resource("aws_db_instance", "storage_encrypted = true\npassword = var.password"),
            'variable "db_password" {\ndefault = ""\nsensitive = true\n}\n',
            'variable "password_length" {\ndefault = "twenty4"\n}\n',
        ],
    ),
    "unencrypted-storage": (
        [
            resource("aws_ebs_volume", "size = 1"),
            resource("aws_db_instance", "storage_encrypted = false"),
        ],
        [
            resource("aws_ebs_volume", "encrypted = true"),
            resource("aws_ebs_volume", "encrypted = var.encrypted"),
            resource("aws_db_instance", 'snapshot_identifier = "x"'),
        ],
    ),
    "unencrypted-transport": (
        [
            resource("azurerm_mysql_server", "ssl_enforcement_enabled = false"),
            resource("azurerm_storage_account", 'min_tls_version = "TLS1_0"'),
        ],
        [resource("azurerm_storage_account", 'min_tls_version = "TLS1_2"')],
    ),
    "open-metadata": (
        [resource("aws_instance", 'metadata_options {\nhttp_tokens = "optional"\n}')],
        [resource("aws_instance", 'metadata_options {\nhttp_tokens = "required"\n}')],
    ),
    "unpinned-module": (
        ['module "x" {\nsource = "git::https://x.example/a.git//b"\n}\n'],
        [
            'module "x" {\nsource = "git::https://x.example/a.git?ref=v1"\n}\n',
            'module "x" {\nsource = "terraform-aws-modules/vpc/aws"\nversion = "5.0.0"\n}\n',
            'module "x" {\nsource = "./vpc"\n}\n',
        ],
    ),
}


def seen(content: str, path: str = "main.tf") -> list[str]:
    found = check(path, content.encode())
    return [each.rule.id.removeprefix("terraform/") for each in found or ()]


def test_every_rule_has_a_true_and_a_false_example() -> None:
    ids = {rule.id.removeprefix("terraform/") for rule in RULES}
    assert ids == {*EXAMPLES, "committed-state"}


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: str) -> None:
    bad, good = EXAMPLES[rule]
    assert [seen(each).count(rule) for each in bad] == [1] * len(bad)
    assert [seen(each).count(rule) for each in good] == [0] * len(good)


def test_states_and_values() -> None:
    state = '{"version": 4, "resources": []}'
    assert seen(state, "a/terraform.tfstate") == ["committed-state"]
    assert seen("{}", "terraform.tfstate") == []
    assert seen('db_password = "Aa1234321Bb"\nregion = "x"\n', "prod.tfvars") == [
        "hard-coded-secret"
    ]


def test_a_secret_is_in_no_part_of_a_hit_and_its_anchor_stays(tmp_path: Path) -> None:
    bad = EXAMPLES["hard-coded-credentials"][0][0]
    before = SCANNER.look(laid(tmp_path / "a", {"main.tf": bad}), Bounds())
    assert "wJalr" not in str(before)
    moved = {"infra/providers.tf": f"# moved\n\n{bad.replace('MDENG', 'NEWER')}"}
    after = SCANNER.look(laid(tmp_path / "b", moved), Bounds())
    assert anchors(before) == anchors(after) != []


@pytest.mark.parametrize(
    "bad", [f"a = {DEEP}", LFS, "\0", 'a "b" {', "<<<<<<< ours\n", "a = <<E\n"]
)
def test_what_is_no_terraform_is_said_and_hides_nothing(tmp_path: Path, bad: str) -> None:
    with pytest.raises(NotUnderstood):
        check("x.tf", bad.encode())
    files = {"a.tf": bad, "b.tf": EXAMPLES["public-bucket"][0][0]}
    look = SCANNER.look(laid(tmp_path, files), Bounds(seconds=10))
    assert rules(look) == {"terraform/public-bucket": 1}
    assert [skip.example for skip in look.skipped] == ["a.tf"]


@pytest.mark.parametrize(
    "content",
    [
        resource("aws_db_instance", "a = 1\n" * 50_000),
        resource("aws_iam_policy", 'policy = "' + '\\"Action\\"' * 50_000 + '"'),
        'resource "aws_security_group" "x" {\n' + f"ingress {{\n{WORLD}\n}}\n" * 10_000 + "}\n",
        "a = [" + '"b",\n' * 100_000 + "]\n",
    ],
)
def test_long_files_take_no_time(tmp_path: Path, content: str) -> None:
    look = SCANNER.look(laid(tmp_path, {"main.tf": content}), Bounds(seconds=10))
    assert look.files == 1


def test_bad_names_and_deep_trees(tmp_path: Path) -> None:
    content = EXAMPLES["public-bucket"][0][0]
    files = {**misnamed("main.tf", content), **deep("main.tf", content)}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"terraform/public-bucket": len(files)}
