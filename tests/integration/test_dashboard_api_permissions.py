"""Who may do what, route by route: the table in code against the application, and against the front door."""

import re
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from hatua.dashboard_api.app import openapi_document
from hatua.dashboard_api.permissions import PERMISSIONS, SIGNED_IN
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.registry.model import ROLES, SCOPES
from hatua.registry.store import Registry
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.events import event

SHARED = ("/api/dashboard", "/api/query")
RANGE = {"from": "2026-01-01", "to": "2026-01-02"}
QUERIES: dict[str, dict[str, str]] = {
    "/api/dashboard/overview": RANGE,
    "/api/dashboard/timeseries": RANGE,
    "/api/dashboard/breakdown": {**RANGE, "dimension": "country"},
    "/api/dashboard/heatmap": RANGE,
    "/api/dashboard/dimension-values": {**RANGE, "dimension": "country"},
    "/api/dashboard/events": RANGE,
    "/api/dashboard/realtime": {},
    "/api/dashboard/funnels": {},
    "/api/dashboard/retention": RANGE,
    "/api/dashboard/retention/people": {**RANGE, "cohort": "0", "period": "0"},
    "/api/dashboard/lifecycle": RANGE,
    "/api/dashboard/lifecycle/people": {**RANGE, "bucket": "0", "stage": "new"},
    "/api/dashboard/stickiness": RANGE,
    "/api/dashboard/stickiness/people": {**RANGE, "buckets": "1"},
    "/api/dashboard/paths": RANGE,
    "/api/dashboard/paths/sessions": {**RANGE, "step": "0"},
    "/api/dashboard/paths/reach": {**RANGE, "sequence": "/"},
    "/api/dashboard/paths/reach/sessions": {**RANGE, "sequence": "/", "step": "1"},
    "/api/dashboard/journeys": RANGE,
    "/api/dashboard/journeys/list": RANGE,
    "/api/dashboard/sessions": RANGE,
    "/api/dashboard/sessions/{session_id}": {},
    "/api/dashboard/people": RANGE,
    "/api/dashboard/people/{person}": {},
    "/api/dashboard/people/{person}/events": {},
    "/api/dashboard/errors": RANGE,
    "/api/dashboard/ledger": {},
    "/api/dashboard/dead-letters": {},
    "/api/dashboard/people/find": {"id": "nobody"},
    "/api/dashboard/people/export": {"id": "nobody"},
    "/api/dashboard/erasures": {},
}
STEPS = [{"any_of": [{"event": "page_view"}]}]
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/query"): {"question": "overview", "project": "{project_id}", **RANGE},
    # Each question of a batch is refused by itself: test_dashboard_api_batch.
    ("POST", "/api/query/batch"): {"questions": [{"question": "overview", "project": "prj_nobody"}]},
    ("POST", "/api/dashboard/funnel"): {"project": "{project_id}", "steps": STEPS},
    ("POST", "/api/dashboard/funnel/people"): {"project": "{project_id}", "steps": STEPS, "step": 1},
    ("POST", "/api/dashboard/funnels"): {"project": "{project_id}", "name": "Mine", "definition": {"steps": STEPS}},
    ("PATCH", "/api/dashboard/funnels/{funnel_id}"): {"name": "Renamed"},
    ("POST", "/api/dashboard/projects"): {"name": "Another"},
    ("PATCH", "/api/dashboard/projects/{project_id}"): {"retention_days": 30},
    ("POST", "/api/dashboard/projects/{project_id}/delete"): {"name": "Doomed"},
    ("POST", "/api/dashboard/projects/{project_id}/write-keys"): {"name": "kiosk"},
    ("POST", "/api/dashboard/projects/{project_id}/write-keys/{key_id}/rotate"): {"overlap_hours": 0},
    ("PATCH", "/api/dashboard/members/{user_id}"): {"role": "analyst"},
    ("POST", "/api/dashboard/invitations"): {"email": "new@example.com", "role": "viewer"},
    ("POST", "/api/dashboard/api-keys"): {"name": "script", "project_id": "{project_id}", "scopes": ["read"]},
    ("POST", "/api/dashboard/people/erase"): {"project": "{project_id}", "id": "nobody"},
    ("POST", "/api/dashboard/dead-letters/replay"): {"project": "{project_id}", "all": True},
    ("POST", "/api/dashboard/dead-letters/purge"): {"project": "{project_id}", "all": True},
}


def routes_of(app: Litestar) -> set[tuple[str, str]]:
    """(method, path template) of everything that answers, as the guard sees it."""
    return {
        (method, app.asgi_router.handle_routing(route.path_format.replace(":str", ""), method)[4])
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    }


