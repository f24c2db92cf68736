"""Terraform: providers that are locked, and a module of the fleet."""

from opsroom.demo.catalogue import DNS, HOST, Plot
from opsroom.demo.contents.everywhere import Releases, Tree, base64, hexadecimal

MAIN = """terraform {{
  required_version = ">= 1.6"

  required_providers {{
    dns = {{
      source  = "hashicorp/dns"
      version = "~> 3.4"
    }}
    cloud = {{
      source  = "hetznercloud/hcloud"
      version = "~> 1.{minor}"
    }}
  }}
}}
"""

MODULE = """
module "dns" {{
  source = "git::https://{host}/{module}.git?ref={tag}"
  zone   = var.zone
}}
"""

LOCKED = """
provider "registry.terraform.io/{source}" {{
  version     = "{version}"
  constraints = "{constraints}"
  hashes = [
    "h1:{first}",
    "zh:{second}",
    "zh:{third}",
  ]
}}
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a root module; one that needs the fleet's module calls it at a tag."""
    main = MAIN.format(minor=40 + step)
    if DNS in plot.needs:
        main += MODULE.format(host=HOST, module=DNS, tag=releases(DNS).tag)
    return {
        "main.tf": main,
        "variables.tf": 'variable "zone" {\n  type = string\n}\n',
        "outputs.tf": 'output "zone" {\n  value = var.zone\n}\n',
        ".terraform.lock.hcl": (
            '# This file is maintained automatically by "terraform init".\n'
            "# Manual edits may be lost in future updates.\n"
            + _locked("hashicorp/dns", "3.4.1", "~> 3.4")
            + _locked("hetznercloud/hcloud", f"1.{40 + step}.0", f"~> 1.{40 + step}")
        ),
    }


def _locked(source: str, version: str, constraints: str) -> str:
    return LOCKED.format(
        source=source,
        version=version,
        constraints=constraints,
        first=base64(source, version),
        second=hexadecimal(source, version, "linux_amd64"),
        third=hexadecimal(source, version, "linux_arm64"),
    )
