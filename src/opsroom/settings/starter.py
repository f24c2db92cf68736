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


@dataclass(frozen=True, slots=True)
class OfferedHost:
    """Owners on a host that could be watched. `active`: they will be, with the login of `gh`.

    `base_url` is None for the host that is the default.
    """

    host: str
    owners: tuple[str, ...]
    base_url: str | None
    active: bool


def starter(sources: Sequence[Path], offered: Sequence[OfferedHost] = ()) -> str:
    """Return the text of a settings file with these sources, and the rest explained.

    What of `offered` is not active stands there behind `#`.

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
            if table == "source.github":
                texts += [_host(each) for each in offered]
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


def _host(offered: OfferedHost) -> str:
    """The table of a host; without a login a token has to be named first."""
    lines = [
        "[[source]]",
        'kind = "github"',
        f"owner = [{', '.join(map(literal, offered.owners))}]",
        *([f"base_url = {literal(offered.base_url)}"] if offered.base_url else []),
        f'token = "{"gh" if offered.active else "env:GITHUB_TOKEN"}"',
    ]
    if offered.active:
        return "\n".join(lines)
    why = (
        f"# On {offered.host} there are more. Name a token, or log in with gh, and take the # away."
    )
    return "\n".join([why, *(f"# {line}" for line in lines)])


def _example(field: FieldInfo) -> str:
    return literal(field.examples[0]) if field.examples else _default(field)


def _default(field: FieldInfo) -> str:
    given = not (field.is_required() or field.default_factory)
    default = field.default if given else None
    return "" if default in (None, "", (), Where()) else literal(default)