def test_every_route_is_in_the_table_and_every_row_is_a_route(dashboard: DashboardServer) -> None:
    # The framework adds an HTML page for unknown addresses below the schema; not in the table, it stays closed.
    added = {("GET", "/api/schema/{path}")}
    assert routes_of(dashboard.app) - added == set(PERMISSIONS)


def test_a_route_that_is_not_in_the_table_answers_like_an_address_that_does_not_exist(
    dashboard: DashboardServer,
) -> None:
    client = dashboard.signed_in("admin")
    closed, unknown = client.get("/api/schema/redoc"), client.get("/api/nothing")
    assert closed.status_code == unknown.status_code == 404
    assert closed.json() == unknown.json()


def test_every_documented_operation_is_in_the_table() -> None:
    documented = {
        (method.upper(), path)
        for path, item in openapi_document()["paths"].items()
        for method in item
        if method != "options"
    }
    assert documented <= set(PERMISSIONS)


def ask(client: httpx.Client, server: DashboardServer, method: str, template: str, project: str) -> httpx.Response:
    """One request to a route, well-formed, for this project; what the path names is made for it."""
    path = template
    for name in re.findall(r"{(\w+)}", template):
        path = path.replace(f"{{{name}}}", _made(server, name, template, project))
    body = {
        k: v.replace("{project_id}", project) if isinstance(v, str) else v
        for k, v in BODIES.get((method, template), {}).items()
    }
    options: dict[str, Any] = {"json": body} if (method, template) in BODIES else {}
    return client.request(method, path, params=_query(method, template, project), **options)


def _query(method: str, template: str, project: str) -> dict[str, str]:
    return {"project": project, **QUERIES[template]} if method == "GET" and template in QUERIES else {}


def _made(server: DashboardServer, name: str, template: str, project: str) -> str:
    registry, tenant = server.registry, server.set_up().project.tenant_id
    match name:
        case "project_id" if template.endswith("/delete") and project == server.project_id:
            doomed = registry.find_project("Doomed", tenant)
            return (doomed or registry.create_project("Doomed", tenant)).id
        case "project_id":
            return project
        case "key_id" if "api-keys" in template:
            return registry.create_api_key(project)[0].id
        case "key_id":
            return registry.create_write_key(project).id
        case "user_id":
            return registry.create_user(tenant, f"{token_hex(8)}@example.com", "Guest", None, "viewer").id
        case "funnel_id":
            return registry.create_funnel(project, "Theirs", {"steps": STEPS}).id
        case "session_id" | "person":
            row = event(project_id=project, event_id=f"e-{project}")
            EventWriter(server.app.state.rooms.warehouse).write([row], [])
            return row.session_id if name == "session_id" else row.anonymous_id
        case "invitation_id":
            return registry.invite(tenant, f"{token_hex(8)}@example.com", "viewer")[0].id
    raise AssertionError(f"how is {{{name}}} of {template} made? say it here")


def dashboard_routes() -> list[tuple[str, str]]:
    return sorted(
        (method, path)
        for (method, path), rule in PERMISSIONS.items()
        if not rule.public and path.startswith(SHARED) and path != "/api/dashboard/live"
    )


def own_routes() -> list[tuple[str, str]]:
    """Routes about the caller alone: for every person, for no key. What they do is tested elsewhere."""
    return sorted(
        (method, path)
        for (method, path), rule in PERMISSIONS.items()
        if not rule.public and not path.startswith(SHARED)
    )


def test_every_route_that_is_not_public_is_walked_by_one_of_the_tests() -> None:
    live = {("GET", "/api/dashboard/live")}  # endless; has a test of its own
    walked = set(dashboard_routes()) | set(own_routes()) | live
    assert walked == {route for route, rule in PERMISSIONS.items() if not rule.public}
    assert all(PERMISSIONS[route] == SIGNED_IN for route in own_routes())


