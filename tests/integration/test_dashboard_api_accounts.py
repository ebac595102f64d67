"""Invitations, resets, second factors and sessions through the front door, with real mails; and that no secret of
theirs is written down anywhere."""

import json
import logging
import re
import time
from collections.abc import Iterator

import httpx
import pytest

from hatua.dashboard_api.doors import Doors
from hatua.mail.smtp import SmtpMailer
from hatua.registry.totp import STEP_S, code_at
from tests.fixtures.dashboard import PASSWORD, DashboardServer, StartDashboard
from tests.fixtures.smtp import REFUSED, MailBox

NEW_PASSWORD = "another long password"
ADMIN = "admin@example.co.ke"
PUBLIC_URL = "https://hatua.example.org"


@pytest.fixture
def server(start_dashboard: StartDashboard, mail_box: MailBox, caplog: pytest.LogCaptureFixture) -> DashboardServer:
    """One that sends e-mail; everything that is logged can be read by the test."""
    caplog.set_level(logging.DEBUG)
    started = start_dashboard(doors=Doors(public_url=PUBLIC_URL, mailer=SmtpMailer(mail_box.settings)))
    started.set_up()
    return started


def sign_in(client: httpx.Client, email: str, password: str, code: str = "") -> httpx.Response:
    """Leaves the client signed in, with its CSRF header, when it may be."""
    answer = client.post("/api/auth/login", json={"email": email, "password": password, "code": code})
    if answer.is_success:
        client.headers["X-Hatua-Csrf"] = answer.json()["csrf"]
    return answer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def token_in(mail_box: MailBox, count: int, path: str) -> str:
    """The token of the link in the latest of so many mails."""
    text = mail_box.wait(count)[-1].get_content()
    found = re.search(rf"(\S+)/{path}/#token=([\w-]+)", text)
    assert found, text
    assert found[1] == PUBLIC_URL, "whatever Host a request named"
    return found[2]


def test_an_invitation_by_mail_lets_its_bearer_in_once(
    server: DashboardServer, mail_box: MailBox, caplog: pytest.LogCaptureFixture
) -> None:
    admin = server.signed_in("admin")
    admin.headers["Host"] = "evil.example"
    invited = admin.post("/api/dashboard/invitations", json={"email": "Otieno@example.org", "role": "analyst"})
    assert (invited.status_code, invited.json()["mailed"]) == (201, True)
    token = token_in(mail_box, 1, "invitation")
    assert mail_box.messages[0]["to"] == "otieno@example.org"
    assert invited.json()["path"] == f"/invitation/#token={token}"

    otieno = server.client()
    seen = otieno.post("/api/auth/invitation", json={"token": token}).json()
    assert (seen["email"], seen["organisation"], seen["role"], seen["known"]) == (
        "otieno@example.org",
        "Revenue",
        "analyst",
        False,
    )
    body = {"token": token, "name": "Otieno", "password": NEW_PASSWORD}
    joined = otieno.post("/api/auth/invitation/accept", json=body)
    assert (joined.status_code, joined.json()["user"]["role"]) == (201, "analyst")
    assert otieno.get("/api/dashboard/projects").status_code == 200
    for client in (server.client(), otieno):
        assert code_of(client.post("/api/auth/invitation", json={"token": token})) == (403, "invalid_link")
        assert code_of(client.post("/api/auth/invitation/accept", json=body)) == (403, "invalid_link")
    assert sign_in(server.client(), "otieno@example.org", NEW_PASSWORD).status_code == 200
    assert_nowhere(server, caplog, token, NEW_PASSWORD)


def test_an_invitation_that_was_withdrawn_or_replaced_opens_nothing(server: DashboardServer, mail_box: MailBox) -> None:
    admin = server.signed_in("admin")
    body = {"email": "otieno@example.org", "role": "viewer"}
    first = admin.post("/api/dashboard/invitations", json=body).json()["path"].split("token=")[1]
    second = admin.post("/api/dashboard/invitations", json={**body, "role": "analyst"}).json()
    third = second["path"].split("token=")[1]
    stranger = server.client()
    assert code_of(stranger.post("/api/auth/invitation", json={"token": first})) == (403, "invalid_link")
    assert stranger.post("/api/auth/invitation", json={"token": third}).json()["role"] == "analyst"
    assert admin.delete(f"/api/dashboard/invitations/{second['invitation']['id']}").status_code == 204
    accept = {"token": third, "name": "X", "password": NEW_PASSWORD}
    assert code_of(stranger.post("/api/auth/invitation/accept", json=accept)) == (403, "invalid_link")


def test_a_mail_that_is_refused_is_said_and_the_link_can_still_be_handed_over(
    server: DashboardServer, caplog: pytest.LogCaptureFixture
) -> None:
    invited = server.signed_in("admin").post("/api/dashboard/invitations", json={"email": REFUSED, "role": "viewer"})
    assert (invited.status_code, invited.json()["mailed"]) == (201, False)
    token = invited.json()["path"].split("token=")[1]
    assert server.client().post("/api/auth/invitation", json={"token": token}).json()["email"] == REFUSED
    assert_nowhere(server, caplog, token)


