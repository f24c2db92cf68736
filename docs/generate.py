"""Writes the pages that are made from the code: `make docs`. A test fails when one is stale.

What stands between `<!-- NAME -->` and `<!-- /NAME -->` in the hand-written pages is made, too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from docs.picture import picture

from opsroom.cli import Options, opsroom
from opsroom.discover import discover
from opsroom.judge.documentation import Family, rules_page
from opsroom.model.event import KINDS
from opsroom.model.where import KEYS, WORDS
from opsroom.observe.configuration.documentation import scanners_page as written_scanners
from opsroom.observe.scanners import Scanner
from opsroom.operations.prompts import prompts
from opsroom.operations.surface import Tool, resources, tools
from opsroom.settings.starter import describe

ROOT = Path(__file__).parents[1]
SETTINGS = """# Settings

The file is named by `--config`, else by `$OPSROOM_CONFIG`, else it is `opsroom.toml` in the user's
configuration folder; never in the working directory. `opsroom init` writes one with every key
explained. Durations are `30s`, `10m`, `2h`, `7d`. Secrets are written as `env:NAME` or `file:PATH`.
"""
MADE = "<!-- Made by `make docs`. Don't edit: change the code. -->\n"


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(each) for each in line)} |" for line in lines) + "\n"


def code(value: object) -> str:
    """A value as code, or nothing."""
    return f"`{value}`" if value not in ("", None) else ""


def kind(schema: dict[str, Any]) -> str:
    """The type that a JSON schema asks for."""
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    return str(schema.get("type") or " or ".join(kind(each) for each in schema.get("anyOf", [])))


def tools_page() -> str:
    """Every tool with its arguments and what its answer holds."""
    return "# Tools\n\nWhat an agent can do.\n" + "".join(map(_tool, tools().values()))


def _tool(tool: Tool) -> str:
    required = tool.input_schema.get("required", [])
    arguments = table(
        ("argument", "type", "default", "meaning"),
        (
            (
                f"`{name}`",
                kind(schema),
                "required" if name in required else code(schema.get("default")),
                schema.get("description", ""),
            )
            for name, schema in tool.input_schema["properties"].items()
        ),
    )
    answer = ", ".join(f"`{name}`" for name in tool.output_schema["properties"])
    changes = "" if tool.reads_only else "Changes things outside the store.\n\n"
    return (
        f"\n## {tool.name}\n\n{tool.description}\n\n{changes}{arguments}\nThe answer: {answer}.\n"
    )


def tools_table() -> str:
    """The tools of the README."""
    rows = (
        (f"[`{name}`](docs/tools.md#{name})", tool.description.splitlines()[0])
        for name, tool in tools().items()
    )
    return table(("tool", "for"), rows)


def resources_page() -> str:
    """Every resource."""
    rows = ((f"`{found.uri}`", found.description) for found in resources())
    head = "# Resources\n\nWhat an agent can read, and be told of when it changes.\n\n"
    return head + table(("address", "is"), rows)


def prompts_page() -> str:
    """Every prompt with its arguments and text."""
    parts = ["# Prompts\n\nWhat an agent can be asked to do.\n"]
    for name, prompt in prompts().items():
        rows = (
            (f"`{each.name}`", "yes" if each.required else "no", each.description)
            for each in prompt.arguments
        )
        asked = table(("argument", "required", "meaning"), rows) + "\n" if prompt.arguments else ""
        quoted = "\n".join(f"> {line}".rstrip() for line in prompt.body.splitlines())
        parts.append(f"\n## {name}\n\n{prompt.description}\n\n{asked}{quoted}\n")
    return "".join(parts)


def settings_page() -> str:
    """Every key of the settings file."""
    parts = [SETTINGS]
    keys = list(describe())
    for name in dict.fromkeys(each.table for each in keys):
        rows = (
            (f"`{each.key}`", code(each.default), code(each.example), each.meaning)
            for each in keys
            if each.table == name
        )
        title = f"`{name}`" if name else "Above all tables"
        parts.append(f"\n## {title}\n\n{table(('key', 'default', 'example', 'meaning'), rows)}")
    return "".join(parts)


def events_page() -> str:
    """Every kind of event."""
    rows = ((f"`{name}`", meaning) for name, meaning in KINDS.items())
    return (
        "# Events\n\nWhat the journal holds, `changes_since` answers with, and `/events` and `/ws` "
        "send. Each has a number (`id`), a time (`at`), a `kind`, mostly a `repository`, a "
        f"`summary` for people, and `data`.\n\n{table(('kind', 'means'), rows)}"
    )


def filters_page() -> str:
    """The language `where`."""
    rows = (
        (f"`{key}:`", meaning, ", ".join(f"`{word}`" for word in WORDS.get(key, ())))
        for key, meaning in KEYS.items()
    )
    return (
        "# Filters\n\nOne small language for tools, page, settings and command line:\n\n"
        '    health:red,yellow owner:acme* -is:archived path:~/code "free text"\n\n'
        "Terms are ANDed, commas within a value are OR, `-` negates, `*` globs, quotes quote. A "
        "bare word matches name and description. Where a fact is unknown it matches neither "
        "`key:v` nor `-key:v`, only `key:unknown`.\n\n" + table(("key", "means", "values"), rows)
    )


def commands_page() -> str:
    """Every command as its own help tells it."""
    parts = ["# Commands\n\nEach command takes `--config`, `--home`, `--log` and `--debug`.\n"]
    settings = opsroom.context_settings
    context = opsroom.context_class(opsroom, info_name="opsroom", obj=Options(), **settings)
    for name in opsroom.list_commands(context):
        found = opsroom.get_command(context, name)
        if found is not None:
            inner = click.Context(
                found, info_name=name, parent=context, max_content_width=90, terminal_width=90
            )
            parts.append(f"\n## opsroom {name}\n\n```text\n{found.get_help(inner)}\n```\n")
    return "".join(parts)


DEPENDENCIES = Family(
    "dependencies",
    ("vulnerable-dependency", "malicious-dependency"),
    "packages of manifests and lockfiles for which an advisory holds",
)


def checks_page() -> str:
    """Every rule: of checks, of threats, and what scanners report."""
    found = discover("opsroom.observe.scanners", Scanner)
    families = [Family(name.replace("_", "-"), each.rules, each.what) for name, each in found]
    return rules_page([DEPENDENCIES, *families])


def scanners_page() -> str:
    """Every scanner, and the rules that are our own."""
    found = discover("opsroom.observe.scanners", Scanner)
    return written_scanners({name.replace("_", "-"): scanner for name, scanner in found})


def pages() -> dict[str, str]:
    """Every page that is wholly made, by its path."""
    made = {
        "tools": tools_page,
        "resources": resources_page,
        "prompts": prompts_page,
        "settings": settings_page,
        "events": events_page,
        "filters": filters_page,
        "commands": commands_page,
        "scanners": scanners_page,
    }
    written = {f"docs/{name}.md": MADE + page() for name, page in made.items()}
    return {**written, "docs/checks.md": checks_page()}


def inserted(text: str) -> str:
    """A hand-written page with the made parts put between their marks."""
    for name, part in (("tools", tools_table), ("picture", picture)):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if begin in text:
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}{part()}{end}{rest.partition(end)[2]}"
    return text


def everything() -> dict[str, str]:
    """Every page that has something made in it, as it should be."""
    by_hand = {
        name: inserted((ROOT / name).read_text("utf-8"))
        for name in ("README.md", "docs/architecture.md")
    }
    return {**pages(), **by_hand}


def main() -> None:
    """Write what is stale."""
    for name, text in everything().items():
        file = ROOT / name
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
            click.echo(f"wrote {name}")


if __name__ == "__main__":
    main()
