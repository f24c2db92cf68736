import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.clients.github.answers import REPOSITORY

from opsroom.clients.github.graphql import Fault, Path, Told
from opsroom.clients.github.node import LACKING
from opsroom.clients.github.reading import ADMINS_ONLY, MOST_PATHS, read_look
from opsroom.clients.host import HostLook
from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.host import HostFacts, HostSettings, Remote
from opsroom.model.tags import Tag, Tags

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
WHERE: Path = ("nodes", 3)


def look(
    faults: Mapping[Path, str] | None = None, without: tuple[str, ...] = (), **differs: Any
) -> HostLook:
    value = {**copy.deepcopy(dict(REPOSITORY)), **differs}
    for key in without:
        del value[key]
    errors = {(*WHERE, *path): Fault("FORBIDDEN", why) for path, why in (faults or {}).items()}
    return read_look(value, Told({}, errors), WHERE, host="github.com", at=AT)


def untold(facts: HostFacts | Unknown) -> dict[str, str]:
    assert isinstance(facts, HostFacts)
    return {each.fact: each.reason for each in facts.untold}


def remote(**differs: Any) -> Remote:
    found = look(**differs).remote
    assert isinstance(found, Remote)
    return found


def settings(**differs: Any) -> HostSettings:
    found = look(**differs).settings
    assert isinstance(found, HostSettings)
    return found


def ci(**differs: Any) -> Ci:
    found = look(**differs).ci
    assert isinstance(found, Ci)
    return found


def test_everything_that_is_told_is_read() -> None:
    told = remote()
    assert (told.host, told.id, told.number, told.full_name) == ("github.com", "R_1", 1, "acme/one")
    assert (told.visibility, told.default_branch, told.head) == ("internal", "main", "a" * 40)
    assert (told.issues, told.pulls, told.branches, told.size) == (4, 1, 2, 12)
    assert (told.language, told.license, told.topics) == ("Go", "MIT", ("homelab",))
    assert (told.permission, told.untold) == ("admin", ())
    (pull,) = told.newest_pulls
    assert (pull.author, pull.mergeable, pull.review) == (None, False, "review_required")
    set_up = settings()
    assert set_up.merge_methods == ("squash", "rebase")
    assert set_up.vulnerability_alerts is False
    assert set_up.rules is not None
    assert (set_up.rules[0].checks, set_up.rules[0].reviews) == (("test",), None)
    assert set_up.rulesets is not None
    assert (set_up.rulesets[0].enforcement, set_up.rulesets[0].target) == ("active", "branch")
    assert look().paths == (
        "README.md",
        ".github/",
        ".github/workflows/",
        ".github/workflows/ci.yml",
    )


def test_text_of_strangers_is_plain_and_cut() -> None:
    assert remote().description == "One of many"
    assert remote().newest_pulls[0].title == "Fix[31m it"
    assert len(remote(description="x" * 100_000).description) == 350


def test_what_the_server_does_not_have_is_untold_and_never_zero() -> None:
    without = ("rulesets", "openIssues", "hasVulnerabilityAlertsEnabled", "squashMergeAllowed")
    told = look(without=without)
    assert untold(told.settings) == {
        "rulesets": LACKING,
        "vulnerability_alerts": LACKING,
        "merge_methods": LACKING,
    }
    assert untold(told.remote) == {"issues": LACKING}
    assert isinstance(told.remote, Remote)
    assert told.remote.issues is None


def test_what_is_forbidden_is_untold_with_the_reason() -> None:
    faults: dict[Path, str] = {
        ("branchProtectionRules",): "no permission",
        ("openPulls", "totalCount"): "the host failed: odd",
    }
    told = look(faults, branchProtectionRules=None, openPulls=None)
    assert untold(told.settings) == {"rules": "no permission"}
    assert untold(told.remote) == {"pulls": "the host failed: odd"}


def test_one_gap_in_a_list_makes_the_list_unknown() -> None:
    rules = {"totalCount": 1, "nodes": [None]}
    told = look(
        {("branchProtectionRules", "nodes", 0): "no permission"}, branchProtectionRules=rules
    )
    assert untold(told.settings) == {"rules": "no permission"}
    more = {"totalCount": 31, "nodes": [REPOSITORY["branchProtectionRules"]["nodes"][0]] * 20}
    assert untold(look(branchProtectionRules=more).settings) == {"rules": "only 20 of 31 were read"}


