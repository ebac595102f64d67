"""Projects, write keys and API keys, on SQLite and on PostgreSQL."""

import pytest

from hatua.registry.errors import AlreadyExists, InvalidField, TenantNotChosen, UnknownRecord
from hatua.registry.model import Actor
from hatua.registry.store import Registry
from hatua.registry.tables import metadata, projects
from tests.fixtures.registry import NOON, MovedClock


def test_the_first_project_brings_its_tenant(registry: Registry) -> None:
    project = registry.create_project("Tax App", timezone="Africa/Nairobi")
    assert [tenant.id for tenant in registry.tenants()] == [project.tenant_id]
    assert registry.projects() == [project]
    assert (project.default_goal, project.retention_days, project.keep_ip, project.hash_phones) == (
        "return_filed",
        730,
        "none",
        False,
    )
    assert project.created_at == NOON


def test_a_project_goes_to_the_only_tenant_and_several_must_be_named(registry: Registry) -> None:
    first = registry.create_tenant("One")
    assert registry.create_project("A").tenant_id == first.id
    second = registry.create_tenant("Two")
    with pytest.raises(TenantNotChosen):
        registry.create_project("B")
    assert registry.create_project("B", second.id).tenant_id == second.id
    with pytest.raises(UnknownRecord):
        registry.create_project("C", "ten_nobody")


def test_a_name_is_unique_in_its_tenant_only(registry: Registry) -> None:
    one, two = registry.create_tenant("One"), registry.create_tenant("Two")
    registry.create_project("App", one.id)
    with pytest.raises(AlreadyExists, match="a project named 'App' exists"):
        registry.create_project("App", one.id)
    registry.create_project("App", two.id)
    assert len(registry.projects()) == 2
    with pytest.raises(InvalidField, match="2 projects are named 'App'; use the id"):
        registry.find_project("App")
    found = registry.find_project("App", two.id)
    assert found is not None
    assert found.tenant_id == two.id
    assert registry.find_project(found.id) == found
    assert registry.find_project("Nothing") is None


