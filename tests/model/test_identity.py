"""Identity: from hostile URLs and folders to keys, names and links."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.model.identity import (
    Identity,
    identity_of,
    key_of,
    names,
    remote_identity,
    web_url,
    without_credentials,
)


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("https://github.com/acme/api", "github.com", "acme/api"),
        ("https://github.com/acme/api.git", "github.com", "acme/api"),
        ("https://github.com/acme/api.git/", "github.com", "acme/api"),
        ("https://github.com//acme//api///", "github.com", "acme/api"),
        ("http://github.com/acme/api", "github.com", "acme/api"),
        ("HTTPS://GitHub.COM/Acme/Api", "github.com", "Acme/Api"),
        ("https://github.com./acme/api", "github.com", "acme/api"),
        ("https://ann:secret@github.com/acme/api", "github.com", "acme/api"),
        ("https://github.com/acme/api?token=x#y", "github.com", "acme/api"),
        ("https://git.example.org:8443/acme/api", "git.example.org:8443", "acme/api"),
        ("https://git.example.org:443/acme/api", "git.example.org", "acme/api"),
        ("https://git.example.org:/acme/api", "git.example.org", "acme/api"),
        ("ssh://git@github.com/acme/api.git", "github.com", "acme/api"),
        ("ssh://git@git.example.org:2222/acme/api", "git.example.org:2222", "acme/api"),
        ("ssh://git.example.org:22/acme/api", "git.example.org", "acme/api"),
        ("git+ssh://git@github.com/acme/api", "github.com", "acme/api"),
        ("ssh://git@ssh.github.com:443/acme/api.git", "github.com", "acme/api"),
        ("git://example.org:9418/acme/api.git", "example.org", "acme/api"),
        ("git@github.com:acme/api.git", "github.com", "acme/api"),
        ("git@github.com:/acme/api.git", "github.com", "acme/api"),
        ("github.com:acme/api", "github.com", "acme/api"),
        ("org-123@github.com:acme/api", "github.com", "acme/api"),
        ("git@h:acme/api", "h", "acme/api"),
        ("work:acme/api", "work", "acme/api"),
        ("git@[2001:DB8::1]:acme/api", "[2001:db8::1]", "acme/api"),
        ("https://[2001:db8:0::1]:8080/acme/api", "[2001:db8::1]:8080", "acme/api"),
        ("https://gitlab.com/group/sub/deep/api.git", "gitlab.com", "group/sub/deep/api"),
        ("git@gitlab.com:group/sub/api.git", "gitlab.com", "group/sub/api"),
        ("https://github.com/acme%2Fapi", "github.com", "acme/api"),
        ("https://example.org/my%20team/api", "example.org", "my team/api"),
        ("https://github.com/acme/api.git.git", "github.com", "acme/api.git"),
        ("https://github.com/acme/.github", "github.com", "acme/.github"),
        ("https://github.com/acme/digit", "github.com", "acme/digit"),
    ],
)
def test_a_remote_has_a_host_and_a_name(url: str, host: str, name: str) -> None:
    assert remote_identity(url) == (host, name)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/acme/api.git",
        "../acme/api",
        "./acme/api:x",
        "acme/api",
        "~/acme/api",
        "C:/acme/api",
        "C:\\acme\\api",
        "c:acme/api",
        "file:///srv/git/acme/api.git",
        "file://host/acme/api",
        "ext::sh -c evil/x",
        "ext::ssh://host/acme/api",
        "foo://host/acme/api",
        "https://github.com",
        "https://github.com/",
        "https://github.com/api",
        "git@github.com:api.git",
        "https://github.com/acme/.git",
        "https://github.com/acme/../api",
        "https://github.com/acme/%2e%2e/api",
        "https://github.com/acme/a%00b",
        "https://github.com/acme/a\nb",
        "https://github.com/acme/a\u202eb",
        "https:///acme/api",
        "https://-oProxyCommand=x/acme/api",
        "https://github.com:port/acme/api",
        "https://github.com:99999/acme/api",
        "https://[::1/acme/api",
        "https://[zz]/acme/api",
        "ann:secret@github.com@x:acme/api@y",
        "https://github.com/acme/" + "a" * 2_000,
    ],
)
def test_what_is_local_or_not_understood_has_none(url: str) -> None:
    assert remote_identity(url) is None
    assert web_url(url) is None


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://github.com/acme/api.git", "https://github.com/acme/api"),
        ("http://github.com/acme/api", "https://github.com/acme/api"),
        ("https://x:y@git.example.org:8443/a/b", "https://git.example.org:8443/a/b"),
        ("http://git.example.org:3000/a/b", None),
        ("ssh://git@git.example.org:2222/a/b", "https://git.example.org/a/b"),
        ("git@github.com:acme/api.git", "https://github.com/acme/api"),
        ("work:acme/api", None),
        ("https://nas/acme/api", "https://nas/acme/api"),
        ("https://example.org/my%20team/%3Cb%3E%22", "https://example.org/my%20team/%3Cb%3E%22"),
        ("javascript://github.com/acme/api", None),
    ],
)
def test_where_a_person_would_open_it(url: str, web: str | None) -> None:
    assert web_url(url) == web


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:s3cret@github.com/a/b", "https://github.com/a/b"),
        ("https://s3cret@github.com/a/b", "https://github.com/a/b"),
        ("https://x:s3@cret@github.com/a/b", "https://github.com/a/b"),
        ("https://x:s3/cret@github.com/a/b", "https://github.com/a/b"),
        ("https://github.com/a/b?access_token=s3cret", "https://github.com/a/b"),
        ("https://github.com/a/b#s3cret", "https://github.com/a/b"),
        ("ssh://git@github.com/a/b", "ssh://git@github.com/a/b"),
        ("ssh://git:s3cret@github.com/a/b", "ssh://github.com/a/b"),
        ("ssh://ann@github.com:22/a/b", "ssh://github.com:22/a/b"),
        ("git@github.com:a/b", "git@github.com:a/b"),
        ("s3cret@github.com:a/b", "github.com:a/b"),
        ("ann:s3cret@github.com:a/b", "github.com:a/b"),
        ("ext::https://ann:s3cret@github.com/a/b", "ext::https://github.com/a/b"),
        ("https://github.com/@scope/b", "https://github.com/@scope/b"),
        ("https://github.com:8443/@scope/b", "https://github.com:8443/@scope/b"),
        ("https://[::1]:8443/@scope/b", "https://[::1]:8443/@scope/b"),
        ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ("../b", "../b"),
        ("", ""),
    ],
)
def test_credentials_are_never_shown(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_a_key_is_the_same_for_every_way_to_reach_a_repository() -> None:
    urls = [
        "git@GitHub.com:Acme/API.git",
        "https://tok@github.com/acme/api",
        "ssh://github.com/ACME/api/",
    ]
    assert {key_of(url, "/x") for url in urls} == {"github.com/acme/api"}
    assert key_of("/srv/git/api.git", "/Home/api") == "path:/Home/api"
    assert key_of(None, "/home/api") == "path:/home/api"


def local(path: str) -> Identity:
    """A clone without a remote."""
    return identity_of(None, path)


def called(*identities: Identity) -> list[str]:
    """Their names, in their order."""
    given = names(identities)
    return [given[each.key] for each in identities]


def test_a_name_alone_is_plain() -> None:
    assert called(identity_of("git@github.com:acme/api.git", "/c/api"), local("/c/notes")) == [
        "acme/api",
        "local/notes",
    ]


def test_two_hosts_are_told_apart_by_host_and_port() -> None:
    assert called(
        identity_of("https://github.com/acme/api", "/a"),
        identity_of("https://git.example.org:8443/Acme/Api", "/b"),
        identity_of("https://github.com/acme/web", "/c"),
    ) == ["acme/api@github.com", "Acme/Api@git.example.org-8443", "acme/web"]


def test_two_folders_are_told_apart_by_the_shortest_parent() -> None:
    assert called(local("/h/job/api"), local("/h/play/api"), local("/h/job/web")) == [
        "local/api@job",
        "local/api@play",
        "local/web",
    ]


def test_parents_that_clash_go_one_further_up() -> None:
    assert called(local("/a/job/api"), local("/b/job/api"), local("/c/play/api")) == [
        "local/api@a-job",
        "local/api@b-job",
        "local/api@play",
    ]


def test_a_joined_parent_that_meets_a_real_one_is_told_apart_too() -> None:
    given = called(local("/a/job/api"), local("/b/job/api"), local("/x/a-job/api"))
    assert len(set(given)) == 3


def test_a_folder_and_a_remote_owner_called_local() -> None:
    given = called(local("/h/api"), identity_of("https://github.com/local/api", "/x"))
    assert given == ["local/api@h", "local/api@github.com"]


def test_a_folder_at_the_root_and_one_beneath_another() -> None:
    given = called(local("/api"), local("/job/api"))
    assert given[1] == "local/api@job"
    assert re.fullmatch(r"local/api@[0-9a-f]{8}", given[0])


def test_folders_that_differ_in_case_alone() -> None:
    given = called(local("/h/API"), local("/h/api"))
    assert len({name.lower() for name in given}) == 2


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/h/my notes", "local/my-notes"),
        ("/h/café", "local/cafe"),
        ("/h/a/../..", "local/_.."),
        ("/", "local/-"),
        ("/h/x\x1b[31m", "local/x-31m"),
        ("/h/\udcff", "local/-"),
        ("/h/" + "a" * 250, "local/" + "a" * 100),
    ],
)
def test_names_are_made_safe(path: str, name: str) -> None:
    assert called(local(path)) == [name]


VALID = re.compile(r"[A-Za-z0-9._~@-]+(/[A-Za-z0-9._~@-]+)+")
folder = st.sampled_from(
    ["api", "API", "a", "work", "a-work", "проект", "данные", "x y", "x-y", "."]
)
somewhere = st.lists(folder | st.text(min_size=1, max_size=4), min_size=1, max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
remotes = st.builds(
    "{}://{}/{}/{}".format,
    st.sampled_from(["https", "ssh"]),
    st.sampled_from(
        ["github.com", "git.example.org", "git.example.org:8443", "git.example.org-8443"]
    ),
    st.sampled_from(["acme", "Acme", "local", "ac me", "ac-me", "group/sub"]),
    folder,
)
fleets = st.lists(st.builds(identity_of, st.none() | remotes, somewhere), max_size=12)


@settings(deadline=None)
@given(fleets, st.randoms(use_true_random=False))
def test_every_name_is_valid_unique_and_the_same_in_any_order(
    fleet: list[Identity], chance: random.Random
) -> None:
    given_names = names(fleet)
    assert given_names.keys() == {each.key for each in fleet}
    assert len({name.lower() for name in given_names.values()}) == len(given_names)
    assert all(VALID.fullmatch(name) for name in given_names.values())
    shuffled = list({each.key: each for each in fleet}.values())
    expected = names(shuffled)
    chance.shuffle(shuffled)
    assert names(shuffled) == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("ab:/@.[]?#%2Fgit\\ ~-:/@"), max_size=40) | st.text(max_size=40))
def test_any_text_is_understood_or_refused_and_never_fails(url: str) -> None:
    shown = without_credentials(url)
    assert without_credentials(shown) == shown
    found = remote_identity(url)
    web = web_url(url)
    if found is None:
        assert web is None
    else:
        assert found[0] == found[0].lower()
        assert re.fullmatch(r"[^/]+(/[^/]+)+", found[1])
    assert web is None or web.startswith("https://")


secret = st.text(st.sampled_from("abcXYZ019:@%-"), min_size=1, max_size=12).map(
    lambda text: f"S3CRET{text}S3CRET"
)


@settings(deadline=None)
@given(
    st.sampled_from(["https", "http", "ssh", "ftp"]),
    st.sampled_from(["", "ann:", ":", "git:", "oauth2:"]),
    secret,
)
def test_no_password_survives(scheme: str, user: str, password: str) -> None:
    assert "S3CRET" not in without_credentials(f"{scheme}://{user}{password}@host.org/a/b")


def test_a_thousand_folders_of_one_name_take_no_time() -> None:
    fleet = [local(f"/{number // 100}/{number % 100}/x/y/api") for number in range(1_000)]
    started = time.process_time()
    assert len(set(names(fleet).values())) == 1_000
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", ["a", "://", "a:", "a@", ":1", "https://a:", "@:/"])
def test_very_long_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    without_credentials(text * 200_000)
    without_credentials(f"https://{text * 200_000}")
    assert remote_identity(text * 200_000) is None
    assert time.process_time() - started < 1
