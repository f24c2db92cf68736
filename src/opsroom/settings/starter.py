"""The settings explained: every key for the documentation, and the file that `init` writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic.fields import FieldInfo

from opsroom.errors import SettingsError
from opsroom.model.text import plain
from opsroom.model.toml import literal
from opsroom.model.where import Where
from opsroom.settings import REPEATED, TABLES, header, keys
from opsroom.settings.written import from_here


@dataclass(frozen=True)
class Described:
    """One key of the settings file. `default` and `example` are TOML; no default is empty."""

    table: str
    key: str
    default: str
    example: str
    meaning: str


def describe() -> Iterator[Described]:
    """Yield every key, table by table; `table` is like `[server]`, or empty above all tables."""
    for table in TABLES:
        above = header(table) if table else ""
        for key, field in keys(table).items():
            if key not in TABLES:
                meaning = field.description or ""
                yield Described(above, key, _default(field), _example(field), meaning)


INTRODUCTION = """\
# Settings of Opsroom. What stands behind a `#` is an example or the default.
# Durations are 30s, 10m, 2h, 7d. Secrets are never written here: env:NAME or file:PATH."""


def starter(sources: Sequence[Path]) -> str:
    """Return the text of a settings file with these folders as sources, and the rest explained.

    Raises:
        SettingsError: the name of a folder is not UTF-8, so that TOML can't hold it.
    """
    texts = [INTRODUCTION]
    for table in TABLES:
        above = header(table) if table else ""
        lines = [each for each in describe() if each.table == above]
        if table == "source" and sources:
            texts += [_source(path) for path in sources]
            lines = lines[2:]
        elif table:
            texts.append(f"# {above}" if table in REPEATED else above)
        texts += [f"# {each.meaning}\n# {each.key} = {each.example}" for each in lines]
    return "\n\n".join(texts) + "\n"


def _source(path: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = plain(str(path))
        raise SettingsError(
            f"the name of {shown} is not UTF-8", "give the folder above it"
        ) from None
    return f'[[source]]\nkind = "directory"\npath = {literal(from_here(path))}'


def _example(field: FieldInfo) -> str:
    return literal(field.examples[0]) if field.examples else _default(field)


def _default(field: FieldInfo) -> str:
    given = not (field.is_required() or field.default_factory)
    default = field.default if given else None
    return "" if default in (None, "", (), Where()) else literal(default)
