"""Funnels through the front door: counted by hand, and as many people behind each bar as the bar says."""

import json
from typing import Any

import httpx
import pytest

from hatua.analytics import funnel
from hatua.analytics.funnel_shapes import FunnelQuestion
from hatua.analytics.question import read_json
from hatua.warehouse.client import Warehouse
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.story import BROWSER, DAYS, LINKED, PHONE, PIN, STEPS

PATH = "/api/dashboard/funnel"


def asked(server: DashboardServer, **fields: Any) -> dict[str, Any]:
    return {"project": server.project_id, **DAYS, "steps": STEPS, **fields}


def post(client: httpx.Client, path: str, body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def everybody(client: httpx.Client, body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """All pages of a bar, two a page, and the total that the first page says."""
    found: list[dict[str, Any]] = []
    total, cursor = -1, ""
    while True:
        page = post(client, f"{PATH}/people", {**body, "limit": 2, "cursor": cursor})
        total = page["total"] if total < 0 else total
        assert page["total"] == total
        found += page["people"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found, total


def test_counts_rates_and_times_are_those_counted_by_hand(story: DashboardServer) -> None:
    answer = post(story.signed_in("viewer"), PATH, asked(story))
    steps = answer["steps"]
    assert [(each["name"], each["count"], each["dropped"]) for each in steps] == [
        ("Home", 4, 0),
        ("Start", 2, 2),
        ("Filed", 1, 1),
    ]
    assert [each["conversion_from_start"] for each in steps] == [1, 0.5, 0.25]
    assert [each["conversion_from_previous"] for each in steps] == [1, 0.5, 0.5]
    assert [each["median_s"] for each in steps] == [None, 45, 240]
    assert [each["mean_s"] for each in steps] == [None, 45, 240]
    assert (answer["order"], answer["per"], answer["window_s"], answer["groups"]) == (
        "ordered",
        "person",
        1_209_600,
        None,
    )
    assert answer["range"] == {
        "from": "2026-03-11T21:00:00.000Z",
        "to": "2026-03-13T21:00:00.000Z",
        "timezone": "Africa/Nairobi",
    }


def test_the_answer_is_that_of_analytics(story: DashboardServer, warehouse: Warehouse) -> None:
    body = asked(story, breakdown={"dimension": "device_type"}, per="session", window_s=120)
    question = read_json(FunnelQuestion, {"tz": "Africa/Nairobi", **body})
    expected = json.loads(json.dumps(post(story.signed_in(), PATH, body)))
    answer = funnel.answer(warehouse, question)
    assert [each["count"] for each in expected["steps"]] == [each.count for each in answer.steps]
    assert [each["value"] for each in expected["groups"]] == [each.value for each in answer.groups or []]


def test_behind_every_bar_are_the_people_that_it_counts(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    reached = {1: {PIN, BROWSER, PHONE, LINKED}, 2: {PIN, BROWSER}, 3: {PIN}}
    dropped = {1: set[str](), 2: {PHONE, LINKED}, 3: {BROWSER}}
    steps = post(client, PATH, asked(story))["steps"]
    for number, step in enumerate(steps, 1):
        people, total = everybody(client, asked(story, step=number, outcome="reached"))
        assert {each["key"] for each in people} == reached[number]
        assert len(people) == total == step["count"]
        people, total = everybody(client, asked(story, step=number, outcome="dropped"))
        assert {each["key"] for each in people} == dropped[number]
        assert len(people) == total == step["dropped"]
    first = everybody(client, asked(story, step=3))[0][0]
    assert first == {
        "key": PIN,
        "reached": 3,
        "step_times": ["2026-03-13T12:00:00.000Z", "2026-03-13T12:01:00.000Z", "2026-03-13T12:05:00.000Z"],
    }


@pytest.mark.parametrize("per", ["person", "session", "property:element"])
@pytest.mark.parametrize("touch", ["first", "last", "all", "first_step"])
def test_the_list_is_as_long_as_the_bar_in_every_group_too(story: DashboardServer, per: str, touch: str) -> None:
    client = story.signed_in("admin")
    filters = [{"dimension": "country", "operator": "is", "values": ["KE"]}]
    body = asked(story, per=per, filters=filters, breakdown={"dimension": "event_name", "touch": touch})
    answer = post(client, PATH, body)
    assert answer["total_groups"] == len(answer["groups"])
    for group in answer["groups"]:
        for number, step in enumerate(group["steps"], 1):
            for outcome, bar in (("reached", step["count"]), ("dropped", step["dropped"])):
                people, total = everybody(client, {**body, "step": number, "outcome": outcome, "group": group["value"]})
                assert len({each["key"] for each in people}) == len(people) == total == bar, (group["value"], number)


def test_without_a_range_the_last_thirty_days_are_asked_for(story: DashboardServer) -> None:
    answer = post(story.signed_in(), PATH, {"project": story.project_id, "steps": STEPS})
    assert [each["count"] for each in answer["steps"]] == [0, 0, 0]
    assert answer["range"]["timezone"] == "Africa/Nairobi"


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"steps": []}, "body.steps", "length >= 1"),
        ({"steps": [{"any_of": []}]}, "body.steps[0].any_of", "length >= 1"),
        ({"steps": [{"any_of": [{"event": ""}]}]}, "body.steps[0].any_of[0].event", "length >= 1"),
        ({"steps": [{"any_of": [{"event": 7}]}]}, "body.steps[0].any_of[0].event", "expected `str`"),
        ({"steps": STEPS * 7}, "body.steps", "length <= 20"),
        (
            {"steps": [{"any_of": [{"event": "x", "filters": [{"dimension": "os", "operator": "like"}]}]}]},
            "body.steps[0].any_of[0].filters[0].operator",
            "'like'",
        ),
        (
            {"steps": [*STEPS, {"any_of": [{"event": "x", "filters": [{"dimension": "y", "operator": "exists"}]}]}]},
            "body.steps[3].any_of[0].filters[0].dimension",
            "unknown dimension 'y'",
        ),
        ({"order": "sorted"}, "body.order", "'sorted'"),
        ({"window_s": 0}, "body.window_s", ">= 1"),
        ({"window_s": "60"}, "body.window_s", "expected `int | null`"),
        ({"per": "household"}, "body", "per 'household'"),
        ({"per": "property:"}, "body.per", "names no property"),
        ({"exclusions": [{"event": "x", "after_step": 2, "before_step": 2}]}, "body.exclusions[0]", "not come after"),
        ({"exclusions": [{"event": "x", "after_step": 1, "before_step": 9}]}, "body", "exclusions[0].before_step is 9"),
        ({"breakdown": {"dimension": "colour"}}, "body.breakdown.dimension", "unknown dimension 'colour'"),
        ({"from": "soon"}, "body.from", "'soon' is neither"),
        ({"tz": "Mars/Olympus"}, "body.tz", "unknown time zone"),
        ({"colour": "red"}, "body", "unknown field `colour`"),
        ({"project": 7}, "body.project", "is not text"),
        ({"project": None}, "body.project", "is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_funnel_is_named(
    dashboard: DashboardServer, change: dict[str, Any], path: str, says: str
) -> None:
    answer = dashboard.with_key("read").post(PATH, json=asked(dashboard, **change))
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["path"]) == ("invalid_question", path)
    assert says in error["message"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "body"),
        ({"step": 0}, "body.step"),
        ({"step": 4}, "body"),
        ({"step": 1, "outcome": "lost"}, "body.outcome"),
        ({"step": 1, "group": "x"}, "body"),
        ({"step": 1, "limit": 1_001}, "body.limit"),
        ({"step": 1, "cursor": "bm90IG9uZQ"}, "body.cursor"),
    ],
)
def test_what_is_wrong_with_a_bar_is_named(dashboard: DashboardServer, change: dict[str, Any], path: str) -> None:
    for client in (dashboard.signed_in("admin"), dashboard.signed_in("analyst")):
        answer = client.post(f"{PATH}/people", json=asked(dashboard, **change))
        assert (answer.status_code, answer.json()["error"]["path"]) == (400, path)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b'{"a":\xff}', b'{"steps":"\\ud800"}', b"[" * 9_000]
)
def test_a_body_that_is_no_object_is_refused(dashboard: DashboardServer, body: bytes) -> None:
    answer = dashboard.with_key("read").post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("invalid_request", "invalid_question")