def test_no_key_of_any_scope_reaches_what_belongs_to_a_person(dashboard: DashboardServer) -> None:
    client = dashboard.with_key(*SCOPES)
    for method, path in own_routes():
        answer = client.request(method, path.replace("{session_id}", "ses_1"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_every_person_reaches_their_own_account_and_only_with_proof_of_intent(
    dashboard: DashboardServer, role: Any
) -> None:
    client = dashboard.signed_in(role)
    del client.headers["X-Hatua-Csrf"]
    for method, path in own_routes():
        answer = client.request(method, path.replace("{session_id}", "ses_1"))
        if method == "GET":
            assert answer.is_success, (method, path, answer.text)
        else:
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf"), (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_its_row_says_and_nothing_else(dashboard: DashboardServer, role: Any) -> None:
    client = dashboard.signed_in(role)
    for method, path in dashboard_routes():
        answer = ask(client, dashboard, method, path, dashboard.project_id)
        if role in PERMISSIONS[method, path].roles:
            assert answer.is_success, (method, path, answer.text)
        else:
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), (method, path)
            assert answer.json()["error"]["message"] == f"This is not open to the role {role}."


@pytest.mark.parametrize("scope", SCOPES)
def test_an_api_key_may_do_what_its_scope_says_and_nothing_else(dashboard: DashboardServer, scope: Any) -> None:
    client = dashboard.with_key(scope)
    for method, path in dashboard_routes():
        answer = ask(client, dashboard, method, path, dashboard.project_id)
        if scope in PERMISSIONS[method, path].scopes:
            assert answer.is_success, (method, path, answer.text)
        else:
            assert answer.status_code == 403, (method, path)


def test_nobody_may_do_anything_that_is_not_public(dashboard: DashboardServer) -> None:
    client = dashboard.client()
    for method, path in [*dashboard_routes(), *own_routes()]:
        answer = (
            client.request(method, path.replace("{session_id}", "ses_1"))
            if not path.startswith(SHARED)
            else ask(client, dashboard, method, path, dashboard.project_id)
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in"), (method, path)


def test_a_project_of_another_tenant_answers_exactly_like_one_that_does_not_exist(dashboard: DashboardServer) -> None:
    dashboard.set_up()
    registry = dashboard.registry
    theirs = registry.create_project("Theirs", registry.create_tenant("Others").id)
    registry.create_write_key(theirs.id)
    mine = registry.create_project("Mine too", dashboard.set_up().project.tenant_id)
    registry.create_write_key(mine.id)
    for client, foreign in (
        (dashboard.signed_in("admin"), theirs.id),
        (dashboard.with_key("read", "export", "manage"), theirs.id),
        (dashboard.with_key("read", "export", "manage"), mine.id),
    ):
        reached = 0
        for method, path in dashboard_routes():
            named = "{project_id}" in f"{path}{BODIES.get((method, path))}" or _query(method, path, "")
            if not named or path == "/api/dashboard/api-keys":
                continue
            if "write-keys/{key_id}" in path:  # the key must be one of that project: tested below
                continue
            if "Authorization" in client.headers and not PERMISSIONS[method, path].scopes:
                continue
            answer = ask(client, dashboard, method, path, foreign)
            unknown = _ask_unknown(client, method, path)
            assert answer.status_code == unknown.status_code == 404, (method, path, answer.text)
            assert answer.json() == unknown.json(), (method, path)
            reached += 1
        assert reached >= 25
    before = {project.id: project for project in registry.projects()}
    assert before[theirs.id].retention_days == before[mine.id].retention_days == 730


def _ask_unknown(client: httpx.Client, method: str, path: str) -> httpx.Response:
    body = {k: "prj_nobody" if v == "{project_id}" else v for k, v in BODIES.get((method, path), {}).items()}
    options: dict[str, Any] = {"json": body} if body else {}
    place = path.replace("{project_id}", "prj_nobody")
    return client.request(method, place, params=_query(method, path, "prj_nobody"), **options)


def test_a_write_key_is_revoked_in_its_own_project_only(dashboard: DashboardServer) -> None:
    dashboard.set_up()
    registry = dashboard.registry
    theirs = registry.create_project("Theirs", registry.create_tenant("Others").id)
    key = registry.create_write_key(theirs.id)
    admin = dashboard.signed_in("admin")
    for project in (theirs.id, dashboard.project_id, "prj_nobody"):
        assert admin.delete(f"/api/dashboard/projects/{project}/write-keys/{key.id}").status_code == 404
    assert registry.write_key(key.key) is not None


def test_people_and_keys_of_another_tenant_answer_exactly_like_ones_that_do_not_exist(
    dashboard: DashboardServer,
) -> None:
    dashboard.set_up()
    registry = dashboard.registry
    others = registry.create_tenant("Others").id
    theirs = registry.create_project("Theirs", others)
    stranger = registry.create_user(others, "stranger@example.com", "Stranger", None, "admin").id
    foreign = {
        "user_id": stranger,
        "invitation_id": registry.invite(others, "guest@example.com", "viewer")[0].id,
        "key_id": registry.create_api_key(theirs.id)[0].id,
        "project_id": theirs.id,
        "funnel_id": registry.create_funnel(theirs.id, "Theirs", {"steps": STEPS}).id,
    }
    admin = dashboard.signed_in("admin")
    walked = 0
    for method, path in dashboard_routes():
        names = re.findall(r"{(\w+)}", path)
        if not names or names == ["person"] or path in QUERIES:  # of a project, which the query names
            continue
        options: dict[str, Any] = {"json": BODIES[method, path]} if (method, path) in BODIES else {}
        there, nowhere = path, path
        for name in names:
            there = there.replace(f"{{{name}}}", foreign[name])
            nowhere = nowhere.replace(f"{{{name}}}", "xyz_nobody")
        answer, unknown = admin.request(method, there, **options), admin.request(method, nowhere, **options)
        assert answer.status_code == unknown.status_code == 404, (method, path, answer.text)
        assert answer.json() == unknown.json(), (method, path)
        walked += 1
    assert walked >= 11
    assert [each.role for each in registry.members(others)] == ["admin"]
    assert len(registry.invitations(others)) == len(registry.api_keys(tenant_id=others)) == 1


def test_the_live_stream_is_closed_to_viewers_and_foreign_projects(dashboard: DashboardServer) -> None:
    viewer = dashboard.signed_in("viewer")
    assert viewer.get("/api/dashboard/live", params={"project": dashboard.project_id}).status_code == 403
    analyst = dashboard.signed_in("analyst")
    assert analyst.get("/api/dashboard/live", params={"project": "prj_nobody"}).status_code == 404


def test_a_role_taken_away_is_gone_with_the_next_request(dashboard: DashboardServer) -> None:
    registry: Registry = dashboard.registry
    client = dashboard.signed_in("admin")
    me = client.get("/api/auth/state").json()["user"]
    assert client.get("/api/dashboard/api-keys").status_code == 200
    registry.set_role(me["tenant_id"], me["id"], "viewer")
    assert client.get("/api/dashboard/api-keys").status_code == 403
    registry.disable_user(me["id"])
    assert client.get("/api/dashboard/projects").status_code == 401


def test_a_key_lists_its_own_project_only(dashboard: DashboardServer) -> None:
    dashboard.registry.create_project("Second", dashboard.set_up().project.tenant_id)
    by_key = dashboard.with_key("read").get("/api/dashboard/projects").json()["projects"]
    by_person = dashboard.signed_in("analyst").get("/api/dashboard/projects").json()["projects"]
    assert [project["name"] for project in by_key] == ["Tax App"]
    assert [project["name"] for project in by_person] == ["Tax App", "Second"]
    viewer = dashboard.signed_in("viewer").get("/api/dashboard/projects").json()["projects"]
    assert [project["write_keys"] for project in viewer] == [[], []]


def _sign_out(_server: DashboardServer, client: httpx.Client, _me: dict[str, Any]) -> None:
    assert client.post("/api/account/sign-out-everywhere").status_code == 204


def _demote(server: DashboardServer, _client: httpx.Client, me: dict[str, Any]) -> None:
    server.registry.set_role(me["tenant_id"], me["id"], "viewer")


def _go_elsewhere(server: DashboardServer, client: httpx.Client, me: dict[str, Any]) -> None:
    """The same person in the same role looks at another organisation."""
    other = server.registry.create_tenant("Others").id
    with server.registry.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO memberships (tenant_id, user_id, role, created_at)"
            f" VALUES ('{other}', '{me['id']}', 'admin', 1)"
        )
    assert client.post("/api/auth/organisation", json={"tenant_id": other}).status_code == 200


def _delete(server: DashboardServer, client: httpx.Client, _me: dict[str, Any]) -> None:
    answer = client.post(f"/api/dashboard/projects/{server.project_id}/delete", json={"name": "Tax App"})
    assert answer.status_code == 200


@pytest.mark.parametrize("end", [_sign_out, _demote, _go_elsewhere, _delete])
def test_a_live_stream_does_not_outlive_the_access_that_opened_it(
    start_dashboard: StartDashboard, monkeypatch: pytest.MonkeyPatch, end: Callable[..., None]
) -> None:
    monkeypatch.setattr("hatua.dashboard_api.live.RECHECK_MS", 50)
    server = start_dashboard(settings=DashboardApiSettings(live_poll_ms=50, live_keep_alive_ms=50))
    client = server.signed_in("admin")
    me = client.get("/api/auth/state").json()["user"]
    acting = server.client(headers=client.headers, cookies=client.cookies)
    lines = 0
    with client.stream("GET", "/api/dashboard/live", params={"project": server.project_id}) as stream:
        for _ in stream.iter_lines():  # ends with the stream; a read that waits for 30 s fails
            lines += 1
            if lines == 20:
                end(server, acting, me)
            assert lines < 5_000, "it goes on"
    assert lines >= 20
