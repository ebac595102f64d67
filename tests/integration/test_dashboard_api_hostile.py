"""Whatever stands in whichever field of whichever question: a clear answer, never a 5xx, and nothing else changes."""

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hatua.analytics.kinds import KINDS
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import NOON, event

HOSTILE: list[Any] = [
    "",
    "\x00",
    "a\x00b",
    "'",
    "''; DROP TABLE events; --",
    "\\",
    "\\' OR 1=1 --",
    "`; SELECT 1",
    "{project:String}",
    "{{}}$conditions${seen}",
    "%(project)s %s",
    "/* */ -- \n;",
    "\t\r\n\b\f\v\x7f",
    "\u202e\U0001f600\ufeff",
    "a" * 3_000,
    "(?s)^(a+)+$[",
    "**/*" * 300,
    "property:",
    "property:a'b\\c{x}",
    "property:" + "k" * 190,
    "user_id",
    "1e999",
    -1,
    0,
    2**31,
    2**63,
    2**64 + 1,
    1.5,
    True,
    None,
    [],
    {},
    [[]],
    ["a", 1],
    {"event": "x"},
]

PER_FIELD = 8
"""Taken in turns: no number of fields is a multiple of theirs, so every value meets every kind of field somewhere."""

RANGE = {"from": "2026-03-13", "to": "2026-03-14"}
FILTERS = [{"dimension": "property:form", "operator": "is", "values": ["mri"], "scope": "event"}]
MATCH = [{"event": "page_view", "path": "/*", "filters": FILTERS}]
STEPS = [{"name": "Home", "any_of": MATCH}, {"name": "Done", "any_of": [{"event": "return_filed"}]}]
FUNNEL = {
    **RANGE,
    "steps": STEPS,
    "order": "ordered",
    "window_s": 600,
    "per": "property:form",
    "exclusions": [{"event": "app_error", "path": "/x", "filters": FILTERS, "after_step": 1, "before_step": 2}],
    "breakdown": {"dimension": "property:form", "touch": "all", "limit": 3},
}
PAGED = {"limit": 2, "cursor": ""}

WHOLE: dict[str, dict[str, Any]] = {
    "overview": {**RANGE, "compare": "previous", "goal": "return_filed"},
    "timeseries": {**RANGE, "metrics": ["visitors", "bounce_rate"], "interval": "hour", "goal": "return_filed"},
    "breakdown": {**RANGE, "dimension": "property:form", "order": "events", "limit": 3, "offset": 0, "goal": "x"},
    "heatmap": {**RANGE, "metric": "visitors"},
    "combined": {
        **RANGE,
        "series": [{"metric": "visitors", "name": "V", "filters": FILTERS, "goal": "return_filed"}],
        "formulas": [{"expression": "A * 100", "name": "F"}],
        "dimension": "property:form",
        "limit": 3,
    },
    "measure": {
        **RANGE,
        "event": MATCH,
        "number": "property:amount",
        "per": "property:form",
        "goal": "return_filed",
        "dimension": "property:form",
        "limit": 3,
    },
    "dimension_values": {**RANGE, "dimension": "property:form", "search": "m", "limit": 5},
    "events": {**RANGE, "event_name": "page_view", **PAGED},
    "realtime": {},
    "funnel": FUNNEL,
    "funnel_people": {**FUNNEL, "step": 1, "outcome": "reached", "group": "mri", **PAGED},
    "retention": {
        **RANGE,
        "per": "property:form",
        "start": MATCH,
        "return": MATCH,
        "interval": "day",
        "periods": 2,
        "minimum_times": 1,
    },
    "retention_people": {
        **RANGE,
        "per": "property:form",
        "start": MATCH,
        "interval": "day",
        "cohort": 0,
        "period": 0,
        **PAGED,
    },
    "lifecycle": {**RANGE, "per": "property:form", "event": MATCH, "interval": "day"},
    "lifecycle_people": {
        **RANGE,
        "per": "property:form",
        "event": MATCH,
        "interval": "day",
        "bucket": 0,
        "stage": "new",
        **PAGED,
    },
    "stickiness": {
        **RANGE,
        "per": "property:form",
        "event": MATCH,
        "interval": "day",
        "at_least": True,
        "minimum_times": 1,
    },
    "stickiness_people": {**RANGE, "per": "property:form", "event": MATCH, "interval": "day", "buckets": 1, **PAGED},
    "paths": {**RANGE, "of": "pages", "start": "/", "steps": 3, "top": 2},
    "path_sessions": {**RANGE, "of": "events", "step": 0, "from_node": "page_view", "to_node": "x", **PAGED},
    "path_reach": {**RANGE, "of": "pages", "sequence": ["/", "/done"], "top": 2},
    "path_reach_sessions": {**RANGE, "of": "pages", "sequence": ["/", "/done"], "step": 2, "next": "/x", **PAGED},
    "journeys": {**RANGE, "start": MATCH, "end": MATCH, "named_by": "property:form", "idle_s": 600},
    "journey_list": {**RANGE, "named_by": "property:form", "name": "mri", "outcome": "dropped", **PAGED},
    "sessions": {**RANGE, "search": "s", "search_in": "all", "person": "a1", "goal": "return_filed", **PAGED},
    "session": {"session_id": "s1", "goal": "return_filed", **PAGED},
    "people": {**RANGE, "search": "a", **PAGED},
    "person": {"person": "a1"},
    "person_events": {"person": "a1", **PAGED},
    "errors": {**RANGE, "limit": 5, "offset": 0},
}


