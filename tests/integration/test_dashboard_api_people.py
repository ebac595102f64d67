"""Members, invitations, accounts, resets, second factors and the audit trail: through the front door."""

import logging
import re
from typing import Any

import httpx
import pytest

from hatua.base.clock import system_clock
from hatua.dashboard_api.doors import Doors
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.mail.smtp import SmtpMailer
from hatua.registry.totp import code_at
from tests.fixtures.dashboard import PASSWORD, DashboardServer, StartDashboard
from tests.fixtures.registry import MovedClock
from tests.fixtures.smtp import REFUSED, MailBox

PUBLIC = "https://hatua.example.org"
LINK = re.compile(re.escape(PUBLIC) + r"/(invitation|reset)/#token=([\w-]{32})")


@pytest.fixture
def mailing(start_dashboard: StartDashboard, mail_box: MailBox) -> DashboardServer:
    """A server that sends e-mail."""
    return start_dashboard(doors=Doors(public_url=PUBLIC, mailer=SmtpMailer(mail_box.settings)))


def admin(server: DashboardServer) -> httpx.Client:
    """The first admin, signed in with the password."""
    server.set_up()
    return log_in(server, "admin@example.co.ke", PASSWORD)


def log_in(server: DashboardServer, email: str, password: str, **more: str) -> httpx.Client:
    client = server.client()
    answer = client.post("/api/auth/login", json={"email": email, "password": password, **more})
    assert answer.status_code == 200, answer.text
    client.headers["X-Hatua-Csrf"] = answer.json()["csrf"]
    return client


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_invitation_travels_by_mail_and_signs_in_once(mailing: DashboardServer, mail_box: MailBox) -> None:
    client = admin(mailing)
    made = client.post("/api/dashboard/invitations", json={"email": "otieno@example.org", "role": "analyst"})
    assert made.status_code == 201
    assert made.json()["mailed"] is True
    (mail,) = mail_box.wait(1)
    assert (mail["To"], mail["Subject"]) == ("otieno@example.org", "Join Revenue on Hatua")
    found = LINK.search(mail.get_content())
    assert found is not None
    assert f"/invitation/#token={found[2]}" == made.json()["path"]
    guest = mailing.client()
    offered = guest.post("/api/auth/invitation", json={"token": found[2]}).json()
    assert (offered["email"], offered["organisation"], offered["role"]) == ("otieno@example.org", "Revenue", "analyst")
    body = {"token": found[2], "name": "Otieno", "password": "a long new password"}
    answer = guest.post("/api/auth/invitation/accept", json=body)
    assert (answer.status_code, answer.json()["user"]["role"]) == (201, "analyst")
    assert guest.get("/api/auth/state").json()["user"]["email"] == "otieno@example.org"
    again = mailing.client().post("/api/auth/invitation/accept", json=body)
    assert refusal(again) == (403, "invalid_link")
    assert [each["email"] for each in client.get("/api/dashboard/members").json()["members"]] == [
        "admin@example.co.ke",
        "otieno@example.org",
    ]
    assert client.get("/api/dashboard/invitations").json() == {"invitations": []}


