"""Releases."""

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.repository import Hosted, HostRelease
from opsroom.demo.github.urls import Json, Urls, quoted


def release(urls: Urls, repository: Hosted, one: HostRelease) -> Json:
    """A release; it has no assets."""
    api, page = urls.repository(repository.full_name), urls.page(repository.full_name)
    at = f"{api}/releases/{one.id}"
    tag = quoted(one.tag)
    return {
        "url": at,
        "assets_url": f"{at}/assets",
        "upload_url": f"{at}/assets{{?name,label}}",
        "html_url": f"{page}/releases/tag/{tag}",
        "id": one.id,
        "author": account(urls, one.author),
        "node_id": one.node_id,
        "tag_name": one.tag,
        "target_commitish": one.target,
        "name": one.name,
        "draft": one.draft,
        "immutable": False,
        "prerelease": one.prerelease,
        "created_at": stamp(one.created_at),
        "published_at": maybe(one.published_at),
        "updated_at": stamp(one.created_at),
        "assets": [],
        "tarball_url": f"{api}/tarball/{tag}",
        "zipball_url": f"{api}/zipball/{tag}",
        "body": one.body,
    }
