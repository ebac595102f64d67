"""A person's rights over HTTP: who may use them, what comes back, and what the audit trail says."""

import json
from typing import Any

import pytest

from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.events import event


@pytest.fixture
def filled(dashboard: DashboardServer) -> DashboardServer:
    project = dashboard.project_id
    rows = [
        event(project_id=project, event_id="u1", user_id="A/1", anonymous_id="b1", session_id="s1"),
        event(project_id=project, event_id="u2", user_id="A/1", anonymous_id="b1", session_id="s1"),
        event(project_id=project, event_id="v1", user_id="V", anonymous_id="b2", session_id="s1"),
    ]
    EventWriter(dashboard.app.state.rooms.warehouse).write(rows)
    return dashboard


def test_an_admin_finds_exports_and_erases_a_person(filled: DashboardServer) -> None:
    admin, project = filled.signed_in("admin"), filled.project_id
    found = admin.get("/api/dashboard/people/find", params={"project": project, "id": "b1"})
    assert found.status_code == 200, found.text
    assert (found.json()["anonymous_ids"], found.json()["events"]) == (["b1"], 0)

    exported = admin.get("/api/dashboard/people/export", params={"project": project, "id": "V"})
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line)["kind"] for line in exported.text.splitlines()] == ["person", "session", "event"]

    erased = admin.post("/api/dashboard/people/erase", json={"project": project, "id": "A/1"})
    assert erased.status_code == 200, erased.text
    assert erased.json()["events"] == {"before": 2, "after": 0}
    [receipt] = admin.get("/api/dashboard/erasures", params={"project": project}).json()["erasures"]
    assert receipt["id"] == erased.json()["erasure_id"]
    again = admin.get("/api/dashboard/people/find", params={"project": project, "id": "A/1"}).json()
    assert again["events"] == 0
    trail = [one.action for one in filled.registry.audit(filled.set_up().project.tenant_id)]
    assert trail[:3] == ["person.erased", "person.erasure_begun", "person.exported"]


HARD_IDS = ("A/1", "../V", "a b?c=d&e#f", "100%25", "Ünï/ćødé", "+254 712 345 678", "find", "\\", "'; --", "..")


def test_a_person_of_any_id_is_found_exported_and_erased_and_nobody_else(dashboard: DashboardServer) -> None:
    admin, project = dashboard.signed_in("admin"), dashboard.project_id
    EventWriter(dashboard.app.state.rooms.warehouse).write(
        [event(project_id=project, event_id=f"e{n}", user_id=one) for n, one in enumerate(HARD_IDS)]
    )
    for n, one in enumerate(HARD_IDS):
        asked = {"project": project, "id": one}
        assert admin.get("/api/dashboard/people/find", params=asked).json()["user_ids"] == [one]
        exported = admin.get("/api/dashboard/people/export", params=asked)
        assert exported.headers["content-disposition"] == 'attachment; filename="person.jsonl"'
        kinds = [json.loads(line) for line in exported.text.splitlines()]
        assert [row["event_id"] for row in kinds if row["kind"] == "event"] == [f"e{n}"], one
    for left, one in zip(range(len(HARD_IDS) - 1, -1, -1), HARD_IDS, strict=True):
        asked = {"project": project, "id": one}
        assert admin.post("/api/dashboard/people/erase", json=asked).json()["events"] == {"before": 1, "after": 0}
        stored = dashboard.app.state.rooms.warehouse.rows(
            "SELECT count() AS n FROM events WHERE project_id = {project:String}", {"project": project}
        )
        assert stored[0]["n"] == left


@pytest.mark.parametrize(
    ("scopes", "find", "erase"), [(("read",), 403, 403), (("export",), 200, 403), (("manage",), 403, 200)]
)
def test_a_key_may_do_what_its_scope_says(filled: DashboardServer, scopes: Any, find: int, erase: int) -> None:
    client, project = filled.with_key(*scopes), filled.project_id
    assert client.get("/api/dashboard/people/find", params={"project": project, "id": "V"}).status_code == find
    answer = client.post("/api/dashboard/people/erase", json={"project": project, "id": "V"})
    assert answer.status_code == erase


def test_another_tenants_person_is_as_unknown_as_the_project(filled: DashboardServer) -> None:
    theirs = filled.registry.create_project("Theirs", filled.registry.create_tenant("Others").id).id
    EventWriter(filled.app.state.rooms.warehouse).write([event(project_id=theirs, event_id="t", user_id="T")])
    admin = filled.signed_in("admin")
    for project in (theirs, "prj_nobody"):
        assert admin.post("/api/dashboard/people/erase", json={"project": project, "id": "T"}).status_code == 404
        assert admin.get("/api/dashboard/people/export", params={"project": project, "id": "T"}).status_code == 404
        assert admin.get("/api/dashboard/erasures", params={"project": project}).status_code == 404
    assert filled.registry.erasures(theirs) == []


def test_what_cannot_be_is_said_clearly(filled: DashboardServer) -> None:
    project = filled.project_id
    admin = filled.signed_in("admin")
    for user in ("P", "Q"):
        EventWriter(filled.app.state.rooms.warehouse).write(
            [
                event(
                    project_id=project,
                    user_id=user,
                    event_type="identify",
                    event_name="identify",
                    properties='{"email":"both@example.com"}',
                )
            ]
        )
    both = admin.post("/api/dashboard/people/erase", json={"project": project, "id": "both@example.com"})
    assert (both.status_code, both.json()["error"]["code"]) == (409, "ambiguous_person")
    assert "P, Q" in both.json()["error"]["message"]
    assert both.json()["error"]["details"] == ["P", "Q"]
    empty = admin.get("/api/dashboard/people/find", params={"project": project, "id": " "})
    assert (empty.status_code, empty.json()["error"]["code"]) == (400, "invalid_id")


def test_a_process_without_the_log_says_so(start_dashboard: Any) -> None:
    server = start_dashboard(people=None)
    answer = server.signed_in("admin").get(
        "/api/dashboard/people/find", params={"project": server.project_id, "id": "x"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_log")
