"""Prompts: Markdown with front matter, one a file in `prompts/`.

    ---
    title: Morning round
    description: What happened since yesterday, and what to do first.
    arguments:
      since: where to start; a cursor, a time or a while (default 24h)
      repository?: one repository only
    ---
    Call `changes_since` with `since` = {{since}} ...

The front matter is a flat list of `key: value` lines, with the arguments indented below
`arguments:`; a `?` marks an argument that may be left out, and `(default X)` gives its value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from opsroom.errors import NotFound, UsageError
from opsroom.model.text import plain


@dataclass(frozen=True, slots=True)
class Argument:
    """What a prompt can be told."""

    name: str
    description: str
    required: bool
    default: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an agent can be asked to do with the tools."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    body: str

    def text(self, given: Mapping[str, str]) -> str:
        """The prompt with its arguments filled in, as quoted data of one line each.

        Raises:
            UsageError: an argument is missing or unknown.
        """
        known = {argument.name: argument for argument in self.arguments}
        if unknown := sorted(set(given) - set(known)):
            raise UsageError(
                f"prompt {self.name} has no argument {plain(unknown[0], 60)!r}",
                f"its arguments are: {', '.join(known) or 'none'}",
            )
        if missing := [a.name for a in self.arguments if a.required and not given.get(a.name)]:
            raise UsageError(f"prompt {self.name} needs the argument {missing[0]!r}")
        return re.sub(
            r"\{\{(\w+)\}\}",
            lambda found: plain(given.get(found[1]) or known[found[1]].default),
            self.body,
        )


def _argument(line: str) -> Argument:
    name, _, description = (part.strip() for part in line.partition(":"))
    default = re.search(r"\(default (.+?)\)", description)
    return Argument(
        name=name.rstrip("?"),
        description=description,
        required=not name.endswith("?"),
        default=default[1] if default else "",
    )


def parse(name: str, text: str) -> Prompt:
    """A prompt from the text of its file."""
    _, front, body = text.split("---\n", 2)
    fields: dict[str, str] = {}
    arguments: list[Argument] = []
    for line in front.splitlines():
        if line.startswith(" "):
            arguments.append(_argument(line))
        else:
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    return Prompt(name, fields["title"], fields["description"], tuple(arguments), body.strip())


def prompts() -> dict[str, Prompt]:
    """Every prompt, by name."""
    found = (file for file in files("opsroom.prompts").iterdir() if file.name.endswith(".md"))
    names = {file.name.removesuffix(".md"): file for file in found}
    return {name: parse(name, names[name].read_text("utf-8")) for name in sorted(names)}


def prompt_named(name: str) -> Prompt:
    """One prompt.

    Raises:
        NotFound: lists the prompts there are.
    """
    known = prompts()
    if name not in known:
        raise NotFound(f"no prompt {plain(name, 60)!r}", f"there is: {', '.join(known)}")
    return known[name]
