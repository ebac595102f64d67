"""Funnels by listing every chain there is, and taking the best."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, permutations, product
from typing import Any

from hatua.analytics.funnel_shapes import Exclusion, FunnelQuestion
from hatua.analytics.question import EventMatch
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.history import History, order, property_text, wildcard
from tests.oracle.numbers import days_of

DAY_MS = 86_400_000
Chain = tuple[EventRow, ...]


@dataclass
class Outcome:
    """One actor's best chain, and the values it counts under."""

    actor: str
    times: list[int]
    groups: set[str]


def key(event: EventRow) -> tuple[int, int]:
    return (event.timestamp, event.seq)


def outcomes(history: History, question: FunnelQuestion) -> list[Outcome]:
    """Of every actor that got at least to the first step."""
    start, end = calendar.days_range(*days_of(question), question.tz)
    actors: dict[str, list[EventRow]] = defaultdict(list)
    for event in history.chosen(start, end, question.filters):
        actors[actor_of(history, event, question.per)].append(event)
    actors.pop("", None)
    found = []
    for actor, events in actors.items():
        chain = best(history, events, question)
        if chain:
            found.append(Outcome(actor, [event.timestamp for event in chain], groups(history, events, chain, question)))
    return found


def actor_of(history: History, event: EventRow, per: str) -> str:
    if per == "person":
        return history.person(event)
    return event.session_id if per == "session" else property_text(event, per.removeprefix("property:"))


def best(history: History, events: list[EventRow], question: FunnelQuestion) -> Chain:
    """The longest valid chain; of those the one whose steps are earliest, the first step first."""
    every = {
        "ordered": ordered_chains,
        "strict": strict_chains,
        "any": any_order_chains,
    }[question.order](history, events, question)
    valid = [chain for chain in every if not voided(history, events, chain, question)]

    def rank(chain: Chain) -> Any:
        value = ""
        if question.breakdown is not None:
            value = history.value(chain[0], question.breakdown.dimension)
        return (-len(chain), [key(event) for event in chain], value)

    return min(valid, key=rank, default=())


def window_ms(question: FunnelQuestion) -> float:
    if question.window_s is not None:
        return question.window_s * 1000
    return float("inf") if question.per == "session" else 14 * DAY_MS


def is_step(history: History, event: EventRow, question: FunnelQuestion, number: int) -> bool:
    return any(matches(history, event, one) for one in question.steps[number].any_of)


def matches(history: History, event: EventRow, one: EventMatch) -> bool:
    if event.event_name != one.event:
        return False
    if one.path is not None and not wildcard(slashless(one.path), slashless(event.page_path)):
        return False
    return all(history.meets(event, condition) for condition in one.filters)


def slashless(path: str) -> str:
    while len(path) > 1 and path.endswith("/"):
        path = path[:-1]
    return path


def ordered_chains(history: History, events: list[EventRow], question: FunnelQuestion) -> Iterator[Chain]:
    """Every chain that cannot go on. Events of equal keys may come in any order."""

    def grow(chain: Chain) -> Iterator[Chain]:
        nexts = [
            event
            for event in events
            if len(chain) < len(question.steps)
            and event not in chain
            and (not chain or key(event) >= key(chain[-1]))
            and (not chain or event.timestamp - chain[0].timestamp <= window_ms(question))
            and is_step(history, event, question, len(chain))
        ]
        if not nexts and chain:
            yield chain
        for event in nexts:
            yield from grow((*chain, event))

    yield from grow(())


