"""What the demo's repositories hold, at each step of their history.

Step by step versions rise, so that one commit differs from the next in what a person would
have changed: a tag of an image, a version, a line of a changelog. A module a kind; what all of
them share is in `everywhere`.
"""

from collections.abc import Callable

from opsroom.demo.catalogue import Kind, Plot
from opsroom.demo.contents import (
    ansible,
    compose,
    golang,
    helm,
    images,
    node,
    pages,
    python,
    rust,
    terraform,
    workflows,
)
from opsroom.demo.contents.everywhere import Releases, Tree, everywhere, message

FILES: dict[Kind, Callable[[Plot, int, Releases], Tree]] = {
    Kind.COMPOSE: compose.files,
    Kind.HELM: helm.files,
    Kind.TERRAFORM: terraform.files,
    Kind.ANSIBLE: ansible.files,
    Kind.PYTHON: python.files,
    Kind.NODE: node.files,
    Kind.GO: golang.files,
    Kind.RUST: rust.files,
    Kind.PAGES: pages.files,
    Kind.WORKFLOWS: workflows.files,
    Kind.IMAGES: images.files,
}

__all__ = ["contents", "message"]


def contents(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return every file at a step, as a careful owner would keep them.

    `releases` tells which release of another repository of the fleet is in use.
    """
    return {**everywhere(plot, step), **FILES[plot.kind](plot, step, releases)}
