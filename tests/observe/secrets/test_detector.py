import random
from pathlib import Path

import pytest
from tests.observe.secrets.decoys import decoys
from tests.observe.secrets.formats import Maker, Seed, plain, planted
from tests.observe.secrets.planting import plant, token
from tests.observe.secrets.seeds import SEEDS

from opsroom.model.severity import Severity
from opsroom.observe.secrets.detector import Detector, Sight
from opsroom.observe.secrets.pool import CACHE

SEED = 20261124
ENCODED = frozenset({"kubernetes-data", "kubernetes-folded", "hidden-in-base64"})


@pytest.fixture(scope="module")
def detector(centre: Path) -> Detector:
    """The rules, compiled once for all."""
    return Detector(centre / CACHE)


def seen(detector: Detector, text: str, path: str) -> list[Sight]:
    """What is seen in a text."""
    return detector.look(plain(text).encode(), path)


def test_there_are_enough_kinds() -> None:
    assert len({seed.kind for seed in SEEDS}) == len(SEEDS) >= 60


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.kind)
def test_a_kind_is_seen_where_it_stands_and_told_whole(detector: Detector, seed: Seed) -> None:
    file = planted(seed, Maker(random.Random(SEED)))
    sights = [each for each in seen(detector, file.content, file.path) if each.line == file.line]
    assert len(sights) == 1, sights
    found = sights[0].secret
    assert found in file.content or seed.kind in ENCODED
    assert len(found) >= 6


@pytest.mark.parametrize("path", decoys(Maker(random.Random(SEED))))
def test_a_decoy_is_not(detector: Detector, path: str) -> None:
    text = decoys(Maker(random.Random(SEED)))[path]
    assert [(sight.kind, sight.line) for sight in seen(detector, text, path)] == []


def test_of_many_draws_nearly_all_are_seen_and_no_decoy_is(detector: Detector) -> None:
    missed: list[str] = []
    for number in range(10):
        maker = Maker(random.Random(number))
        for seed in SEEDS:
            file = planted(seed, maker)
            lines = {each.line for each in seen(detector, file.content, file.path)}
            missed += [] if file.line in lines else [seed.kind]
        for path, text in decoys(maker).items():
            assert not seen(detector, text, path), path
    assert len(missed) <= 0.01 * 10 * len(SEEDS), missed


def test_a_pair_of_a_cloud_is_two_lines_of_which_one_is_critical(detector: Detector) -> None:
    pair = next(seed for seed in SEEDS if seed.kind == "aws-pair")
    file = planted(pair, Maker(random.Random(SEED)))
    sights = seen(detector, file.content, file.path)
    assert [(each.line, each.severity) for each in sights] == [
        (2, Severity.CRITICAL),
        (3, Severity.MEDIUM),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_other_encodings(detector: Detector, encoding: str) -> None:
    content = f"# caf\u00e9\n{plant(token(1))}".encode(encoding)
    (sight,) = detector.look(content, "a.py")
    assert (sight.line, sight.secret) == (2, token(1))


def test_in_tests_and_in_the_packages_of_others_it_is_less_bad(detector: Detector) -> None:
    text = plant(token(1))
    severities = {
        path: seen(detector, text, path)[0].severity
        for path in ("a.py", "tests/a.py", "node_modules/b/a.js", "src/contest.py")
    }
    assert severities == {
        "a.py": Severity.CRITICAL,
        "tests/a.py": Severity.HIGH,
        "node_modules/b/a.js": Severity.HIGH,
        "src/contest.py": Severity.CRITICAL,
    }


def test_overlapping_rules_tell_one_secret_once(detector: Detector) -> None:
    line = f"GITHUB_TOKEN_PASS¦WORD='{token(2)}'\n"
    (sight,) = seen(detector, line, "a.py")
    assert sight.kind == "github-pat"


def test_a_key_that_was_blanked_is_none(detector: Detector) -> None:
    dots = (
        "-----BEGIN RSA PRIV¦ATE KEY-----\n" + "MII...\n" * 20 + "-----END RSA PRIV¦ATE KEY-----\n"
    )
    assert seen(detector, dots, "a.pem") == []
