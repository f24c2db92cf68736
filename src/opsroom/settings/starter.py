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
    """One key of the settings file. `default` and `example` are TOML; no default is empty.

    `table` is like `[server]`, empty above all tables, and says the kind where there are several.
    """

    table: str
    key: str
    default: str
    example: str
    meaning: str


def describe() -> Iterator[Described]:
    """Yield every key, table by table."""
    for table in TABLES:
        for key, field in keys(table).items():
            if not _is_table(key):
                meaning = field.description or ""
                yield Described(_title(table), key, _default(field), _example(field), meaning)


def _is_table(key: str) -> bool:
    return any(table.partition(".")[0] == key for table in TABLES)


def _title(table: str) -> str:
    kind = table.partition(".")[2]
    said = f" kind = {literal(kind)}" if kind else ""
    return f"{header(table)}{said}" if table else ""


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
        lines = [each for each in describe() if each.table == _title(table)]
        if table == "source.directory" and sources:
            texts += [_source(path) for path in sources]
            lines = lines[2:]
        elif table:
            above = header(table)
            texts.append(f"# {above}" if table.partition(".")[0] in REPEATED else above)
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
