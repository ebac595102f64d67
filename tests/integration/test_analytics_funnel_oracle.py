"""Funnels on hundreds of random small histories, against every chain listed by brute force."""

import os
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from hatua.analytics import funnel
from hatua.analytics.funnel_shapes import FunnelPeopleQuestion, FunnelQuestion
from hatua.analytics.question import read
from hatua.warehouse.client import Warehouse
from tests.oracle import funnels
from tests.oracle.compare import agree, store
from tests.oracle.generate import DIMENSIONS, NAMES, generate_dense_history, generate_filters, generate_range, iso
from tests.oracle.history import History
from tests.oracle.history import order as in_order

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "10"))
ALL = 3_000

Question = dict[str, Any]
STEP_EVENTS: tuple[Question, ...] = (
    {"event": "page_view"},
    {"event": "page_view"},
    {"event": "page_view", "path": "/mri"},
    {"event": "page_view", "path": "/m*/**"},
    {"event": "click"},
    {"event": "page_view", "path": "/tot"},
    {"event": "click"},
    {"event": "click", "filters": [{"dimension": "country", "operator": "is", "values": ["KE"], "scope": "event"}]},
    {"event": "return_filed"},
    {"event": "return_filed", "filters": [{"dimension": "property:k", "operator": "exists"}]},
)


def generate_funnel(random: Random, zone: str, day: date, history: History) -> Question:
    """Half of them along events of the history, with a window that is exactly some distance in it."""
    order = random.choice(("ordered", "ordered", "strict", "any"))
    count = random.randint(1, 3 if order == "any" else 4)
    question: Question = {
        **(generate_range(random, day, zone) if random.random() < 0.1 else whole_days(day, zone)),
        "filters": generate_filters(random, 1) if random.random() < 0.2 else [],
        "steps": [{"any_of": each} for each in _steps(random, history, count)],
        "order": order,
        "per": random.choice(("person", "person", "person", "session", "property:k")),
        "window_s": random.choice(_distances(history)) if random.random() < 0.6 else None,
    }
    if order != "any" and count > 1 and random.random() < 0.5:
        question["exclusions"] = [_exclusion(random, history, count) for _ in range(random.randint(1, 2))]
    if random.random() < 0.5:
        touches = ("first", "last", "all") if order == "any" else ("first", "last", "all", "first_step")
        question["breakdown"] = {
            "dimension": random.choice(DIMENSIONS),
            "touch": random.choice(touches),
            "limit": random.randint(1, 4),
        }
    return question


def _steps(random: Random, history: History, count: int) -> list[list[Question]]:
    """The alternatives of each step."""
    if random.random() < 0.5:
        return [[random.choice(STEP_EVENTS) for _ in range(random.choice((1, 1, 1, 2)))] for _ in range(count)]
    if random.random() < 0.5:  # no event can be two steps
        return [[{"event": name}] for name in random.sample(sorted(set(NAMES)), k=count)]
    walked = sorted(random.choices(history.events, k=count), key=in_order)
    return [[{"event": event.event_name}] for event in walked]


def _distances(history: History) -> list[int]:
    """Whole seconds between any two events, and the usual ones where there are none."""
    times = {event.timestamp for event in history.events}
    exact = {(late - early) // 1000 for late in times for early in times if late > early and (late - early) % 1000 == 0}
    return sorted(exact) or [60, 3600]


def whole_days(day: date, zone: str) -> Question:
    return {"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat(), "tz": zone}


def _exclusion(random: Random, history: History, steps: int) -> Question:
    after = random.randint(1, steps - 1)
    there = {"event": random.choice(history.events).event_name}
    event = random.choice((there, there, {"event": "click"}, {"event": "page_view", "path": "/"}))
    return {**event, "after_step": after, "before_step": random.randint(after + 1, steps)}


def ask(warehouse: Warehouse, project: str, question: Question) -> Any:
    """The bars, the groups, and the people behind every bar of a random few."""
    answer = funnel.answer(warehouse, read(FunnelQuestion, {**question, "project": project}))
    bars = [(step.count, step.median_s, step.mean_s) for step in answer.steps]
    groups = None
    if answer.groups is not None:
        groups = [
            (group.value, [(step.count, step.median_s, step.mean_s) for step in group.steps]) for group in answer.groups
        ]
    step, outcome, group = _bar(question, None if groups is None else [value for value, _ in groups])
    people, total = _everyone(warehouse, project, question, step, outcome, group)
    shown = answer.steps
    if group is not None:
        shown = next(each.steps for each in answer.groups or [] if each.value == group)
    bar = shown[step - 1].count if outcome == "reached" else shown[step - 1].dropped
    assert bar == total == len(people), f"the bar says {bar}, the list {total} and has {len(people)}"
    return bars, groups, people


def _bar(question: Question, groups: list[str] | None) -> tuple[int, str, str | None]:
    random = Random(repr(question["steps"]))
    group = random.choice(groups) if groups and random.random() < 0.7 else None
    return random.randint(1, len(question["steps"])), random.choice(("reached", "dropped")), group


def _everyone(
    warehouse: Warehouse, project: str, question: Question, step: int, outcome: str, group: str | None
) -> tuple[list[tuple[str, list[str]]], int]:
    asked = {**question, "project": project, "step": step, "outcome": outcome, "group": group, "limit": 2}
    found: list[tuple[str, list[str]]] = []
    cursor, total = "", 0
    while True:
        page = funnel.people(warehouse, read(FunnelPeopleQuestion, {**asked, "cursor": cursor}))
        total = page.total
        for one in page.people:
            assert one.reached == len(one.step_times)
            found.append((one.key, one.step_times))
        if page.next_cursor is None:
            return found, total
        cursor = page.next_cursor


def expect(history: History, question: Question) -> Any:
    asked = read(FunnelQuestion, {**question, "project": "-"})
    found = funnels.outcomes(history, asked)
    groups = funnels.by_group(found, asked) if asked.breakdown else None
    step, outcome, group = _bar(question, None if groups is None else [value for value, _ in groups])
    people = [(actor, [iso(at) for at in times]) for actor, times in funnels.behind(found, step, outcome, group)]
    return funnels.bars(found, len(asked.steps)), groups, people


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = [(name, *generate_dense_history(random, name)) for name in (f"{seed}-{n}" for n in range(histories))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    for project, history, zone, day in made:
        for _ in range(2):
            agree(warehouse, project, history, generate_funnel(random, zone, day, history), ask, expect)


def test_both_sources_agree_on_funnels(warehouse: Warehouse) -> None:
    run(warehouse, "funnel", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(ALL // 500))
def test_both_sources_agree_on_funnels_of_thousands_of_histories(warehouse: Warehouse, batch: int) -> None:
    run(warehouse, f"funnel{batch}", 500)
