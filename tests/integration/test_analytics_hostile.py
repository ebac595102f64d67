"""Hostile text in every field of a question changes nothing but the answer; and projects never see each other."""

from collections.abc import Mapping
from typing import Any

import pytest

from hatua.analytics.errors import InvalidQuestion, NotFound
from hatua.analytics.kinds import KINDS
from hatua.analytics.question import read_json
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event

HOSTILE = (
    "' OR 1=1 --",
    "'); DROP TABLE events; --",
    "\\'",
    "{project:String}",
    "${seen} $grouped $$",
    "%(x)s %s {0} {{}}",
    "`events`",
    "\x00\x01\t\r\n\x7f",
    "\\N",
    "é\u2028\U0001f600",
    "/* */ -- #",
    "(?P<x>.*)[",
    '"; SELECT sleep(3); --',
)
RANGE = {"project": "p", "from": "2026-03-13", "to": "2026-03-13", "tz": "UTC"}
TIMELESS = ("realtime", "session", "person", "person_events")
STEP = {"any_of": [{"event": "page_view"}]}
LEAST: dict[str, dict[str, Any]] = {
    "breakdown": {"dimension": "country"},
    "dimension_values": {"dimension": "country"},
    "combined": {"series": [{"metric": "events"}]},
    "measure": {"number": "property:k"},
    "funnel": {"steps": [STEP]},
    "funnel_people": {"steps": [STEP], "step": 1},
    "retention_people": {"cohort": 0, "period": 0},
    "lifecycle_people": {"bucket": 0, "stage": "new"},
    "stickiness_people": {"buckets": 1},
    "path_sessions": {"step": 0, "from_node": "/", "to_node": "/q"},
    "path_reach": {"sequence": ["/"]},
    "path_reach_sessions": {"sequence": ["/"], "step": 1},
    "session": {"session_id": "s1"},
    "person": {"person": "a1"},
    "person_events": {"person": "a1"},
}
MORE: dict[str, tuple[dict[str, Any], ...]] = {
    "overview": ({"goal": "$"},),
    "breakdown": ({"dimension": "property:$"}, {"goal": "$"}),
    "dimension_values": ({"dimension": "property:$"}, {"search": "$"}),
    "combined": ({"series": [{"metric": "events", "name": "$"}]}, {"series": [{"metric": "conversions", "goal": "$"}]}),
    "measure": (
        {"number": "property:$"},
        {"per": "property:$"},
        {"dimension": "property:$"},
        {"event": [{"event": "$", "path": "$"}]},
        {"goal": "$"},
    ),
    "events": ({"event_name": "$"}, {"cursor": "$"}),
    "funnel": (
        {"steps": [{"any_of": [{"event": "$"}], "name": "$"}]},
        {"steps": [{"any_of": [{"event": "page_view", "path": "$"}]}]},
        {"steps": [{"any_of": [{"event": "page_view", "path": "**$"}]}]},
        {"per": "property:$"},
        {"breakdown": {"dimension": "property:$", "touch": "first_step"}},
    ),
    "funnel_people": ({"breakdown": {"dimension": "country"}, "group": "$"}, {"cursor": "$"}),
    "retention": ({"start": [{"event": "$"}], "return": [{"event": "x", "path": "$"}]}, {"per": "property:$"}),
    "retention_people": ({"per": "property:$", "kind": "first_ever"}, {"cursor": "$"}),
    "lifecycle": ({"event": [{"event": "$"}]}, {"per": "property:$"}),
    "lifecycle_people": ({"per": "property:$"}, {"cursor": "$"}),
    "stickiness": ({"event": [{"event": "$"}]}, {"per": "property:$"}),
    "stickiness_people": ({"per": "property:$", "at_least": True}, {"cursor": "$"}),
    "paths": ({"start": "$"}, {"end": "$", "of": "events"}),
    "path_sessions": ({"from_node": "$", "to_node": "$"},),
    "path_reach": ({"sequence": ["$", "/"]},),
    "path_reach_sessions": (
        {"sequence": ["$", "/"], "step": 2, "then": "stops"},
        {"next": "$"},
        {"sequence": ["$"], "then": "others", "top": 1},
        {"cursor": "$"},
    ),
    "journeys": ({"named_by": "property:$"},),
    "journey_list": ({"name": "$"}, {"cursor": "$"}),
    "sessions": ({"search": "$"}, {"person": "$"}, {"goal": "$"}),
    "session": ({"session_id": "$"},),
    "people": ({"search": "$"}, {"goal": "$", "converted": True, "known": False, "weekday": 1, "hour": 0}),
    "person": ({"person": "$"},),
    "person_events": ({"person": "$"},),
}
FILTERS: tuple[dict[str, Any], ...] = (
    *({"dimension": "page_path", "operator": operator, "values": ["$"]} for operator in ("is", "contains", "matches")),
    {"dimension": "property:$", "operator": "is_not", "values": ["$"], "scope": "visit"},
    {"dimension": "country", "operator": "matches", "values": ["*$*"]},
)


