"""Members, invitations, resets, second factors, single sign-on and sessions, on SQLite and on PostgreSQL."""

import threading

import pytest

from hatua.registry.errors import (
    AlreadyExists,
    BelongsElsewhere,
    InvalidField,
    InvalidLink,
    LastAdmin,
    NotInvited,
    SecondFactorNeeded,
    SecondFactorOn,
    SignInDelayed,
    UnknownRecord,
    WrongCode,
    WrongCredentials,
)
from hatua.registry.failures import FREE_FAILURES
from hatua.registry.invitations import INVITATION_MS
from hatua.registry.model import Actor
from hatua.registry.resets import MAX_MAILS_PER_HOUR, RESET_BY_ADMIN_MS, RESET_BY_MAIL_MS
from hatua.registry.store import Registry
from hatua.registry.totp import code_at
from tests.fixtures.registry import MovedClock

PASSWORD = "correct horse battery"
BY = Actor("user", "usr_admin", "203.0.113.7")


@pytest.fixture
def tenant(registry: Registry) -> str:
    """An organisation with one admin, admin@example.org, who has a password."""
    made = registry.create_tenant("Revenue").id
    registry.create_user(made, "admin@example.org", "Admin", PASSWORD, "admin")
    return made


def id_of(registry: Registry, email: str) -> str:
    user = registry.user_by_email(email)
    assert user is not None
    return user.id


