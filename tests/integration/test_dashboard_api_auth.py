"""Set-up, signing in and out, links, roles: through the front door."""

import httpx
import pytest

from hatua.registry.failures import FREE_FAILURES
from tests.fixtures.dashboard import PASSWORD, DashboardServer

SETUP = {
    "email": "wanjiku@example.co.ke",
    "name": "Wanjiku",
    "password": PASSWORD,
    "organisation": "Revenue",
    "project_name": "Tax App",
    "timezone": "Africa/Nairobi",
}


def test_set_up_signs_the_first_admin_in_and_closes_behind_them(dashboard: DashboardServer) -> None:
    client = dashboard.client()
    assert client.get("/api/auth/state").json() == {
        "setup_needed": True,
        "user": None,
        "csrf": None,
        "version": "0.1.0",
        "organisations": [],
        "mail": False,
        "sign_on": None,
    }
    token = dashboard.registry.issue_setup_token()
    wrong = client.post("/api/auth/setup", json={**SETUP, "setup_token": "guess"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (403, "invalid_setup_token")
    answer = client.post("/api/auth/setup", json={**SETUP, "setup_token": token})
    assert answer.status_code == 201
    made = answer.json()
    assert made["user"]["role"] == "admin"
    assert made["user"]["tenant_name"] == "Revenue"
    assert made["project"]["timezone"] == "Africa/Nairobi"
    assert made["project"]["write_keys"][0]["key"].startswith("wk_")
    state = client.get("/api/auth/state").json()
    assert state["user"] == made["user"]
    assert state["csrf"] == made["csrf"]
    assert state["setup_needed"] is False
    again = dashboard.client().post("/api/auth/setup", json={**SETUP, "setup_token": token})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "setup_done")


def test_the_cookie_is_out_of_reach_of_scripts_and_secure_behind_tls(dashboard: DashboardServer) -> None:
    dashboard.set_up()
    body = {"email": "ADMIN@example.co.ke", "password": PASSWORD}
    plain = dashboard.client().post("/api/auth/login", json=body).headers["set-cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=lax" in plain
    assert "Path=/" in plain
    assert "Secure" not in plain
    tls = dashboard.client().post("/api/auth/login", json=body, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in tls.headers["set-cookie"]


def test_signing_out_ends_the_session_not_only_the_cookie(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    token = client.cookies["hatua_session"]
    answer = client.post("/api/auth/logout", json={})
    assert answer.status_code == 204
    assert answer.content == b""
    stolen = dashboard.client(cookies={"hatua_session": token})
    assert stolen.get("/api/dashboard/projects").status_code == 401
    assert stolen.get("/api/auth/state").json()["user"] is None


def test_wrong_passwords_earn_a_delay(dashboard: DashboardServer) -> None:
    dashboard.set_up()
    client = dashboard.client()
    for _ in range(FREE_FAILURES["email"]):
        wrong = client.post("/api/auth/login", json={"email": "admin@example.co.ke", "password": "wrong"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "wrong_credentials")
    right = client.post("/api/auth/login", json={"email": "admin@example.co.ke", "password": PASSWORD})
    assert (right.status_code, right.json()["error"]["code"]) == (429, "sign_in_delayed")
    assert 1 <= int(right.headers["retry-after"]) <= 2


def test_a_sign_in_link_opens_the_dashboard_once(dashboard: DashboardServer) -> None:
    user = dashboard.set_up().session.member.user_id
    link = dashboard.registry.create_sign_in_link(user)
    client = dashboard.client()
    opened = client.get("/auth/open", params={"token": link})
    assert (opened.status_code, opened.headers["location"]) == (302, "/")
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert client.get("/api/auth/state").json()["user"]["email"] == "admin@example.co.ke"
    again = dashboard.client().get("/auth/open", params={"token": link})
    assert again.status_code == 401
    assert "does not work any more" in again.text
    assert "set-cookie" not in again.headers
    assert dashboard.client().get("/auth/open").status_code == 401


def test_a_change_by_cookie_needs_the_csrf_header_of_that_session(dashboard: DashboardServer) -> None:
    client, other = dashboard.signed_in(), dashboard.signed_in()
    for token in ("", "wrong", other.headers["X-Hatua-Csrf"], "\u00e9"):
        refused = client.post(
            "/api/dashboard/projects", json={"name": "X"}, headers={b"X-Hatua-Csrf": token.encode("latin-1")}
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf")
    assert len(dashboard.registry.projects()) == 1
    assert client.post("/api/dashboard/projects", json={"name": "X"}).status_code == 201


def test_another_sites_page_cannot_sign_a_browser_in(dashboard: DashboardServer) -> None:
    dashboard.set_up()
    body = {"email": "admin@example.co.ke", "password": PASSWORD}
    for site in ("cross-site", "same-site"):
        refused = dashboard.client().post("/api/auth/login", json=body, headers={"Sec-Fetch-Site": site})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "foreign_origin")
    allowed = dashboard.client().post("/api/auth/login", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    assert allowed.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer hk_unknown"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Cookie": "hatua_session=unknown"},
        {"Cookie": "hatua_session=%00"},
    ],
)
def test_nobody_gets_nothing(dashboard: DashboardServer, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{dashboard.url}/api/dashboard/projects", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_bad_key_is_not_rescued_by_a_good_cookie(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in()
    assert client.get("/api/dashboard/projects", headers={"Authorization": "Bearer hk_x"}).status_code == 401


def test_a_revoked_key_stops_at_once(dashboard: DashboardServer) -> None:
    record, plain = dashboard.registry.create_api_key(dashboard.project_id)
    client = dashboard.client(headers={"Authorization": f"bearer {plain}"})
    assert client.get("/api/dashboard/projects").status_code == 200
    dashboard.registry.revoke_api_key(record.id)
    assert client.get("/api/dashboard/projects").status_code == 401


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"password": "short"}, "body.password"),
        ({"email": "nobody"}, "body.email"),
        ({"organisation": " "}, "body.organisation"),
        ({"timezone": "Mars/Olympus"}, "body.timezone"),
        ({"project_name": "x" * 101}, "body.project_name"),
        ({"name": 5}, "body.name"),
        ({"colour": "red"}, "body"),
        ({"email": None}, "body.email"),
    ],
)
def test_what_is_wrong_with_a_form_is_named_by_field(
    dashboard: DashboardServer, change: dict[str, object], path: str
) -> None:
    token = dashboard.registry.issue_setup_token()
    answer = dashboard.client().post("/api/auth/setup", json={**SETUP, "setup_token": token, **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["path"] == path
    assert PASSWORD not in answer.text