def test_a_mail_that_is_refused_leaves_a_link_to_hand_over(
    mailing: DashboardServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = admin(mailing).post("/api/dashboard/invitations", json={"email": REFUSED, "role": "viewer"}).json()
    assert made["mailed"] is False
    assert made["path"].startswith("/invitation/#token=")
    assert "could not be mailed" in caplog.text
    assert made["path"].partition("=")[2] not in caplog.text


def test_a_forgotten_password_is_reset_by_mail_and_unknown_addresses_get_the_same_answer(
    mailing: DashboardServer, mail_box: MailBox
) -> None:
    client = admin(mailing)
    for email in ("nobody@example.org", "not an address", "admin@example.co.ke"):
        asked = mailing.client().post(
            "/api/auth/reset-request", json={"email": email}, headers={"Host": "evil.example"}
        )
        assert (asked.status_code, asked.content) == (204, b"")
    (mail,) = mail_box.wait(1)
    found = LINK.search(mail.get_content())
    assert found is not None, "the link begins with our own address, whatever Host the request named"
    body = {"token": found[2], "password": "another long password"}
    assert mailing.client().post("/api/auth/reset", json=body).status_code == 204
    assert client.get("/api/account").status_code == 401
    log_in(mailing, "admin@example.co.ke", "another long password")
    assert refusal(mailing.client().post("/api/auth/reset", json=body)) == (403, "invalid_link")
    assert len(mail_box.messages) == 1


def test_without_mail_a_reset_is_a_link_from_an_admin(dashboard: DashboardServer) -> None:
    client = admin(dashboard)
    assert refusal(dashboard.client().post("/api/auth/reset-request", json={"email": "a@b.co"})) == (409, "no_mail")
    tenant = dashboard.set_up().project.tenant_id
    user = dashboard.registry.create_user(tenant, "b@example.org", "B", None, "viewer").id
    path = client.post(f"/api/dashboard/members/{user}/reset-link").json()["path"]
    token = path.removeprefix("/reset/#token=")
    assert dashboard.client().post("/api/auth/reset", json={"token": token, "password": PASSWORD}).status_code == 204
    log_in(dashboard, "b@example.org", PASSWORD)
    others = dashboard.registry.create_tenant("Others").id
    dashboard.registry.accept_invitation(
        dashboard.registry.invite(others, "b@example.org", "viewer")[1], name="", password=PASSWORD
    )
    for method, what in (("POST", "reset-link"), ("DELETE", "second-factor")):
        refused = client.request(method, f"/api/dashboard/members/{user}/{what}")
        assert refusal(refused) == (409, "belongs_elsewhere")


def test_roles_change_and_people_leave_but_the_last_admin_stays(dashboard: DashboardServer) -> None:
    client = admin(dashboard)
    me = client.get("/api/auth/state").json()["user"]["id"]
    assert refusal(client.patch(f"/api/dashboard/members/{me}", json={"role": "viewer"})) == (409, "last_admin")
    assert refusal(client.delete(f"/api/dashboard/members/{me}")) == (409, "last_admin")
    analyst = dashboard.signed_in("analyst")
    user = analyst.get("/api/auth/state").json()["user"]["id"]
    promoted = client.patch(f"/api/dashboard/members/{user}", json={"role": "admin"})
    assert (promoted.status_code, promoted.json()["role"]) == (200, "admin")
    assert analyst.get("/api/dashboard/members").status_code == 200
    assert client.delete(f"/api/dashboard/members/{user}").status_code == 204
    assert analyst.get("/api/account").status_code == 401


def test_a_second_factor_is_switched_on_asked_for_and_switched_off(start_dashboard: StartDashboard) -> None:
    server = start_dashboard()
    client = admin(server)
    refused = client.post("/api/account/second-factor", json={"password": "not mine"})
    assert refusal(refused) == (401, "wrong_credentials")
    begun = client.post("/api/account/second-factor", json={"password": PASSWORD}).json()
    assert begun["uri"].startswith("otpauth://totp/Hatua%3Aadmin%40example.co.ke?secret=" + begun["secret"])
    assert {len(row) for row in begun["qr"]} == {len(begun["qr"])}
    assert set("".join(begun["qr"])) == {"0", "1"}
    step = system_clock() // 30_000
    wrong = client.post("/api/account/second-factor/confirm", json={"code": "12"})
    assert refusal(wrong) == (401, "wrong_code")
    on = client.post("/api/account/second-factor/confirm", json={"code": code_at(begun["secret"], step)})
    assert on.status_code == 200
    codes = on.json()["codes"]
    assert client.get("/api/account").json()["recovery_codes_left"] == 10
    body = {"email": "admin@example.co.ke", "password": PASSWORD}
    needed = server.client().post("/api/auth/login", json=body)
    assert refusal(needed) == (401, "second_factor_needed")
    assert needed.json()["error"]["path"] == "body.code"
    log_in(server, code=codes[0], **body)
    proof: dict[str, Any] = {"password": PASSWORD, "code": codes[1]}
    fresh = client.post("/api/account/second-factor/recovery-codes", json=proof).json()["codes"]
    assert not set(fresh) & set(codes)
    assert refusal(client.post("/api/account/second-factor/remove", json=proof)) == (401, "wrong_code")
    done = client.post("/api/account/second-factor/remove", json={"password": PASSWORD, "code": fresh[0]})
    assert done.status_code == 204
    log_in(server, **body)


def test_an_account_shows_its_sessions_and_ends_them(dashboard: DashboardServer) -> None:
    client = admin(dashboard)
    phone = log_in(dashboard, "admin@example.co.ke", PASSWORD)
    sessions = client.get("/api/account").json()["sessions"]
    assert len(sessions) == 3
    assert [each["how"] for each in sessions] == ["password", "password", "set-up"]
    assert [each["current"] for each in sessions].count(True) == 1
    assert sessions[0]["address"] == "127.0.0.1"
    assert sessions[0]["agent"].startswith("python-httpx")
    theirs = phone.get("/api/account").json()["sessions"]
    other = next(each["id"] for each in theirs if each["current"])
    assert client.delete(f"/api/account/sessions/{other}").status_code == 204
    assert phone.get("/api/account").status_code == 401
    assert client.patch("/api/account", json={"name": "Amina"}).json()["user"]["name"] == "Amina"
    everywhere = client.post("/api/account/sign-out-everywhere", json={})
    assert everywhere.status_code == 204
    assert "hatua_session=" in everywhere.headers["set-cookie"]
    assert client.get("/api/account").status_code == 401


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(dashboard: DashboardServer) -> None:
    client, phone = admin(dashboard), admin(dashboard)
    body = {"current_password": "wrong one", "password": "another long password"}
    assert refusal(client.post("/api/account/password", json=body)) == (401, "wrong_credentials")
    assert client.post("/api/account/password", json={**body, "current_password": PASSWORD}).status_code == 204
    assert client.get("/api/account").status_code == 200
    assert phone.get("/api/account").status_code == 401
    log_in(dashboard, "admin@example.co.ke", "another long password")


def test_a_person_moves_between_their_organisations(dashboard: DashboardServer) -> None:
    client = admin(dashboard)
    registry = dashboard.registry
    others = registry.create_tenant("Others").id
    registry.create_project("Theirs", others)
    registry.accept_invitation(registry.invite(others, "admin@example.co.ke", "viewer")[1], name="", password=PASSWORD)
    state = client.get("/api/auth/state").json()
    assert {each["name"]: each["role"] for each in state["organisations"]} == {"Revenue": "admin", "Others": "viewer"}
    moved = client.post("/api/auth/organisation", json={"tenant_id": others})
    assert (moved.status_code, moved.json()["user"]["role"]) == (200, "viewer")
    assert [each["name"] for each in client.get("/api/dashboard/projects").json()["projects"]] == ["Theirs"]
    assert refusal(client.get("/api/dashboard/members")) == (403, "forbidden")
    third = registry.create_tenant("Third").id
    assert refusal(client.post("/api/auth/organisation", json={"tenant_id": third})) == (404, "not_found")


def test_the_audit_trail_is_paged_filtered_and_says_from_where(dashboard: DashboardServer) -> None:
    client = admin(dashboard)
    for number in range(3):
        client.post("/api/dashboard/invitations", json={"email": f"a{number}@example.org", "role": "viewer"})
    page = client.get("/api/dashboard/audit", params={"limit": 2, "action": "invitation"}).json()
    assert [each["details"]["email"] for each in page["entries"]] == ["a2@example.org", "a1@example.org"]
    assert page["entries"][0]["actor_name"] == "admin@example.co.ke"
    assert page["entries"][0]["address"] == "127.0.0.1"
    assert "token" not in str(page)
    rest = client.get(
        "/api/dashboard/audit", params={"limit": 2, "action": "invitation", "cursor": page["next_cursor"]}
    ).json()
    assert [each["details"]["email"] for each in rest["entries"]] == ["a0@example.org"]
    assert rest["next_cursor"] is None
    for wrong in ({"limit": 0}, {"limit": 501}, {"cursor": "x"}, {"cursor": "9" * 30}, {"action": "\x00"}, {"x": 1}):
        assert client.get("/api/dashboard/audit", params=wrong).status_code == 400, wrong


def test_an_account_and_an_address_may_ask_so_often_and_no_more(
    start_dashboard: StartDashboard, clock: MovedClock
) -> None:
    server = start_dashboard(settings=DashboardApiSettings(rate_limit_requests=5, sign_in_requests=3), clock=clock)
    key, other = server.with_key("read"), server.with_key("read")
    answers = [key.get("/api/dashboard/projects").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    limited = key.get("/api/dashboard/projects")
    assert refusal(limited) == (429, "rate_limited")
    assert 1 <= int(limited.headers["retry-after"]) <= 61
    assert other.get("/api/dashboard/projects").status_code == 200
    stranger = server.client()
    for number in range(4):
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        status = stranger.post("/api/auth/invitation", json={"token": "guess"}, headers=forged).status_code
        assert status == (403 if number < 3 else 429), "without a trusted proxy the header changes nothing"
    assert stranger.get("/api/auth/state").status_code == 200
    clock.advance(121_000)
    assert key.get("/api/dashboard/projects").status_code == 200


def test_every_answer_carries_the_headers_that_guard_a_browser(dashboard: DashboardServer) -> None:
    client = dashboard.client()
    for path in ("/", "/api/auth/state", "/api/dashboard/projects", "/api/nothing", "/auth/open", "/nothing"):
        headers = client.get(path, headers={"X-Forwarded-Proto": "https"}).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy or "unsafe" not in policy.split("script-src")[1].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in client.get("/api/auth/state").headers


def test_no_secret_is_ever_logged(
    mailing: DashboardServer, mail_box: MailBox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client = admin(mailing)
        made = client.post("/api/dashboard/invitations", json={"email": "a@example.org", "role": "viewer"}).json()
        client.post("/api/dashboard/invitations", json={"email": REFUSED, "role": "viewer"})
        key = client.post(
            "/api/dashboard/api-keys", json={"project_id": mailing.project_id, "name": "n", "scopes": ["read"]}
        ).json()["key"]
        begun = client.post("/api/account/second-factor", json={"password": PASSWORD}).json()
        mailing.client().post("/api/auth/login", json={"email": "admin@example.co.ke", "password": "my wrong password"})
        mailing.client().get("/auth/open", params={"token": "a-guessed-token"})
        mailing.client().get("/api/dashboard/projects", headers={"Authorization": "Bearer hk_guessed-key"})
        mailing.client().post("/api/auth/reset", json={"token": "a-guessed-token", "password": "some new password"})
    secrets = [PASSWORD, "my wrong password", "some new password", "a-guessed-token", "hk_guessed-key", key]
    secrets += [made["path"].partition("=")[2], begun["secret"], client.cookies["hatua_session"]]
    secrets += [client.headers["X-Hatua-Csrf"], mail_box.settings.password]
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore"))]  # the tests' own client
    said = "".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in ours)
    assert "could not be mailed" in said
    assert [each for each in secrets if each in said] == []
