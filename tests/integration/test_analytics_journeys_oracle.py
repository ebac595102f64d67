"""Journeys on random small histories, against the brute-force second source; and the journeys behind the numbers."""

import os
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from hatua.analytics import journeys
from hatua.analytics.journey_shapes import JourneyListQuestion, JourneysQuestion
from hatua.analytics.question import read
from hatua.warehouse.client import Warehouse
from tests.oracle import calendar, walks
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_dense_history, generate_filters, iso
from tests.oracle.history import History

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "10"))
ALL = 3_000

Question = dict[str, Any]


def with_journeys(random: Random, history: History) -> History:
    """Marks some events as starts and ends; makes some an agent's."""
    events = []
    for each in history.events:
        row = msgspec.structs.replace(
            each,
            journey_start=random.random() < 0.4,
            journey_end=random.random() < 0.25,
            properties=random.choice(("{}", '{"obligation_type":"mri"}', '{"obligation_type":"tot"}')),
        )
        if random.random() < 0.3:
            name, text = random.choice(
                (
                    ("agent.handoff", "{}"),
                    ("message.sent", '{"agentId":"7"}'),
                    ("message.sent", '{"agentId":""}'),
                    ("message.received", "{}"),
                )
            )
            row = msgspec.structs.replace(row, event_name=name, event_type="track", properties=text)
        events.append(row)
    return History(events, history.links)


def now_of(question: Question) -> int:
    """Some time on the first day, so that some journeys are still under way."""
    return calendar.day_start(date.fromisoformat(question["from"]), question["tz"]) + 5 * 3_600_000


def ask(warehouse: Warehouse, project: str, question: Question) -> Any:
    question = {**question, "project": project}
    answer = journeys.answer(warehouse, read(JourneysQuestion, question), now_of(question))
    return (
        msgspec.structs.asdict(answer.all),
        [(each.name, msgspec.structs.asdict(each.counts)) for each in answer.by_name],
        [(each.step, each.journeys) for each in answer.handoff_steps],
        [(each.bucket, each.started, each.completed, each.dropped, each.incomplete) for each in answer.trend],
        [listed(warehouse, question, narrowed) for narrowed in NARROWED],
    )


NARROWED: tuple[Question, ...] = (
    {},
    {"outcome": "completed", "assisted": False},
    {"outcome": "dropped"},
    {"handed_off": True},
    {"name": "mri"},
)


def listed(warehouse: Warehouse, question: Question, narrowed: Question) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        asked = read(JourneyListQuestion, {**question, **narrowed, "limit": 2, "cursor": cursor})
        page = journeys.listed(warehouse, asked, now_of(question))
        found += [
            (one.person, one.name, one.started_at, one.duration_s, one.outcome, one.assisted, one.handoff_step)
            for one in page.journeys
        ]
        if page.next_cursor is None:
            assert page.total == len(found)
            return sorted(found)
        cursor = page.next_cursor


def expect(history: History, question: Question) -> Any:
    asked = read(JourneysQuestion, {**question, "project": "-"})
    found = walks.walks(history, asked, now_of(question))
    lists = (
        found,
        [walk for walk in found if walk.completed and not walk.assisted],
        [walk for walk in found if walk.outcome == "dropped"],
        [walk for walk in found if walk.handoff_step is not None],
        [walk for walk in found if walk.name == "mri"],
    )
    return (
        walks.counts(found),
        walks.by_name(found),
        walks.handoff_steps(found),
        walks.trend(found, asked, now_of(question)),
        [sorted(map(told, each)) for each in lists],
    )


def told(walk: walks.Walk) -> Any:
    started = iso(walk.events[0].timestamp)
    return (walk.person, walk.name, started, walk.took / 1000, walk.outcome, walk.assisted, walk.handoff_step)


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = []
    for name in (f"{seed}-{n}" for n in range(histories)):
        history, zone, day = generate_dense_history(random, name)
        made.append((name, with_journeys(random, history), zone, day))
    store(warehouse, [(project, history) for project, history, _, _ in made])
    for project, history, zone, day in made:
        question: Question = {
            "from": day.isoformat(),
            "to": (day + timedelta(days=random.choice((0, 2)))).isoformat(),
            "tz": zone,
            "filters": generate_filters(random, 1) if random.random() < 0.3 else [],
            "interval": random.choice(("hour", "day", "week")),
            "idle_s": random.choice((60, 120, 1800, 7200)),
        }
        if random.random() < 0.3:
            question["start"] = [{"event": "page_view", "path": "/mri"}, {"event": "click"}]
            question["end"] = [{"event": "return_filed"}]
        agree(warehouse, project, history, question, ask, expect)


def test_both_sources_agree_on_journeys(warehouse: Warehouse) -> None:
    run(warehouse, "journeys", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(ALL // 500))
def test_both_sources_agree_on_journeys_of_thousands_of_histories(warehouse: Warehouse, batch: int) -> None:
    run(warehouse, f"journeys{batch}", 500)