def test_no_rules_are_believed_from_administrators_alone() -> None:
    none = {"totalCount": 0, "nodes": list[Any]()}
    assert settings(branchProtectionRules=none).rules == ()
    reader = settings(branchProtectionRules=none, viewerPermission="WRITE")
    assert reader.rules is None
    assert untold(reader) == {"rules": ADMINS_ONLY}
    assert settings(branchProtectionRules=none, viewerPermission=None).rules == ()


def test_a_repository_without_commits_has_no_head_no_ci_and_no_files() -> None:
    told = look(
        defaultBranchRef=None, rootTree=None, hostTree=None, workflowTree=None, isEmpty=True
    )
    assert isinstance(told.remote, Remote)
    assert (told.remote.head, told.remote.default_branch, told.remote.empty) == (None, None, True)
    assert isinstance(told.ci, Ci)
    assert (told.ci.state, told.ci.head) == ("none", None)
    assert told.paths == ()


def test_files_that_are_not_listed_are_unknown_and_not_missing() -> None:
    assert isinstance(look(rootTree=None).paths, Unknown)
    assert isinstance(look({("hostTree",): "no permission"}, hostTree=None).paths, Unknown)
    assert isinstance(look(without=("workflowTree",)).paths, Unknown)
    assert look(hostTree=None, workflowTree=None).paths == ("README.md", ".github/")
    crowd = {"entries": [{"name": f"{n}", "type": "blob"} for n in range(MOST_PATHS + 1)]}
    assert isinstance(look(rootTree=crowd).paths, Unknown)


def test_ci_is_the_newest_run_of_each_workflow() -> None:
    told = ci()
    assert (told.state, told.head) == ("failing", "a" * 40)
    (run,) = told.runs
    assert (run.number, run.workflow, run.path) == (2, "ci", ".github/workflows/ci.yml")
    assert (run.status, run.conclusion, run.branch) == ("done", "failure", "main")


def test_ci_that_could_not_be_had_is_unknown_and_never_none() -> None:
    branch = copy.deepcopy(REPOSITORY["defaultBranchRef"])
    branch["target"]["statusCheckRollup"] = None
    assert ci(defaultBranchRef=branch).state == "none"
    why: dict[Path, str] = {("defaultBranchRef", "target", "statusCheckRollup"): "no permission"}
    forbidden = look(why, defaultBranchRef=branch)
    assert isinstance(forbidden.ci, Unknown)
    assert forbidden.ci.reason == "no permission"
    assert isinstance(forbidden.remote, Remote)
    assert forbidden.remote.head == "a" * 40
    del branch["target"]["statusCheckRollup"]
    assert isinstance(look(defaultBranchRef=branch).ci, Unknown)
    hidden = look({("defaultBranchRef",): "no permission"}, defaultBranchRef=None)
    assert isinstance(hidden.ci, Unknown)
    assert untold(hidden.remote)["head"] == "no permission"


def test_runs_that_could_not_be_had_are_untold_beside_the_state() -> None:
    path: dict[Path, str] = {("defaultBranchRef", "target", "checkSuites"): "no permission"}
    told = look(path).ci
    assert isinstance(told, Ci)
    assert (told.state, told.runs) == ("failing", ())
    assert untold(told) == {"runs": "no permission"}


def test_tags_are_those_of_their_commits() -> None:
    told = look().tags
    assert told == Tags(
        at=AT,
        source="github.com",
        tags=(
            Tag(name="v1.1", commit="b" * 40, at=datetime(2026, 1, 2, tzinfo=UTC)),
            Tag(name="v1", commit="c" * 40, at=datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        total=2,
    )


def test_a_tag_that_leads_to_no_commit_is_counted_and_not_made_up() -> None:
    tree = {"name": "tree", "target": {"oid": "e" * 40}}
    of_a_tag = {"name": "twice", "target": {"oid": "e" * 40, "target": {"oid": "f" * 40}}}
    hidden = {"name": "hidden", "target": None}
    told = look(tags={"totalCount": 3, "nodes": [tree, of_a_tag, hidden]}).tags
    assert isinstance(told, Tags)
    assert (told.tags, told.total, told.whole) == ((), 3, False)


def test_tags_that_could_not_be_had_are_unknown_and_not_none() -> None:
    denied = look({("tags",): "no permission"}, tags=None).tags
    assert isinstance(denied, Unknown)
    assert denied.reason == "no permission"
    lacking = look(without=("tags",)).tags
    assert isinstance(lacking, Unknown)
    assert lacking.reason == LACKING
    assert isinstance(look(tags=None).tags, Unknown)
    assert look(tags=None, isEmpty=True).tags == Tags(at=AT, source="github.com")
