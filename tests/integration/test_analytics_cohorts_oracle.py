"""Retention, lifecycle and stickiness on random small histories, against the brute-force second source; and the people
behind every number."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from hatua.analytics import lifecycle, retention, stickiness
from hatua.analytics.cohort_shapes import (
    LifecyclePeopleQuestion,
    LifecycleQuestion,
    RetentionPeopleQuestion,
    RetentionQuestion,
    StickinessPeopleQuestion,
    StickinessQuestion,
)
from hatua.analytics.known import MOST_IDS
from hatua.analytics.question import read
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow, link_version
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs
from tests.oracle import calendar, cohorts
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_filters, generate_history
from tests.oracle.history import History

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "20"))
ALL = 3_000

Question = dict[str, Any]
EVENTS: tuple[list[Question], ...] = (
    [],
    [],
    [{"event": "page_view"}],
    [{"event": "click"}, {"event": "return_filed"}],
    [{"event": "page_view", "path": "/mri/**"}],
    [{"event": "heartbeat", "filters": [{"dimension": "country", "operator": "is", "values": ["KE"]}]}],
)


PER = ("person", "person", "session", "property:k")


def now_of(question: Question) -> int:
    return calendar.day_start(date.fromisoformat(question["to"]), question["tz"]) + 12 * 3_600_000


def everyone(page: Callable[[str], Any]) -> list[str]:
    """All pages of the people behind a number; the list is as long as the number says."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = page(cursor)
        found += answer.people
        if answer.next_cursor is None:
            assert len(found) == answer.total
            return found
        cursor = answer.next_cursor


def ask_retention(warehouse: Warehouse, project: str, question: Question) -> Any:
    question = {**question, "project": project}
    answer = retention.answer(warehouse, read(RetentionQuestion, question), now_of(question))
    rows = [
        (each.bucket, each.size, [(one.people, one.rate, one.incomplete) for one in each.cells])
        for each in answer.cohorts
    ]
    place = pick(question, rows)
    people = everyone(
        lambda cursor: retention.people(
            warehouse, read(RetentionPeopleQuestion, {**question, **place, "limit": 2, "cursor": cursor})
        )
    )
    return rows, answer.curve, people


def pick(question: Question, rows: list[Any]) -> dict[str, int]:
    """A cell worth a look: one with people, if there is one past the first column."""
    cells = [(i, n) for i, row in enumerate(rows) for n, one in enumerate(row[2]) if one[0]]
    later = [place for place in cells if place[1]] or cells or [(0, 0)]
    cohort, period = Random(repr(question["filters"])).choice(later)
    return {"cohort": cohort, "period": period}


def expect_retention(history: History, question: Question) -> Any:
    asked = read(RetentionQuestion, {**question, "project": "-"})
    rows, curve = cohorts.retention(history, asked, now_of(question))
    place = pick(question, rows)
    buckets = cohorts.whole_buckets(asked)
    return rows, curve, sorted(cohorts.cell(history, asked, buckets, place["cohort"], place["period"]))


STAGES = ("new", "returning", "resurrecting", "dormant")


def ask_lifecycle(warehouse: Warehouse, project: str, question: Question) -> Any:
    question = {**question, "project": project}
    answer = lifecycle.answer(warehouse, read(LifecycleQuestion, question), now_of(question))
    rows = [(each.bucket, [getattr(each, stage) for stage in STAGES], each.incomplete) for each in answer.buckets]
    index, stage = pick_stage(rows)
    people = everyone(
        lambda cursor: lifecycle.people(
            warehouse,
            read(LifecyclePeopleQuestion, {**question, "bucket": index, "stage": stage, "limit": 2, "cursor": cursor}),
        )
    )
    return rows, people


def pick_stage(rows: list[Any]) -> tuple[int, str]:
    places = [(index, stage) for index, row in enumerate(rows) for stage, n in zip(STAGES, row[1], strict=True) if n]
    return (places or [(0, "new")])[-1]


def expect_lifecycle(history: History, question: Question) -> Any:
    asked = read(LifecycleQuestion, {**question, "project": "-"})
    found = cohorts.lifecycle(history, asked)
    ends = [end for _, _, end in cohorts.whole_buckets(asked)]
    rows = [
        (label, [len(stages[stage]) for stage in STAGES], end > now_of(question))
        for (label, stages), end in zip(found, ends, strict=True)
    ]
    index, stage = pick_stage(rows)
    return rows, sorted(found[index][1][stage])


def ask_stickiness(warehouse: Warehouse, project: str, question: Question) -> Any:
    question = {**question, "project": project}
    answer = stickiness.answer(warehouse, read(StickinessQuestion, question))
    bars = [each.people for each in answer.bars]
    shown = max([count for count, people in enumerate(bars, 1) if people], default=1)
    people = everyone(
        lambda cursor: stickiness.people(
            warehouse, read(StickinessPeopleQuestion, {**question, "buckets": shown, "limit": 1, "cursor": cursor})
        )
    )
    return bars, people


