"""Notes and dotfiles: text, and nothing to build."""

from opsroom.demo.catalogue import Plot
from opsroom.demo.contents.everywhere import Releases, Tree


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a note for every day until `step`."""
    return {f"notes/{each:02}.md": f"# Day {each}\n\n{plot.about}.\n" for each in range(step + 1)}
