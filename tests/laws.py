"""The laws of the house that import-linter can't see, each a function that lists what breaks it.

A law takes the root of a checkout and returns lines `path:line: what`. `tests/test_house.py` asks
each of them about this checkout, and about a small one in which it is broken.
"""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Law = Callable[[Path], list[str]]

SURFACE = ("tools", "resources", "prompts")
MOST_LINES = 399
GENERATED = frozenset({"docs"})
"""Folders whose Markdown is as long as what it is made from."""
VAGUE = frozenset({"manager", "service", "handler", "helper", "util", "utils", "misc"})
SHORT = {"repo": "repository", "repos": "repositories"}
IMPURE_CALLS = frozenset({"open", "print", "input", "eval", "exec", "__import__"})
IMPURE_ATTRIBUTES = frozenset({"now", "utcnow", "today", "urandom", "getenv", "environ"})
STARTS = re.compile(
    r"system|popen|fork|forkpty|startfile|(exec|posix_spawn|spawn)[lv]?p?e?"
    r"|create_subprocess_(exec|shell)|open_process|run_process"
)
PROGRAMS = frozenset({"subprocess", "multiprocessing", "pty"})
PATHS_OF_A_MACHINE = re.compile(
    r"(?<![\w.~])/(?:roo" + r"t/|wor" + r"k/(?:main|shared|venv|\.library|\.mirror)\b)"
)
INDEXES = re.compile(
    r"(?:pypi\.or" + r"g/simple|pythonhoste" + r"d\.org|registry\.npmj" + r"s|index\.crate" + "s)"
)
EXCUSE = re.compile(
    r"#\s*(?:noqa|type:\s*ignore)(?P<rules>:?\s*(?:[A-Z]+\d+[, ]*)+|\[[\w, -]+\])?(?P<reason>.*)$"
)


