"""The shared workflow repository: one reusable workflow a kind, which the others call."""

from opsroom.demo.catalogue import Kind, Plot
from opsroom.demo.contents.everywhere import TOOLCHAINS, Releases, Tree

REUSABLE = """name: {kind}
on:
  workflow_call:
permissions:
  contents: read
jobs:
  {job}:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
{setup}      - name: {title}
        run: {command}
"""

IMAGE = """name: image
on:
  workflow_call:
    inputs:
      name:
        type: string
        required: true
permissions:
  contents: read
  packages: write
jobs:
  image:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: docker/build-push-action@v5
        with:
          push: true
          tags: registry.home.arpa/${{ github.repository }}:${{ github.ref_name }}
"""

SETUPS = {
    Kind.PYTHON: ("astral-sh/setup-uv@v3", "version", "0.4.{step}"),
    Kind.NODE: ("actions/setup-node@v4", "node-version", '"20.{step}"'),
    Kind.GO: ("actions/setup-go@v5", "go-version", '"1.22.{step}"'),
    Kind.RUST: ("dtolnay/rust-toolchain@v1", "toolchain", '"1.7{step}"'),
    Kind.HELM: ("azure/setup-helm@v4", "version", "v3.14.{step}"),
    Kind.TERRAFORM: ("hashicorp/setup-terraform@v3", "terraform_version", "1.7.{step}"),
    Kind.ANSIBLE: ("actions/setup-python@v5", "python-version", '"3.12"'),
}

CALLABLE = (*SETUPS, Kind.COMPOSE, Kind.IMAGES)

TITLES = {
    Kind.PYTHON: "Run pytest",
    Kind.NODE: "Run npm test",
    Kind.GO: "Run go test",
    Kind.RUST: "Run cargo test",
    Kind.HELM: "Lint the charts",
    Kind.TERRAFORM: "Plan",
    Kind.ANSIBLE: "Run ansible-lint",
    Kind.COMPOSE: "Check the stack",
    Kind.IMAGES: "Build the image",
}
"""What the step is called that does the work of a kind."""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return every reusable workflow, and what tells how to call them."""
    tree = {f".github/workflows/{kind.value}.yml": reusable(kind, step) for kind in CALLABLE}
    tree[".github/workflows/image.yml"] = IMAGE
    return tree


def reusable(kind: Kind, step: int) -> str:
    """Return the workflow that repositories of a kind call."""
    chain = TOOLCHAINS[kind]
    setup = ""
    if kind in SETUPS:
        action, key, version = SETUPS[kind]
        value = version.format(step=step % 10)
        setup = f"      - uses: {action}\n        with:\n          {key}: {value}\n"
    return REUSABLE.format(
        kind=kind.value, job=chain.job, setup=setup, title=TITLES[kind], command=chain.command
    )
