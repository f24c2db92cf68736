"""Which repository an address names, and which it doesn't."""

import time

import pytest

from opsroom.observe.reading.git_addresses import Shape, git_address

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("url", "origin", "version", "shape"),
    [
        ("https://raw.githubusercontent.com/a/b/v1/x.sh", "github.com/a/b", "v1", Shape.FILE),
        (
            "https://raw.githubusercontent.com/a/b/refs/heads/main/x.sh",
            *("github.com/a/b", "main", Shape.FILE),
        ),
        ("https://raw.githubusercontent.com/a/b/HEAD/x.sh", "github.com/a/b", "", Shape.FILE),
        ("https://raw.githubusercontent.com/a/b/${V}/x", "github.com/a/b", "", Shape.FILE),
        ("https://github.com/a/b/raw/v1/x", "github.com/a/b", "v1", Shape.FILE),
        (
            "https://github.com/a/b/archive/refs/tags/v1.2.tar.gz",
            *("github.com/a/b", "v1.2", Shape.FILE),
        ),
        ("https://github.com/a/b/archive/main.zip", "github.com/a/b", "main", Shape.FILE),
        ("https://github.com/a/b/releases/download/v1/x.tgz", "github.com/a/b", "v1", Shape.FILE),
        ("https://github.com/a/b/releases/download/v$V/x", "github.com/a/b", "", Shape.FILE),
        ("https://github.com/a/b/releases/latest/download/x", "github.com/a/b", "", Shape.FILE),
        ("https://github.com/a/b/releases/latest", "github.com/a/b", "", Shape.PAGE),
        ("https://github.com/a/b/releases/tag/v1", "github.com/a/b", "v1", Shape.PAGE),
        ("https://github.com/a/b/blob/main/README.md", "github.com/a/b", "main", Shape.PAGE),
        ("https://github.com/a/b/tree/dev/x", "github.com/a/b", "dev", Shape.PAGE),
        (
            "https://codeload.github.com/a/b/tar.gz/refs/tags/v1",
            *("github.com/a/b", "v1", Shape.FILE),
        ),
        ("https://api.github.com/repos/a/b/releases/latest", "github.com/a/b", "", Shape.FILE),
        (
            "https://api.github.com/repos/a/b/releases/tags/v1",
            *("github.com/a/b", "v1", Shape.FILE),
        ),
        (
            f"https://api.github.com/repos/a/b/tarball/{COMMIT}",
            "github.com/a/b",
            COMMIT,
            Shape.FILE,
        ),
        ("https://cdn.jsdelivr.net/gh/a/b@1.2/x.js", "github.com/a/b", "1.2", Shape.FILE),
        ("https://github.com/a/b", "github.com/a/b", "", Shape.PLAIN),
        ("https://www.github.com/a/b/", "github.com/a/b", "", Shape.PLAIN),
        ("https://github.com/a/b.git", "github.com/a/b", "", Shape.CLONE),
        ("https://kim:secret@github.com/a/b.git", "github.com/a/b", "", Shape.CLONE),
        ("https://github.com/a/b//folder?ref=v1", "github.com/a/b", "v1", Shape.PLAIN),
        ("git+https://github.com/a/b@v1#egg=b", "github.com/a/b", "v1", Shape.CLONE),
        ("git+https://github.com/a/b.git@v1", "github.com/a/b", "v1", Shape.CLONE),
        ("git+ssh://git@github.com/a/b.git#semver:^1", "github.com/a/b", "", Shape.CLONE),
        ("git@git.acme.dev:a/b.git", "git.acme.dev/a/b", "", Shape.CLONE),
        ("git@git.acme.dev:a/b", "git.acme.dev/a/b", "", Shape.CLONE),
        ("ssh://git@git.acme.dev:2222/a/b.git", "git.acme.dev:2222/a/b", "", Shape.CLONE),
        ("https://git.acme.dev:443/a/b.git", "git.acme.dev/a/b", "", Shape.CLONE),
        ("https://gitlab.com/a/b/c.git", "gitlab.com/a/b/c", "", Shape.CLONE),
        ("https://gitlab.com/a/b/c", "gitlab.com/a/b/c", "", Shape.PLAIN),
        ("https://git.acme.dev/a/b/c/-/raw/main/ci.yml", "git.acme.dev/a/b/c", "main", Shape.FILE),
        (
            "https://git.acme.dev/a/b/-/archive/v1/b-v1.tar.gz",
            *("git.acme.dev/a/b", "v1", Shape.FILE),
        ),
        (
            "https://git.acme.dev/a/b/-/releases/v1/downloads/x",
            *("git.acme.dev/a/b", "v1", Shape.FILE),
        ),
        ("https://git.acme.dev/a/b/-/blob/main/x", "git.acme.dev/a/b", "main", Shape.PAGE),
        (
            "https://git.acme.dev/api/v4/projects/a%2Fb/repository/files/x/raw",
            *("git.acme.dev/a/b", "", Shape.FILE),
        ),
        ("https://git.acme.dev/a/b/raw/branch/main/x", "git.acme.dev/a/b", "main", Shape.FILE),
        ("https://git.acme.dev/a/b/src/branch/main/x", "git.acme.dev/a/b", "main", Shape.PAGE),
        ("https://git.acme.dev/api/v1/repos/a/b/tags", "git.acme.dev/a/b", "", Shape.FILE),
        ("https://bitbucket.org/a/b/get/v1.zip", "bitbucket.org/a/b", "v1", Shape.FILE),
        ("https://bitbucket.org/a/b/src/main/x", "bitbucket.org/a/b", "main", Shape.PAGE),
    ],
)
def test_names_a_repository(url: str, origin: str, version: str, shape: Shape) -> None:
    assert git_address(url) == (f"git+https://{origin}", version, shape)


