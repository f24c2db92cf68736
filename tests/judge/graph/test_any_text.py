"""Whatever strangers write, links and supplies are made of it without failing, in targets that are
their own canonical text."""

import string

from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.fleets import Whole, whole

from opsroom.judge.graph.targets import git_target, read, shown
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published

PIECES = (
    *("pkg:", "npm", "docker", "golang", "github", "githubactions", "helm", "ansible", "generic"),
    *("git+", "https://", "ssh://", "registry:", "url:", "path:", "workspace:", "github.com"),
    *("?vcs_url=", "?repository_url=", "&", "#", "@", ":", "/", "//", "..", ".", "%2F", "%", "*"),
    *("{owner}", "{name}", "{host}", "kim", "app", "Dockerfile", "charts", "templates", "[::1]"),
    *("\N{KELVIN SIGN}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\x00", "\ud800", "a" * 300),
)
TEXT = st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(
    string.printable, max_size=30
)
KINDS = st.sampled_from(("address", "host", "template", "environment", "source"))


@given(
    st.lists(st.tuples(TEXT, TEXT, st.builds(Package, TEXT, TEXT, origin=TEXT)), max_size=3),
    st.lists(st.tuples(TEXT, st.builds(Published, TEXT, TEXT, home=TEXT)), max_size=3),
    st.lists(st.tuples(TEXT, st.builds(Mention, KINDS, TEXT, serves=st.booleans())), max_size=3),
    st.lists(st.tuples(TEXT, st.just("dockerfile@1")), max_size=2),
)
def test_no_text_makes_links_or_supplies_fail(
    packages: list[tuple[str, str, Package]],
    published: list[tuple[str, Published]],
    mentions: list[tuple[str, Mention]],
    files: list[tuple[str, str]],
) -> None:
    app = Whole(whole("kim/app", folders=("/src/app",)).about, packages, published, mentions, files)
    own = {each.target for each in whole("kim/app").supplies if each.target.startswith("git:g")}

    assert own.isdisjoint(link.target for link in app.links)
    targets = [each.target for each in app.supplies]
    assert len(targets) == len(set(targets))


@given(TEXT)
def test_any_text_is_read_and_what_is_read_is_shown(text: str) -> None:
    assert all(shown(target) for target in read(text))


@given(TEXT)
def test_an_address_is_its_own_address(text: str) -> None:
    target = git_target(text)
    if target:
        assert git_target(f"https://{target.removeprefix('git:')}") == target
