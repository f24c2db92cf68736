"""Releases are published."""

from opsroom.demo.github.bodies.releases import release as release_body
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted, HostRelease
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def publish_release(
    world: World,
    repository: Hosted,
    tag: str,
    author: Account,
    *,
    name: str = "",
    body: str = "",
    prerelease: bool = False,
    draft: bool = False,
) -> HostRelease:
    """Publish a release of a tag, which need not be there yet (or keep it as a draft)."""
    with world.lock:
        now = world.now()
        number, node = world.identify("RE")
        one = HostRelease(
            number,
            node,
            tag,
            repository.default_branch,
            name or tag,
            body,
            author,
            now,
            None if draft else now,
            draft,
            prerelease,
        )
        repository.releases.append(one)
        if not draft:

            def details(urls: Urls) -> Json:
                return {"release": release_body(urls, repository, one)}

            world.emit("release", "published", repository, details, actor=author)
        return one