def sources(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the path and the syntax tree of each Python file of some folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the full dotted name of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def tracked(root: Path) -> list[Path]:
    """Return the files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := root / name).is_file()]


def surface_looks_down(root: Path) -> list[str]:
    """Tools and resources import operations, model and errors, and nothing else of ours."""
    allowed = ("opsroom.operations.", "opsroom.model.", "opsroom.errors.")
    return [
        f"{path}:{line}: imports {name}"
        for path, tree in sources(root, *SURFACE)
        for line, name in imports(tree)
        if name.startswith((".", "opsroom")) and not name.startswith(allowed)
    ]


def nobody_names_the_surface(root: Path) -> list[str]:
    """The surface is found by discover; nothing imports it by name."""
    named = tuple(f"{stem}{name}" for name in SURFACE for stem in ("opsroom.", ""))
    return [
        f"{path}:{line}: imports {name}"
        for path, tree in sources(root, "src", "tests", *SURFACE)
        for line, name in imports(tree)
        if f"{name}.".startswith(tuple(f"{each}." for each in named))
    ]


def judge_is_pure(root: Path) -> list[str]:
    """No input, output, clock or chance by way of builtins and attributes."""
    return [
        f"{path}:{node.lineno}: {name}"
        for path, tree in sources(root, "src/opsroom/judge", "src/opsroom/model")
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and (name := _impure(node))
    ]


def _impure(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
            return name
        case ast.Attribute(attr=name) if name in IMPURE_ATTRIBUTES:
            return f".{name}"
        case _:
            return ""


def floor_plan_is_whole(root: Path) -> list[str]:
    """Packages are the folders that hold Python, no more and no fewer; setuptools is told."""
    setup = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    planned = set(setup["tool"]["setuptools"]["packages"])
    inside = {path.parent for path in (root / "src").rglob("*.py")}
    built = {".".join(folder.relative_to(root / "src").parts) for folder in inside}
    built |= {f"opsroom.{name}" for name in SURFACE}
    places = inside | {root / name for name in SURFACE}
    return [
        *(f"{name}: is built, and not on the floor plan" for name in sorted(built - planned)),
        *(f"{name}: is on the floor plan, and not built" for name in sorted(planned - built)),
        *(
            f"{folder.relative_to(root)}: has no __init__.py"
            for folder in sorted(places)
            if not (folder / "__init__.py").is_file()
        ),
    ]


def files_are_short(root: Path) -> list[str]:
    """A file has one idea, and so under 400 lines."""
    kinds = {".py", ".js", ".css", ".html", ".md", ".sql"}
    ours = [
        path
        for path in tracked(root)
        if path.suffix in kinds and not (path.suffix == ".md" and path.parent.name in GENERATED)
    ]
    counts = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in ours)
    return [
        f"{path.relative_to(root)}: {count} lines" for path, count in counts if count > MOST_LINES
    ]


def _words(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def names_say_something(root: Path) -> list[str]:
    """No module, class or function is called manager, service, handler, helper, util or misc."""
    return [
        f"{path}:{line}: {name}"
        for path, tree in sources(root, "src", "tests", *SURFACE)
        for line, name in _declared(path, tree)
        if _words(name) & VAGUE
    ]


def _declared(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    yield from ((1, part) for part in path.removesuffix(".py").split("/"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name


def one_noun_one_name(root: Path) -> list[str]:
    """A class of model is declared once; a repository is never called a repo."""
    nouns = {name for _, tree in sources(root, "src/opsroom/model") for _, name in _classes(tree)}
    found: list[str] = []
    for path, tree in sources(root, "src", *SURFACE):
        if not path.startswith("src/opsroom/model/"):
            found += [
                f"{path}:{line}: {name} is a noun of model"
                for line, name in _classes(tree)
                if name in nouns
            ]
        found += [
            f"{path}:{line}: {name}, say {SHORT[short]}"
            for line, name in _fields(tree)
            for short in sorted(_words(name) & SHORT.keys())
        ]
    return found


def _classes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    return ((node.lineno, node.name) for node in tree.body if isinstance(node, ast.ClassDef))


def _fields(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what callers write: classes, arguments, and attributes that a class declares."""
    yield from _classes(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.lineno, node.target.id


def tasks_have_an_owner(root: Path) -> list[str]:
    """Task groups only: a bare task outlives whoever started it, and its error is lost."""
    return [
        f"{path}:{node.lineno}: {node.attr}"
        for path, tree in sources(root, "src", *SURFACE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}
    ]


def no_shell(root: Path) -> list[str]:
    """Programs are started from a list of arguments; a shell would read data as words."""
    return [
        f"{path}:{node.value.lineno}: shell={ast.unparse(node.value)}"
        for path, tree in sources(root, "src", "tests", *SURFACE)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]


def one_starter(root: Path) -> list[str]:
    """Only clients/process.py starts programs, so that every one of them is bounded."""
    found: list[str] = []
    for path, tree in sources(root, "src", *SURFACE):
        if path == "src/opsroom/clients/process.py":
            continue
        found += [
            f"{path}:{line}: imports {name}"
            for line, name in imports(tree)
            if PROGRAMS & set(name.split("."))
        ]
        found += [
            f"{path}:{node.lineno}: {node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and STARTS.fullmatch(node.attr)
            and not _is_a_fact(node)
        ]
    return found


def _is_a_fact(node: ast.Attribute) -> bool:
    """A repository may be a fork: only `os.fork` makes a process."""
    return node.attr == "fork" and not (isinstance(node.value, ast.Name) and node.value.id == "os")


def nobody_sleeps_in_the_loop(root: Path) -> list[str]:
    """`time.sleep` in async code stops everybody."""
    return [
        f"{path}:{node.lineno}: time.sleep in {function.name}"
        for path, tree in sources(root, "src", "tests", *SURFACE)
        for function in ast.walk(tree)
        if isinstance(function, ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "time.sleep"
    ]


def nothing_is_left_for_later(root: Path) -> list[str]:
    """What is missing is an issue, not a comment."""
    later = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    return _matching(root, lambda line: bool(later.search(line)))


def excuses_have_reasons(root: Path) -> list[str]:
    """Whoever silences a checker says why, and which rule."""

    def unexplained(line: str) -> bool:
        said = EXCUSE.search(line)
        return said is not None and not (
            said["rules"] and re.search(r"[A-Za-z]{3}", said["reason"])
        )

    return _matching(root, unexplained)


def nothing_of_this_machine(root: Path) -> list[str]:
    """No path of the machine on which it was written, and no address of a package index."""
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()[:80]}"
        for path in tracked(root)
        for number, line in _lines(path)
        if PATHS_OF_A_MACHINE.search(line) or INDEXES.search(line)
    ]


def _matching(root: Path, breaks: Callable[[str], bool]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for folder in ("src", "tests", *SURFACE)
        for path in sorted((root / folder).rglob("*.py"))
        for number, line in _lines(path)
        if breaks(line)
    ]


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    raw = path.read_bytes()
    return [] if b"\0" in raw else enumerate(raw.decode(errors="replace").splitlines(), 1)


LAWS: tuple[Law, ...] = (
    surface_looks_down,
    nobody_names_the_surface,
    judge_is_pure,
    floor_plan_is_whole,
    files_are_short,
    names_say_something,
    one_noun_one_name,
    tasks_have_an_owner,
    no_shell,
    one_starter,
    nobody_sleeps_in_the_loop,
    nothing_is_left_for_later,
    excuses_have_reasons,
    nothing_of_this_machine,
)
