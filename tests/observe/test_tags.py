from datetime import UTC, datetime

from tests.observe.workshop import Workshop, facts

from opsroom.model.facts import Unknown
from opsroom.model.tags import Tags


def tags(workshop: Workshop, folder: str = "api") -> Tags:
    found = facts(workshop.root / folder).tags
    assert isinstance(found, Tags), found
    return found


def test_tags_with_and_without_annotation_lead_to_their_commits(workshop: Workshop) -> None:
    folder = workshop.repository("api")
    first = workshop.run(folder, "rev-parse", "HEAD").strip()
    workshop.run(folder, "tag", "v1.0.0")
    workshop.commit(folder, {"more": "1"})
    second = workshop.run(folder, "rev-parse", "HEAD").strip()
    workshop.run(folder, "tag", "-a", "-m", "the second", "web@1.1.0")
    seen = tags(workshop)
    assert {tag.name: tag.commit for tag in seen.tags} == {"v1.0.0": first, "web@1.1.0": second}
    for tag in seen.tags:
        said = workshop.run(folder, "log", "-1", "--format=%ct", tag.commit)
        assert tag.at == datetime.fromtimestamp(int(said), UTC)
    assert (seen.total, seen.whole) == (2, True)
    workshop.run(folder, "pack-refs", "--all")
    assert tags(workshop).tags == seen.tags


def test_without_tags_there_are_none_and_that_is_known(workshop: Workshop) -> None:
    workshop.repository("api")
    seen = tags(workshop)
    assert (seen.tags, seen.total, seen.whole) == ((), 0, True)


def test_what_leads_to_no_commit_is_counted_and_left_out(workshop: Workshop) -> None:
    folder = workshop.repository("api")
    workshop.run(folder, "tag", "tree", "HEAD^{tree}")
    workshop.run(folder, "tag", "-a", "-m", "x", "one")
    workshop.run(folder, "tag", "-a", "-m", "x", "of-a-tag", "one")
    seen = tags(workshop)
    assert [tag.name for tag in seen.tags] == ["one"]
    assert (seen.total, seen.whole) == (3, False)


def test_a_tag_whose_object_is_missing_makes_the_tags_unknown_and_nothing_else(
    workshop: Workshop,
) -> None:
    folder = workshop.repository("api")
    (folder / ".git/refs/tags/lost").write_text("1" * 40 + "\n")
    seen = facts(folder)
    assert isinstance(seen.tags, Unknown)
    assert seen.tags.reason
    assert not isinstance(seen.files, Unknown)
