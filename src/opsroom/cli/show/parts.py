"""How a diagnosis looks on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from opsroom.operations.parts import Part, State

MARKS = {
    State.WORKS: "[green]●[/] works",
    State.NOTE: "[blue]–[/] note",
    State.BROKEN: "[red]■[/] broken",
    State.UNASKED: "[yellow]?[/] unasked",
}


def show_parts(parts: Sequence[Part]) -> None:
    """One row a part, with what to do beneath."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", ratio=1)
    for part in parts:
        fix = f"\n[dim]{escape(part.fix)}[/]" if part.fix else ""
        table.add_row(MARKS[part.state], escape(part.part), escape(part.said) + fix)
    Console(highlight=False).print(table)
