"""Projects, write keys and API keys through the front door."""

import json
from typing import Any

import pytest

from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.events import NOON, event


def test_a_new_project_can_receive_at_once(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    answer = client.post("/api/dashboard/projects", json={"name": " Kiosk ", "timezone": "Africa/Kampala"})
    assert answer.status_code == 201
    made = answer.json()
    assert {key: made[key] for key in made if key not in ("id", "created_at", "write_keys")} == {
        "name": "Kiosk",
        "timezone": "Africa/Kampala",
        "default_goal": "return_filed",
        "allowed_origins": [],
        "retention_days": 730,
        "keep_ip": "none",
        "hash_phones": False,
        "honour_gpc": "no",
        "cookieless": "off",
    }
    access = dashboard.registry.write_key(made["write_keys"][0]["key"])
    assert access is not None
    assert access.project_id == made["id"]
    listed = client.get("/api/dashboard/projects").json()["projects"]
    assert listed[1] == made


def test_a_name_that_is_taken_is_a_conflict(dashboard: DashboardServer) -> None:
    answer = dashboard.signed_in().post("/api/dashboard/projects", json={"name": "Tax App"})
    assert answer.status_code == 409
    assert answer.json()["error"]["path"] == "body.name"


def test_a_change_is_stored_and_the_rest_stays(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    path = f"/api/dashboard/projects/{dashboard.project_id}"
    answer = client.patch(path, json={"allowed_origins": ["https://Tax.example/"], "retention_days": 0})
    assert answer.status_code == 200
    assert answer.json()["allowed_origins"] == ["https://tax.example"]
    assert answer.json()["retention_days"] == 0
    assert answer.json()["timezone"] == "Africa/Nairobi"
    assert client.patch(path, json={}).json() == answer.json()
    stored = dashboard.registry.project(dashboard.project_id)
    assert stored is not None
    assert stored.allowed_origins == ("https://tax.example",)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"timezone": "Mars"}, "body.timezone"),
        ({"allowed_origins": ["https://ok.example", "nope"]}, "body.allowed_origins[1]"),
        ({"allowed_origins": "https://ok.example"}, "body.allowed_origins"),
        ({"retention_days": -1}, "body.retention_days"),
        ({"retention_days": "many"}, "body.retention_days"),
        ({"retention_days": 10**30}, "body.retention_days"),
        ({"retention_days": None}, "body.retention_days"),
        ({"keep_ip": "some"}, "body.keep_ip"),
        ({"name": ""}, "body.name"),
        ({"name": "a\u0000b"}, "body.name"),
        ({"tenant_id": "ten_x"}, "body"),
    ],
)
def test_a_change_that_is_not_allowed_is_named_and_changes_nothing(
    dashboard: DashboardServer, body: dict[str, Any], path: str
) -> None:
    before = dashboard.registry.project_record(dashboard.project_id)
    answer = dashboard.signed_in().patch(f"/api/dashboard/projects/{dashboard.project_id}", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["path"] == path
    assert dashboard.registry.project_record(dashboard.project_id) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"name"',
        b"\xff\xfe",
        b'{"name": "\\ud800"}',
        b"[" * 10_000,
        b'{"name": 1e999}',
        b'{"name": "x", "name": 5}',
    ],
)
def test_a_body_that_is_not_a_project_is_a_clear_400(dashboard: DashboardServer, body: bytes) -> None:
    client = dashboard.signed_in()
    answer = client.post("/api/dashboard/projects", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]
    assert client.get("/api/dashboard/projects").status_code == 200


