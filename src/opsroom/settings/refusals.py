"""What is wrong with a settings file: where it stands, and what to write instead."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic_core import ErrorDetails

from opsroom.errors import SettingsError
from opsroom.model.nearest import suggestion
from opsroom.model.text import plain
from opsroom.model.toml import KeyPath, line_of, literal
from opsroom.settings.sources import KINDS
from opsroom.settings.tables import TABLES, header, keys


def refusal(file: Path, text: str, problems: Sequence[ErrorDetails]) -> SettingsError:
    """Say what is wrong first, and how much more there is."""
    first = problems[0]
    what, hint = _explained(first)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return said(file, text, _written(first), what, hint + more)


def said(file: Path, text: str, key: KeyPath, what: str, hint: str) -> SettingsError:
    """Say what is wrong with one key, and what to do about it."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    line = line_of(text, key)
    place = f"{file}, line {line}" if line else f"{file}"
    return SettingsError(f"{place}: {plain(path.removeprefix('.'), 100)}: {what}", hint)


def _explained(problem: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a value, and what to write."""
    key, context = _written(problem), problem.get("ctx", {})
    name, table = str(key[-1]), _table(problem)
    match problem["type"]:
        case "refused":
            return context["what"], context["hint"]
        case "extra_forbidden":
            return "unknown key", suggestion(name, keys(table))
        case "missing":
            examples = keys(table)[name].examples or [""]
            return "is missing", f"write {name} = {literal(examples[0])}"
        case "union_tag_not_found":
            return "is missing", f"write {name} = {' or '.join(literal(kind) for kind in KINDS)}"
        case "union_tag_invalid":
            return f"unknown value {plain(context['tag'], 60)!r}", suggestion(context["tag"], KINDS)
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            said = str(problem["input"])
            return f"unknown value {plain(said, 60)!r}", suggestion(said, allowed)
        case "time_delta_type":
            return "not a duration", 'write "30s", "10m", "2h" or "7d"'
        case "tuple_type" | "model_type" if len(key) == 1:
            return "not a table", f"write {header(name)} above its keys"
        case "model_type" | "model_attributes_type":
            return "not a table", f"write {header(str(key[0]))} above its keys"
        case "tuple_type":
            return "not a list", f'write {name} = ["...", "..."]'
        case _:
            return problem["msg"][:1].lower() + problem["msg"][1:], ""


def _written(problem: ErrorDetails) -> KeyPath:
    """Where a problem is, as the file writes it: without the kind of a table among several."""
    key = problem["loc"]
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*key, "kind")
    kinds = len(key) > 2 and f"{key[0]}.{key[2]}" in TABLES
    return (*key[:2], *key[3:]) if kinds else key


def _table(problem: ErrorDetails) -> str:
    """The name in `TABLES` of the table that holds the key."""
    key = problem["loc"]
    if len(key) > 2 and f"{key[0]}.{key[2]}" in TABLES:
        return f"{key[0]}.{key[2]}"
    return str(key[0]) if len(key) > 1 else ""
