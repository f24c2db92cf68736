"""The picture of the architecture, drawn from the imports that are really there."""

import ast
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]

STOREYS = (
    ("tools", "resources", "prompts"),
    ("cli",),
    ("serve", "demo"),
    ("operations",),
    ("observe", "judge"),
    ("clients", "store"),
    ("settings",),
    ("model",),
)
"""The rooms from the top down. `errors`, `logs` and `discover`, which all may use, are left out."""

JOBS = {
    "tools": "what an agent can do",
    "resources": "what an agent can read",
    "prompts": "what an agent can be asked",
    "cli": "the command line",
    "serve": "MCP, page, event streams",
    "demo": "a fleet to try things on",
    "operations": "the verbs and monitors",
    "observe": "gathers facts",
    "judge": "turns facts into opinions, pure",
    "clients": "the world outside: git, hosts",
    "store": "state and its journal",
    "settings": "opsroom.toml",
    "model": "the nouns",
}


def imports() -> set[tuple[str, str]]:
    """Every pair of rooms of which the first imports the second."""
    graph = grimp.build_graph("opsroom", cache_dir=None)
    rooms = [room for storey in STOREYS for room in storey]
    pairs = {
        (importer.split(".")[1], imported.split(".")[1])
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if "." in importer and "." in imported
    }
    for folder in STOREYS[0]:
        for file in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("opsroom."):
                    pairs.add((folder, (node.module or "").split(".")[1]))
    return {(a, b) for a, b in pairs if a != b and a in rooms and b in rooms}


def essential(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out each arrow that follows from others."""

    def reached(start: str, without: tuple[str, str]) -> set[str]:
        found, ahead = set[str](), [start]
        while ahead:
            here = ahead.pop()
            for pair in pairs - {without}:
                if pair[0] == here and pair[1] not in found:
                    found.add(pair[1])
                    ahead.append(pair[1])
        return found

    return {pair for pair in pairs if pair[1] not in reached(pair[0], pair)}


def picture() -> str:
    """The rooms as a Mermaid diagram."""
    lines = ["```mermaid", "flowchart TD"]
    for number, storey in enumerate(STOREYS):
        lines.append(f'  subgraph storey{number}[" "]')
        lines += [f'    {room}["<b>{room}</b><br>{JOBS[room]}"]' for room in storey]
        lines.append("  end")
    lines += [f"  operations -. finds .-> {found}" for found in STOREYS[0]]
    lines += [f"  {upper} --> {lower}" for upper, lower in sorted(essential(imports()))]
    return "\n".join([*lines, "```", ""])
