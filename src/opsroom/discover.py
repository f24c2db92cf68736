"""Finding declarations: one a module, in the modules of one package.

Importing a module registers nothing: a rule, a tool, a command is a value in a module, and this
is the only place that looks for them. There is no list to edit.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


def discover(package: str, kind: type[T]) -> Iterator[tuple[str, T]]:
    """Yield `(module name, declaration)` for each module of `package`, in the order of names.

    Raises:
        TypeError: a module holds no declaration of `kind`, or more than one.
    """
    for name in sorted(info.name for info in iter_modules(import_module(package).__path__)):
        module = import_module(f"{package}.{name}")
        found = [value for value in vars(module).values() if isinstance(value, kind)]
        if len(found) != 1:
            raise TypeError(f"{module.__name__} declares {len(found)} {kind.__name__}s, not one")
        yield name, found[0]