def expect_stickiness(history: History, question: Question) -> Any:
    found = cohorts.stickiness(history, read(StickinessQuestion, {**question, "project": "-"}))
    shown = max([count for count, people in enumerate(found, 1) if people], default=1)
    return [len(people) for people in found], sorted(found[shown - 1])


Make = Callable[[Random], Question]
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Make]] = {
    "retention": (
        ask_retention,
        expect_retention,
        lambda random: {
            "start": random.choice(EVENTS),
            "return": random.choice(EVENTS),
            "kind": random.choice(("recurring", "first_ever")),
            "cumulative": random.random() < 0.4,
            "minimum_times": random.choice((1, 1, 1, 2)),
            "periods": random.choice((2, 12)),
        },
    ),
    "lifecycle": (ask_lifecycle, expect_lifecycle, lambda random: {"event": random.choice(EVENTS)}),
    "stickiness": (
        ask_stickiness,
        expect_stickiness,
        lambda random: {
            "event": random.choice(EVENTS),
            "minimum_times": random.choice((1, 1, 2)),
            "at_least": random.random() < 0.5,
        },
    ),
}


def generate_question(random: Random, zone: str, day: date, make: Make) -> Question:
    first = day - timedelta(days=random.choice((0, 1, 2, 20)))
    last = day + timedelta(days=random.choice((0, 1, 2, 20)))
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "tz": zone,
        "interval": random.choice(("day", "day", "week", "month")),
        "filters": generate_filters(random, 1) if random.random() < 0.3 else [],
        "per": random.choice(PER),
        **make(random),
    }


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = [(name, *generate_history(random, name)) for name in (f"{seed}-{n}" for n in range(histories))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    ask, expect, make = KINDS[seed.partition("-")[0]]
    for project, history, zone, day in made:
        agree(warehouse, project, history, generate_question(random, zone, day, make), ask, expect)


@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree_on_who_comes_back(warehouse: Warehouse, kind: str) -> None:
    run(warehouse, f"{kind}-quick", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree_on_who_comes_back_in_thousands_of_histories(warehouse: Warehouse, kind: str) -> None:
    for batch in range(ALL // 500):
        run(warehouse, f"{kind}-{batch}", 500)


@both_rungs
def test_who_came_in_a_session_with_more_ids_than_its_row_keeps_is_not_new(warehouse: Warehouse) -> None:
    day = 86_400_000
    names = [f"{number:04d}" for number in range(MOST_IDS + 2)]
    before = [
        *(event(user_id=f"u{name}", timestamp=NOON - 9 * day) for name in names),
        *(event(anonymous_id=f"b{name}", session_id="s2", timestamp=NOON - 9 * day) for name in names),
    ]
    again = [msgspec.structs.replace(each, event_id=f"e{n}", timestamp=NOON) for n, each in enumerate(before)]
    again = [msgspec.structs.replace(each, session_id=f"{each.session_id}-again") for each in again]
    late = [
        event(anonymous_id="late", session_id="s3", timestamp=NOON - 9 * day + 1),
        event(anonymous_id="x", timestamp=NOON),
    ]
    crossing = [
        event(anonymous_id="over", session_id="s4", timestamp=NOON - day),
        event(anonymous_id="over", session_id="s4", timestamp=NOON),
        event(anonymous_id="with", session_id="s4", timestamp=NOON),
    ]
    store(warehouse, [("p", History([*before, *again, *late, *crossing], []))])
    asked = {"project": "p", "from": "2026-03-13", "to": "2026-03-13", "tz": "UTC", "interval": "day"}
    (bucket,) = lifecycle.answer(warehouse, read(LifecycleQuestion, asked), NOON + day).buckets
    assert (bucket.new, bucket.returning, bucket.resurrecting) == (2, 1, len(before))
    new = lifecycle.people(warehouse, read(LifecyclePeopleQuestion, {**asked, "bucket": 0, "stage": "new"}))
    assert new.people == ["with", "x"]


def test_who_came_before_a_link_is_not_new_until_the_link_is_undone(warehouse: Warehouse) -> None:
    before = event(anonymous_id="a1", timestamp=NOON - 9 * 86_400_000)
    links = [
        LinkRow(
            tenant_id="t",
            project_id="p",
            anonymous_id="a1",
            user_id="u1",
            linked_at=NOON,
            revoked=revoked,
            version=link_version(NOON + revoked),
        )
        for revoked in (False, True)
    ]
    writer = EventWriter(warehouse)
    asked = {"project": "p", "from": "2026-03-13", "to": "2026-03-13", "tz": "UTC", "interval": "day"}
    for link, (new, resurrecting) in zip(links, ((0, 1), (1, 0)), strict=True):
        writer.write([before, event(user_id="u1", session_id="s2")], [link])
        (bucket,) = lifecycle.answer(warehouse, read(LifecycleQuestion, asked), NOON).buckets
        assert (bucket.new, bucket.resurrecting) == (new, resurrecting)