def strict_chains(history: History, events: list[EventRow], question: FunnelQuestion) -> Iterator[Chain]:
    """Runs of neighbours, in every order that equal keys allow; a run that another one only continues is left out."""
    ties = [list(group) for _, group in groupby(sorted(events, key=key), key=key)]
    runs: set[tuple[str, ...]] = set()
    by_id = {event.event_id: event for event in events}
    for arranged in product(*(permutations(group) for group in ties)):
        line = [event for group in arranged for event in group]
        for start in range(len(line)):
            run: list[EventRow] = []
            for event in line[start : start + len(question.steps)]:
                late = run and event.timestamp - run[0].timestamp > window_ms(question)
                if late or not is_step(history, event, question, len(run)):
                    break
                run.append(event)
            runs.add(tuple(event.event_id for event in run))
    runs.discard(())
    for ids in runs:
        if not any(len(other) > len(ids) and other[: len(ids)] == ids for other in runs):
            yield tuple(by_id[event_id] for event_id in ids)


def any_order_chains(history: History, events: list[EventRow], question: FunnelQuestion) -> Iterator[Chain]:
    """Every choice of one event, or none, for each step, inside one window; told in order of time."""

    def choose(number: int, taken: Chain) -> Iterator[Chain]:
        if number == len(question.steps):
            times = [event.timestamp for event in taken]
            if taken and max(times) - min(times) <= window_ms(question):
                yield tuple(sorted(taken, key=key))
            return
        yield from choose(number + 1, taken)
        for event in events:
            if event not in taken and is_step(history, event, question, number):
                yield from choose(number + 1, (*taken, event))

    yield from choose(0, ())


def voided(history: History, events: list[EventRow], chain: Chain, question: FunnelQuestion) -> bool:
    return any(voids(history, events, chain, one, question) for one in question.exclusions)


def voids(history: History, events: list[EventRow], chain: Chain, one: Exclusion, question: FunnelQuestion) -> bool:
    if len(chain) < one.after_step:
        return False
    after = key(chain[one.after_step - 1])
    for event in events:
        if event in chain or not matches(history, event, one) or key(event) <= after:
            continue
        if len(chain) >= one.before_step:
            if key(event) < key(chain[one.before_step - 1]):
                return True
        elif event.timestamp - chain[0].timestamp <= window_ms(question):
            return True
    return False


def groups(history: History, events: list[EventRow], chain: Chain, question: FunnelQuestion) -> set[str]:
    if question.breakdown is None:
        return set()
    dimension, touch = question.breakdown.dimension, question.breakdown.touch
    if touch == "first_step":
        return {history.value(chain[0], dimension)}
    values = [value for event in sorted(events, key=order) if (value := history.value(event, dimension))]
    if not values:
        return {""}
    return {"first": {values[0]}, "last": {values[-1]}, "all": set(values)}[touch]


def bars(found: list[Outcome], steps: int) -> list[tuple[int, float | None, float | None]]:
    """(count, median and mean seconds from the step before) of each step."""
    result: list[tuple[int, float | None, float | None]] = []
    for step in range(steps):
        reached = [outcome for outcome in found if len(outcome.times) > step]
        if step == 0 or not reached:
            result.append((len(reached), None, None))
            continue
        took = [(outcome.times[step] - outcome.times[step - 1]) / 1000 for outcome in reached]
        result.append((len(reached), statistics.median(took), statistics.fmean(took)))
    return result


def by_group(found: list[Outcome], question: FunnelQuestion) -> list[tuple[str, list[Any]]]:
    """(value, bars) of the largest groups."""
    assert question.breakdown is not None
    values = {value for outcome in found for value in outcome.groups}
    rows = [
        (value, bars([outcome for outcome in found if value in outcome.groups], len(question.steps)))
        for value in values
    ]
    rows.sort(key=lambda row: (-row[1][0][0], row[0]))
    return rows[: question.breakdown.limit]


def behind(found: list[Outcome], step: int, outcome: str, group: str | None) -> list[tuple[str, list[int]]]:
    """(actor, times) of one bar, latest start first."""
    length = range(step, 100) if outcome == "reached" else range(step - 1, step)
    chosen = [one for one in found if len(one.times) in length and one.times and (group is None or group in one.groups)]
    return sorted(((one.actor, one.times) for one in chosen), key=lambda pair: (-pair[1][0], pair[0]))