def test_a_body_may_be_as_large_as_the_largest_funnel_and_no_larger(dashboard: DashboardServer) -> None:
    client = dashboard.with_key("read")
    padded = {"name": "n" * 200, "any_of": [{"event": "e" * 100} for _ in range(50)]}
    assert client.post(PATH, json=asked(dashboard, steps=[padded] * 20)).status_code == 200
    answer = client.post(PATH, content=b" " * 262_145, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_who_may_not_see_people_sees_pseudonyms_that_lead_on(story: DashboardServer) -> None:
    analyst, admin = story.signed_in("analyst"), story.signed_in("admin")
    shown, total = everybody(analyst, asked(story, step=1))
    real, _ = everybody(admin, asked(story, step=1))
    assert total == 4
    told = json.dumps(shown)
    assert [secret for secret in (PIN, PHONE, LINKED) if secret in told] == []
    pseudonyms = {one["key"]: other["key"] for one, other in zip(real, shown, strict=True)}
    assert pseudonyms[BROWSER] == BROWSER
    events = analyst.get("/api/dashboard/events", params={"project": story.project_id, **DAYS}).json()["events"]
    assert {each["person"] for each in events} == set(pseudonyms.values())
    answer = analyst.get(
        "/api/dashboard/sessions", params={"project": story.project_id, **DAYS, "person": pseudonyms[PIN]}
    )
    assert [each["session_id"] for each in answer.json()["sessions"]] == ["s1", "s0"]


def test_a_cursor_tells_an_analyst_nothing_and_is_nobody_elses(story: DashboardServer) -> None:
    body = asked(story, step=1, limit=1)
    analyst = story.signed_in("analyst")
    sealed = post(analyst, f"{PATH}/people", body)["next_cursor"]
    plain = post(story.signed_in("admin"), f"{PATH}/people", body)["next_cursor"]
    assert sealed != plain
    refused = analyst.post(f"{PATH}/people", json={**body, "cursor": plain})
    assert (refused.status_code, refused.json()["error"]["path"]) == (400, "body.cursor")
    assert post(analyst, f"{PATH}/people", {**body, "cursor": sealed})["total"] == 4


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"per": "property:phone"}, "body.per"),
        ({"breakdown": {"dimension": "property:kra_pin"}}, "body.breakdown.dimension"),
        (
            {
                "steps": [
                    {"any_of": [{"event": "x", "filters": [{"dimension": "property:email", "operator": "exists"}]}]}
                ]
            },
            "body.steps[0].any_of[0].filters[0].dimension",
        ),
        (
            {
                "exclusions": [
                    {
                        "event": "x",
                        "after_step": 1,
                        "before_step": 2,
                        "filters": [{"dimension": "property:name", "operator": "exists"}],
                    }
                ]
            },
            "body.exclusions[0].filters[0].dimension",
        ),
        ({"filters": [{"dimension": "property:otp", "operator": "exists"}]}, "body.filters[0].dimension"),
    ],
)
def test_a_funnel_about_personal_data_is_for_those_who_may_see_it(
    dashboard: DashboardServer, change: dict[str, Any], path: str
) -> None:
    for client in (dashboard.signed_in("analyst"), dashboard.signed_in("viewer"), dashboard.with_key("read")):
        answer = client.post(PATH, json=asked(dashboard, **change))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "personal_data")
        assert answer.json()["error"]["path"] == path
    assert dashboard.signed_in("admin").post(PATH, json=asked(dashboard, **change)).status_code == 200
