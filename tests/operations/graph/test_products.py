"""What of a repository a name is, and which of its files need each other."""

from dataclasses import replace
from typing import Any, NamedTuple

from tests.operations.graph.sights import number, sight

from opsroom.model.link import Phase, Supply
from opsroom.operations.graph.meeting import Met, inner
from opsroom.operations.graph.products import made_at, with_image
from opsroom.store.link_rows import Supplied

IMAGE = "pkg:docker/acme/images/web"


class Asking(NamedTuple):
    """A link as the store gives it."""

    repository_id: int
    name_id: int
    name: str
    path: str
    line: int = 1
    constraint: str = ""
    kind: int = 3
    part: str = ""
    version: str = "1"
    phase: int = 0
    direct: bool = True
    sure: int = 2
    since: int = 1


def supplied(repository: int, path: str, target: str = IMAGE) -> Supplied:
    return Supplied(repository, 0, Supply(target, path), 1, None)


def test_a_product_is_the_file_that_its_users_stand_on_else_the_one_that_claims_it() -> None:
    seen = sight("api -> images: image 1.2 runtime Dockerfile:1")
    api, images = number(seen, "api"), number(seen, "images")
    (edge,) = seen.edges[api]
    seen = replace(seen, edges={api: [edge._replace(name=IMAGE, supply="web/Dockerfile")]})
    claims = [supplied(images, ".github/workflows/build.yml")]
    assert made_at(seen, (IMAGE,), claims, {api}) == {images: {"web/Dockerfile": Phase.RUNTIME}}
    assert made_at(seen, (IMAGE,), claims, ()) == {images: {}}
    package = "pkg:npm/@acme/ui"
    made = [supplied(images, "packages/ui/package.json", package), supplied(99, "x", package)]
    assert made_at(seen, (package,), made, ()) == {
        images: {"packages/ui/package.json": Phase.RUNTIME}
    }
    assert made_at(seen, ("host:web.acme.dev",), claims, {api}) == {}


def test_an_image_that_nobody_uses_is_looked_for_by_the_name_of_a_repository() -> None:
    assert with_image(("pkg:docker/acme/web?repository_url=ghcr.io", "pkg:npm/x")) == (
        *("pkg:docker/acme/web?repository_url=ghcr.io", "pkg:npm/x", "image:acme/web"),
    )
    assert with_image(("pkg:docker/python",)) == ("pkg:docker/python",)


def test_files_that_ask_for_what_others_of_their_repository_make_need_those() -> None:
    rows: list[Any] = [
        Asking(1, 1, "image:acme/images", "web/Dockerfile"),
        Asking(1, 2, "image:acme/images/node", "web/Dockerfile"),
        Asking(1, 3, "pkg:npm/@acme/ui", "packages/ui/package.json"),
        Asking(1, 4, "pkg:npm/@other/x", "package.json"),
    ]
    answers = {
        1: [supplied(1, "", "image:acme/images")],
        2: [supplied(1, "node/Dockerfile", "image:acme/images/node")],
        3: [supplied(1, "packages/ui/package.json", "pkg:npm/@acme/ui")],
        4: [supplied(2, "package.json", "pkg:npm/@other/x")],
    }
    found = inner(Met({1: rows}, answers))
    assert {number: [(e.path, e.supply) for e in each] for number, each in found.items()} == {
        1: [("web/Dockerfile", "node/Dockerfile")]
    }
