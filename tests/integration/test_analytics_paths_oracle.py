"""Paths on random small histories, against the brute-force second source; and the visits behind the edges."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from hatua.analytics import path_reach, paths
from hatua.analytics.path_shapes import (
    PathReachQuestion,
    PathReachSessionsQuestion,
    PathSessionsQuestion,
    PathsQuestion,
    SessionsBehind,
)
from hatua.analytics.question import read
from hatua.warehouse.client import Warehouse
from tests.oracle import ways
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_dense_history, generate_filters, generate_history
from tests.oracle.history import History

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "20"))
ALL = 3_000

Question = dict[str, Any]


def ask(warehouse: Warehouse, project: str, question: Question) -> Any:
    answer = paths.answer(warehouse, read(PathsQuestion, {**question, "project": project}))
    nodes = {(each.step, each.value): (each.visits, each.stops) for each in answer.nodes}
    edges = {(each.step, each.from_, each.to): (each.visits, each.mean_s) for each in answer.edges}
    assert len(nodes) == len(answer.nodes)
    assert len(edges) == len(answer.edges)
    assert answer.visits == sum(visits for (step, _), (visits, _) in nodes.items() if step == 0)
    return nodes, edges, [behind(warehouse, project, question, *edge) for edge in pick(edges)]


def behind(
    warehouse: Warehouse, project: str, question: Question, step: int, from_: str | None, to: str | None
) -> list[str]:
    asked = {**question, "project": project, "step": step, "from_node": from_, "to_node": to, "limit": 1}
    return every_page(lambda cursor: paths.sessions(warehouse, read(PathSessionsQuestion, {**asked, "cursor": cursor})))


def every_page(page_at: Callable[[str], SessionsBehind]) -> list[str]:
    """All pages of the visits behind a number; the list is as long as each page says."""
    found: list[str] = []
    cursor = ""
    while True:
        page = page_at(cursor)
        found += page.sessions
        if page.next_cursor is None:
            assert page.total == len(found)
            return found
        cursor = page.next_cursor


def pick(edges: Any) -> list[Any]:
    return sorted(edges, key=repr)[:1]


def expect(history: History, question: Question) -> Any:
    asked = read(PathsQuestion, {**question, "project": "-"})
    edges = ways.edges(history, asked)
    return (
        ways.nodes(history, asked),
        {edge: (len(took), ways.mean_s(took)) for edge, took in edges.items()},
        [sorted(edges[edge]) for edge in pick(edges)],
    )


def ask_reach(warehouse: Warehouse, project: str, question: Question) -> Any:
    question = {**question, "project": project}
    answer = path_reach.answer(warehouse, read(PathReachQuestion, question))
    rows = [(each.value, each.visits, each.mean_s) for each in answer.next]
    lists = []
    for narrowed, number in numbers_of(answer.visits, rows, answer.others, answer.stops):
        listed = behind_reach(warehouse, {**question, **narrowed, "limit": 1})
        assert len(listed) == number
        lists.append(listed)
    return answer.visits, rows, answer.others, answer.stops, lists


def behind_reach(warehouse: Warehouse, asked: Question) -> list[str]:
    return every_page(
        lambda cursor: path_reach.sessions(warehouse, read(PathReachSessionsQuestion, {**asked, "cursor": cursor}))
    )


def numbers_of(visits: list[int], rows: list[Any], others: int, stops: int) -> list[tuple[Question, int]]:
    """What asks for the visits behind each number of an answer, and the number."""
    last = len(visits)
    return [
        *(({"step": step}, number) for step, number in enumerate(visits, 1)),
        *(({"step": last, "next": value}, number) for value, number, _ in rows[:2]),
        ({"step": last, "then": "others"}, others),
        ({"step": last, "then": "stops"}, stops),
    ]


def expect_reach(history: History, question: Question) -> Any:
    question = {**question, "project": "-"}
    answer = ways.reach(history, read(PathReachQuestion, question))
    lists = [
        sorted(ways.reach_sessions(history, read(PathReachSessionsQuestion, {**question, **narrowed})))
        for narrowed, _ in numbers_of(*answer)
    ]
    return *answer, lists


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    generate = [generate_history, generate_dense_history]
    made = [(name, *random.choice(generate)(random, name)) for name in (f"{seed}-{n}" for n in range(histories))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    for project, history, zone, day in made:
        of = random.choice(("pages", "pages", "events"))
        common = {
            **whole_days(day, zone),
            "of": of,
            "filters": generate_filters(random, 1),
            "top": random.choice((1, 2, 9)),
        }
        values = ("/", "/mri", "/tot/") if of == "pages" else ("page_view", "click", "return_filed")
        anchor = random.choice(({}, {"start": random.choice(values)}, {"end": random.choice(values)}))
        agree(warehouse, project, history, {**common, "steps": random.randint(2, 6), **anchor}, ask, expect)
        sequence = [random.choice(values) for _ in range(random.randint(1, 3))]
        agree(warehouse, project, history, {**common, "sequence": sequence}, ask_reach, expect_reach)


def whole_days(day: date, zone: str) -> Question:
    return {"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat(), "tz": zone}


def test_both_sources_agree_on_paths(warehouse: Warehouse) -> None:
    run(warehouse, "paths", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(ALL // 500))
def test_both_sources_agree_on_paths_of_thousands_of_histories(warehouse: Warehouse, batch: int) -> None:
    run(warehouse, f"paths{batch}", 500)