def switch_on(registry: Registry, clock: MovedClock, user_id: str) -> tuple[str, list[str]]:
    secret = registry.begin_second_factor(user_id)
    return secret, registry.confirm_second_factor(user_id, code_at(secret, clock.now // 30_000), by=BY)


def test_an_invitation_makes_an_account_once(registry: Registry, tenant: str) -> None:
    invitation, token = registry.invite(tenant, " Otieno@Example.org", "analyst", by=BY)
    seen = registry.invitation(token)
    assert (seen.email, seen.tenant_name, seen.role, seen.known) == ("otieno@example.org", "Revenue", "analyst", False)
    with pytest.raises(InvalidField):
        registry.accept_invitation(token, name="Otieno", password="short")
    assert registry.invitations(tenant) == [invitation], "a form filled in wrongly spends nothing"
    session = registry.accept_invitation(
        token, name="Otieno", password=PASSWORD, address="203.0.113.9", agent="Firefox"
    )
    assert (session.member.email, session.member.role, session.member.tenant_id) == (seen.email, "analyst", tenant)
    assert registry.invitations(tenant) == []
    with pytest.raises(InvalidLink):
        registry.accept_invitation(token, name="Other", password=PASSWORD)
    assert registry.sign_in(seen.email, PASSWORD).member == session.member


def test_an_invitation_ends_by_time_by_hand_and_by_a_newer_one(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    _, old = registry.invite(tenant, "a@example.org", "viewer")
    invitation, new = registry.invite(tenant, "a@example.org", "admin")
    with pytest.raises(InvalidLink):
        registry.invitation(old)
    assert registry.invitation(new).role == "admin"
    with pytest.raises(UnknownRecord):
        registry.withdraw_invitation(registry.create_tenant("Others").id, invitation.id)
    registry.withdraw_invitation(tenant, invitation.id)
    with pytest.raises(InvalidLink):
        registry.invitation(new)
    _, late = registry.invite(tenant, "a@example.org", "viewer")
    clock.advance(INVITATION_MS)
    for token in (late, "", "guess", "x\x00"):
        with pytest.raises(InvalidLink):
            registry.invitation(token)
    assert registry.invitations(tenant) == []


def test_members_are_not_invited_again_and_nonsense_is_refused(registry: Registry, tenant: str) -> None:
    with pytest.raises(AlreadyExists):
        registry.invite(tenant, "ADMIN@example.org", "viewer")
    with pytest.raises(InvalidField):
        registry.invite(tenant, "nobody", "viewer")
    with pytest.raises(InvalidField):
        registry.invite(tenant, "a@example.org", "owner")  # type: ignore[arg-type]
    with pytest.raises(UnknownRecord):
        registry.invite("ten_nobody", "a@example.org", "viewer")


def test_somebody_with_an_account_joins_a_second_organisation_with_their_own_password(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    clock.advance(1)
    others = registry.create_tenant("Others").id
    _, token = registry.invite(others, "admin@example.org", "viewer")
    assert registry.invitation(token).known
    with pytest.raises(WrongCredentials):
        registry.accept_invitation(token, name="Mallory", password="not their password")
    session = registry.accept_invitation(token, name="", password=PASSWORD)
    assert (session.member.tenant_id, session.member.role, session.member.name) == (others, "viewer", "Admin")
    user = session.member.user_id
    assert [(each.name, each.role) for each in registry.organisations(user)] == [
        ("Revenue", "admin"),
        ("Others", "viewer"),
    ]
    access = registry.session(session.token)
    assert access is not None
    assert registry.choose_organisation(user, access.id, tenant).role == "admin"
    moved = registry.session(session.token)
    assert moved is not None
    assert (moved.member.tenant_id, moved.member.role) == (tenant, "admin")
    with pytest.raises(UnknownRecord):
        registry.choose_organisation(user, access.id, registry.create_tenant("Third").id)


def test_of_two_who_accept_at_once_one_wins(registry: Registry, tenant: str) -> None:
    _, token = registry.invite(tenant, "a@example.org", "viewer")
    outcomes: list[str] = []
    together = threading.Barrier(3)

    def race() -> None:
        together.wait()
        try:
            registry.accept_invitation(token, name="A", password=PASSWORD)
            outcomes.append("won")
        except (InvalidLink, AlreadyExists, WrongCredentials):
            outcomes.append("lost")

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "lost", "won"]
    assert len(registry.members(tenant)) == 2


def test_an_organisation_keeps_an_admin(registry: Registry, tenant: str) -> None:
    first = id_of(registry, "admin@example.org")
    with pytest.raises(LastAdmin):
        registry.set_role(tenant, first, "viewer")
    with pytest.raises(LastAdmin):
        registry.remove_member(tenant, first)
    second = registry.create_user(tenant, "b@example.org", "B", None, "admin").id
    registry.disable_user(second)
    with pytest.raises(LastAdmin):
        registry.remove_member(tenant, first)
    third = registry.create_user(tenant, "c@example.org", "C", None, "admin").id
    registry.set_role(tenant, first, "viewer")
    with pytest.raises(LastAdmin):
        registry.remove_member(tenant, third)


def test_two_admins_who_demote_one_another_leave_one(registry: Registry, tenant: str) -> None:
    pair = [id_of(registry, "admin@example.org"), registry.create_user(tenant, "b@example.org", "B", None, "admin").id]
    together = threading.Barrier(2)
    refused: list[str] = []

    def demote(user: str) -> None:
        together.wait()
        try:
            registry.set_role(tenant, user, "viewer")
        except LastAdmin:
            refused.append(user)

    threads = [threading.Thread(target=demote, args=(user,)) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(member.role for member in registry.members(tenant)) == ["admin", "viewer"]


def test_who_is_removed_is_signed_out_here_and_stays_elsewhere(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    others = registry.create_tenant("Others").id
    guest = registry.create_user(others, "guest@example.org", "Guest", PASSWORD, "admin").id
    clock.advance(1)
    _, token = registry.invite(tenant, "guest@example.org", "viewer")
    here = registry.accept_invitation(token, name="", password=PASSWORD)
    there = registry.sign_in("guest@example.org", PASSWORD)
    assert there.member.tenant_id == others
    registry.remove_member(tenant, guest, by=BY)
    assert registry.session(here.token) is None
    assert registry.session(there.token) is not None
    with pytest.raises(UnknownRecord):
        registry.remove_member(tenant, guest)


def test_an_admin_resets_accounts_of_members_who_belong_nowhere_else(registry: Registry, tenant: str) -> None:
    others = registry.create_tenant("Others").id
    mine = registry.create_user(tenant, "b@example.org", "B", None, "viewer").id
    guest = registry.create_user(others, "guest@example.org", "Guest", PASSWORD, "admin").id
    registry.accept_invitation(registry.invite(tenant, "guest@example.org", "viewer")[1], name="", password=PASSWORD)
    assert registry.check_only_ours(tenant, mine).email == "b@example.org"
    with pytest.raises(BelongsElsewhere):
        registry.check_only_ours(tenant, guest)
    with pytest.raises(UnknownRecord):
        registry.check_only_ours(others, mine)


def test_a_reset_link_sets_a_password_once_ends_sessions_and_forgives(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    user = id_of(registry, "admin@example.org")
    session = registry.sign_in("admin@example.org", PASSWORD)
    for _ in range(FREE_FAILURES["email"]):
        with pytest.raises(WrongCredentials):
            registry.sign_in("admin@example.org", "x" * 300)
    first, second = (registry.create_password_reset(user, by=BY) for _ in range(2))
    with pytest.raises(InvalidField):
        registry.reset_password(first, "short")
    registry.reset_password(first, "another long password", "203.0.113.9")
    assert registry.session(session.token) is None
    for spent in (first, second, "guess", "x\x00", ""):
        with pytest.raises(InvalidLink):
            registry.reset_password(spent, "a third long password")
    registry.sign_in("admin@example.org", "another long password")
    late = registry.create_password_reset(user)
    clock.advance(RESET_BY_ADMIN_MS)
    with pytest.raises(InvalidLink):
        registry.reset_password(late, "a third long password")


def test_resets_by_mail_are_few_an_hour_and_for_known_addresses_only(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    assert registry.password_reset_for_mail("nobody@example.org") is None
    assert registry.password_reset_for_mail("a\x00@b.co") is None
    tokens = [registry.password_reset_for_mail(" Admin@example.org ") for _ in range(MAX_MAILS_PER_HOUR)]
    assert None not in tokens
    assert registry.password_reset_for_mail("admin@example.org") is None
    clock.advance(RESET_BY_MAIL_MS)
    assert registry.password_reset_for_mail("admin@example.org") is not None
    registry.disable_user(id_of(registry, "admin@example.org"))
    clock.advance(RESET_BY_MAIL_MS)
    assert registry.password_reset_for_mail("admin@example.org") is None


def test_the_second_factor_is_asked_for_and_no_code_works_twice(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    user = id_of(registry, "admin@example.org")
    secret, _ = switch_on(registry, clock, user)
    with pytest.raises(SecondFactorNeeded):
        registry.sign_in("admin@example.org", PASSWORD)
    with pytest.raises(WrongCode):
        registry.sign_in("admin@example.org", PASSWORD, code=code_at(secret, clock.now // 30_000))
    clock.advance(30_000)
    code = code_at(secret, clock.now // 30_000)
    with pytest.raises(WrongCredentials):
        registry.sign_in("admin@example.org", "wrong password", code=code)
    registry.sign_in("admin@example.org", PASSWORD, code=code)
    with pytest.raises(WrongCode):
        registry.sign_in("admin@example.org", PASSWORD, code=code)
    with pytest.raises(SecondFactorOn):
        registry.begin_second_factor(user)
    registry.remove_second_factor(user, by=BY)
    registry.sign_in("admin@example.org", PASSWORD)


def test_a_recovery_code_stands_in_once_and_new_ones_replace_the_old(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    user = id_of(registry, "admin@example.org")
    _, codes = switch_on(registry, clock, user)
    registry.sign_in("admin@example.org", PASSWORD, code=codes[0].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        registry.sign_in("admin@example.org", PASSWORD, code=codes[0])
    assert registry.account(user).recovery_codes_left == 9
    fresh = registry.renew_recovery_codes(user, by=BY)
    with pytest.raises(WrongCode):
        registry.sign_in("admin@example.org", PASSWORD, code=codes[1])
    registry.sign_in("admin@example.org", PASSWORD, code=fresh[0])
    with registry.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM recovery_codes").all())
    assert not any(code in stored for code in fresh)


def test_guessing_codes_earns_the_delay_of_guessing_passwords(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    secret, _ = switch_on(registry, clock, id_of(registry, "admin@example.org"))
    for _ in range(FREE_FAILURES["email"]):
        with pytest.raises(SecondFactorNeeded):
            registry.sign_in("admin@example.org", PASSWORD)
        with pytest.raises(WrongCode):
            registry.sign_in("admin@example.org", PASSWORD, code="000000")
    clock.advance(1_000)
    with pytest.raises(SignInDelayed):
        registry.sign_in("admin@example.org", PASSWORD, code=code_at(secret, clock.now // 30_000 + 1))


def test_a_second_factor_that_was_begun_only_does_not_count(registry: Registry, tenant: str, clock: MovedClock) -> None:
    user = id_of(registry, "admin@example.org")
    with pytest.raises(SecondFactorOn, match="begin"):
        registry.confirm_second_factor(user, "000000", by=BY)
    registry.begin_second_factor(user)
    with pytest.raises(WrongCode):
        registry.confirm_second_factor(user, "000000", by=BY)
    registry.sign_in("admin@example.org", PASSWORD)
    with pytest.raises(SecondFactorOn):
        registry.renew_recovery_codes(user, by=BY)


def test_a_reset_of_the_password_leaves_the_second_factor_standing(
    registry: Registry, tenant: str, clock: MovedClock
) -> None:
    user = id_of(registry, "admin@example.org")
    switch_on(registry, clock, user)
    registry.reset_password(registry.create_password_reset(user), "another long password")
    with pytest.raises(SecondFactorNeeded):
        registry.sign_in("admin@example.org", "another long password")


def test_sessions_are_listed_and_ended_one_by_one_or_all(registry: Registry, tenant: str, clock: MovedClock) -> None:
    user = id_of(registry, "admin@example.org")
    first = registry.sign_in("admin@example.org", PASSWORD, "203.0.113.9", agent="Fire\x00fox" + "x" * 300)
    clock.advance(1)
    second = registry.sign_in("admin@example.org", PASSWORD)
    newest, oldest = registry.sessions(user)
    assert (oldest.address, oldest.how, oldest.agent[:7], len(oldest.agent)) == (
        "203.0.113.9",
        "password",
        "Firefox",
        200,
    )
    stranger = registry.create_user(tenant, "b@example.org", "B", None, "viewer").id
    with pytest.raises(UnknownRecord):
        registry.end_session(stranger, newest.id, by=BY)
    registry.end_session(user, oldest.id, by=BY)
    assert registry.session(first.token) is None
    assert registry.session(second.token) is not None
    assert registry.sign_out_everywhere(user, by=BY) == 1
    assert registry.sessions(user) == []


def test_changing_the_password_keeps_this_session_and_ends_the_others(registry: Registry, tenant: str) -> None:
    user = id_of(registry, "admin@example.org")
    mine, other = (registry.sign_in("admin@example.org", PASSWORD) for _ in range(2))
    link = registry.create_password_reset(user)
    access = registry.session(mine.token)
    assert access is not None
    registry.change_password(user, "another long password", keep_session=access.id, by=BY)
    assert registry.session(mine.token) is not None
    assert registry.session(other.token) is None
    with pytest.raises(InvalidLink):
        registry.reset_password(link, "a third long password")


def test_single_sign_on_is_for_people_who_are_known_or_invited(registry: Registry, tenant: str) -> None:
    issuer = "https://login.example.org"
    with pytest.raises(NotInvited):
        registry.sign_on(issuer, "s-1", email="new@example.org", name="New")
    registry.invite(tenant, "new@example.org", "analyst")
    session = registry.sign_on(issuer, "s-1", email="New@example.org", name="New\x00 Person", address="203.0.113.9")
    assert (session.member.role, session.member.name) == ("analyst", "New Person")
    assert registry.invitations(tenant) == []
    moved = registry.sign_on(issuer, "s-1", email="renamed@example.org", name="")
    assert moved.member.user_id == session.member.user_id, "the subject names the person, not the address"
    known = registry.sign_on(issuer, "s-2", email="admin@example.org", name="")
    assert known.member.role == "admin"
    with pytest.raises(NotInvited, match="another person"):
        registry.sign_on(issuer, "s-3", email="admin@example.org", name="")
    registry.disable_user(session.member.user_id)
    with pytest.raises(NotInvited, match="disabled"):
        registry.sign_on(issuer, "s-1", email="new@example.org", name="")
    with pytest.raises(WrongCredentials):
        registry.sign_in("new@example.org", "")


def test_a_mail_domain_may_be_welcome_in_one_organisation(registry: Registry, tenant: str) -> None:
    welcome = {"example.org": (tenant, "viewer"), "gone.example": ("ten_nobody", "viewer")}
    session = registry.sign_on("i", "1", email="a@example.org", name="A", welcome=welcome)  # type: ignore[arg-type]
    assert (session.member.tenant_id, session.member.role) == (tenant, "viewer")
    for email in ("a@gone.example", "a@sub.example.org", "a@example.org.evil.example"):
        with pytest.raises(NotInvited):
            registry.sign_on("i", "2", email=email, name="A", welcome=welcome)  # type: ignore[arg-type]
    registry.create_user(tenant, "b@example.org", "B", None, "admin")
    registry.remove_member(tenant, session.member.user_id)
    back = registry.sign_on("i", "1", email="a@example.org", name="A", welcome=welcome)  # type: ignore[arg-type]
    assert back.member.role == "viewer"


def test_the_trail_says_who_did_what_from_where_in_every_organisation_of_the_person(
    registry: Registry, tenant: str
) -> None:
    user = id_of(registry, "admin@example.org")
    others = registry.create_tenant("Others").id
    registry.accept_invitation(registry.invite(others, "admin@example.org", "viewer")[1], name="", password=PASSWORD)
    me = Actor("user", user, "203.0.113.7")
    registry.rename_user(user, "Amina", by=me)
    registry.set_role(tenant, registry.create_user(tenant, "b@example.org", "B", None, "viewer").id, "analyst", by=me)
    for each in (tenant, others):
        (line,) = registry.audit(each, action="user.renamed")
        assert (line.actor_name, line.address, line.details) == ("admin@example.org", "203.0.113.7", {"name": "Amina"})
    changed = registry.audit(tenant, action="member")[0]
    assert (changed.details, changed.subject_name) == ({"from": "viewer", "to": "analyst"}, "b@example.org")
    assert registry.audit(others, action="mem") == []
    everything = registry.audit(tenant)
    assert registry.audit(tenant, 2, everything[0].id) == everything[1:3]
    assert PASSWORD not in str(everything)


def test_a_write_key_is_rotated_with_an_overlap(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("App")
    old = registry.create_write_key(project.id, "site")
    new = registry.rotate_write_key(project.id, old.id, overlap_ms=1_000, by=BY)
    assert new.name == "site"
    assert registry.write_key(old.key) == registry.write_key(new.key) == registry.project(project.id)
    with pytest.raises(UnknownRecord):
        registry.rotate_write_key(project.id, old.id)
    clock.advance(1_000)
    assert registry.write_key(old.key) is None
    assert registry.write_key(new.key) is not None
    with pytest.raises(InvalidField):
        registry.rotate_write_key(project.id, new.id, overlap_ms=-1)
    last = registry.rotate_write_key(project.id, new.id)
    registry.revoke_write_key(project.id, new.id)
    assert registry.write_key(new.key) is None, "what still overlaps can be revoked at once"
    assert registry.write_key(last.key) is not None
