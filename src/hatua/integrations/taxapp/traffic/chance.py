"""Draws that every other file here needs: weighted choices, ids and pauses, all from one seeded generator."""

import random
import uuid
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

Random = random.Random


class Weighted(Generic[T]):
    """Values with weights (any positive numbers), drawn in O(log n)."""

    def __init__(self, choices: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in choices]
        self._cumulative = list(accumulate(weight for _, weight in choices))

    def draw(self, rng: Random) -> T:
        return rng.choices(self._values, cum_weights=self._cumulative)[0]


def new_id(rng: Random) -> str:
    """A UUID (version 4 in form) that the same generator gives again."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def digits(rng: Random, count: int) -> str:
    """`count` decimal digits, leading zeros included."""
    return f"{rng.randrange(10**count):0{count}d}"


def pause_ms(rng: Random, median_s: float, spread: float = 0.6) -> int:
    """How long somebody takes: log-normal, since most are quick and a few look for their ID card."""
    return max(200, int(rng.lognormvariate(0, spread) * median_s * 1000))
