from tests.judge.builders import ask, only
from tests.judge.desk import Desk, See

from opsroom.model.check import Verdict

RULE = "vendored-dependencies"


def test_installed_packages_were_committed(desk: Desk, see: See) -> None:
    repo = desk.cloned("web", "package.json", "node_modules/left-pad/index.js")
    outcome = only(ask(RULE, see(repo)))
    assert outcome.message == "1 folder of installed dependencies tracked: node_modules"
    assert outcome.location == "node_modules"


def test_installed_packages_that_are_ignored(desk: Desk, see: See) -> None:
    repo = desk.cloned("web", "package.json")
    repo.file(".gitignore", "node_modules/\n")
    repo.commit()
    repo.file("node_modules/left-pad/index.js")
    assert only(ask(RULE, see(repo))).verdict is Verdict.NO
