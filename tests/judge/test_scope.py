"""What settings can ask about before anything was judged: facts, a host's among them."""

from typing import Any

import pytest
from tests.judge.builders import ci, hosted, remote, snapshot, unasked

from opsroom.judge.scope import Scope
from opsroom.model.limits import Profile
from opsroom.model.where import Where

LOUD = remote(topics=("homelab",), description="Plays music", visibility="public", fork=True)


def takes(where: str, **groups: Any) -> bool:
    return Where.parse(where).matches(Scope(hosted(**groups), Profile.PERSONAL))


@pytest.mark.parametrize(
    ("where", "groups", "matches"),
    [
        ("ci:failing", {"ci": ci("failing")}, True),
        ("-ci:failing", {"ci": ci()}, True),
        ("ci:unknown", {"ci": unasked()}, True),
        ("-ci:failing", {}, False),
        ("label:homelab music is:fork is:public", {"remote": LOUD}, True),
        ("is:private", {}, True),
        ("is:private", {"remote": remote(visibility="internal")}, True),
        ("is:public", {}, False),
        ("is:private", {"remote": remote(visibility=None)}, False),
        ("-is:private", {"remote": remote(visibility=None)}, False),
        ("is:archived", {"remote": remote(archived=True)}, True),
        ("-is:archived", {}, True),
        ("-is:archived", {"remote": unasked()}, False),
        ("is:template", {"remote": remote(template=True)}, True),
        ("is:empty", {"remote": remote(empty=True, head=None)}, True),
        ("-is:fork", {"remote": None}, False),
    ],
)
def test_facts_of_a_host_can_be_filtered(where: str, groups: dict[str, Any], matches: bool) -> None:
    assert takes(where, **groups) is matches


def test_without_a_host_settings_say_what_is_public() -> None:
    for profile, public in ((Profile.PUBLIC, True), (Profile.TEAM, False)):
        assert Where.parse("is:public").matches(Scope(snapshot(), profile)) is public
