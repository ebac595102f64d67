"""Sessions, people and errors through the front door; and what is left of them for who may not see persons."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import NOON, event
from tests.fixtures.story import BROWSER, BROWSER_OF_LINKED, DAYS, LINKED, PHONE, PIN

SECRETS = (PIN, PHONE, LINKED, "Wanjiku", "0712345678", "R-1")


def get(client: httpx.Client, path: str, server: DashboardServer, **query: Any) -> Any:
    answer = client.get(f"/api/dashboard/{path}", params={"project": server.project_id, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_sessions_are_listed_latest_first_and_found(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "sessions", story, **DAYS, limit=3)
    assert [each["session_id"] for each in answer["sessions"]] == ["s4", "s3", "s2"]
    assert answer["total"] == 5
    rest = get(client, "sessions", story, **DAYS, limit=3, cursor=answer["next_cursor"])
    assert [each["session_id"] for each in rest["sessions"]] == ["s1", "s0"]
    assert rest["next_cursor"] is None
    first = rest["sessions"][0]
    assert (first["person"], first["persons"], first["events"], first["pageviews"]) == (PIN, [PIN], 4, 1)
    assert (first["duration_s"], first["converted"], first["bounced"], first["entry_page"]) == (300, True, False, "/")
    for search, found in ((PIN[:6].lower(), ["s1", "s0"]), ("S2", ["s2"]), ("help", ["s0"]), ("nobody", [])):
        assert [
            each["session_id"] for each in get(client, "sessions", story, **DAYS, search=search)["sessions"]
        ] == found
    by_person = get(client, "sessions", story, **DAYS, person=LINKED)["sessions"]
    assert [each["session_id"] for each in by_person] == ["s4"]


def test_one_session_tells_its_events_first_to_last(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "sessions/s1", story)
    assert [each["event_name"] for each in answer["events"]] == ["page_view", "identify", "click", "return_filed"]
    assert (answer["session"]["session_id"], answer["next_cursor"]) == ("s1", None)
    page = get(client, "sessions/s1", story, limit=3)
    assert len(get(client, "sessions/s1", story, limit=3, cursor=page["next_cursor"])["events"]) == 1
    missing = client.get("/api/dashboard/sessions/s9", params={"project": story.project_id})
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "There is no such session.")


@pytest.mark.parametrize("path", ["sessions/s1", "people/A012345678X", "people/A012345678X/events"])
def test_what_is_asked_for_by_its_id_belongs_to_a_project_of_ours(story: DashboardServer, path: str) -> None:
    registry: Registry = story.registry
    theirs = registry.create_project("Theirs", registry.create_tenant("Others").id)
    other = registry.create_project("Second", story.set_up().project.tenant_id)
    client = story.signed_in("admin")
    for project, code in ((theirs.id, 404), ("prj_nobody", 404)):
        answer = client.get(f"/api/dashboard/{path}", params={"project": project})
        assert (answer.status_code, answer.json()["error"]["path"]) == (code, "query.project")
    elsewhere = client.get(f"/api/dashboard/{path}", params={"project": other.id})
    assert elsewhere.status_code == 404 or elsewhere.json()["events"] == []


def test_people_are_listed_found_and_profiled(story: DashboardServer) -> None:
    client = story.signed_in("admin")
    answer = get(client, "people", story, **DAYS, limit=3)
    assert [each["person"] for each in answer["people"]] == [LINKED, PHONE, BROWSER]
    assert answer["total"] == 4 == get(client, "overview", story, **DAYS)["metrics"]["visitors"]["value"]
    rest = get(client, "people", story, **DAYS, limit=3, cursor=answer["next_cursor"])
    assert [(each["person"], each["known"], each["sessions"]) for each in rest["people"]] == [(PIN, True, 2)]
    for search in ("a0123", "kamau", "0712345678", "KIAMBU"):
        assert [each["person"] for each in get(client, "people", story, **DAYS, search=search)["people"]] == [PIN]
    profile = get(client, f"people/{PIN}", story)
    assert profile["traits"] == {"name": "Wanjiku Kamau", "phone": "0712345678", "county": "Kiambu"}
    assert (profile["known"], profile["sessions"], profile["events"], profile["pageviews"]) == (True, 2, 5, 2)
    linked = get(client, f"people/{LINKED}", story)
    assert linked["anonymous_ids"] == [BROWSER_OF_LINKED, LINKED]
    timeline = get(client, f"people/{PIN}/events", story, limit=4)
    assert [each["event_id"] for each in timeline["events"]] == ["p3", "p2", "p4", "p1"]
    last = get(client, f"people/{PIN}/events", story, limit=4, cursor=timeline["next_cursor"])
    assert [each["event_id"] for each in last["events"]] == ["p0"]
    missing = client.get("/api/dashboard/people/Z999999999Z", params={"project": story.project_id})
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, "There is no such person.")


def test_errors_are_counted_by_code(story: DashboardServer) -> None:
    (row,) = get(story.signed_in("admin"), "errors", story, **DAYS)["rows"]
    assert (row["code"], row["message"]) == ("E42", "no route to 0712345678")
    assert (row["events"], row["sessions"], row["people"]) == (1, 1, 1)


@pytest.mark.parametrize(
    "path",
    [
        "events", "sessions", "sessions/s1", "sessions/s3", "people", "errors", "journeys/list", "realtime",
        "stickiness/people?buckets=1", "breakdown?dimension=page_path",
    ],
)  # fmt: skip
def test_nothing_personal_is_left_for_who_may_not_see_it(story: DashboardServer, path: str) -> None:
    place, _, query = path.partition("?")
    extra = dict(pair.split("=") for pair in query.split("&") if pair)
    ranged = {} if place in ("realtime", "sessions/s1", "sessions/s3") else DAYS
    for client in (story.signed_in("analyst"), story.with_key("read"), story.with_key("manage")):
        told = json.dumps(get(client, place, story, **ranged, **extra))
        assert [secret for secret in SECRETS if secret in told] == []
    open_to = json.dumps(get(story.with_key("export"), "people", story, **DAYS))
    assert PIN in open_to


def test_a_pseudonym_leads_from_list_to_profile_to_timeline(story: DashboardServer) -> None:
    analyst = story.signed_in("analyst")
    people = {each["person"]: each for each in get(analyst, "people", story, **DAYS)["people"]}
    (known,) = [name for name, each in people.items() if each["known"] and each["sessions"] == 2]
    profile = get(analyst, f"people/{known}", story)
    assert (profile["person"], profile["events"]) == (known, 5)
    assert profile["traits"]["county"] == "Kiambu"
    assert [secret for secret in SECRETS if secret in json.dumps(profile)] == []
    timeline = get(analyst, f"people/{known}/events", story)["events"]
    assert {each["person"] for each in timeline} == {known}
    assert [each["event_id"] for each in timeline] == ["p3", "p2", "p4", "p1", "p0"]
    filters = json.dumps([{"dimension": "property:element", "operator": "is", "values": ["btn-mri-start"]}])
    narrowed = get(analyst, "sessions", story, **DAYS, person=known, filters=filters)["sessions"]
    assert [each["session_id"] for each in narrowed] == ["s1"]


def test_a_pseudonym_is_known_to_every_process_not_only_to_the_one_that_showed_it(
    story: DashboardServer, start_dashboard: StartDashboard
) -> None:
    shown = get(story.signed_in("analyst"), "people", story, **DAYS)["people"]
    (known,) = [each["person"] for each in shown if each["sessions"] == 2]
    (linked,) = [each["person"] for each in shown if each["known"] and each["person"] != known]
    another = start_dashboard()
    client = another.with_key("read", project_id=story.project_id)
    for person, events in ((known, 5), (linked, 1)):
        answer = client.get(f"/api/dashboard/people/{person}", params={"project": story.project_id})
        assert (answer.status_code, answer.json()["events"]) == (200, events)


def test_a_guess_at_a_person_is_answered_as_if_there_were_nobody(story: DashboardServer) -> None:
    analyst, project = story.signed_in("analyst"), {"project": story.project_id}
    for path in ("people/{}", "people/{}/events"):
        guessed = analyst.get(f"/api/dashboard/{path}".format(PIN), params=project)
        unknown = analyst.get(f"/api/dashboard/{path}".format("C111111111D"), params=project)
        assert (guessed.status_code, guessed.json()) == (unknown.status_code, unknown.json())
    for person in (PIN, LINKED, "C111111111D"):
        assert get(analyst, "sessions", story, **DAYS, person=person)["sessions"] == []
    for search in (PIN, "0712345678", "Kamau"):
        refused = analyst.get("/api/dashboard/people", params={**project, **DAYS, "search": search})
        assert (refused.status_code, refused.json()["error"]["path"]) == (403, "query.search")
        among = analyst.get("/api/dashboard/sessions", params={**project, **DAYS, "search": search})
        if search == "Kamau":
            assert among.json()["sessions"] == [], "names stand among persons, which are left out of the search"
        else:
            assert (among.status_code, among.json()["error"]["path"]) == (403, "query.search")
    assert len(get(analyst, "sessions", story, **DAYS, search="help")["sessions"]) == 1


def test_a_masked_value_can_be_clicked_to_filter_by(dashboard: DashboardServer, warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(project_id=dashboard.project_id, page_path=f"/p/{PIN}")], [])
    analyst = dashboard.signed_in("analyst")
    (row,) = get(analyst, "breakdown", dashboard, **DAYS, dimension="page_path")["rows"]
    assert row["value"].startswith("/p/pin-")
    filters = json.dumps([{"dimension": "page_path", "operator": "is", "values": [row["value"]]}])
    assert get(analyst, "overview", dashboard, **DAYS, filters=filters)["metrics"]["events"]["value"] == 1


def test_a_number_cannot_be_found_out_piece_by_piece(dashboard: DashboardServer, warehouse: Warehouse) -> None:
    path = f"/file/{PIN}"
    EventWriter(warehouse).write([event(project_id=dashboard.project_id, page_path=path)], [])
    admin, analyst, viewer = (dashboard.signed_in(role) for role in ("admin", "analyst", "viewer"))
    for operator, asked in (("contains", "/file/A01"), ("matches", "^/file/A0"), ("is", path), ("not_contains", "8X")):
        condition = json.dumps([{"dimension": "page_path", "operator": operator, "values": [asked]}])
        query = {"project": dashboard.project_id, **DAYS, "filters": condition}
        for who in (analyst, viewer):
            refused = who.get("/api/dashboard/overview", params=query)
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data"), asked
            assert refused.json()["error"]["path"] == "query.filters[0].values[0]"
        assert admin.get("/api/dashboard/overview", params=query).status_code == 200
    narrowed = {"project": dashboard.project_id, **DAYS, "dimension": "page_path", "search": "A01"}
    assert analyst.get("/api/dashboard/dimension-values", params=narrowed).status_code == 403
    step = {"any_of": [{"event": "page_view", "path": "/file/A0*"}]}
    funnel = analyst.post("/api/dashboard/funnel", json={"project": dashboard.project_id, "steps": [step]})
    assert (funnel.status_code, funnel.json()["error"]["path"]) == (403, "body.steps[0].any_of[0].path")


@pytest.mark.parametrize("person", ["a/b", "with space", "né ?#&=", "'; DROP TABLE events; --", "\\"])
def test_odd_ids_are_asked_for_as_they_are(dashboard: DashboardServer, warehouse: Warehouse, person: str) -> None:
    EventWriter(warehouse).write(
        [event(project_id=dashboard.project_id, anonymous_id=person, session_id=f"s {person}", timestamp=NOON)], []
    )
    client = dashboard.signed_in("admin")
    for question, fields in (
        ("person", {"person": person}),
        ("person_events", {"person": person}),
        ("session", {"session_id": f"s {person}"}),
    ):
        answer = client.post("/api/query", json={"question": question, "project": dashboard.project_id, **fields})
        assert answer.status_code == 200, answer.text
        assert answer.json()["columns"]
    if "/" not in person:
        assert get(client, f"people/{quote(person, safe='')}", dashboard)["person"] == person


def test_an_id_that_is_too_long_is_said_to_be_in_the_path(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in("admin")
    for path, name in (("sessions", "session_id"), ("people", "person")):
        answer = client.get(f"/api/dashboard/{path}/{'x' * 201}", params={"project": dashboard.project_id})
        assert (answer.status_code, answer.json()["error"]["path"]) == (400, f"path.{name}")
        twice = client.get(f"/api/dashboard/{path}/x", params={"project": dashboard.project_id, name: "y"})
        assert (twice.status_code, twice.json()["error"]["message"]) == (400, "is in the path already")
