"""Set-up, passwords, links and sessions, on SQLite and on PostgreSQL."""

import threading

import pytest

from hatua.registry.errors import (
    AlreadyExists,
    InvalidField,
    InvalidSetupToken,
    SetupAlreadyDone,
    SignInDelayed,
    UnknownRecord,
    WrongCredentials,
)
from hatua.registry.failures import FORGET_AFTER_MS, FREE_FAILURES, MAX_DELAY_S
from hatua.registry.model import Installation
from hatua.registry.sessions import SESSION_MS, SIGN_IN_LINK_MS
from hatua.registry.setup import SETUP_TOKEN_MS
from hatua.registry.store import Registry
from tests.fixtures.registry import MovedClock

PASSWORD = "correct horse battery"


def set_up(registry: Registry, token: str | None = None, **other: str) -> Installation:
    if token is None:
        token = registry.issue_setup_token()
    assert token is not None
    return registry.set_up(
        token,
        **{
            "email": "wanjiku@example.co.ke",
            "name": "Wanjiku",
            "password": PASSWORD,
            "organisation": "Revenue",
            "project_name": "Tax App",
            "timezone": "Africa/Nairobi",
            **other,
        },
    )


def test_set_up_makes_an_admin_signed_in_and_a_project_that_can_receive(registry: Registry) -> None:
    assert not registry.has_users()
    made = set_up(registry)
    assert registry.has_users()
    assert made.session.member.role == "admin"
    assert made.session.member.tenant_name == "Revenue"
    access = registry.session(made.session.token)
    assert access is not None
    assert access.member == made.session.member
    assert access.csrf == made.session.csrf
    assert made.project.timezone == "Africa/Nairobi"
    assert registry.write_key(made.project.write_keys[0].key) == registry.project(made.project.id)


def test_set_up_runs_once(registry: Registry) -> None:
    spare = registry.issue_setup_token()
    set_up(registry)
    with pytest.raises(SetupAlreadyDone):
        set_up(registry, spare, email="mallory@example.com")
    assert registry.issue_setup_token() is None


def test_set_up_needs_a_live_token(registry: Registry, clock: MovedClock) -> None:
    token = registry.issue_setup_token()
    for wrong in ("", "guess", "x\x00", "\ud800"):
        with pytest.raises(InvalidSetupToken):
            set_up(registry, wrong)
    clock.advance(SETUP_TOKEN_MS)
    with pytest.raises(InvalidSetupToken):
        set_up(registry, token)
    set_up(registry)


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"email": "nobody"}, {"organisation": " "}, {"project_name": ""}, {"timezone": "X"}],
)
def test_a_set_up_that_fails_leaves_nothing_behind(registry: Registry, wrong: dict[str, str]) -> None:
    token = registry.issue_setup_token()
    with pytest.raises(InvalidField):
        set_up(registry, token, **wrong)
    assert not registry.has_users()
    assert registry.tenants() == []
    set_up(registry, token)


def test_set_up_takes_over_what_the_command_line_made_before(registry: Registry) -> None:
    before = registry.create_project("Tax App")
    key = registry.create_write_key(before.id)
    made = set_up(registry)
    assert made.project.id == before.id
    assert made.project.write_keys == (key,)
    assert [tenant.name for tenant in registry.tenants()] == ["Revenue"]


def test_of_two_set_ups_at_once_one_wins(registry: Registry) -> None:
    tokens = [registry.issue_setup_token() for _ in range(4)]
    outcomes: list[str] = []
    together = threading.Barrier(len(tokens))

    def race(index: int, token: str | None) -> None:
        together.wait()
        try:
            set_up(registry, token, email=f"user{index}@example.com")
            outcomes.append("won")
        except (SetupAlreadyDone, InvalidSetupToken):
            outcomes.append("lost")

    threads = [threading.Thread(target=race, args=item) for item in enumerate(tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "lost", "lost", "won"]
    assert len(registry.tenants()) == len(registry.projects()) == 1


def test_a_password_signs_in_whatever_the_case_of_the_email(registry: Registry) -> None:
    made = set_up(registry)
    session = registry.sign_in("  WANJIKU@example.co.ke", PASSWORD)
    assert session.member == made.session.member
    assert session.token != made.session.token
    assert registry.session(session.token) is not None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("wanjiku@example.co.ke", "wrong password"),
        ("nobody@example.co.ke", PASSWORD),
        ("not an e-mail", PASSWORD),
        ("a@b.c\ud800", PASSWORD),
        ("wanjiku@example.co.ke", "\ud800" * 20),
        ("wanjiku@example.co.ke", "x" * 10_000),
    ],
)
def test_wrong_credentials_do_not_say_which_was_wrong(registry: Registry, email: str, password: str) -> None:
    set_up(registry)
    with pytest.raises(WrongCredentials, match=r"^e-mail or password is wrong$"):
        registry.sign_in(email, password)


def test_a_session_ends_by_signing_out_by_time_and_when_access_is_lost(registry: Registry, clock: MovedClock) -> None:
    made = set_up(registry)
    user = made.session.member.user_id
    first = registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    registry.sign_out(first.token)
    registry.sign_out(first.token)
    assert registry.session(first.token) is None
    clock.advance(SESSION_MS - 1)
    assert registry.session(made.session.token) is not None
    clock.advance(1)
    assert registry.session(made.session.token) is None
    second = registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    registry.set_password(user, "another long password")
    assert registry.session(second.token) is None
    third = registry.sign_in("wanjiku@example.co.ke", "another long password")
    registry.disable_user(user)
    assert registry.session(third.token) is None
    with pytest.raises(WrongCredentials):
        registry.sign_in("wanjiku@example.co.ke", "another long password")