@pytest.fixture
def asked(start_dashboard: StartDashboard, warehouse: Warehouse) -> DashboardServer:
    """Two persons, one of whom is done, with awkward properties; as many questions as one likes."""
    dashboard = start_dashboard(settings=DashboardApiSettings(rate_limit_requests=0))
    rows = [
        event(project_id=dashboard.project_id, event_id="e1", properties='{"form":"mri","a\'b\\\\c{x}":"x\\ty"}'),
        event(
            project_id=dashboard.project_id, event_id="e2", timestamp=NOON + 1_000, event_name="return_filed",
            event_type="track", properties='{"form":"mri"}',
        ),
        event(project_id=dashboard.project_id, event_id="e3", anonymous_id="a2", session_id="s2"),
    ]  # fmt: skip
    EventWriter(warehouse).write(rows, [])
    return dashboard


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value inside, the containers themselves included."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from leaves(each, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = copy.deepcopy(value)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = new
    return changed


def test_every_kind_of_question_is_put_to_the_test() -> None:
    assert set(WHOLE) == set(KINDS)


@pytest.mark.parametrize("name", list(WHOLE))
def test_nothing_in_any_field_of_a_question_breaks_out_or_breaks_down(
    asked: DashboardServer, warehouse: Warehouse, name: str
) -> None:
    client = asked.with_key("export")
    whole = {"question": name, "project": asked.project_id, "tz": "Africa/Nairobi", "filters": FILTERS, **WHOLE[name]}
    first = ask(client, whole)
    assert first.status_code == 200, first.text
    statuses: set[int] = set()
    turns = itertools.cycle(HOSTILE)
    for path in leaves(whole):
        for hostile in itertools.islice(turns, PER_FIELD):
            answer = ask(client, replaced(whole, path, hostile))
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (path, str(hostile)[:60], answer.text[:500])
            if answer.status_code >= 400:
                error = answer.json()["error"]
                assert error["message"], (path, str(hostile)[:60])
                assert answer.status_code in (400, 404, 422), error
                assert answer.status_code != 400 or error["path"].startswith("body"), error
    assert statuses >= {200, 400}
    assert columns(ask(client, whole)) == columns(first)
    assert warehouse.rows("SELECT count() AS n FROM events") == [{"n": 3}]


def columns(answer: httpx.Response) -> Any:
    return answer.json()["columns"]


def ask(client: httpx.Client, question: Any) -> httpx.Response:
    return client.post(
        "/api/query", content=json.dumps(question).encode(), headers={"Content-Type": "application/json"}
    )


@pytest.mark.parametrize(
    "question",
    [
        {"question": "funnel", "steps": [{"any_of": [{"event": f"e{s}_{a}"} for a in range(50)]} for s in range(20)]},
        {
            "question": "funnel",
            "order": "any",
            "steps": [
                {"any_of": [{"event": f"e{s}_{a}", "path": f"/{s}/*/{a}", "filters": FILTERS * 2} for a in range(50)]}
                for s in range(20)
            ],
        },
        {
            "question": "funnel",
            "order": "strict",
            "steps": [{"any_of": [{"event": "page_view", "filters": FILTERS * 20}]}] * 20,
            "exclusions": [{"event": "x", "after_step": 1, "before_step": 20}] * 10,
            "breakdown": {"dimension": "page_path", "touch": "all"},
        },
        {"question": "overview", "filters": [{**FILTERS[0], "values": ["v" * 100] * 100}] * 20},
        {"question": "breakdown", "dimension": "entry_page", "filters": [{**FILTERS[0], "scope": "visit"}] * 20},
        {"question": "retention", "interval": "day", "from": "2025-02-08", "to": "2026-03-14", "periods": 400},
        {"question": "path_reach", "sequence": ["/" + "a" * 2_000] * 10, "top": 50},
    ],
    ids=["alternatives", "any order", "strict", "values", "visits", "days", "sequence"],
)
def test_the_largest_questions_that_are_allowed_get_an_answer_or_are_told_to_be_too_heavy(
    asked: DashboardServer, question: dict[str, Any]
) -> None:
    client = asked.with_key("export")
    answer = ask(client, {"project": asked.project_id, **RANGE, **question})
    assert answer.status_code in (200, 422), answer.text[:500]
    assert ask(client, {"question": "overview", "project": asked.project_id, **RANGE}).status_code == 200
