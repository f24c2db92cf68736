"""Every kind of fault can be planted, is true while it holds, and is forgotten once mended."""

from pathlib import Path

import pytest
from tests.demo.village import Village, village

from opsroom.demo.catalogue import KIM, Kind
from opsroom.demo.contents.workflows import reusable
from opsroom.demo.dependabot import locked_flaws
from opsroom.demo.git import Git
from opsroom.demo.github.acts.alerts import resolve_secret
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import set_archived, set_visibility
from opsroom.demo.github.acts.runs import cancel_run
from opsroom.demo.planting import KINDS
from opsroom.demo.settle import protect_main
from opsroom.errors import UsageError

PLACES = {"shared-workflow-broken": "homelab/workflows"}
USUAL = "kim/meter-reader"


OF_CLONES = {"diverged-clone", "dirty-clone", "missing-clone", "wrong-remote"}


@pytest.fixture
def town(tmp_path: Path, request: pytest.FixtureRequest) -> Village:
    """A fleet; its clones are there only when the test is about one."""
    given = getattr(request.node, "callspec", None)
    return village(tmp_path, clones=bool(given and OF_CLONES & {*given.params.values()})).still()


def open_faults(town: Village) -> set[tuple[str, str]]:
    told = town.simulation.truth.now()["faults"]
    return {(each["kind"], each["repository"]) for each in told}


def plant(town: Village, kind: str, name: str) -> None:
    town.simulation.faults.plant(kind, name)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(town: Village, kind: str) -> None:
    place = PLACES.get(kind, USUAL)
    repository = town.repository(place)
    assert (kind, place) not in open_faults(town)
    plant(town, kind, place)
    assert (kind, repository.full_name) in open_faults(town)
    town.pass_time(90)
    if kind == "ci-broken":
        assert town.ci()[place] == "failing"
    if kind == "stuck-run":
        assert town.ci()[place] == "running"
    if kind == "renamed":
        assert town.repository(place).full_name == f"{place}-next"
    if kind == "deleted":
        assert town.world.repository(place) is None
        assert place not in town.ci()


def mend(town: Village, kind: str, name: str) -> None:
    repository, kim = town.repository(name), town.simulation.town.kim
    world = town.world
    match kind:
        case "ci-broken":
            text = town.simulation.town.text(repository, repository.head, "src/main.rs")
            mended = {"src/main.rs": text.replace("printn!", "println!")}
            commit_files(world, repository, "main", mended, "Mend", kim)
        case "shared-workflow-broken":
            path = ".github/workflows/python.yml"
            commit_files(world, repository, "main", {path: reusable(Kind.PYTHON, 1)}, "Mend", kim)
        case "stuck-run":
            cancel_run(world, repository, [*repository.runs.values()][-1])
        case "secret-leaked":
            resolve_secret(world, repository, repository.secrets[1], "revoked")
        case "protection-removed":
            protect_main(town.simulation.town, repository)
        case "archived":
            set_archived(world, repository, False)
        case "made-private":
            set_visibility(world, repository, "public")
        case "dirty-clone":
            clone(town, name)("checkout", "--quiet", "--", ".")
        case "diverged-clone":
            clone(town, name)("reset", "--quiet", "--hard", "origin/main")
        case "wrong-remote":
            remote = town.simulation.town.remote
            clone(town, name)("remote", "set-url", "origin", f"{remote}/{name}.git")
        case _:
            raise AssertionError(kind)


def clone(town: Village, name: str) -> Git:
    return Git(town.simulation.town.fleet.code / name, KIM, town.clock[0])


@pytest.mark.parametrize(
    "kind",
    [
        "ci-broken", "shared-workflow-broken", "stuck-run", "secret-leaked", "protection-removed",
        "archived", "made-private", "dirty-clone", "diverged-clone", "wrong-remote",
    ],
)  # fmt: skip
def test_what_was_mended_is_no_fault(town: Village, kind: str) -> None:
    place = PLACES.get(kind, USUAL)
    plant(town, kind, place)
    mend(town, kind, place)
    assert (kind, place) not in open_faults(town)


def test_an_advisory_is_mended_by_its_pull_request(town: Village) -> None:
    plant(town, "advisory", USUAL)
    repository = town.repository(USUAL)
    (flaw,) = [each for _, each in locked_flaws(town.simulation.town, repository) if each.latent]
    pull = town.simulation.dependabot.propose(repository, flaw)
    assert pull is not None
    commit_files(
        town.world, repository, "main",
        {"Cargo.lock": repository.objects.blob(_entry(town, pull.head))}, "Take it",
        town.simulation.town.kim,
    )  # fmt: skip
    assert ("advisory", USUAL) not in open_faults(town)
    states = {each.advisory.ghsa_id: each.state for each in repository.dependabot.values()}
    assert states[flaw.ghsa] == "fixed"


def _entry(town: Village, commit: str) -> str:
    entry = town.repository(USUAL).objects.at(commit, "Cargo.lock")
    assert entry is not None
    return entry.oid


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("no-such-kind", USUAL),
        ("ci-broken", "kim/nothing"),
        ("ci-broken", "kim/dotfiles"),
        ("shared-workflow-broken", USUAL),
        ("advisory", "kim/dotfiles"),
        ("dirty-clone", "homelab/base-images"),
        ("protection-removed", "homelab/workflows"),
    ],
)
def test_what_cannot_be_is_refused(town: Village, kind: str, name: str) -> None:
    before = open_faults(town)
    with pytest.raises(UsageError):
        plant(town, kind, name)
    assert open_faults(town) == before


def test_the_faults_of_the_beginning_are_told(town: Village) -> None:
    assert open_faults(town) >= {
        ("ci-broken", "homelab/cluster"),
        ("renamed", "kim/doorbell"),
        ("archived", "homelab/backup-scripts"),
        ("missing-clone", "homelab/base-images"),
        ("secret-leaked", "homelab/terraform-cloud"),
    }


def test_what_was_planted_is_there_when_a_fleet_is_taken_up(tmp_path: Path) -> None:
    first = village(tmp_path).still()
    for kind in ("archived", "protection-removed", "ci-broken", "missing-clone", "advisory"):
        plant(first, kind, USUAL)
    again = village(tmp_path).still()
    assert open_faults(again) == open_faults(first)
    assert again.repository(USUAL).archived
    heads = [each.repository(USUAL).head for each in (first, again)]
    assert heads[0] == heads[1]
    assert not (tmp_path / "code" / USUAL).exists()