def test_a_reset_by_mail_ends_every_session_and_works_once(
    server: DashboardServer, mail_box: MailBox, caplog: pytest.LogCaptureFixture
) -> None:
    browsers = [server.client() for _ in range(2)]
    assert [sign_in(one, ADMIN, PASSWORD).status_code for one in browsers] == [200, 200]
    stranger = server.client()
    unknown = stranger.post("/api/auth/reset-request", json={"email": "nobody@example.org"})
    known = stranger.post("/api/auth/reset-request", json={"email": ADMIN})
    assert (unknown.status_code, unknown.content) == (known.status_code, known.content) == (204, b"")
    token = token_in(mail_box, 1, "reset")
    assert [mail["to"] for mail in mail_box.messages] == [ADMIN]

    weak = stranger.post("/api/auth/reset", json={"token": token, "password": "short"})
    assert (weak.status_code, weak.json()["error"]["path"]) == (400, "body.password")
    assert stranger.post("/api/auth/reset", json={"token": token, "password": NEW_PASSWORD}).status_code == 204
    assert [one.get("/api/account").status_code for one in browsers] == [401, 401]
    again = stranger.post("/api/auth/reset", json={"token": token, "password": PASSWORD})
    assert code_of(again) == (403, "invalid_link")
    assert code_of(sign_in(stranger, ADMIN, PASSWORD)) == (401, "wrong_credentials")
    assert sign_in(stranger, ADMIN, NEW_PASSWORD).status_code == 200
    assert_nowhere(server, caplog, token, NEW_PASSWORD, PASSWORD)


def test_signing_out_everywhere_ends_every_browser_of_the_person_and_nobody_elses(server: DashboardServer) -> None:
    here, there, other = server.client(), server.client(), server.signed_in("analyst")
    for one in (here, there):
        assert sign_in(one, ADMIN, PASSWORD).status_code == 200
    listed = here.get("/api/account").json()["sessions"]
    assert [one["current"] for one in listed].count(True) == 1
    theirs = other.get("/api/account").json()["sessions"][0]["id"]
    assert here.delete(f"/api/account/sessions/{theirs}").status_code == 404
    assert here.post("/api/account/sign-out-everywhere").status_code == 204
    assert [one.get("/api/account").status_code for one in (here, there, other)] == [401, 401, 200]


def test_a_second_factor_is_asked_for_from_the_moment_it_is_on(
    server: DashboardServer, caplog: pytest.LogCaptureFixture
) -> None:
    client = server.client()
    sign_in(client, ADMIN, PASSWORD)
    wrong = client.post("/api/account/second-factor", json={"password": "not the password"})
    assert code_of(wrong) == (401, "wrong_credentials")
    seed = client.post("/api/account/second-factor", json={"password": PASSWORD}).json()["secret"]
    step = int(time.time()) // STEP_S
    codes = client.post("/api/account/second-factor/confirm", json={"code": code_at(seed, step)}).json()["codes"]
    assert len(codes) == 10

    other = server.client()
    assert code_of(sign_in(other, ADMIN, PASSWORD)) == (401, "second_factor_needed")
    assert code_of(sign_in(other, ADMIN, PASSWORD, code_at(seed, step))) == (401, "wrong_code"), "it was used before"
    assert sign_in(other, ADMIN, PASSWORD, codes[0]).status_code == 200
    assert code_of(sign_in(server.client(), ADMIN, PASSWORD, codes[0])) == (401, "wrong_code"), "so was this"
    assert code_of(other.post("/api/account/second-factor/remove", json={"password": PASSWORD})) == (
        401,
        "second_factor_needed",
    )
    removed = other.post("/api/account/second-factor/remove", json={"password": PASSWORD, "code": codes[1]})
    assert removed.status_code == 204
    assert sign_in(server.client(), ADMIN, PASSWORD).status_code == 200
    assert_nowhere(server, caplog, seed, *codes, PASSWORD)


def test_the_trail_is_for_admins_and_says_who_from_where(server: DashboardServer) -> None:
    admin = server.client()
    sign_in(admin, ADMIN, PASSWORD)
    admin.post("/api/dashboard/invitations", json={"email": "otieno@example.org", "role": "viewer"})
    page = admin.get("/api/dashboard/audit", params={"action": "invitation"}).json()["entries"]
    assert [(one["action"], one["actor_name"], one["address"]) for one in page] == [
        ("invitation.created", ADMIN, "127.0.0.1")
    ]
    for role in ("analyst", "viewer"):
        assert server.signed_in(role).get("/api/dashboard/audit").status_code == 403


def assert_nowhere(server: DashboardServer, caplog: pytest.LogCaptureFixture, *secrets: str) -> None:
    """No secret stands in a log line, in the audit trail, or in a column of the database."""
    for line in caplog.records:
        said = f"{line.getMessage()} {json.dumps(line.__dict__, default=str)}"
        assert not any(one in said for one in secrets), line.name
    for words in _stored(server):
        assert not any(one in words for one in secrets), words[:200]


def _stored(server: DashboardServer) -> Iterator[str]:
    with server.registry.reading() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        for table in tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').all():
                yield f"{table}: {list(row)}"
