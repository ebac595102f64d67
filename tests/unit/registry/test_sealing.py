"""Seeds of second factors: what is stored says nothing, and opens for its own user under its own secret only."""

import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret
from hatua.registry.errors import SealedOtherwise
from hatua.registry.model import Actor
from hatua.registry.sealing import SEALED_CHARS, Sealer
from hatua.registry.store import Registry
from hatua.registry.totp import STEP_S, code_at, new_secret
from tests.fixtures.registry import MovedClock

PASSWORD = "correct horse battery"


def sealer(secret: str = "ours") -> Sealer:
    return Sealer(lambda: Secret(secret))


def test_a_seed_comes_back_for_its_user_and_looks_different_every_time() -> None:
    seed = new_secret()
    once, again = sealer().seal(seed, "u1"), sealer().seal(seed, "u1")
    assert once != again
    assert len(once) == SEALED_CHARS
    assert seed not in once
    assert sealer().unseal(once, "u1") == sealer().unseal(again, "u1") == seed


def test_it_opens_for_nobody_else_under_no_other_secret_and_not_when_changed() -> None:
    sealed = sealer().seal(new_secret(), "u1")
    changed = ("B" if sealed[20] == "A" else "A").join((sealed[:20], sealed[21:]))
    for one, text, user in (
        (sealer(), sealed, "u2"),
        (sealer("another"), sealed, "u1"),
        (sealer(), changed, "u1"),
        (sealer(), new_secret(), "u1"),
        (sealer(), "", "u1"),
        (sealer(), "ü" * 64, "u1"),
    ):
        with pytest.raises(SealedOtherwise) as refused:
            one.unseal(text, user)
        assert text == "" or text not in str(refused.value)


def test_without_a_secret_it_refuses_and_is_not_asked_before_it_is_needed() -> None:
    with pytest.raises(InvalidSetting, match="without the installation's secret"):
        Sealer().seal(new_secret(), "u1")
    with pytest.raises(InvalidSetting, match="is empty"):
        sealer("").seal(new_secret(), "u1")


def test_the_database_holds_no_seed_and_codes_work_all_the_same(registry: Registry, clock: MovedClock) -> None:
    tenant = registry.create_tenant("Revenue").id
    user = registry.create_user(tenant, "a@example.com", "A", PASSWORD, "admin").id
    seed = registry.begin_second_factor(user)
    with registry.reading() as connection:
        [stored] = connection.exec_driver_sql("SELECT totp_secret FROM users WHERE totp_secret IS NOT NULL").scalars()
    assert (len(stored), seed in stored) == (SEALED_CHARS, False)
    registry.confirm_second_factor(user, code_at(seed, clock.now // 1000 // STEP_S), by=Actor("user", user))
    clock.advance(60_000)
    assert registry.prove("a@example.com", PASSWORD, code=code_at(seed, clock.now // 1000 // STEP_S)) == user


def test_under_another_secret_codes_are_refused_and_recovery_codes_still_work(
    registry: Registry, registry_url: str, clock: MovedClock
) -> None:
    tenant = registry.create_tenant("Revenue").id
    user = registry.create_user(tenant, "a@example.com", "A", PASSWORD, "admin").id
    seed = registry.begin_second_factor(user)
    codes = registry.confirm_second_factor(user, code_at(seed, clock.now // 1000 // STEP_S), by=Actor("user", user))
    clock.advance(60_000)
    other = Registry.open(registry_url, clock=clock, secret=lambda: Secret("another"))
    try:
        with pytest.raises(SealedOtherwise, match=f"of user {user} was sealed under another JWT_SECRET"):
            other.prove("a@example.com", PASSWORD, code=code_at(seed, clock.now // 1000 // STEP_S))
        assert other.prove("a@example.com", PASSWORD, code=codes[0]) == user
        other.remove_second_factor(user, by=Actor("cli"))
        assert other.prove("a@example.com", PASSWORD) == user
    finally:
        other.close()
