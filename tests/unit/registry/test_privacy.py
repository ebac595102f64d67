"""Daily salts, erasures, and the privacy settings of a project, on both engines."""

import threading

import pytest

from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import Actor
from hatua.registry.store import Registry
from tests.fixtures.registry import NOON, MovedClock

DAY = 86_400_000
TODAY = NOON // DAY


def test_a_days_salt_is_the_same_for_everybody_and_another_every_day(registry: Registry, registry_url: str) -> None:
    other = Registry.open(registry_url, clock=lambda: NOON)
    first = registry.daily_salt(TODAY)
    assert first == other.daily_salt(TODAY)
    assert len(first) == 64
    assert first != registry.daily_salt(TODAY + 1)
    other.close()


def test_a_salt_does_not_show_itself(registry: Registry) -> None:
    assert repr(registry.daily_salt(TODAY)) == "***"


def test_collectors_that_ask_at_the_same_moment_get_one_salt(registry: Registry) -> None:
    found: list[str] = []
    askers = [threading.Thread(target=lambda: found.append(registry.daily_salt(TODAY))) for _ in range(8)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_no_salt_lives_longer_than_48_hours_and_a_deleted_one_is_never_made_anew(
    registry: Registry, clock: MovedClock
) -> None:
    clock.now = TODAY * DAY
    registry.daily_salt(TODAY)
    clock.now += 2 * DAY - 1
    assert registry.drop_old_salts() == 0
    clock.now += 1
    assert registry.drop_old_salts() == 1
    with pytest.raises(LookupError):
        registry.daily_salt(TODAY)


def test_the_first_salt_of_a_day_takes_the_old_ones_away(registry: Registry, clock: MovedClock) -> None:
    registry.daily_salt(TODAY)
    clock.now += 2 * DAY
    registry.daily_salt(TODAY + 2)
    assert registry.drop_old_salts() == 0


def test_an_erasure_is_known_from_its_beginning_and_ends_with_a_receipt(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("Tax")
    assert (registry.erasures_begun(), registry.erased_ids()) == (0, [])

    begun = registry.begin_erasure(project.id, ["h1", "h2", "h1"], "check", by=Actor("user", "usr_1"))
    assert registry.erasures_begun() == 1
    known = registry.erased_ids()
    assert {(one.id_hash, one.erased_at, one.key_check) for one in known} == {
        ("h1", clock.now, "check"),
        ("h2", clock.now, "check"),
    }
    assert [one.finished_at for one in registry.erasures(project.id)] == [None]

    clock.advance(5_000)
    done = registry.finish_erasure(begun, {"events": {"before": 3, "after": 0}}, by=Actor("user", "usr_1"))
    assert registry.erasures(project.id) == [done]
    assert (done.erased_at, done.finished_at) == (NOON, NOON + 5_000)
    trail = {entry.action: entry for entry in registry.audit(project.tenant_id)}
    assert trail["person.erasure_begun"].details == {"ids": 2}
    assert trail["person.erased"].details == {"events": {"before": 3, "after": 0}}
    assert (trail["person.erased"].actor_id, trail["person.erased"].subject_id) == ("usr_1", begun.id)


def test_who_is_erased_twice_is_gone_up_to_the_later_moment(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("Tax")
    registry.begin_erasure(project.id, ["h1"], "check")
    clock.advance(1_000)
    registry.begin_erasure(project.id, ["h1"], "check")
    [known] = registry.erased_ids()
    assert known.erased_at == NOON + 1_000


def test_nobody_is_erased_from_a_project_of_another_tenant(registry: Registry) -> None:
    project = registry.create_project("Tax")
    other = registry.create_tenant("Other")
    for asked, tenant in ((project.id, other.id), ("prj_none", None)):
        with pytest.raises(UnknownRecord):
            registry.begin_erasure(asked, ["h1"], "check", tenant_id=tenant)
    assert registry.erasures_begun() == 0


def test_privacy_settings_begin_harmless_and_can_be_changed(registry: Registry) -> None:
    project = registry.create_project("Tax")
    assert (project.honour_gpc, project.cookieless) == ("no", "off")
    changed = registry.change_project(project.id, {"honour_gpc": "drop", "cookieless": "always"})
    assert (changed.honour_gpc, changed.cookieless) == ("drop", "always")
    key = registry.create_write_key(project.id)
    access = registry.write_key(key.key)
    assert access is not None
    assert (access.honour_gpc, access.cookieless) == ("drop", "always")
    for wrong in ({"honour_gpc": "maybe"}, {"cookieless": True}):
        with pytest.raises(InvalidField):
            registry.change_project(project.id, wrong)
