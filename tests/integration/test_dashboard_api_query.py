"""POST /api/query: every kind of question by name, the same answer as at its own address, and what it cost."""

import json
from typing import Any

import httpx
import pytest

from hatua.analytics.kinds import KINDS
from hatua.dashboard_api import examples
from hatua.dashboard_api.app import openapi_document
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.story import DAYS, PIN, STEPS
from tests.integration.test_dashboard_api_hostile import WHOLE

ADDRESSES = {
    "overview": "overview",
    "timeseries": "timeseries",
    "breakdown": "breakdown",
    "heatmap": "heatmap",
    "dimension_values": "dimension-values",
    "events": "events",
    "retention": "retention",
    "retention_people": "retention/people",
    "lifecycle": "lifecycle",
    "lifecycle_people": "lifecycle/people",
    "stickiness": "stickiness",
    "stickiness_people": "stickiness/people",
    "paths": "paths",
    "path_sessions": "paths/sessions",
    "path_reach": "paths/reach",
    "path_reach_sessions": "paths/reach/sessions",
    "journeys": "journeys",
    "journey_list": "journeys/list",
    "sessions": "sessions",
    "people": "people",
    "errors": "errors",
}
VIEWERS = {"overview", "timeseries", "breakdown", "combined", "heatmap", "dimension_values", "funnel"}


NEEDING_MORE = ("/live", "/people/find", "/people/export")
"""A stream, and two that are asked with an id."""


def ask(client: httpx.Client, server: DashboardServer, question: str, **fields: Any) -> httpx.Response:
    return client.post("/api/query", json={"question": question, "project": server.project_id, **fields})


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("name", list(ADDRESSES))
def test_a_question_has_the_same_answer_as_at_its_own_address(story: DashboardServer, name: str) -> None:
    client = story.signed_in("admin")
    by_name = ask(client, story, name, **WHOLE[name])
    assert by_name.status_code == 200, by_name.text
    query = {"project": story.project_id, **{key: as_text(value) for key, value in WHOLE[name].items()}}
    at_home = client.get(f"/api/dashboard/{ADDRESSES[name]}", params=query)
    assert at_home.status_code == 200, at_home.text
    assert by_name.json()["answer"] == at_home.json()


@pytest.mark.parametrize("name", list(KINDS))
def test_every_answer_says_what_it_means_and_what_it_cost(story: DashboardServer, name: str) -> None:
    whole = {**WHOLE[name]}
    if name in ("person", "person_events"):
        whole["person"] = PIN
    answer = ask(story.signed_in("admin"), story, name, **whole)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["question"] == name
    meta = told["meta"]
    assert meta["exact"] is True
    assert meta["definition"] == KINDS[name].definition
    assert meta["rows_read"] > 0 or name == "realtime"  # nothing was told in the last half hour: no row is read
    assert 0 < meta["ms"] < 60_000
    assert (meta["range"] is None) == (name in ("realtime", "session", "person", "person_events"))
    assert len({len(column["values"]) for column in told["columns"]}) == 1
    assert {column["type"] for column in told["columns"]} <= {"text", "number", "bool", "json"}


def test_columns_are_the_answers_main_list(story: DashboardServer) -> None:
    told = ask(story.signed_in("admin"), story, "funnel", steps=STEPS, **DAYS).json()
    columns = {column["name"]: column["values"] for column in told["columns"]}
    assert columns["name"] == ["Home", "Start", "Filed"]
    assert columns["count"] == [each["count"] for each in told["answer"]["steps"]] == [4, 2, 1]
    assert columns["step"] == [1, 2, 3]
    grouped = ask(
        story.signed_in("admin"), story, "funnel", steps=STEPS, breakdown={"dimension": "device_type"}, **DAYS
    ).json()
    groups = next(column["values"] for column in grouped["columns"] if column["name"] == "group")
    assert groups == [None, None, None, "mobile", "mobile", "mobile"]
    series = ask(story.signed_in("admin"), story, "timeseries", metrics=["events", "users"], **DAYS).json()
    assert {column["name"]: column["values"] for column in series["columns"]} == {
        "bucket": ["2026-03-12T00:00:00+03:00", "2026-03-13T00:00:00+03:00"],
        "incomplete": [False, False],
        "events": [1, 9],
        "users": [1, 2],
    }


