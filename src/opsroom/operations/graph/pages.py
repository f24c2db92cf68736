"""Where a person looks at a line: its page on the host of a repository, or a file in a clone."""

from urllib.parse import quote

from opsroom.judge.hosted import told
from opsroom.model.text import plain
from opsroom.operations.fleet import Row

LONGEST = 1_000

GITHUB = "{url}/blob/{commit}/{path}{line}", "#L"
FORMS = {
    "gitlab": ("{url}/-/blob/{commit}/{path}{line}", "#L"),
    "bitbucket": ("{url}/src/{commit}/{path}{line}", "#lines-"),
    "codeberg": ("{url}/src/commit/{commit}/{path}{line}", "#L"),
    "gitea": ("{url}/src/commit/{commit}/{path}{line}", "#L"),
    "forgejo": ("{url}/src/commit/{commit}/{path}{line}", "#L"),
    "github": GITHUB,
}
"""How hosts write the address of a line, by a word in their names."""


def page(row: Row, commit: str, path: str, line: int) -> str | None:
    """The address of a line at a commit; None where nobody can tell how it is written.

    A repository that only a clone tells of has `path/to/clone/file:line`.
    """
    if not path:
        return None
    url = row.url
    form = _form(row, url) if url else None
    if url and form and commit:
        written, mark = form
        return written.format(
            url=url.rstrip("/"), commit=commit, path=quote(path), line=f"{mark}{line}" * bool(line)
        )
    clone = next((each.clone.path for each in row.snapshot.clones if not each.clone.bare), None)
    return plain(f"{clone}/{path}{f':{line}' * bool(line)}", LONGEST) if clone else None


def _form(row: Row, url: str) -> tuple[str, str] | None:
    if told(row.snapshot):
        return GITHUB  # the only kind of host that is asked
    host = url.partition("://")[2].partition("/")[0]
    return next((form for word, form in FORMS.items() if word in host), None)