def put(value: Any, text: str) -> Any:
    """The value with the text where `$` stands."""
    if isinstance(value, str):
        return value.replace("$", text)
    if isinstance(value, Mapping):
        return {key: put(inner, text) for key, inner in value.items()}
    return [put(inner, text) for inner in value] if isinstance(value, list | tuple) else value


def asked(kind: str, more: Mapping[str, Any]) -> dict[str, Any]:
    common = {key: value for key, value in RANGE.items() if kind not in TIMELESS or key in ("project", "tz")}
    return {**common, **LEAST.get(kind, {}), **more}


def answer(warehouse: Warehouse, kind: str, question: Mapping[str, Any]) -> Any:
    """The answer, or the refusal that is the right answer to nonsense."""
    try:
        return KINDS[kind].answer(warehouse, read_json(KINDS[kind].question, question), NOON + 1)
    except (InvalidQuestion, NotFound) as refused:
        return refused


def count(warehouse: Warehouse) -> int:
    return int(warehouse.rows("SELECT count() AS n FROM events")[0]["n"])


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_only_text(warehouse: Warehouse, kind: str) -> None:
    EventWriter(warehouse).write([event()], [])
    variants = [*MORE.get(kind, ()), *({"filters": [each]} for each in FILTERS)]
    for index, text in enumerate(HOSTILE):
        variant = variants[index % len(variants)]
        answer(warehouse, kind, asked(kind, put(variant, text)))
        answer(warehouse, kind, asked(kind, put(variants[(index * 7 + 3) % len(variants)], text)))
    assert count(warehouse) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_are_found_as_they_were_stored(warehouse: Warehouse, text: str) -> None:
    EventWriter(warehouse).write([event(page_title=text), event(session_id="s2", page_title="other")], [])
    only = {"filters": [{"dimension": "page_title", "operator": "is", "values": [text]}]}
    starred = {"filters": [{"dimension": "page_title", "operator": "matches", "values": [f"**{text}"]}]}
    assert answer(warehouse, "overview", asked("overview", only)).metrics["events"].value == 1
    assert answer(warehouse, "overview", asked("overview", starred)).metrics["events"].value == 1


@pytest.mark.parametrize("kind", KINDS)
def test_another_project_with_the_same_ids_changes_no_answer(warehouse: Warehouse, kind: str) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(event_id="e1"), event(event_id="e2", timestamp=NOON + 1, event_name="click")], [])
    before = answer(warehouse, kind, asked(kind, {}))
    common: dict[str, Any] = {"project_id": "q", "tenant_id": "t2", "country_code": "UG"}
    theirs = [
        event(**common, event_id="e1", user_id="u1"),
        event(**common, event_id="e3", timestamp=NOON - 1, journey_start=True),
        event(**common, event_id="e4", timestamp=NOON + 1, event_name="app_error", event_type="track"),
        event(**common, event_id="e5", timestamp=NOON + 2, page_path="/q"),
        event(**common, event_id="e6", anonymous_id="a2", session_id="s2"),
        event(**common, event_id="e7", anonymous_id="a2", session_id="s2", timestamp=NOON + 1, page_path="/q"),
    ]
    link = LinkRow(tenant_id="t2", project_id="q", anonymous_id="a1", user_id="u1", linked_at=NOON)
    writer.write(theirs, [link])
    assert answer(warehouse, kind, asked(kind, {})) == before
    assert answer(warehouse, kind, {**asked(kind, {}), "project": "q"}) != before
