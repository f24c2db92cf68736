"""What differs between two commits, file by file."""

from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.trees import Difference, compare, patch
from opsroom.demo.github.urls import Json, Urls, quoted


def files_between(urls: Urls, repository: Hosted, old: str | None, new: str) -> list[Json]:
    """The files that differ between two commits; None is the empty tree."""
    objects = repository.objects
    before = objects.commit(old).tree if old else None
    found = compare(objects, before, objects.commit(new).tree)
    return [_file(urls, repository, new, each) for each in found]


def _file(urls: Urls, repository: Hosted, commit: str, one: Difference) -> Json:
    added, deleted, lines = patch(repository.objects, one)
    page = urls.page(repository.full_name)
    path = quoted(one.path)
    body: Json = {
        "sha": one.new or one.old,
        "filename": one.path,
        "status": one.status,
        "additions": added,
        "deletions": deleted,
        "changes": added + deleted,
        "blob_url": f"{page}/blob/{commit}/{path}",
        "raw_url": f"{page}/raw/{commit}/{path}",
        "contents_url": f"{urls.repository(repository.full_name)}/contents/{path}?ref={commit}",
    }
    return body if lines is None else {**body, "patch": lines}
