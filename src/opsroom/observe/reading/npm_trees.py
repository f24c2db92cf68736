"""Node's own rule of which package a name means: in the folder itself, then in each above."""

MODULES = "node_modules/"

Folders = dict[str, int]
"""The package in each folder, by its index."""


def found_from(folder: str, name: str, folders: Folders) -> int | None:
    """The package that `name` means to what is in `folder`, a path from the top; None: none."""
    at = folder
    while True:
        index = folders.get(f"{at}/{MODULES}{name}" if at else MODULES + name)
        if index is not None or not at:
            return index
        at = at.rpartition(MODULES if MODULES in at else "/")[0].rstrip("/")
