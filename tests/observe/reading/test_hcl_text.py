import io
from typing import Any, cast

import hcl2
import pytest
from tests.observe.manifests.infrastructure_seeds import TERRAFORM, TERRAFORM_LOCK

from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.hcl_text import Block, blocks_of
from opsroom.observe.reading.values import rows, table, words

TRICKY = r"""
locals {
  a = { for k, v in var.x : k => v if v != "}" }
  b = "${join(",", [for s in var.list : upper("${s}")])} # no comment"
  c = var.x ? "module" : <<EOT
module "no" { source = "no" }
EOT
  d = (
    1 + 2
  )
  "e" = 1
}
module "a" { source = "x/y/z" } // one line
module "b" {
  source    = "quoted \"inside\" $${kept}"
  providers = { aws = aws.other, "google" : google }
  # module "c" { source = "no" }
  nested "label" {
    source = "not/the/module"
  }
}
""".replace('  "e" = 1\n', "")


def sources(top: Block) -> dict[str, str | None]:
    return {
        block.labels[0]: block.attributes["source"].text
        for block in top.blocks
        if block.kind == "module"
    }


def oracle(text: str) -> dict[str, str]:
    """Names and sources of modules as a full parser reads them."""
    found: dict[str, str] = {}
    top = cast("dict[str, Any]", hcl2.load(io.StringIO(text)))  # pyright: ignore[reportUnknownMemberType] # its own types are bare
    for block in rows(top.get("module")):
        for name, body in table(block).items():
            if source := words(table(body).get("source")):
                found[name.strip('"')] = source.removeprefix('"').removesuffix('"')
    return found


def test_what_is_nested_quoted_or_commented_is_no_module() -> None:
    assert sources(blocks_of(TRICKY.encode())) == {
        "a": "x/y/z",
        "b": 'quoted "inside" ${kept}',
    }


def test_a_full_parser_reads_the_same_modules() -> None:
    assert sources(blocks_of(TERRAFORM.encode())) == oracle(TERRAFORM)


def test_lines_labels_and_objects() -> None:
    top = blocks_of(TERRAFORM.encode())
    required = top.blocks[0].blocks[0]
    assert (required.kind, required.line) == ("required_providers", 3)
    aws = required.attributes["aws"]
    assert (aws.line, aws.entries["version"].text, aws.entries["version"].line) == (4, "~> 5.0", 6)
    lock = blocks_of(TERRAFORM_LOCK.encode()).blocks
    assert [block.labels for block in lock] == [
        ("registry.terraform.io/hashicorp/aws",),
        ("registry.example.org/acme/own",),
    ]


def test_an_expression_is_no_text() -> None:
    top = blocks_of(b'a = "x"\nb = "x${y}"\nc = "x" == y\nd = [1]\ne = {f = "g"}.f\n')
    assert {name: each.text for name, each in top.attributes.items()} == {
        "a": "x",
        "b": None,
        "c": None,
        "d": None,
        "e": None,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('a "b" {', "its end"),
        ("a {\n}}", "'}' is out of place"),
        ("a = [1, 2\n", "out of place"),
        ("a = [1}\n", "out of place"),
        ('a = "x\ny"\n', "text without end in line 1"),
        ("= 1\n", "'=' is out of place"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(NotUnderstood, match=says):
        blocks_of(text.encode())
