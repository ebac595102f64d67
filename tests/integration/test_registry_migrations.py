"""The schema: forward from nothing, the same as the code says, once however many processes start together."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret
from hatua.registry.database import Database, open_engine
from hatua.registry.errors import RegistryUnavailable, SchemaOutOfDate, UnknownRecord
from hatua.registry.migrate import apply_migrations
from hatua.registry.second_factor import spend_code
from hatua.registry.store import Registry
from hatua.registry.tables import metadata
from hatua.registry.totp import STEP_S, code_at, new_secret
from tests.fixtures.registry import MovedClock


def test_migrations_lead_from_nothing_to_exactly_the_schema_of_the_code(registry_url: str) -> None:
    database = Database(open_engine(registry_url), system_clock)
    with pytest.raises(SchemaOutOfDate, match=r"lacks 0001, 0002.*; run `hatua migrate`"):
        Registry.open(registry_url, migrate=False)
    assert apply_migrations(database)[:1] == ["0001"]
    assert apply_migrations(database) == []
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    database.close()
    Registry.open(registry_url, migrate=False).close()


def test_tenants_of_the_first_version_get_a_mask_key_of_their_own(registry_url: str) -> None:
    database = Database(open_engine(registry_url), system_clock)
    assert apply_migrations(database, "0001") == ["0001"]
    with database.writing() as connection:
        for name in ("one", "two"):
            connection.exec_driver_sql(f"INSERT INTO tenants (id, name, created_at) VALUES ('{name}', '{name}', 1)")
    database.close()
    registry = Registry.open(registry_url)
    keys = {registry.mask_key("one"), registry.mask_key("two")}
    assert [len(key) for key in keys] == [64, 64]
    with pytest.raises(UnknownRecord):
        registry.mask_key("three")
    registry.close()


def test_what_the_second_version_held_is_kept_sessions_end_and_the_trail_stays_append_only(registry_url: str) -> None:
    database = Database(open_engine(registry_url), system_clock)
    apply_migrations(database, "0002")
    with database.writing() as connection:
        for statement in (
            "INSERT INTO tenants (id, name, created_at, mask_key) VALUES ('t', 'T', 1, 'k')",
            "INSERT INTO users (id, email, name, created_at) VALUES ('u', 'a@b.co', 'A', 1)",
            "INSERT INTO memberships (tenant_id, user_id, role, created_at) VALUES ('t', 'u', 'admin', 1)",
            "INSERT INTO login_sessions (token_hash, user_id, tenant_id, csrf, created_at, expires_at) "
            "VALUES ('h', 'u', 't', 'c', 1, 9999999999999)",
            "INSERT INTO audit_log (at, tenant_id, project_id, actor_kind, actor_id, action, subject_id, details) "
            "VALUES (1, 't', '', 'user', 'u', 'session.opened', 'u', '{}')",
        ):
            connection.exec_driver_sql(statement)
    database.close()
    registry = Registry.open(registry_url)
    assert [(member.email, member.role) for member in registry.members("t")] == [("a@b.co", "admin")]
    assert registry.sessions("u") == []
    (line,) = registry.audit("t")
    assert (line.action, line.address, line.actor_name) == ("session.opened", "", "a@b.co")
    with pytest.raises((IntegrityError, DBAPIError), match="append-only"), registry.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit_log")
    registry.close()


def test_second_factors_that_were_stored_in_clear_are_sealed_and_go_on_working(
    registry_url: str, clock: MovedClock
) -> None:
    seeds = {"u1": new_secret(), "u2": new_secret()}
    database = Database(open_engine(registry_url), system_clock)
    apply_migrations(database, "0005")
    with database.writing() as connection:
        for user, seed in seeds.items():
            connection.exec_driver_sql(
                "INSERT INTO users (id, email, name, created_at, totp_secret, totp_since)"
                f" VALUES ('{user}', '{user}@b.co', 'A', 1, '{seed}', 1)"
            )
        connection.exec_driver_sql("INSERT INTO users (id, email, name, created_at) VALUES ('u3', 'c@b.co', 'C', 1)")
    database.close()
    with pytest.raises(InvalidSetting, match="without the installation's secret"):
        Registry.open(registry_url)
    registry = Registry.open(registry_url, clock=clock, secret=lambda: Secret("ours"))
    with registry.reading() as connection:
        stored = dict(map(tuple, connection.exec_driver_sql("SELECT id, totp_secret FROM users").all()))
    assert stored.pop("u3") is None
    assert {user: registry.sealer.unseal(sealed, user) for user, sealed in stored.items()} == seeds
    code = code_at(seeds["u1"], clock.now // 1000 // STEP_S)
    with registry.writing() as connection:
        assert not spend_code(connection, registry.sealer, clock.now, "u2", code)
        assert spend_code(connection, registry.sealer, clock.now, "u1", code)
    registry.close()
    if registry_url.startswith("sqlite:///"):
        files = Path(registry_url.removeprefix("sqlite:///")).parent.glob("registry.db*")
        kept = b"".join(path.read_bytes() for path in files)
        assert not any(seed.encode() in kept for seed in seeds.values())


def test_a_database_of_a_newer_version_is_left_alone(registry: Registry, registry_url: str) -> None:
    with registry.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaOutOfDate, match="at revision 9999"):
        Registry.open(registry_url)


def _open_and_create(
    url: str, start: "multiprocessing.synchronize.Event", index: int, made: "multiprocessing.Queue[str]"
) -> None:
    start.wait()
    registry = Registry.open(url)
    for number in range(10):
        made.put(registry.create_write_key(registry.create_project(f"App {index}.{number}").id).key)
    registry.close()


def test_processes_that_start_together_migrate_once_and_all_write(registry_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    start, made = spawn.Event(), spawn.Queue()
    processes = [spawn.Process(target=_open_and_create, args=(registry_url, start, n, made)) for n in range(4)]
    for process in processes:
        process.start()
    start.set()
    keys = [made.get(timeout=60) for _ in range(40)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    registry = Registry.open(registry_url)
    assert len(registry.projects()) == 40
    assert len(registry.tenants()) == 1
    assert all(registry.write_key(key) is not None for key in keys)
    registry.close()


def test_the_audit_trail_refuses_changes_and_deletions(registry: Registry) -> None:
    registry.create_tenant("One")
    columns = "id, at, tenant_id, project_id, actor_kind, actor_id, action, subject_id, details, address"
    values = "SELECT id, at, tenant_id, project_id, actor_kind, 'nobody', action, subject_id, details, address"
    with registry.reading() as connection:
        postgresql = connection.dialect.name == "postgresql"
    engines_own = (
        [
            "TRUNCATE audit_log",
            f"INSERT INTO audit_log ({columns}) OVERRIDING SYSTEM VALUE {values} FROM audit_log"
            " ON CONFLICT (id) DO UPDATE SET actor_id = 'nobody'",
        ]
        if postgresql
        else [f"INSERT OR REPLACE INTO audit_log ({columns}) {values} FROM audit_log"]
    )
    for statement in ("UPDATE audit_log SET actor_id = 'nobody'", "DELETE FROM audit_log", *engines_own):
        with pytest.raises((IntegrityError, DBAPIError), match="append-only"), registry.writing() as connection:
            connection.exec_driver_sql(statement)
    with registry.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_log WHERE actor_id = ''").scalar() == 1


def test_a_transaction_that_fails_leaves_nothing(registry: Registry) -> None:
    insert = "INSERT INTO tenants (id, name, created_at, mask_key) VALUES ('ten_x', 'X', 1, 'k')"
    with pytest.raises(IntegrityError), registry.writing() as connection:
        [connection.exec_driver_sql(insert) for _ in range(2)]
    assert registry.tenants() == []


def test_a_reader_is_not_held_up_by_a_writer(tmp_path: Path, clock: MovedClock) -> None:
    registry = Registry.open(str(tmp_path / "registry.db"), clock=clock)
    key = registry.create_write_key(registry.create_project("App").id)
    with registry.writing() as connection:
        connection.exec_driver_sql("UPDATE projects SET name = 'Later'")
        access = registry.write_key(key.key)
        assert access is not None
        assert access.name == "App"
    registry.close()


def test_a_database_locked_past_the_timeout_is_unavailable_not_broken(
    tmp_path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hatua.registry.database.SQLITE_BUSY_TIMEOUT_MS", 20)
    path = tmp_path / "registry.db"
    registry = Registry.open(str(path), clock=clock)
    project = registry.create_project("App")
    _, plain = registry.create_api_key(project.id)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RegistryUnavailable, match="locked"):
        registry.create_write_key(project.id)
    assert registry.api_key(plain) is not None, "a read key works while nothing can be written"
    other.execute("ROLLBACK")
    other.close()
    registry.create_write_key(project.id)
    registry.close()


def test_a_server_that_is_gone_is_unavailable_and_does_not_hang() -> None:
    with pytest.raises(RegistryUnavailable, match="cannot answer"):
        Registry.open("postgresql://hatua:hunter2@127.0.0.1:1/hatua")


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "sqlite://", "sqlite:///:memory:", "nonsense://"])
def test_another_database_is_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        Registry.open(url)
    assert "hunter2" not in str(refused.value)


def test_an_awkward_folder_name_is_a_folder_name(tmp_path: Path) -> None:
    path = tmp_path / "50% off?" / "registry #1.db"
    Registry.open(str(path)).close()
    assert path.exists()
