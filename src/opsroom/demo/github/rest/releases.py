"""Releases and tags."""

from opsroom.demo.github.acts.releases import publish_release
from opsroom.demo.github.bodies.releases import release as body
from opsroom.demo.github.refusals import invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.repository import Hosted, HostRelease

endpoint = Endpoints()

RELEASES = f"{REPOSITORY}/releases"


def _released(call: Call) -> tuple[Hosted, list[HostRelease]]:
    """The releases that the caller sees, newest first: drafts only with write access."""
    repository = call.repository("contents")
    inside = call.identity.refusal(repository, "contents", "write") is None
    found = [each for each in reversed(repository.releases) if inside or not each.draft]
    return repository, found


@endpoint("GET", RELEASES)
def releases(call: Call) -> Result:
    """Releases, newest first."""
    repository, found = _released(call)
    return call.paged(found, lambda each: body(call.urls, repository, each))


@endpoint("GET", f"{RELEASES}/latest")
def latest(call: Call) -> Result:
    """The newest that is neither a draft nor a prerelease."""
    repository, found = _released(call)
    done = [each for each in found if not each.draft and not each.prerelease]
    if not done:
        raise not_found()
    return body(call.urls, repository, done[0])


@endpoint("GET", f"{RELEASES}/tags/{{tag:path}}")
def by_tag(call: Call) -> Result:
    """The release of a tag."""
    repository, found = _released(call)
    one = next((each for each in found if each.tag == call.arguments["tag"]), None)
    if one is None:
        raise not_found()
    return body(call.urls, repository, one)


@endpoint("GET", f"{RELEASES}/{{release}}")
def release(call: Call) -> Result:
    """One release."""
    repository, found = _released(call)
    number = call.integer("release")
    one = next((each for each in found if each.id == number), None)
    if one is None:
        raise not_found()
    return body(call.urls, repository, one)


@endpoint("POST", RELEASES, content=True)
def create(call: Call) -> Result:
    """Publish a release, or keep it as a draft."""
    repository = call.repository("contents", "write")
    tag = call.text("tag_name", "Release")
    if any(each.tag == tag and not each.draft for each in repository.releases):
        raise invalid("Release", "tag_name", "already_exists")
    one = publish_release(
        call.world,
        repository,
        tag,
        call.actor,
        name=str(call.data.get("name") or tag),
        body=str(call.data.get("body") or ""),
        prerelease=call.data.get("prerelease") is True,
        draft=call.data.get("draft") is True,
    )
    return Answer(body(call.urls, repository, one), 201)


@endpoint("GET", f"{REPOSITORY}/tags")
def tags(call: Call) -> Result:
    """The tags of a repository."""
    repository = call.repository("contents")
    at = call.urls.repository(repository.full_name)
    prefix = "refs/tags/"
    found = sorted(
        ((ref.removeprefix(prefix), oid) for ref, oid in repository.refs.items()
         if ref.startswith(prefix)),
        reverse=True,
    )  # fmt: skip
    return call.paged(
        found,
        lambda each: {
            "name": each[0],
            "commit": {"sha": each[1], "url": f"{at}/commits/{each[1]}"},
            "zipball_url": f"{at}/zipball/refs/tags/{each[0]}",
            "tarball_url": f"{at}/tarball/refs/tags/{each[0]}",
            "node_id": f"REF_{repository.id}_refs/tags/{each[0]}",
        },
    )