@pytest.mark.parametrize(
    "url",
    [
        *("https://github.com", "https://github.com/", "https://github.com/a"),
        *("https://github.com/a/b/issues/1", "https://github.com/a/b/pull/1"),
        *("https://github.com/a/b/wiki", "https://github.com/a/b/actions/workflows/x/badge.svg"),
        *("https://github.com/a/b/commit/0123", "https://github.com/a/b/discussions/1"),
        *("https://github.com/user-attachments/assets/1", "https://github.com/orgs/a/teams"),
        *(
            "https://github.com/sponsors/a",
            "https://gist.github.com/a/b",
            "https://github.com/$X/b",
        ),
        *(
            "https://github.com/${X}/b.git",
            "https://github.com/<owner>/b",
            "https://github.com/{}/b",
        ),
        *("https://git.acme.dev/a/b/-/issues/1", "https://git.acme.dev/a/b/-/merge_requests/1"),
        *("https://acme.dev/a/b/c", "https://acme.dev/api/v1", "https://api.acme.dev/api/users/1"),
        *("http://web/a/b", "mailto:kim@acme.dev", "kim@acme.dev", "nas:/a/b", "root@nas:22/a"),
        *("file:///a/b.git", "/a/b.git", "a/b", "", "https://", "https:///a/b", "https://[/a/b"),
        *("https://-/a/b.git", "git@:a/b", "https://acme.dev/.git", "https://acme.dev/../b.git"),
        *("https://dl.acme.dev/tools/install.sh", "https://dl.acme.dev/tools/x-1.tgz"),
        "https://github.com/a/b\x1b[0m",
        "https://github.com/" + "a/" * 2_000 + "b.git",
    ],
)
def test_names_none(url: str) -> None:
    assert git_address(url) is None


@pytest.mark.parametrize("part", ["a/", "//", "@", ".git", "%2F", "-/", "a@", ":"])
def test_a_long_one_takes_no_time(part: str) -> None:
    begun = time.perf_counter()
    for before in ("https://", "git@a:", "ssh://a@", "https://github.com/"):
        git_address(before + part * 100_000)
        git_address(before + part * (500 // len(part)))
    assert time.perf_counter() - begun < 1
