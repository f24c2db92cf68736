"""Who uses something outside: thousands, of whom an answer tells a few."""

from collections.abc import Callable, Collection, Iterator, Mapping

from opsroom.operations.graph.answer import GraphEdge

Edges = tuple[GraphEdge, ...]


class Users(Mapping[int, Edges]):
    """The edges of those that use it directly, by their ids, each made once it is asked for."""

    def __init__(self, numbers: Collection[int], made: Callable[[int], Edges]) -> None:
        self._numbers = dict.fromkeys(numbers)
        self._made = made
        self._edges: dict[int, Edges] = {}

    def __getitem__(self, number: int) -> Edges:
        """The edges of one of them. Raises KeyError for who is none."""
        if number not in self._edges:
            if number not in self._numbers:
                raise KeyError(number)
            self._edges[number] = self._made(number)
        return self._edges[number]

    def __contains__(self, number: object) -> bool:
        """Whether somebody is one of them, without making the edges."""
        return number in self._numbers

    def __iter__(self) -> Iterator[int]:
        """Their ids."""
        return iter(self._numbers)

    def __len__(self) -> int:
        """How many they are."""
        return len(self._numbers)
