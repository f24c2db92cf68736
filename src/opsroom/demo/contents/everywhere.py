"""What every repository of the demo has: license, changelog, CI, and who updates it."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256, sha512
from typing import NamedTuple

from opsroom.demo.catalogue import WORKFLOWS, Kind, Plot

Tree = dict[str, str]
"""Paths and texts of one commit."""


class Tagged(NamedTuple):
    """A release of a repository of the fleet: its tag and the commit that the tag names."""

    tag: str
    commit: str

    @property
    def version(self) -> str:
        """The version, without the letter of its tag."""
        return self.tag.removeprefix("v")


Releases = Callable[[str], Tagged]
"""The release of `owner/name` that is in use."""

LICENSE = """MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to
deal in it without restriction, including the rights to use, copy, modify, merge, publish,
distribute, sublicense and sell copies of it. The software is provided "as is", without warranty.
"""

BOT = """version: 2
updates:
  - package-ecosystem: {ecosystem}
    directory: /
    schedule:
      interval: weekly
"""

SHARED_CI = """name: ci
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  {job}:
    uses: homelab/workflows/.github/workflows/{kind}.yml@main
"""

OWN_CI = """name: ci
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  {job}:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: {command}
"""

IMAGE_CI = """name: image
on:
  push:
    branches: [main]
permissions:
  contents: read
  packages: write
jobs:
  image:
    uses: homelab/workflows/.github/workflows/image.yml@main
    with:
      name: {name}
"""


class Toolchain(NamedTuple):
    """What updates a kind, what its CI does, and what it ignores."""

    ecosystem: str
    job: str
    command: str
    ignored: str


TOOLCHAINS: dict[Kind, Toolchain] = {
    Kind.COMPOSE: Toolchain("docker-compose", "config", "docker compose config --quiet", "data/"),
    Kind.HELM: Toolchain("helm", "lint", "helm lint charts/*", "*.tgz"),
    Kind.TERRAFORM: Toolchain("terraform", "plan", "terraform plan -input=false", ".terraform/"),
    Kind.ANSIBLE: Toolchain("pip", "lint", "ansible-lint", "*.retry"),
    Kind.PYTHON: Toolchain("uv", "test", "uv run pytest", ".venv/"),
    Kind.NODE: Toolchain("npm", "test", "npm test", "node_modules/"),
    Kind.GO: Toolchain("gomod", "test", "go test ./...", "bin/"),
    Kind.RUST: Toolchain("cargo", "test", "cargo test --locked", "target/"),
    Kind.PAGES: Toolchain("github-actions", "check", "make check", "public/"),
    Kind.WORKFLOWS: Toolchain("github-actions", "lint", "actionlint", ".cache/"),
    Kind.IMAGES: Toolchain("docker", "build", "docker build .", ".cache/"),
}

CHANGES = {
    Kind.COMPOSE: "Bump the images to 3.{step}",
    Kind.HELM: "Chart 1.{step}.0",
    Kind.TERRAFORM: "Raise the provider to 5.{step}",
    Kind.ANSIBLE: "Install release 0.{step}",
    Kind.PYTHON: "Release 0.{step}.0",
    Kind.NODE: "Release 2.{step}.0",
    Kind.GO: "Release v1.{step}.0",
    Kind.RUST: "Release 0.{step}.0",
    Kind.PAGES: "Write down day {step}",
    Kind.WORKFLOWS: "Pin the runners of week {step}",
    Kind.IMAGES: "Build images 1.{step}",
}
"""What the commit of a step says."""

TAGS = {
    Kind.HELM: "1.{step}.0",
    Kind.TERRAFORM: "v5.{step}.0",
    Kind.ANSIBLE: "v0.{step}.0",
    Kind.PYTHON: "v0.{step}.0",
    Kind.NODE: "v2.{step}.0",
    Kind.GO: "v1.{step}.0",
    Kind.RUST: "v0.{step}.0",
    Kind.IMAGES: "1.{step}",
}
"""The tag of a step, in kinds that release."""


def message(plot: Plot, step: int) -> str:
    """Return what the commit that leads to `step` says."""
    return f"Begin: {plot.about}" if step == 0 else CHANGES[plot.kind].format(step=step)


def tag(plot: Plot, step: int) -> str | None:
    """Return the tag of a step; None where nothing is released."""
    pattern = TAGS.get(plot.kind)
    return pattern.format(step=step) if pattern and step else None


def everywhere(plot: Plot, step: int) -> Tree:
    """Return the files that a careful owner has in every repository."""
    log = "".join(f"- {message(plot, each)}\n" for each in range(step, -1, -1))
    chain = TOOLCHAINS[plot.kind]
    shared = SHARED_CI if WORKFLOWS in plot.needs else OWN_CI
    return {
        "README.md": f"# {plot.name}\n\n{plot.about}.\n",
        "LICENSE": LICENSE,
        "CHANGELOG.md": f"# Changes\n\n{log}",
        "SECURITY.md": "Write to security@home.arpa; an answer comes within a week.\n",
        ".gitignore": f".env\n{chain.ignored}\n",
        ".github/CODEOWNERS": "* @kim\n",
        ".github/dependabot.yml": BOT.format(ecosystem=chain.ecosystem),
        ".github/workflows/ci.yml": shared.format(
            job=chain.job, kind=plot.kind.value, command=chain.command
        ),
    }


def image_ci(plot: Plot) -> Tree:
    """Return the workflow of a repository that builds an image of itself."""
    return {".github/workflows/image.yml": IMAGE_CI.format(name=plot.name)}


def hexadecimal(*parts: str) -> str:
    """Return what stands for the SHA-256 of a file that isn't here: right in form, made up."""
    return sha256("\0".join(parts).encode()).hexdigest()


def base64(*parts: str, wide: bool = False) -> str:
    """Return the same as Base64: of SHA-512 when `wide`."""
    make = sha512 if wide else sha256
    return b64encode(make("\0".join(parts).encode()).digest()).decode()


def needed(plot: Plot, among: frozenset[str]) -> Iterator[str]:
    """Yield those repositories of the fleet that `plot` needs and that are `among` these."""
    return (need for need in plot.needs if need in among)
