"""What goes wrong, when, and for how long: drawn from a seed, so that a run that failed can be had again."""

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """One kind of fault: how to begin it, how to end it, and between which lengths (seconds) it lasts. Faults of one
    `target` never overlap; `weight`: how often it is drawn."""

    target: str
    begin: Callable[[], None]
    end: Callable[[], None]
    shortest_s: float = 0.0
    longest_s: float = 1.0
    weight: int = 1


class Fault(msgspec.Struct, frozen=True):
    """One fault of a schedule, in seconds from the beginning of the load."""

    name: str
    at_s: float
    until_s: float

    def __str__(self) -> str:
        return f"{self.name} {self.at_s:.1f}-{self.until_s:.1f}"


def draw(kinds: Mapping[str, Kind], seed: int, seconds: float, *, only: Sequence[str] = ()) -> list[Fault]:
    """Faults over so many seconds of load, one beginning every second and a half or so; in order of time. `only`: of
    these kinds."""
    lot = random.Random(f"schedule {seed}")
    names = [name for name in sorted(kinds) if not only or name in only]
    faults: list[Fault] = []
    busy: dict[str, float] = {}
    at = lot.uniform(0.7, 1.5)
    while at < seconds:
        free = [name for name in names if _is_free(kinds[name].target, busy, at)]
        if free:
            name = lot.choices(free, [kinds[one].weight for one in free])[0]
            kind = kinds[name]
            until = at + lot.uniform(kind.shortest_s, kind.longest_s)
            faults.append(Fault(name, round(at, 2), round(until, 2)))
            busy[kind.target] = until + 0.3
        at += lot.uniform(0.4, 2.4)
    return faults


def _is_free(target: str, busy: Mapping[str, float], at: float) -> bool:
    """`*` stands for everything."""
    if target == "*":
        return all(until < at for until in busy.values())
    return max(busy.get(target, 0.0), busy.get("*", 0.0)) < at
