"""How a question that is counted gets its answer: what it wants counted, and what it makes of the tables. So planned,
questions can be counted together."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from hatua.analytics.counting import tables
from hatua.analytics.counts import Ask, Table
from hatua.analytics.reader import Reader

A = TypeVar("A")


class Plan(NamedTuple, Generic[A]):
    """`finish` takes the tables of the asks, in their order."""

    asks: Sequence[Ask]
    finish: Callable[[Sequence[Table]], A]

    def answer(self, reader: Reader) -> A:
        """Raises InvalidQuestion, and what the warehouse raises."""
        return self.finish(tables(reader, self.asks))
