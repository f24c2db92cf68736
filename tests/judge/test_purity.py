"""judge is pure: nothing in it reads, writes, asks for the time or draws lots."""

import ast
from pathlib import Path

import pytest

import opsroom.judge

MODULES = sorted(Path(opsroom.judge.__file__).parent.rglob("*.py"))
ALLOWED = {
    *("collections", "collections.abc", "dataclasses", "datetime", "fnmatch", "functools"),
    *("hashlib", "itertools", "re", "typing"),
    "opsroom.discover",
    "numpy",
    "numpy.typing",
    "packaging.version",
    "rustworkx",
    "univers.gem",
}
FORBIDDEN_CALLS = {"open", "now", "utcnow", "today", "print", "input", "exec", "eval"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_judge_imports_the_model_alone(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                imported = [name.name for name in names]
            case ast.ImportFrom(module=str(module)):
                imported = [module]
            case _:
                continue
        own = ("opsroom.model.", "opsroom.judge")
        assert [name for name in imported if name not in ALLOWED and not name.startswith(own)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_judge_calls_nothing_of_the_world(path: Path) -> None:
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert called & FORBIDDEN_CALLS == set()
