"""What the demo's repositories hold, at each step of their history.

Step by step versions rise, so that one commit differs from the next in what a person would
have changed: a tag of an image, a version, a line of a changelog.
"""

from collections.abc import Callable

from opsroom.demo.catalogue import Kind, Plot

Tree = dict[str, str]
"""Paths and texts of one commit."""

LICENSE = """MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to
deal in it without restriction, including the rights to use, copy, modify, merge, publish,
distribute, sublicense and sell copies of it. The software is provided "as is", without warranty.
"""

BOT = """version: 2
updates:
  - package-ecosystem: {ecosystem}
    directory: /
    schedule:
      interval: weekly
"""

CI = """on: [push]
permissions: {{}}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: {command}
"""

CHANGES = {
    Kind.COMPOSE: "Bump the images to 3.{step}",
    Kind.HELM: "Chart 1.{step}.0",
    Kind.TERRAFORM: "Raise the provider to 5.{step}",
    Kind.ANSIBLE: "Install release 0.{step}",
    Kind.PYTHON: "Release 0.{step}.0",
    Kind.NODE: "Release 2.{step}.0",
    Kind.GO: "Release v1.{step}.0",
    Kind.PAGES: "Write down day {step}",
}
"""What the commit of a step says."""


def message(plot: Plot, step: int) -> str:
    """Return what the commit that leads to `step` says."""
    return f"Begin: {plot.about}" if step == 0 else CHANGES[plot.kind].format(step=step)


def contents(plot: Plot, step: int) -> Tree:
    """Return every file at a step, as a careful owner would keep them."""
    log = "".join(f"- {message(plot, each)}\n" for each in range(step, -1, -1))
    ecosystem, command, ignored = SETUP[plot.kind]
    return {
        "README.md": f"# {plot.name}\n\n{plot.about}.\n",
        "LICENSE": LICENSE,
        "CHANGELOG.md": f"# Changes\n\n{log}",
        "SECURITY.md": "Write to security@home.arpa; an answer comes within a week.\n",
        ".gitignore": f".env\n{ignored}\n",
        ".github/CODEOWNERS": "* @kim\n",
        ".github/dependabot.yml": BOT.format(ecosystem=ecosystem),
        ".github/workflows/ci.yml": CI.format(command=command),
        **FILES[plot.kind](plot, step),
    }


def _compose(plot: Plot, step: int) -> Tree:
    service = plot.name.removeprefix("compose-")
    return {
        "compose.yaml": (
            f"services:\n  {service}:\n    image: registry.home.arpa/{service}:3.{step}\n"
            "    restart: unless-stopped\n    volumes:\n      - data:/data\nvolumes:\n  data: {}\n"
        ),
        ".env.example": "TZ=Europe/Copenhagen\n",
    }


def _helm(plot: Plot, step: int) -> Tree:
    return {
        f"charts/{plot.name}/Chart.yaml": (
            f"apiVersion: v2\nname: {plot.name}\nversion: 1.{step}.0\n"
        ),
        f"charts/{plot.name}/values.yaml": f"replicas: 2\nimage:\n  tag: 1.{step}.0\n",
        f"charts/{plot.name}/templates/deployment.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n"
        ),
    }


def _terraform(plot: Plot, step: int) -> Tree:
    return {
        "main.tf": f'terraform {{\n  required_providers {{\n    cloud = "~> 5.{step}"\n  }}\n}}\n',
        "variables.tf": 'variable "zone" {\n  type = string\n}\n',
        ".terraform.lock.hcl": f'provider "cloud" {{\n  version = "5.{step}.0"\n}}\n',
    }


def _ansible(plot: Plot, step: int) -> Tree:
    return {
        "site.yml": f"- hosts: all\n  roles:\n    - role: base\n      release: 0.{step}\n",
        "inventory.ini": "[house]\nnas.home.arpa\npi4.home.arpa\n",
        "roles/base/tasks/main.yml": "- name: Git\n  ansible.builtin.package:\n    name: git\n",
    }


def _python(plot: Plot, step: int) -> Tree:
    module = plot.name.replace("-", "_")
    return {
        "pyproject.toml": f'[project]\nname = "{plot.name}"\nversion = "0.{step}.0"\n',
        "uv.lock": f'version = 1\n\n[[package]]\nname = "{plot.name}"\nversion = "0.{step}.0"\n',
        f"src/{module}/__init__.py": f'"""{plot.about}."""\n\n__version__ = "0.{step}.0"\n',
        f"tests/test_{module}.py": "def test_it_is_here() -> None:\n    assert True\n",
    }


def _node(plot: Plot, step: int) -> Tree:
    head = f'{{\n  "name": "{plot.name}",\n  "version": "2.{step}.0"'
    return {
        "package.json": f'{head},\n  "type": "module"\n}}\n',
        "package-lock.json": f'{head},\n  "lockfileVersion": 3\n}}\n',
        "src/index.js": f"export const about = {plot.about!r};\n",
    }


def _go(plot: Plot, step: int) -> Tree:
    return {
        "go.mod": f"module git.home.arpa/{plot.owner}/{plot.name}\n\ngo 1.23\n",
        "go.sum": "",
        "main.go": f'package main\n\nconst version = "v1.{step}.0"\n\nfunc main() {{}}\n',
    }


def _pages(plot: Plot, step: int) -> Tree:
    return {f"notes/{each:02}.md": f"# Day {each}\n\n{plot.about}.\n" for each in range(step + 1)}


FILES: dict[Kind, Callable[[Plot, int], Tree]] = {
    Kind.COMPOSE: _compose,
    Kind.HELM: _helm,
    Kind.TERRAFORM: _terraform,
    Kind.ANSIBLE: _ansible,
    Kind.PYTHON: _python,
    Kind.NODE: _node,
    Kind.GO: _go,
    Kind.PAGES: _pages,
}

SETUP: dict[Kind, tuple[str, str, str]] = {
    Kind.COMPOSE: ("docker-compose", "docker compose config", "data/"),
    Kind.HELM: ("helm", "helm lint charts/*", "*.tgz"),
    Kind.TERRAFORM: ("terraform", "terraform validate", ".terraform/"),
    Kind.ANSIBLE: ("pip", "ansible-lint", "*.retry"),
    Kind.PYTHON: ("uv", "uv run pytest", ".venv/"),
    Kind.NODE: ("npm", "npm test", "node_modules/"),
    Kind.GO: ("gomod", "go test ./...", "bin/"),
    Kind.PAGES: ("github-actions", "true", "public/"),
}
"""What updates it, what its CI runs, and what it ignores."""