def test_more_rows_are_read_for_more_events(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    one = ask(client, story, "events", **{"from": "2026-03-12", "to": "2026-03-12"}).json()["meta"]["rows_read"]
    assert one >= 10


@pytest.mark.parametrize("name", list(KINDS))
def test_a_viewer_asks_here_what_a_viewer_may_ask_at_its_own_address(story: DashboardServer, name: str) -> None:
    answer = ask(story.signed_in("viewer"), story, name, **WHOLE[name])
    if name in VIEWERS:
        assert answer.status_code == 200, answer.text
    else:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["path"]) == (403, "forbidden", "body.question")


def test_nobody_elses_project_is_asked(story: DashboardServer) -> None:
    registry = story.registry
    theirs = registry.create_project("Theirs", registry.create_tenant("Others").id).id
    client = story.signed_in("admin")
    answers = [
        client.post("/api/query", json={"question": "overview", "project": each}) for each in (theirs, "prj_nobody")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        ({}, "body.question", "is missing"),
        ({"question": 7}, "body.question", "7 is none of overview"),
        ({"question": "weather"}, "body.question", "'weather' is none of overview"),
        ({"question": "overview", "project": None}, "body.project", "is missing"),
        ({"question": "overview", "colour": 1}, "body", "unknown field `colour`"),
        ({"question": "timeseries", "metrics": "visitors"}, "body.metrics", "expected `array`"),
        ({"question": "breakdown", "dimension": "country", "limit": "10"}, "body.limit", "expected `int`"),
    ],
)
def test_what_is_wrong_is_named(dashboard: DashboardServer, body: dict[str, Any], path: str, says: str) -> None:
    answer = dashboard.with_key("read").post("/api/query", json={"project": dashboard.project_id, **body})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["path"] == path
    assert says in answer.json()["error"]["message"]


def test_the_goal_of_the_project_counts_where_none_is_said(story: DashboardServer) -> None:
    story.registry.change_project(story.project_id, {"default_goal": "click"})
    series = [{"metric": "conversions"}, {"metric": "conversions", "goal": "return_filed"}]
    answer = ask(story.signed_in("admin"), story, "combined", series=series, **DAYS)
    assert [column["values"] for column in answer.json()["columns"]] == [[2], [1]]


def test_every_example_of_the_document_can_be_asked(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    asked = 0
    for path, item in openapi_document()["paths"].items():
        for method, operation in item.items():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in media.get("examples", {}).values():
                body = json.loads(json.dumps(example["value"]).replace(examples.PROJECT, story.project_id))
                place = path
                if "{funnel_id}" in path:
                    funnel = story.registry.create_funnel(story.project_id, "Mine", {"steps": STEPS})
                    place = path.replace("{funnel_id}", funnel.id)
                answer = client.request(method.upper(), place, json=body)
                assert answer.is_success, (path, answer.text)
                asked += 1
            query = {
                each["name"]: as_text(each["example"])
                for each in operation.get("parameters", ())
                if each["in"] == "query" and "example" in each
            }
            if method == "get" and query.get("project") and not path.endswith(NEEDING_MORE):
                place = path.replace("{session_id}", "s1").replace("{person}", PIN)
                answer = client.get(place, params={**query, "project": story.project_id})
                assert answer.is_success, (path, query, answer.text)
                asked += 1
    assert asked >= 30


def test_the_document_knows_every_question_and_its_fields() -> None:
    schemas = openapi_document()["components"]["schemas"]
    mapping = schemas["Query"]["discriminator"]["mapping"]
    assert set(mapping) == set(KINDS)
    for name, place in mapping.items():
        schema = schemas[place.rsplit("/", 1)[1]]
        assert schema["properties"]["question"]["enum"] == [name]
        assert set(WHOLE[name]) <= set(schema["properties"])
        assert "question" in schema["required"]
