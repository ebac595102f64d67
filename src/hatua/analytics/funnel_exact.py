"""The chains of one actor, by search. For the few whose case the engine's one pass cannot decide: different events at
the same (timestamp, seq) of which one could serve several steps, and attempts that an excluded event voids.

What a chain is stands in docs/metrics.md. Of all chains that get furthest we want the one whose first step is earliest,
then whose second step is earliest, and so on.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from hatua.analytics.funnel_shapes import Order

Key = tuple[int, int]
Best = tuple[tuple[Key, ...], str, tuple[int, ...]]
"""(keys of the events, value of the first one, their positions): smaller is better among chains of one length."""


class FunnelEvent(NamedTuple):
    """`steps`, `excluded`: bit n - 1 is set where the event matches step n, exclusion n."""

    timestamp: int
    seq: int
    steps: int
    value: str
    excluded: int


class Between(NamedTuple):
    """An exclusion's steps, from 1."""

    after_step: int
    before_step: int


class Rules(NamedTuple):
    steps: int
    order: Order
    window_ms: int
    exclusions: Sequence[Between]


def best_chain(events: Sequence[FunnelEvent], rules: Rules) -> tuple[int, ...]:
    """Positions (from 0, in the given order, which must be sorted) of the best chain; () when there is none."""
    if rules.order == "any":
        return _any_order(events, rules)
    search = _Search(events, rules)
    for depth in range(rules.steps, 0, -1):
        found = search.best_of(depth)
        if found:
            return found
    return ()


class _Search:
    """Depth-first, remembering what follows from each (start, chain's end, what still matters of the chain)."""

    def __init__(self, events: Sequence[FunnelEvent], rules: Rules) -> None:
        self._events = events
        self._rules = rules
        self._keys: list[Key] = [(event.timestamp, event.seq) for event in events]
        self._groups = [[n for n, _ in group] for _, group in groupby(enumerate(self._keys), key=lambda pair: pair[1])]
        self._group_of = {n: index for index, group in enumerate(self._groups) for n in group}
        self._excluded = [
            [n for n, event in enumerate(events) if event.excluded >> bit & 1] for bit in range(len(rules.exclusions))
        ]

    def best_of(self, depth: int) -> tuple[int, ...]:
        for group in self._groups:
            starts = [n for n in group if self._events[n].steps & 1]
            seen: dict[tuple[int, ...], Best | None] = {}
            found = [best for n in starts if (best := self._grow((n,), depth, seen))]
            if found:
                return min(found)[2]
        return ()

    def _grow(self, chain: tuple[int, ...], depth: int, seen: dict[tuple[int, ...], Best | None]) -> Best | None:
        """The best way on from here to a chain of exactly `depth` that can go no further; None if there is none."""
        known = self._what_matters(chain)
        if known in seen:
            tail = seen[known]
            return None if tail is None else self._joined(chain, tail[2][len(chain) :])
        best = self._finished(chain) if len(chain) == depth else self._best_next(chain, depth, seen)
        seen[known] = best
        return best

    def _best_next(self, chain: tuple[int, ...], depth: int, seen: dict[tuple[int, ...], Best | None]) -> Best | None:
        for _, nexts in groupby(self._nexts(chain), key=lambda n: self._keys[n]):
            found = [
                best for n in nexts if not self._voids(chain, n) and (best := self._grow((*chain, n), depth, seen))
            ]
            if found:
                return min(found)
        return None

    def _finished(self, chain: tuple[int, ...]) -> Best | None:
        if len(chain) < self._rules.steps and next(self._nexts(chain), None) is not None:
            return None  # it goes on
        closes = self._events[chain[0]].timestamp + self._rules.window_ms
        for between, excluded in zip(self._rules.exclusions, self._excluded, strict=True):
            if between.after_step <= len(chain) < between.before_step:
                after = self._keys[chain[between.after_step - 1]]
                if any(
                    self._keys[n] > after and self._events[n].timestamp <= closes and n not in chain for n in excluded
                ):
                    return None
        return self._joined(chain, ())

    def _voids(self, chain: tuple[int, ...], n: int) -> bool:
        """Whether an excluded event lies between a step that an open exclusion comes after and the event n."""
        for between, excluded in zip(self._rules.exclusions, self._excluded, strict=True):
            if between.after_step <= len(chain) < between.before_step:
                after = self._keys[chain[between.after_step - 1]]
                if any(after < self._keys[x] < self._keys[n] and x not in chain for x in excluded):
                    return True
        return False

    def _nexts(self, chain: tuple[int, ...]) -> Iterator[int]:
        """Events that can be the next step, in order of time."""
        bit = 1 << len(chain)
        closes = self._events[chain[0]].timestamp + self._rules.window_ms
        here = self._group_of[chain[-1]]
        last = len(self._groups) if self._rules.order == "ordered" else here + 1
        if self._rules.order == "strict" and self._may_leave(chain, here):
            last = min(here + 2, len(self._groups))
        for group in self._groups[here:last]:
            if self._events[group[0]].timestamp > closes:
                return
            yield from (n for n in group if self._events[n].steps & bit and n not in chain)

    def _may_leave(self, chain: tuple[int, ...], group: int) -> bool:
        """Strict: what is left of a group of equal keys would come between, unless the chain starts in that group."""
        return self._group_of[chain[0]] == group or all(n in chain for n in self._groups[group])

    def _what_matters(self, chain: tuple[int, ...]) -> tuple[int, ...]:
        """Two chains that agree in this have the same ways on."""
        matter = {chain[0], chain[-1]}
        matter.update(n for n in chain if self._group_of[n] == self._group_of[chain[-1]])
        for between in self._rules.exclusions:
            if between.after_step <= len(chain) < between.before_step:
                matter.add(chain[between.after_step - 1])
                matter.update(n for n in chain if self._events[n].excluded)
        return (len(chain), *(n if n in matter else -1 for n in chain))

    def _joined(self, chain: tuple[int, ...], rest: tuple[int, ...]) -> Best:
        whole = chain + rest
        return tuple(self._keys[n] for n in whole), self._events[chain[0]].value, whole


def _any_order(events: Sequence[FunnelEvent], rules: Rules) -> tuple[int, ...]:
    """As many steps as possible, each by an event of its own, inside one window from its first event on."""
    best: tuple[int, ...] = ()
    for start, first in enumerate(events):
        if not first.steps:
            continue
        closes = first.timestamp + rules.window_ms
        served: dict[int, int] = {}
        chain = tuple(
            n
            for n in range(start, len(events))
            if events[n].timestamp <= closes and _augment(n, events, served, rules.steps, set())
        )
        if len(chain) > len(best):
            best = chain
    return best


def _augment(n: int, events: Sequence[FunnelEvent], served: dict[int, int], steps: int, tried: set[int]) -> bool:
    """Finds a step for event n, moving others to another step of theirs if need be (bipartite matching)."""
    for step in range(steps):
        if events[n].steps >> step & 1 and step not in tried:
            tried.add(step)
            if step not in served or _augment(served[step], events, served, steps, tried):
                served[step] = n
                return True
    return False
