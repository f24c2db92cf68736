import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from opsroom.observe.reading.purls import npm_purl, pypi_purl


@given(st.from_regex(r"(?:@[a-z0-9-][a-z0-9._-]{0,9}/)?[a-z0-9-][a-z0-9._-]{0,9}", fullmatch=True))
@settings(deadline=None, database=None)
def test_the_short_way_gives_what_the_library_gives(name: str) -> None:
    scope, _, bare = name.rpartition("/")
    assert npm_purl(name) == PackageURL("npm", scope or None, bare).to_string()


@pytest.mark.parametrize(
    ("name", "purl"),
    [
        ("ws", "pkg:npm/ws"),
        ("@babel/core", "pkg:npm/%40babel/core"),
        ("JSONStream", "pkg:npm/JSONStream"),
        ("a~b", "pkg:npm/a~b"),
        ("it's", "pkg:npm/it%27s"),
        *((bad, None) for bad in ("", " ", "a b", "@a", "@/b", "a/b", "@a/b/c", "..", "a\n")),
        *((bad, None) for bad in ("\x1b[31m", "é", "a%2fb", "x" * 300, "@a/..", None, 3, ["a"])),
    ],
)
def test_npm(name: object, purl: str | None) -> None:
    assert npm_purl(name) == purl


@pytest.mark.parametrize(
    ("name", "purl"),
    [
        ("idna", "pkg:pypi/idna"),
        ("Flask_Login", "pkg:pypi/flask-login"),
        ("ruamel.yaml", "pkg:pypi/ruamel-yaml"),
        ("zope._-.interface", "pkg:pypi/zope-interface"),
        *((bad, None) for bad in ("", "-a", "a-", "a b", "a/b", "é", "a\n", "x" * 300, None, 3)),
    ],
)
def test_pypi(name: object, purl: str | None) -> None:
    assert pypi_purl(name) == purl
