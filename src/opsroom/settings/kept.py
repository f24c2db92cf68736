"""Where a settings file says that secrets are kept: who else can read them is another question."""

import os.path
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from opsroom.settings.written import read_text

BEGINS = "file:"


def secret_files(file: Path) -> tuple[tuple[str, Path], ...]:
    """The path of each key that is written as `file:PATH` (`source.0.token`), with its file.

    `file` was loaded before, so it is TOML.
    """
    read = tomllib.loads(read_text(file))
    return tuple(_within(read, "", file.parent))


def _within(value: object, at: str, folder: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(value, dict):
        for key, each in cast(dict[str, object], value).items():
            yield from _within(each, f"{at}.{key}" if at else key, folder)
    elif isinstance(value, list):
        for place, each in enumerate(cast(list[object], value)):
            yield from _within(each, f"{at}.{place}", folder)
    elif isinstance(value, str) and value.startswith(BEGINS):
        named = os.path.expanduser(value.removeprefix(BEGINS))
        yield at, Path(os.path.abspath(folder / named))
