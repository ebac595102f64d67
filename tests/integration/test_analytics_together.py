"""Questions that are counted together, from one look at the visits: each against the second source, whatever is asked
beside it; and what is too heavy, or wrong, takes nothing else with it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any

import pytest

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.kinds import KINDS
from hatua.analytics.question import read
from hatua.analytics.shapes import Breakdown, Heatmap, Overview
from hatua.analytics.together import answers
from hatua.base.errors import HatuaError
from hatua.warehouse.client import Keeper, Warehouse
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy, WarehouseUnavailable
from hatua.warehouse.rows import LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.integration import test_analytics_oracle as numbers
from tests.oracle import numbers as oracle_numbers
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_filters, generate_history, generate_range
from tests.oracle.history import History

Question = dict[str, Any]
TOLD: dict[str, Callable[[Any], Any]] = {
    "overview": numbers.told_overview,
    "timeseries": numbers.told_timeseries,
    "breakdown": numbers.told_breakdown,
    "heatmap": lambda answer: answer.cells,
}


def generate_questions(random: Random, zone: str, day: date) -> Question:
    """Most of one range and under the same filters, as a page asks them."""
    common = {**generate_range(random, day, zone), "filters": generate_filters(random)}
    asked = []
    for _ in range(random.randint(2, 6)):
        kind = random.choice(tuple(TOLD))
        other = {**generate_range(random, day, zone), "filters": generate_filters(random)}
        own = other if random.random() < 0.2 else common
        asked.append({"kind": kind, **own, **numbers.KINDS[kind][2](random)})
    return {"questions": asked, "filters": [], "now_ms": numbers.now_of(common)}


def ask(warehouse: Warehouse, project: str, question: Question) -> Any:
    asked = []
    for each in question["questions"]:
        one = dict(each)
        kind = KINDS[one.pop("kind")]
        asked.append((kind, numbers.as_read(kind.question, one, project)))
    found = answers(warehouse, asked, question["now_ms"])
    return [
        str(answer) if isinstance(answer, HatuaError) else TOLD[each["kind"]](answer)
        for each, answer in zip(question["questions"], found, strict=True)
    ]


def expect(history: History, question: Question) -> Any:
    found = []
    for each in question["questions"]:
        one = dict(each)
        kind = one.pop("kind")
        if kind == "timeseries":
            asked = numbers.as_read(KINDS[kind].question, one)
            found.append(oracle_numbers.timeseries(history, asked, question["now_ms"]))
        else:
            found.append(numbers.KINDS[kind][1](history, one))
    return found


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = [(name, *generate_history(random, name)) for name in (f"{seed}-{n}" for n in range(histories))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    for project, history, zone, day in made:
        agree(warehouse, project, history, generate_questions(random, zone, day), ask, expect)


def test_both_sources_agree_on_pages_of_questions(warehouse: Warehouse) -> None:
    run(warehouse, "together-quick", numbers.QUICK)


@pytest.mark.slow
def test_both_sources_agree_on_thousands_of_pages(warehouse: Warehouse) -> None:
    for batch in range(6):
        run(warehouse, f"together-{batch}", 500)


DAYS = {"project": "p", "from": "2026-03-01", "to": "2026-03-31"}


def asked(name: str, **more: Any) -> tuple[Any, Any]:
    return KINDS[name], read(KINDS[name].question, {**DAYS, **more})


def test_a_page_looks_at_the_visits_once(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(project_id="p", event_id="one")])
    watched = Watched(warehouse)
    page = [asked("overview"), asked("timeseries"), asked("heatmap"), asked("breakdown", dimension="country")]
    found = answers(watched, page, NOON)
    assert [type(answer).__name__ for answer in found] == ["Overview", "Timeseries", "Heatmap", "Breakdown"]
    assert len([sql for sql in watched.kept if "FROM sessions FINAL" in sql]) == 1


def test_one_wrong_question_takes_no_other_with_it(warehouse: Warehouse) -> None:
    page = [asked("overview"), asked("breakdown", dimension="nothing"), asked("heatmap")]
    figures, wrong, cells = answers(warehouse, page, NOON)
    assert isinstance(figures, Overview)
    assert isinstance(cells, Heatmap)
    assert isinstance(wrong, InvalidQuestion)
    assert wrong.path == "dimension"


def test_what_is_too_heavy_together_is_counted_alone(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(project_id="p", event_id="one")])
    page = [asked("overview"), asked("heatmap"), asked("breakdown", dimension="country")]
    fact = QueryTooHeavy("too much")
    figures, cells, countries = answers(Watched(warehouse, fact, refused="AS panel", most=1), page, NOON)
    assert isinstance(figures, Overview)
    assert figures.metrics["visitors"].value == 1
    assert isinstance(cells, Heatmap)
    assert isinstance(countries, Breakdown)
    assert answers(Watched(warehouse, fact, refused="AS panel", most=0), page, NOON) == [fact, fact, fact]


def test_a_warehouse_that_is_away_is_asked_once(warehouse: Warehouse) -> None:
    fact = WarehouseUnavailable("away")
    watched = Watched(warehouse, fact, refused="AS panel", most=0)
    assert answers(watched, [asked("overview"), asked("heatmap")], NOON) == [fact, fact]
    assert len([sql for sql in watched.kept if "v.user_keys[1]" in sql]) == 1


def test_nobody_is_answered_once_the_client_is_gone(warehouse: Warehouse) -> None:
    gone = QueryCancelled("nobody waits")
    with pytest.raises(QueryCancelled):
        answers(Watched(warehouse, gone, refused="AS panel", most=0), [asked("overview"), asked("heatmap")], NOON)


def test_every_person_of_a_kept_visit_has_one_number_however_many_threads_read(warehouse: Warehouse) -> None:
    with warehouse.keeping() as keeper:
        numbers_of = "SELECT number AS n FROM numbers_mt(3000000)"
        rows = f"SELECT toUInt32(rowNumberInAllBlocks()) AS number, * FROM ({numbers_of} UNION ALL {numbers_of})"
        kept = keeper.keep(rows, None, {"max_threads": 8})
        (row,) = keeper.rows(f"SELECT count() AS n, uniqExact(number) AS different FROM {kept}")
    assert row == {"n": 6_000_000, "different": 6_000_000}


def test_the_rest_of_the_rows_is_counted_once_for_a_visit_with_a_thousand_of_them(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(event_id=f"e{n}", page_path=f"/{n}", timestamp=NOON + n) for n in range(998)])
    writer.write([event(event_id="x", session_id="s2", anonymous_id="a2", page_path="/0")])
    (found,) = answers(warehouse, [asked("breakdown", dimension="page_path", limit=1)], NOON)
    assert isinstance(found, Breakdown)
    assert [(row.value, row.visitors) for row in found.rows] == [("/0", 2)]
    assert found.total_rows == 998
    assert found.other is not None
    assert (found.other.visitors, found.other.sessions, found.other.events) == (1, 1, 997)


def test_a_visit_of_two_people_is_told_by_its_events_and_looked_for_no_second_time(warehouse: Warehouse) -> None:
    """The browser belongs to one user, another signs in on it: what was done before is the first one's."""
    before = event(event_id="before", session_id="s", anonymous_id="a", page_path="/before")
    after = event(event_id="after", session_id="s", anonymous_id="a", user_id="u2", page_path="/in", timestamp=NOON + 1)
    alone = event(event_id="alone", session_id="other", anonymous_id="b", page_path="/in")
    link = LinkRow(tenant_id="t", project_id="p", anonymous_id="a", user_id="u1", linked_at=NOON)
    EventWriter(warehouse).write([before, after, alone], [link])
    watched = Watched(warehouse)

    figures, pages = answers(watched, [asked("overview"), asked("breakdown", dimension="page_path")], NOON)

    assert isinstance(figures, Overview)
    assert [figures.metrics[name].value for name in ("visitors", "users", "sessions")] == [3, 2, 2]
    assert isinstance(pages, Breakdown)
    assert [(row.value, row.visitors, row.sessions) for row in pages.rows] == [("/in", 2, 2), ("/before", 1, 1)]
    assert len([sql for sql in watched.kept if "v.user_keys[1]" in sql]) == 1


class Watched:
    """The real engine; knows what was kept, and refuses statements in which a text is found more than `most` times."""

    def __init__(
        self, warehouse: Warehouse, fact: HatuaError | None = None, *, refused: str = "", most: int = 0
    ) -> None:
        self.kept: list[str] = []
        self.fact, self.refused, self.most = fact, refused, most
        self._warehouse = warehouse

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        return self._warehouse.rows(sql, parameters, settings)

    @contextmanager
    def keeping(self) -> Iterator["WatchedKeeper"]:
        with self._warehouse.keeping() as keeper:
            yield WatchedKeeper(self, keeper)


class WatchedKeeper:
    def __init__(self, watched: Watched, keeper: Keeper) -> None:
        self._watched = watched
        self._keeper = keeper

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        if self._watched.fact is not None and sql.count(self._watched.refused) > self._watched.most:
            raise self._watched.fact
        return self._keeper.rows(sql, parameters, settings)

    def keep(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> str:
        self._watched.kept.append(sql)
        return self._keeper.keep(sql, parameters, settings)

    def forget(self, name: str) -> None:
        self._keeper.forget(name)
