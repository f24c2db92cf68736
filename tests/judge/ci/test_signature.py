import time
import unicodedata
from datetime import UTC, datetime

import pytest
from tests.judge.ci.corpus import ENDED, FAILURES, stamped

from opsroom.judge.ci.signature import explain, normal, signature

ALL = [(said, log) for said, logs in FAILURES.items() for log in logs]


def told(log: str) -> tuple[str, str]:
    failure = explain("build", "Run tests", log)
    return failure.error, failure.signature


@pytest.mark.parametrize(("said", "log"), ALL, ids=[said[:40] for said, _ in ALL])
def test_the_line_that_says_why_is_found(said: str, log: str) -> None:
    assert said.split("{")[0] in told(log)[0]
    assert said.split("{")[0] in told(stamped(log))[0]


@pytest.mark.parametrize("said", FAILURES, ids=[said[:40] for said in FAILURES])
def test_one_failure_has_one_signature_wherever_and_whenever(said: str) -> None:
    one, other = FAILURES[said]
    later = datetime(2027, 2, 3, 23, 59, 58, 999_999, tzinfo=UTC)
    signatures = {told(log)[1] for log in (one, other, stamped(one), stamped(other, at=later))}
    assert len(signatures) == 1, [normal(told(log)[0]) for log in (one, other)]
    assert signatures != {""}


def test_different_failures_have_different_signatures() -> None:
    signatures: dict[str, str] = {}
    for said, logs in FAILURES.items():
        other = signatures.setdefault(told(logs[0])[1], said)
        assert other == said


def test_job_and_step_are_kept_and_do_not_count() -> None:
    log = FAILURES["KeyError: 'DATABASE_URL'"][0]
    one, other = explain("build", "Test", log), explain("\x1b[1mdeploy", "Migrate", log)
    assert (one.job, one.step, other.job) == ("build", "Test", "[1mdeploy")
    assert one.signature == other.signature


@pytest.mark.parametrize("log", ["", "\n\n", ENDED, f"##[group]Run x\n##[endgroup]\n{ENDED}"])
def test_silence_has_no_signature(log: str) -> None:
    error, mark = told(log)
    assert mark == ""
    assert error == ("Process completed with exit code 1." if ENDED in log else "")


def test_a_log_that_just_ends_says_nothing() -> None:
    assert told("Waiting for a lock on the state ...\nStill waiting ...") == ("", "")


def test_only_the_step_that_failed_is_read() -> None:
    log = "\n".join(
        (
            "##[group]Run ./prepare",
            "error: the cache is cold, building anew",
            "##[group]Run pytest",
            "E   ValueError: bad",
            ENDED,
            "Post job cleanup.",
            "error: something else went wrong afterwards",
        )
    )
    assert told(log)[0] == "ValueError: bad"


def test_what_a_thing_is_comes_before_what_only_sounds_bad() -> None:
    log = f"error: 3 warnings\nnpm WARN old\nsrc/a.go:3:1: undefined: x\nFAIL\n{ENDED}"
    assert told(log)[0] == "error: 3 warnings"
    passing = f"ValueError: logged by a test that passes\nE   KeyError: 'x'\n{ENDED}"
    assert told(passing)[0] == "KeyError: 'x'"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("build took 3.2s", "build took 14m31s"),
        ("at 2026-11-24T10:00:00Z it broke", "at 2026-12-01 01:02:03 it broke"),
        ("no such commit 3f2a1bc", "no such commit 0badcafe0badcafe0badcafe0badcafe0badcafe"),
        ("open /tmp/a1/b.txt: denied", "open /var/lib/x/y.txt: denied"),
        ("C:\\work\\api\\a.cs is broken", "D:\\b\\c.cs is broken"),
        ("acme/api was not found", "corp/service was not found"),
        ("needs version 1.2.3 of it", "needs version v2.0 of it"),
        ("container 4f5e6a7b8c9d exited", "container a1b2c3d4e5f6 exited"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-aaaa-1111-bbbb-222222222222"),
        ("dial tcp 10.0.0.1:443: refused", "dial tcp 192.168.7.12:8443: refused"),
        ("digest sha256:0a1b2c3d4e5f is gone", "digest sha256:ffeeddccbbaa00 is gone"),
        ("see https://ci.example.org/runs/1", "see https://ci.example.org/runs/2?x=1"),
        ("took  Too   LONG.", "took too long"),
    ],
)
def test_what_is_incidental_is_out(one: str, other: str) -> None:
    assert normal(one) == normal(other)
    assert signature(one) == signature(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("error TS2322: no", "error TS2339: no"),
        ("error[E0425]: no", "error[E0433]: no"),
        ("No module named 'yaml'", "No module named 'toml'"),
        ("cannot find module '@acme/ui'", "cannot find module '@acme/api'"),
        ("no package github.com/a/b", "no package github.com/a/c"),
        ("could not resolve host: pypi.org", "could not resolve host: github.com"),
        (
            "get https://pypi.example.org/simple/flask/",
            "get https://pypi.example.org/simple/django/",
        ),
        ("x is undefined", "x is not defined"),
    ],
)
def test_what_tells_failures_apart_stays(one: str, other: str) -> None:
    assert signature(one) != signature(other)


def test_nothing_but_numbers_is_no_signature() -> None:
    assert signature("12:30 4711 0xdeadbeef /a/b") == ""
    assert signature("") == ""


HOSTILE = [
    "\x1b[31mError:\x1b[0m \u202egnp.exe\u200b\x00 \x9b31m",
    "Error: " + "\x1b[" * 30_000,
    "Error: " + "a/" * 40_000,
    "Error: " + "a" * 70_000,
    "Error: " + "0a" * 35_000,
    "Error: " + "." * 70_000,
    "Error: " + "-1" * 35_000,
    "Error: " + "http://" * 10_000,
    "Error: " + "@a/" * 20_000,
    "E   " * 16_000,
    ("fatal: [" * 60 + "\n") * 150,
    ("thread '" * 60 + "\n") * 150,
    ("x:1:1: " * 70 + "\n") * 140,
    ("2026-11-24T00:00:00Z" * 25 + "\n") * 130,
    "\r" * 65_000,
    "\n" * 65_000,
    ("● a › " * 80 + "\n") * 130,
    "##[group]Run \n" * 4_600,
    "error: (((((" * 5_000,
    "🔥" * 65_000,
]


@pytest.mark.parametrize("log", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_logs_are_bounded_and_plain(log: str) -> None:
    began = time.process_time()
    failure = explain("j" * 999, "s", f"{log}\n{ENDED}")
    assert time.process_time() - began < 1.0
    assert len(failure.error) <= 400
    assert len(failure.job) == 200
    assert not [c for c in failure.error if unicodedata.category(c) in ("Cc", "Cf")]


def test_the_end_of_a_long_log_is_enough() -> None:
    log = "Error: long ago\n" + "fine\n" * 20_000 + f"KeyError: 'now'\n{ENDED}"
    assert told(log)[0] == "KeyError: 'now'"


def test_progress_that_overwrote_itself_is_not_read() -> None:
    assert told(f"  0%\r 50%\rE   KeyError: 'x'\r\n{ENDED}")[0] == "KeyError: 'x'"
