"""Repositories that mean harm: what every scanner has to survive, and still see what is there.

Each takes a small file that a scanner understands and has something to say about, and lays it
among, or under, what is meant to mislead.
"""

from collections.abc import Mapping

ANCHORS = "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" if n else "a0: &a0 [x, x, x]\n"
    for n in range(12)
)
"""YAML of half a kilobyte that unfolds to 9^11 items."""

DEEP = "[" * 20_000 + "]" * 20_000
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 2147483648\n"

NAMES = (
    "-rf",
    "--config=evil.toml",
    "od\nd",
    "tab\there",
    "-",
    "@file",
    "ünïcode",
    "sp ace",
    "qu'ote\"s",
    "$(touch owned)",
    "per%2e%2e%2fcent",
    "x" * 240,
)
"""Folders that no command line should take for something else."""


def misnamed(name: str, content: str) -> Mapping[str, str]:
    """`content` below a folder of each bad name, as the file `name`."""
    return {f"{folder}/{name}": content for folder in NAMES}


def deep(name: str, content: str, folders: int = 900) -> Mapping[str, str]:
    """`content` under very many folders."""
    return {f"{'d/' * folders}{name}": content}
