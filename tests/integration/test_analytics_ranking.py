"""The largest values told by bits of persons: against the second source with so few candidates that every way out is
taken, and where the short way must step aside."""

from random import Random

import pytest

from hatua.analytics import breakdown, ranking
from hatua.analytics.question import read
from hatua.analytics.shapes import Breakdown, BreakdownQuestion
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.integration.test_analytics_oracle import ask_breakdown, expect_breakdown
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_filters, generate_history, generate_range

TOLD = ("page_path", "event_name", "entry_page", "referrer_host", "country")


@pytest.mark.parametrize("fewer", [0.5, 1])
def test_with_hardly_a_candidate_to_spare_both_sources_agree(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, fewer: float
) -> None:
    monkeypatch.setattr(ranking, "_FEWER", fewer)
    random = Random(f"ranking-{fewer}")
    made = [(name, *generate_history(random, name)) for name in (f"r{fewer}-{n}" for n in range(25))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    for project, history, zone, day in made:
        question = {
            **generate_range(random, day, zone),
            "filters": random.choice(([], [], generate_filters(random, 1))),
            "dimension": random.choice(TOLD),
            "order": random.choice(("visitors", "visitors", "sessions", "pageviews", "events", "bounce_rate")),
            "limit": random.randint(1, 3),
            "offset": random.choice((0, 0, 1)),
        }
        agree(warehouse, project, history, question, ask_breakdown, expect_breakdown)


def pages(warehouse: Warehouse, **more: object) -> Breakdown:
    asked = {"project": "p", "from": "2026-03-01", "to": "2026-03-31", "dimension": "page_path", **more}
    return breakdown.answer(warehouse, read(BreakdownQuestion, asked))


def test_a_value_with_many_sessions_of_few_people_does_not_push_out_one_with_more_people(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "_FEWER", 0.5)
    often = [event(event_id=f"o{n}", session_id=f"o{n}", anonymous_id="one", page_path="/often") for n in range(4)]
    many = [event(event_id=f"m{n}", session_id=f"m{n}", anonymous_id=f"m{n}", page_path="/many") for n in range(3)]
    EventWriter(warehouse).write(often + many)

    found = pages(warehouse, limit=1)

    assert [(row.value, row.visitors, row.sessions) for row in found.rows] == [("/many", 3, 3)]
    assert found.other is not None
    assert (found.other.visitors, found.other.sessions) == (1, 4)


def test_a_visit_with_a_thousand_other_pages_counts_once_among_the_others(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(event_id=f"e{n}", page_path=f"/{n}", timestamp=NOON + n) for n in range(998)])
    writer.write([event(event_id="x", session_id="s2", anonymous_id="a2", page_path="/0")])

    found = pages(warehouse, limit=1)

    assert [(row.value, row.visitors) for row in found.rows] == [("/0", 2)]
    assert found.total_rows == 998
    assert found.other is not None
    assert (found.other.visitors, found.other.sessions, found.other.events) == (1, 1, 997)
