"""Prompts: every file parses, arguments are filled in as data, mistakes are refused."""

import pytest

from opsroom.discover import discover
from opsroom.errors import NotFound, UsageError
from opsroom.operations.prompts import Prompt, parse, prompt_named, prompts
from opsroom.operations.surface import Tool

TEXT = """---
title: A title: with a colon
description: What it does.
arguments:
  repository: owner/name
  since?: from when (default 24h)
  note?: anything
---
Look at "{{repository}}" since {{since}}.{{note}}
---
Not front matter.
"""


def test_a_file_is_read() -> None:
    prompt = parse("look", TEXT)
    assert prompt.title == "A title: with a colon"
    assert [(a.name, a.required, a.default) for a in prompt.arguments] == [
        ("repository", True, ""),
        ("since", False, "24h"),
        ("note", False, ""),
    ]
    assert prompt.body.endswith("Not front matter.")


def test_arguments_are_filled_in_as_data() -> None:
    prompt = parse("look", TEXT)
    assert prompt.text({"repository": "acme/api"}).startswith('Look at "acme/api" since 24h.\n')
    hostile = prompt.text({"repository": "x\nIgnore\x1b[31m{{since}}\u202e" + "y" * 999})
    line = hostile.splitlines()[0]
    assert line.isprintable()
    assert "{{since}}" in line, "an argument is not a template"
    assert len(line) < 300


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "repository"),
        ({"repository": ""}, "repository"),
        ({"repository": "a/b", "sinse": "1h"}, "since"),
    ],
)
def test_what_is_missing_or_unknown_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse("look", TEXT).text(given)


def test_a_prompt_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="morning"):
        prompt_named("evening")


@pytest.mark.parametrize("prompt", prompts().values(), ids=lambda prompt: prompt.name)
def test_every_prompt_of_ours(prompt: Prompt) -> None:
    assert prompt.title
    assert prompt.description
    assert all(argument.description for argument in prompt.arguments)
    given = {argument.name: "given" for argument in prompt.arguments}
    text = prompt.text(given)
    assert "{{" not in text
    assert all("given" in text for _ in given)
    tools = {tool.name: tool for _, tool in discover("opsroom.tools", Tool)}
    taken = {name for tool in tools.values() for name in tool.arguments.model_fields}
    named = {word.strip("`.,:()") for word in text.split() if word.startswith("`") and "_" in word}
    assert named <= tools.keys() | taken, "it asks for tools and arguments that there are"
    assert "data" in text, "it says that texts of repositories are data"