def test_a_live_write_key_opens_its_project_and_a_revoked_one_does_not(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("App", allowed_origins=["https://app.example"])
    first, second = registry.create_write_key(project.id), registry.create_write_key(project.id, "kiosk")
    access = registry.write_key(first.key)
    assert access is not None
    assert (access.project_id, access.tenant_id, access.allowed_origins) == (
        project.id,
        project.tenant_id,
        ("https://app.example",),
    )
    assert access == registry.project(project.id)
    clock.advance(5)
    registry.revoke_write_key(project.id, first.id)
    registry.revoke_write_key(project.id, first.id)
    assert registry.write_key(first.key) is None
    assert registry.write_key(second.key) == access
    assert {key.id: key.revoked_at for key in registry.write_keys(project.id)} == {
        first.id: NOON + 5,
        second.id: None,
    }


@pytest.mark.parametrize("key", ["", "wk_unknown", "wk_\x00", "wk_\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_no_text_at_all_breaks_a_key_look_up(registry: Registry, key: str) -> None:
    assert registry.write_key(key) is None
    assert registry.api_key(key) is None
    assert registry.api_key("hk_" + key) is None
    assert registry.project(key) is None
    assert registry.project_record(key) is None
    assert registry.session(key) is None
    assert registry.open_sign_in_link(key) is None


def test_changes_are_stored_and_the_rest_stays(registry: Registry) -> None:
    project = registry.create_project("App")
    changed = registry.change_project(
        project.id,
        {
            "name": "Tax",
            "timezone": "Africa/Nairobi",
            "allowed_origins": ["https://Tax.example/"],
            "default_goal": "payment_success",
            "retention_days": 0,
            "keep_ip": "truncated",
            "hash_phones": True,
        },
    )
    assert changed == registry.project_record(project.id)
    assert (changed.name, changed.timezone, changed.allowed_origins) == (
        "Tax",
        "Africa/Nairobi",
        ("https://tax.example",),
    )
    assert (changed.retention_days, changed.keep_ip, changed.hash_phones) == (0, "truncated", True)
    renamed = registry.change_project(project.id, {"name": "Tax 2"})
    assert renamed.timezone == "Africa/Nairobi"


@pytest.mark.parametrize(
    "changes", [{"keep_ip": "maybe"}, {"id": "prj_other"}, {"tenant_id": "ten_x"}, {"timezone": "Mars"}, {"name": ""}]
)
def test_a_change_that_is_not_allowed_changes_nothing(registry: Registry, changes: dict[str, str]) -> None:
    project = registry.create_project("App")
    with pytest.raises(InvalidField):
        registry.change_project(project.id, {"retention_days": 10, **changes})
    assert registry.project_record(project.id) == project


def test_a_rename_onto_a_taken_name_is_refused(registry: Registry) -> None:
    registry.create_project("A")
    project = registry.create_project("B")
    with pytest.raises(AlreadyExists):
        registry.change_project(project.id, {"name": "A", "retention_days": 5})
    assert registry.project_record(project.id) == project


def test_another_tenants_project_answers_like_an_unknown_one(registry: Registry) -> None:
    mine, theirs = registry.create_tenant("Mine"), registry.create_tenant("Theirs")
    project = registry.create_project("App", theirs.id)
    key = registry.create_write_key(project.id)
    api_key, _ = registry.create_api_key(project.id)
    assert registry.project_record(project.id, mine.id) is None
    for refused in (
        lambda: registry.change_project(project.id, {"name": "X"}, tenant_id=mine.id),
        lambda: registry.create_write_key(project.id, tenant_id=mine.id),
        lambda: registry.revoke_write_key(project.id, key.id, tenant_id=mine.id),
        lambda: registry.create_api_key(project.id, tenant_id=mine.id),
        lambda: registry.revoke_api_key(api_key.id, tenant_id=mine.id),
    ):
        with pytest.raises(UnknownRecord):
            refused()
    assert registry.api_keys(tenant_id=mine.id) == []
    assert [found.id for found in registry.api_keys(tenant_id=theirs.id)] == [api_key.id]


def test_an_api_key_is_shown_once_and_stored_hashed(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("App")
    record, plain = registry.create_api_key(project.id, ["export", "read"], "nightly")
    assert plain.startswith("hk_")
    assert plain.startswith(record.prefix)
    assert len(record.prefix) < len(plain) / 2
    assert record.scopes == ("read", "export")
    access = registry.api_key(plain)
    assert access is not None
    assert (access.project_id, access.tenant_id, access.scopes) == (project.id, project.tenant_id, ("read", "export"))
    with registry.reading() as connection:
        stored = connection.exec_driver_sql("SELECT * FROM api_keys").mappings().all()
    assert plain not in str(stored)
    registry.revoke_api_key(record.id)
    assert registry.api_key(plain) is None
    assert registry.api_keys(project_id=project.id) == []
    with pytest.raises(UnknownRecord):
        registry.revoke_api_key(record.id)


def test_the_use_of_an_api_key_is_noted_to_the_minute(registry: Registry, clock: MovedClock) -> None:
    project = registry.create_project("App")
    _, plain = registry.create_api_key(project.id)

    def last_used() -> int | None:
        return registry.api_keys(project_id=project.id)[0].last_used_at

    assert last_used() is None
    registry.api_key(plain)
    assert last_used() == NOON
    clock.advance(59_999)
    registry.api_key(plain)
    assert last_used() == NOON
    clock.advance(1)
    registry.api_key(plain)
    assert last_used() == NOON + 60_000


def test_scopes_are_a_closed_set(registry: Registry) -> None:
    project = registry.create_project("App")
    for scopes in ([], ["read", "delete"]):
        with pytest.raises(InvalidField, match="one or more of read, export, manage"):
            registry.create_api_key(project.id, scopes)  # type: ignore[arg-type]


def test_every_administrative_act_is_on_the_trail_and_no_secret_is(registry: Registry) -> None:
    by = Actor("cli", "wanjiku")
    project = registry.create_project("App", by=by)
    key = registry.create_write_key(project.id, by=by)
    registry.revoke_write_key(project.id, key.id, by=by)
    api_key, plain = registry.create_api_key(project.id, by=by)
    registry.revoke_api_key(api_key.id, by=by)
    registry.change_project(project.id, {"retention_days": 90}, by=by)
    registry.change_project(project.id, {"retention_days": 90}, by=by)
    trail = registry.audit(project.tenant_id)
    assert [entry.action for entry in reversed(trail)] == [
        "tenant.created",
        "project.created",
        "write_key.created",
        "write_key.revoked",
        "api_key.created",
        "api_key.revoked",
        "project.changed",
    ]
    assert {(entry.actor_kind, entry.actor_id, entry.at) for entry in trail} == {("cli", "wanjiku", NOON)}
    assert trail[0].details == {"retention_days": {"from": 730, "to": 90}}
    assert plain not in str(trail)
    assert registry.audit(project.tenant_id, limit=2) == trail[:2]
    assert registry.audit(project.tenant_id, before_id=trail[1].id) == trail[2:]
    assert registry.audit("ten_other") == []


def test_every_table_that_names_a_project_is_emptied_with_it_or_stays_on_purpose() -> None:
    named = {table for table in metadata.sorted_tables if "project_id" in table.columns}
    goes = {table for table in named if any(key.column is projects.c.id for key in table.foreign_keys)}
    # Who was erased, so that they stay so; and the trail, which never shrinks.
    assert {table.name for table in named - goes} == {"erasures", "audit_log"}
    inside = {table.name for table in metadata.sorted_tables for key in table.foreign_keys if key.column.table in goes}
    assert inside == set(), "rows that belong to a project only by way of another table would keep it from going"
