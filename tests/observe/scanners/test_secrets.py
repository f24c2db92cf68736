import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.observe.secrets.planting import GITHUB, export_of, plant, token
from tests.observe.workshop import Workshop

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Worker
from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Missing, secrets
from opsroom.observe.secrets import pool
from opsroom.observe.secrets.key import NAME

BOUNDS = Bounds()


@pytest.fixture(autouse=True, scope="module")
def _ended() -> Iterator[None]:
    yield
    secrets.close()


def places(export: Export) -> set[tuple[str, int, bool]]:
    """Where secrets were seen, and whether only in the past."""
    look = secrets.look(export, BOUNDS)
    assert look.reason is None, look.reason
    return {(hit.path, hit.line, bool(hit.commit)) for hit in look.hits}


def test_it_is_offered_with_a_digest_of_our_rules() -> None:
    offer = secrets.offer()
    assert not isinstance(offer, Missing)
    assert offer.version
    assert offer.rules


def test_files_of_today_and_the_whole_past_of_every_ref(workshop: Workshop, centre: Path) -> None:
    folder = workshop.repository("api", {"a.py": plant(token(1)), "b.py": "x = 1\n"})
    workshop.commit(folder, {"a.py": "x = 1\n", "c.py": "\n\n" + plant(token(2))})
    workshop.run(folder, "checkout", "-q", "-b", "side", "HEAD~1")
    secret = workshop.commit(folder, {"d/side.py": plant(token(3))})
    workshop.run(folder, "checkout", "-q", "main")
    look = secrets.look(export_of(workshop, folder, centre), BOUNDS)
    assert look.reason is None
    assert {(hit.path, hit.line) for hit in look.hits if not hit.commit} == {("c.py", 3)}
    past = {hit.path: hit for hit in look.hits if hit.commit}
    assert set(past) == {"a.py", "d/side.py"}
    assert past["d/side.py"].commit == secret
    assert past["a.py"].rule == "leaked-secret"
    assert past["a.py"].severity is Severity.CRITICAL
    assert past["a.py"].message.startswith(f"{GITHUB} in history, commit ")
    assert look.files == 3


def test_what_is_not_committed_is_looked_at(
    workshop: Workshop, centre: Path, tmp_path: Path
) -> None:
    folder = workshop.repository()
    dirty = tmp_path / "dirty"
    dirty.mkdir()
    (dirty / "new.py").write_text(plant(token(4)))
    export = export_of(workshop, folder, centre, working=dirty, dirty=("new.py",))
    assert places(export) == {("new.py", 1, False)}


def test_one_secret_in_many_places_is_one_finding_and_keeps_its_anchor(
    workshop: Workshop, centre: Path
) -> None:
    same = plant(token(5))
    folder = workshop.repository("one", {"a.py": same, "b.py": f"\n\n{same}"})
    other = workshop.repository("two", {"moved/c.py": f"# moved\n{same}"})
    (hit,) = secrets.look(export_of(workshop, folder, centre), BOUNDS).hits
    assert "also in b.py" in hit.message
    (elsewhere,) = secrets.look(export_of(workshop, other, centre), BOUNDS).hits
    assert elsewhere.anchor == hit.anchor
    assert len(hit.anchor) == 64


def test_another_centre_hashes_otherwise(workshop: Workshop, centre: Path, tmp_path: Path) -> None:
    folder = workshop.repository("one", {"a.py": plant(token(6))})
    (here,) = secrets.look(export_of(workshop, folder, centre), BOUNDS).hits
    there_home = tmp_path / "there"
    there_home.mkdir(mode=0o700)
    (there_home / pool.CACHE).parent.mkdir()
    shutil.copytree(centre / pool.CACHE, there_home / pool.CACHE)
    (there,) = secrets.look(export_of(workshop, folder, there_home), BOUNDS).hits
    assert here.anchor != there.anchor


def test_what_was_not_fetched_of_the_past_is_said(workshop: Workshop, centre: Path) -> None:
    export = export_of(workshop, workshop.repository(), centre, unfetched="refs of pull requests")
    (left,) = secrets.look(export, BOUNDS).skipped
    assert (left.reason, left.count) == ("the past: refs of pull requests", 0)


SILENCERS = {
    "an inline comment of gitleaks": ("a.py", "{} # gitleaks:allow"),
    "an inline comment of kingfisher": ("a.py", "{} # kingfisher:ignore"),
    "an inline comment of betterleaks": ("a.py", "{} # betterleaks:allow"),
    "a pragma of detect-secrets": ("a.py", "{}  # pragma: allowlist secret"),
    "a comment of bandit": ("a.py", "{} # nosec"),
    "the name of a lock": ("package-lock.json", "{}"),
    "the name of a picture": ("logo.svg", "{}"),
    "a folder of others": ("node_modules/a/index.js", "{}"),
    "the configuration of gitleaks itself": (".gitleaks.toml", "{}"),
    "a binary file": ("a.bin", "\0\0\0{}"),
}


