"""Journeys by brute force: one person after another, one event after another."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hatua.analytics.journey_shapes import JourneysQuestion
from hatua.analytics.question import EventMatch
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.funnels import matches
from tests.oracle.history import History, order, own_value, property_text
from tests.oracle.numbers import days_of, share

DAY_MS = 86_400_000


@dataclass
class Walk:
    person: str
    name: str
    events: list[EventRow] = field(default_factory=list)
    completed: bool = False
    outcome: str = ""

    @property
    def took(self) -> int:
        return self.events[-1].timestamp - self.events[0].timestamp

    @property
    def assisted(self) -> bool:
        return any(is_agent(event) for event in self.events)

    @property
    def handoff_step(self) -> str | None:
        step = ""
        for event in self.events:
            if event.event_name == "agent.handoff":
                return step
            if not event.event_name.startswith(("message.", "agent.")):
                step = event.event_name
        return None


def is_agent(event: EventRow) -> bool:
    by_agent = event.event_name == "message.sent" and property_text(event, "agentId") != ""
    return event.event_name == "agent.handoff" or by_agent


def marks(history: History, event: EventRow, events: Sequence[EventMatch], flag: bool) -> bool:
    return any(matches(history, event, one) for one in events) if events else flag


def walks(history: History, question: JourneysQuestion, now_ms: int) -> list[Walk]:
    first, last = calendar.widen(*days_of(question), question.interval)
    start, end = calendar.days_range(first, last, question.tz)
    persons: dict[str, list[EventRow]] = defaultdict(list)
    for event in sorted(history.between(start, end + DAY_MS), key=order):
        persons[history.person(event)].append(event)
    found: list[Walk] = []
    for person, events in persons.items():
        found += of_person(history, question, person, events)
    for walk in found:
        running = walk.events[-1].timestamp + question.idle_s * 1000 >= now_ms
        walk.outcome = "completed" if walk.completed else "in_progress" if running else "dropped"
    return [
        walk
        for walk in found
        if walk.events[0].timestamp < end and all(history.meets(walk.events[0], one) for one in question.filters)
    ]


def of_person(history: History, question: JourneysQuestion, person: str, events: list[EventRow]) -> list[Walk]:
    found: list[Walk] = []
    current: Walk | None = None
    before: EventRow | None = None
    for event in events:
        if before is not None and event.timestamp - before.timestamp > question.idle_s * 1000:
            current = None
        before = event
        if marks(history, event, question.start, event.journey_start):
            name = own_value(event, question.named_by)
            if current is None or current.name != name:
                current = Walk(person, name)
                found.append(current)
        if current is None:
            continue
        current.events.append(event)
        if marks(history, event, question.end, event.journey_end):
            current.completed = True
            current = None
    return found


def counts(found: list[Walk]) -> dict[str, Any]:
    completed = [walk for walk in found if walk.completed]
    assisted = [walk for walk in found if walk.assisted]
    handed_off = [walk for walk in found if walk.handoff_step is not None]
    return {
        "started": len(found),
        "completed": len(completed),
        "dropped": len([walk for walk in found if walk.outcome == "dropped"]),
        "in_progress": len([walk for walk in found if walk.outcome == "in_progress"]),
        "self_serve": len(found) - len(assisted),
        "assisted": len(assisted),
        "handed_off": len(handed_off),
        "completion_rate": share(len(completed), len(found)),
        "assisted_rate": share(len(assisted), len(found)),
        "handoff_rate": share(len(handed_off), len(found)),
        "self_serve_completed": len([walk for walk in completed if not walk.assisted]),
        "assisted_completed": len([walk for walk in completed if walk.assisted]),
        "mean_s": statistics.fmean(walk.took for walk in completed) / 1000 if completed else None,
        "median_s": statistics.median(walk.took for walk in completed) / 1000 if completed else None,
    }


def by_name(found: list[Walk]) -> list[tuple[str, dict[str, Any]]]:
    rows = [(name, counts([walk for walk in found if walk.name == name])) for name in {walk.name for walk in found}]
    return sorted(rows, key=lambda row: (-row[1]["started"], row[0]))


def handoff_steps(found: list[Walk]) -> list[tuple[str, int]]:
    steps = Counter(walk.handoff_step for walk in found if walk.handoff_step is not None)
    return sorted(steps.items(), key=lambda pair: (-pair[1], pair[0]))


def trend(found: list[Walk], question: JourneysQuestion, now_ms: int) -> list[tuple[str, int, int, int, bool]]:
    first, last = calendar.widen(*days_of(question), question.interval)
    start, end = calendar.days_range(first, last, question.tz)
    rows = []
    for label, from_ms, to_ms in calendar.buckets(start, end, question.interval, question.tz):
        here = counts([walk for walk in found if from_ms <= walk.events[0].timestamp < to_ms])
        rows.append((label, here["started"], here["completed"], here["dropped"], to_ms > now_ms))
    return rows
