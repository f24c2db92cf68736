from tests.judge.builders import ask, clone, only, snapshot, tree, verdicts
from tests.judge.desk import Desk, Repo, See

from opsroom.judge.examination import built_in
from opsroom.model.check import Verdict
from opsroom.model.severity import Severity

RULE = "uncommitted-changes"


def test_a_changed_file_is_a_finding(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("README.md", "other words\n")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.verdict is Verdict.YES
    assert outcome.message == "1 modified: README.md"
    assert outcome.subject == str(repo.path)


def test_a_staged_file_is_a_finding(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("new.txt")
    repo.git("add", "new.txt")
    assert only(ask(RULE, see(repo))).message == "1 staged: new.txt"


def test_untracked_files_alone_are_not(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.file("new.txt")
    assert verdicts(ask(RULE, see(repo))) == {Verdict.NO}


def test_each_work_tree_speaks_for_itself(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    repo.git("worktree", "add", "-q", "../feature")
    Repo(repo.path.parent / "feature").file("README.md", "elsewhere\n")
    said = {outcome.subject: outcome.verdict for outcome in ask(RULE, see(repo))}
    assert said == {
        str(repo.path): Verdict.NO,
        str(repo.path.parent / "feature"): Verdict.YES,
    }


def test_examples_are_changes_and_nothing_else(desk: Desk, see: See) -> None:
    repo = desk.cloned("api", "a.txt", "z.txt")
    repo.file("z.txt", "changed\n")
    repo.file("b.txt")
    assert only(ask(RULE, see(repo))).message == "1 modified: z.txt"
    repo.git("add", "z.txt")
    repo.file("z.txt", "changed again\n")
    assert only(ask(RULE, see(repo))).message == "1 modified, 1 staged: z.txt"


def test_many_are_counted_and_a_few_named() -> None:
    many = clone(trees=(tree(modified=5, examples=("a", "b", "c", "d")),))
    assert only(ask(RULE, snapshot(many))).message == "5 modified: a, b, c and 2 more"
    unsure = clone(trees=(tree(modified=1, unfiltered=1, examples=("a", "b")),))
    assert only(ask(RULE, snapshot(unsure))).message == "1 modified"


def test_what_only_a_filter_could_compare_is_unknown() -> None:
    lfs = snapshot(clone(trees=(tree(unfiltered=2),)))
    outcome = only(ask(RULE, lfs))
    assert outcome.verdict is Verdict.UNKNOWN
    assert "2 files" in outcome.message


def test_a_bare_repository_has_no_work_tree_to_change() -> None:
    assert ask(RULE, snapshot(clone(bare=True))) == []


def test_work_is_in_progress_everywhere_so_it_counts_little() -> None:
    assert built_in()[RULE].severity is Severity.LOW