def test_a_session_token_is_stored_hashed(registry: Registry) -> None:
    made = set_up(registry)
    with registry.reading() as connection:
        stored = connection.exec_driver_sql("SELECT * FROM login_sessions").mappings().all()
    assert len(stored) == 1
    assert made.session.token not in str(stored)


def test_failures_earn_a_growing_delay_and_success_forgives(registry: Registry, clock: MovedClock) -> None:
    set_up(registry)

    def fail(times: int) -> None:
        for _ in range(times):
            with pytest.raises(WrongCredentials):
                registry.sign_in("wanjiku@example.co.ke", "x" * 300)

    fail(FREE_FAILURES["email"])
    with pytest.raises(SignInDelayed, match="try again in 2 s") as delayed:
        registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    assert delayed.value.retry_after_s == 2
    clock.advance(1_999)
    with pytest.raises(SignInDelayed, match="try again in 1 s"):
        registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    clock.advance(1)
    fail(1)
    clock.advance(3_999)
    with pytest.raises(SignInDelayed):
        registry.sign_in("Wanjiku@example.co.ke", PASSWORD)
    clock.advance(1)
    registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    fail(FREE_FAILURES["email"] - 1)
    registry.sign_in("wanjiku@example.co.ke", PASSWORD)


def test_the_delay_has_a_cap_and_is_forgotten_after_an_hour(registry: Registry, clock: MovedClock) -> None:
    set_up(registry)
    for _ in range(FREE_FAILURES["email"] + 12):
        clock.advance(MAX_DELAY_S * 1000)
        with pytest.raises(WrongCredentials):
            registry.sign_in("wanjiku@example.co.ke", "x" * 300)
    with pytest.raises(SignInDelayed, match=f"try again in {MAX_DELAY_S} s"):
        registry.sign_in("wanjiku@example.co.ke", PASSWORD)
    clock.advance(FORGET_AFTER_MS)
    with pytest.raises(WrongCredentials):
        registry.sign_in("wanjiku@example.co.ke", "x" * 300)
    registry.sign_in("wanjiku@example.co.ke", PASSWORD)


def test_one_address_guessing_many_emails_is_delayed_and_others_are_not(registry: Registry) -> None:
    set_up(registry)
    for guess in range(FREE_FAILURES["address"]):
        with pytest.raises(WrongCredentials):
            registry.sign_in(f"user{guess}@example.com", "x" * 300, "203.0.113.9")
    with pytest.raises(SignInDelayed):
        registry.sign_in("wanjiku@example.co.ke", PASSWORD, "203.0.113.9")
    registry.sign_in("wanjiku@example.co.ke", PASSWORD, "203.0.113.10")


def test_a_sign_in_link_works_once_and_not_for_long(registry: Registry, clock: MovedClock) -> None:
    made = set_up(registry)
    user = made.session.member.user_id
    link = registry.create_sign_in_link(user)
    session = registry.open_sign_in_link(link)
    assert session is not None
    assert session.member == made.session.member
    assert registry.open_sign_in_link(link) is None
    late = registry.create_sign_in_link(user)
    clock.advance(SIGN_IN_LINK_MS)
    assert registry.open_sign_in_link(late) is None
    with pytest.raises(UnknownRecord):
        registry.create_sign_in_link("usr_nobody")


def test_users_have_one_email_and_one_role_each(registry: Registry) -> None:
    made = set_up(registry)
    tenant = made.session.member.tenant_id
    analyst = registry.create_user(tenant, "Otieno@example.co.ke", "Otieno", PASSWORD, "analyst")
    with pytest.raises(AlreadyExists):
        registry.create_user(tenant, "otieno@EXAMPLE.co.ke", "Other", PASSWORD, "viewer")
    with pytest.raises(InvalidField, match="role is 'owner'"):
        registry.create_user(tenant, "a@example.com", "A", PASSWORD, "owner")  # type: ignore[arg-type]
    with pytest.raises(UnknownRecord):
        registry.create_user("ten_nobody", "a@example.com", "A", PASSWORD, "viewer")
    assert [(member.email, member.role) for member in registry.members(tenant)] == [
        ("otieno@example.co.ke", "analyst"),
        ("wanjiku@example.co.ke", "admin"),
    ]
    assert registry.user_by_email("OTIENO@example.co.ke") == analyst
    assert registry.user_by_email("nobody") is None
    session = registry.sign_in("otieno@example.co.ke", PASSWORD)
    registry.set_role(tenant, analyst.id, "viewer")
    access = registry.session(session.token)
    assert access is not None
    assert access.member.role == "viewer"


def test_a_user_without_a_password_signs_in_by_link_only(registry: Registry) -> None:
    tenant = registry.create_tenant("Demo")
    user = registry.create_user(tenant.id, "demo@example.com", "Demo", None, "admin")
    with pytest.raises(WrongCredentials):
        registry.sign_in("demo@example.com", "")
    assert registry.open_sign_in_link(registry.create_sign_in_link(user.id)) is not None