@pytest.mark.parametrize("silencer", SILENCERS)
def test_a_repository_can_not_silence_it(workshop: Workshop, centre: Path, silencer: str) -> None:
    path, text = SILENCERS[silencer]
    everywhere = 'title = "x"\n[allowlist]\npaths = [".*"]\nregexes = [".*"]\n'
    files = {
        ".gitleaks.toml": everywhere,
        ".betterleaks.toml": everywhere,
        ".gitleaksignore": "a.py:github-pat:1\n",
        ".kingfisher.yml": "exclude: ['*']\n",
        ".kingfisherignore": "*\n",
        ".gitignore": "*\n",
        ".gitattributes": "* -text -diff export-ignore\n",
        path: text.format(plant(token(9)).rstrip("\n")) + "\n",
    }
    folder = workshop.empty("api")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    workshop.run(folder, "add", "-A", "--force")
    workshop.run(folder, "commit", "-q", "-m", "silence")
    assert places(export_of(workshop, folder, centre)) == {(path, 1, False)}


def test_the_past_can_not_be_hidden_by_grafts_or_replacements(
    workshop: Workshop, centre: Path
) -> None:
    folder = workshop.repository("api", {"a.py": plant(token(10))})
    workshop.commit(folder, {"a.py": "x = 1\n"})
    head = workshop.head(folder)
    leaked = workshop.run(folder, "rev-parse", "HEAD~1:a.py").strip()
    clean = workshop.run(folder, "rev-parse", "HEAD:a.py").strip()
    workshop.run(folder, "replace", leaked, clean)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/grafts").write_text(f"{head}\n")
    assert workshop.run(folder, "rev-list", "HEAD").split() == [head]
    export = export_of(workshop, folder, centre, tips=(head,))
    assert places(export) == {("a.py", 1, True)}


def test_no_secret_is_in_what_is_left(
    workshop: Workshop, centre: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planted = [token(20), token(21)]
    folder = workshop.repository("api", {"a.py": plant(planted[0])})
    workshop.commit(folder, {"a.py": "", "b.py": plant(planted[1])})
    look = secrets.look(export_of(workshop, folder, centre), BOUNDS)
    assert len(look.hits) == 2
    store = tmp_path / "store.db"
    with sqlite3.connect(store) as connection:
        connection.execute("create table hits (body)")
        for hit in look.hits:
            connection.execute("insert into hits values (?)", (hit.model_dump_json(),))
    connection.close()
    left = [store.read_bytes(), repr(look).encode(), caplog.text.encode()]
    left += [path.read_bytes() for path in centre.rglob("*") if path.is_file()]
    for secret in planted:
        assert not [each for each in left if secret.encode() in each]
        assert not [each for each in left if secret[4:].encode() in each]


def test_a_scanner_that_dies_is_not_one_that_saw_nothing(
    workshop: Workshop, centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = export_of(workshop, workshop.repository("api", {"a.py": plant(token(11))}), centre)
    assert len(places(export)) == 1
    asked = Worker.ask

    def killed(worker: Worker, question: bytes, *, timeout: float, max_output: int) -> bytes:
        os.kill(worker.pid, signal.SIGKILL)
        return asked(worker, question, timeout=timeout, max_output=max_output)

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "ask", killed)
        look = secrets.look(export, BOUNDS)
    assert look.reason == "the scanner gave no answer: it ended by itself (signal 9)"
    assert not look.hits
    assert len(places(export)) == 1  # the next is begun anew


@pytest.mark.parametrize(
    "lie",
    ["", "[]", "null", '{"files": 1}', "not json", json.dumps({"leaks": [], "skipped": {}})],
)
def test_an_answer_that_is_none_is_not_believed(
    workshop: Workshop, centre: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    export = export_of(workshop, workshop.repository("api", {"a.py": plant(token(12))}), centre)

    def lies(worker: Worker, question: bytes, *, timeout: float, max_output: int) -> bytes:
        return lie.encode()

    monkeypatch.setattr(Worker, "ask", lies)
    look = secrets.look(export, BOUNDS)
    assert look.reason == "the scanner gave no answer: its answer is none"


def test_out_of_time_output_or_memory_is_unknown(workshop: Workshop, centre: Path) -> None:
    folder = workshop.repository("api", {f"{n}.py": plant(token(n)) for n in range(30, 60)})
    export = export_of(workshop, folder, centre)
    late = secrets.look(export, Bounds(seconds=0.0))
    assert late.reason == "not done within 0 s"
    loud = secrets.look(export, Bounds(output=1000))
    assert loud.reason == "the scanner gave no answer: it said more than 1,000 bytes"
    starved = secrets.look(export, Bounds(memory=64 << 20))
    assert starved.reason is not None
    assert not starved.hits


def test_without_a_centre_or_with_a_key_that_others_read_nothing_is_known(
    workshop: Workshop, centre: Path, tmp_path: Path
) -> None:
    folder = workshop.repository()
    homeless = secrets.look(export_of(workshop, folder, None), BOUNDS)
    assert homeless.reason is not None
    tmp_path.joinpath(NAME).write_bytes(b"k" * 32)
    tmp_path.joinpath(NAME).chmod(0o644)
    open_key = secrets.look(export_of(workshop, folder, tmp_path), BOUNDS)
    assert open_key.reason is not None
    assert "others on this machine" in open_key.reason