def test_a_body_over_the_limit_is_refused(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    body = json.dumps({"name": "x" * 70_000}).encode()
    answer = client.post("/api/dashboard/projects", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_body_that_is_not_said_to_be_json_is_refused(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.post("/api/dashboard/projects", content=b'{"name":"x"}', headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "not_json"), kind
    assert len(dashboard.registry.projects()) == 1


def test_write_keys_are_made_and_revoked_one_by_one(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    path = f"/api/dashboard/projects/{dashboard.project_id}/write-keys"
    made = client.post(path, json={"name": "kiosk"})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["revoked_at"]) == ("kiosk", None)
    gone = client.delete(f"{path}/{made.json()['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert dashboard.registry.write_key(made.json()["key"]) is None
    keys = client.get("/api/dashboard/projects").json()["projects"][0]["write_keys"]
    assert [key["revoked_at"] is None for key in keys] == [True, False]
    assert client.delete(f"{path}/wky_nobody").status_code == 404


def test_an_api_key_is_shown_once(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    answer = client.post(
        "/api/dashboard/api-keys", json={"project_id": dashboard.project_id, "name": "nightly", "scopes": ["read"]}
    )
    assert answer.status_code == 201
    made = answer.json()
    listed = client.get("/api/dashboard/api-keys", params={"project_id": dashboard.project_id})
    assert [key["id"] for key in listed.json()["api_keys"]] == [made["id"]]
    assert made["key"] not in listed.text
    script = dashboard.client(headers={"Authorization": f"Bearer {made['key']}"})
    assert script.get("/api/dashboard/projects").json()["projects"][0]["id"] == dashboard.project_id
    assert client.get("/api/dashboard/api-keys").json()["api_keys"][0]["last_used_at"] is not None
    assert client.delete(f"/api/dashboard/api-keys/{made['id']}").status_code == 204
    assert script.get("/api/dashboard/projects").status_code == 401
    assert client.get("/api/dashboard/api-keys").json()["api_keys"] == []
    assert client.delete(f"/api/dashboard/api-keys/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "path"),
    [
        ({"scopes": []}, 400, "body.scopes"),
        ({"scopes": ["write"]}, 400, "body.scopes[0]"),
        ({"project_id": "prj_nobody"}, 404, "body.project_id"),
        ({"name": " "}, 400, "body.name"),
    ],
)
def test_an_api_key_that_makes_no_sense_is_refused(
    dashboard: DashboardServer, change: dict[str, Any], status: int, path: str
) -> None:
    body = {"project_id": dashboard.project_id, "name": "x", "scopes": ["read"], **change}
    answer = dashboard.signed_in().post("/api/dashboard/api-keys", json=body)
    assert (answer.status_code, answer.json()["error"]["path"]) == (status, path)


def test_a_key_that_may_manage_changes_its_own_project_and_makes_no_keys_to_itself(dashboard: DashboardServer) -> None:
    script = dashboard.with_key("manage")
    assert script.patch(f"/api/dashboard/projects/{dashboard.project_id}", json={"name": "Tax"}).status_code == 200
    assert script.post("/api/dashboard/projects", json={"name": "More"}).status_code == 403
    body = {"project_id": dashboard.project_id, "name": "x", "scopes": ["export"]}
    assert script.post("/api/dashboard/api-keys", json=body).status_code == 403


def test_what_is_done_through_the_api_is_on_the_audit_trail_under_its_doer(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    me = client.get("/api/auth/state").json()["user"]
    client.post("/api/dashboard/projects", json={"name": "Kiosk"})
    registry: Registry = dashboard.registry
    trail = registry.audit(me["tenant_id"], limit=2)
    assert [(entry.action, entry.actor_kind, entry.actor_id) for entry in trail] == [
        ("write_key.created", "user", me["id"]),
        ("project.created", "user", me["id"]),
    ]


def test_what_the_command_line_creates_shows_up_at_once(dashboard: DashboardServer) -> None:
    """Another process on the same file: here another connection pool, which is all that differs."""
    client = dashboard.signed_in()
    with dashboard.registry.reading() as connection:
        path = connection.engine.url.database
    assert path is not None
    other = Registry.open(path)
    made = other.create_project("From outside", dashboard.set_up().project.tenant_id)
    other.close()
    assert made.id in [project["id"] for project in client.get("/api/dashboard/projects").json()["projects"]]


def test_the_first_event_is_the_earliest_one(dashboard: DashboardServer, warehouse: Warehouse) -> None:
    client, path = dashboard.signed_in(), f"/api/dashboard/projects/{dashboard.project_id}/first-event"
    assert client.get(path).json() == {"received": False}
    day = 86_400_000
    EventWriter(warehouse).write(
        [
            event(project_id=dashboard.project_id, timestamp=NOON, library_name="hatua-js", library_version="1.0.0"),
            event(project_id=dashboard.project_id, timestamp=NOON - 1, event_name="identify", session_id="zz"),
            event(project_id=dashboard.project_id, timestamp=NOON + day, session_id="aa"),
            event(project_id="another", timestamp=NOON - day),
        ],
        [],
    )
    assert client.get(path).json() == {
        "received": True,
        "event_name": "identify",
        "timestamp": "2026-03-13T11:59:59.999Z",
        "library": "",
    }


def test_a_project_is_deleted_by_an_admin_who_types_its_name(dashboard: DashboardServer, warehouse: Warehouse) -> None:
    client, registry = dashboard.signed_in(), dashboard.registry
    made = client.post("/api/dashboard/projects", json={"name": "Kiosk"}).json()
    here = f"/api/dashboard/projects/{made['id']}"
    with_key = dashboard.with_key("read", "export", "manage", project_id=made["id"])
    rows = [event(project_id=project, user_id="U") for project in (made["id"], dashboard.project_id)]
    EventWriter(warehouse).write(rows, [])
    assert with_key.post(f"{here}/delete", json={"name": "Kiosk"}).status_code == 403

    wrong = client.post(f"{here}/delete", json={"name": "kiosk"})
    assert (wrong.status_code, wrong.json()["error"]["path"]) == (400, "body.name")
    assert client.get(f"{here}/first-event").json()["received"] is True

    deleted = client.post(f"{here}/delete", json={"name": "Kiosk"})
    assert deleted.status_code == 200, deleted.text
    assert deleted.json() == {
        "project_id": made["id"],
        "name": "Kiosk",
        "events": 1,
        "sessions": 1,
        "links": 0,
        "dead_letters": 0,
    }
    assert [one["name"] for one in client.get("/api/dashboard/projects").json()["projects"]] == ["Tax App"]
    gone, unknown = (client.get(f"/api/dashboard/projects/{one}/first-event") for one in (made["id"], "prj_nobody"))
    assert (gone.status_code, gone.json()) == (404, unknown.json())
    assert client.post(f"{here}/delete", json={"name": "Kiosk"}).status_code == 404
    assert with_key.get("/api/dashboard/projects").status_code == 401
    assert registry.write_key(made["write_keys"][0]["key"]) is None
    left = warehouse.rows("SELECT project_id FROM events")
    assert [row["project_id"] for row in left] == [dashboard.project_id]
    trail = registry.audit(dashboard.set_up().project.tenant_id, limit=2)
    assert [(one.action, one.details["name"], one.address) for one in trail] == [
        ("project.data_deleted", "Kiosk", "127.0.0.1"),
        ("project.deleted", "Kiosk", "127.0.0.1"),
    ]


def test_a_process_without_the_log_deletes_no_project(start_dashboard: Any) -> None:
    server = start_dashboard(deleting=None)
    path = f"/api/dashboard/projects/{server.project_id}/delete"
    answer = server.signed_in().post(path, json={"name": "Tax App"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_log")
    assert server.registry.project(server.project_id) is not None
