"""The schema from zero, again, after a crash, from another build; and what it becomes on a cluster."""

import re
from collections.abc import Iterable

import msgspec
import pytest

from hatua.warehouse import migrate
from hatua.warehouse.client import Warehouse
from hatua.warehouse.engines import UnrenderableStatement, render
from hatua.warehouse.migrate import Migration, MigrationChanged, MigrationUnknown, apply_migrations, migrations
from hatua.warehouse.sql import statements
from tests.fixtures.warehouse import both_rungs

NAMES = [one.name for one in migrations()]


@both_rungs
def test_from_zero_every_migration_is_applied_once(empty_warehouse: Warehouse) -> None:
    assert apply_migrations(empty_warehouse) == NAMES
    assert apply_migrations(empty_warehouse) == []
    recorded = empty_warehouse.rows("SELECT name, checksum FROM schema_migrations FINAL ORDER BY version")
    assert recorded == [{"name": one.name, "checksum": one.checksum} for one in migrations()]


@both_rungs
def test_a_run_that_broke_off_after_any_statement_is_completed_by_the_next(empty_warehouse: Warehouse) -> None:
    every = [statement for one in migrations() for statement in statements(one.text)]
    # The statements are the same on both rungs; on the way to a server some of the places do.
    for done in range(0, len(every) + 1, 1 if empty_warehouse.embedded else 7):
        for statement in every[:done]:
            empty_warehouse.execute(statement)
        assert apply_migrations(empty_warehouse) == NAMES
        for row in empty_warehouse.rows("SHOW TABLES"):
            empty_warehouse.execute(f"DROP TABLE {row['name']} SYNC")


def test_a_migration_changed_after_it_was_applied_is_refused(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = [*migrations()]
    edited[0] = msgspec.structs.replace(edited[0], text=edited[0].text + "-- edited")
    monkeypatch.setattr(migrate, "migrations", lambda: edited)

    with pytest.raises(MigrationChanged, match=rf"migrations/{NAMES[0]}\.sql was changed"):
        apply_migrations(warehouse)


def test_a_database_of_a_newer_build_is_refused(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    older = migrations()[:-1]
    monkeypatch.setattr(migrate, "migrations", lambda: older)

    with pytest.raises(MigrationUnknown, match=NAMES[-1]):
        apply_migrations(warehouse)


def test_a_migration_added_later_is_applied_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    later = Migration(9_001, "9001_later", "ALTER TABLE events ADD COLUMN IF NOT EXISTS later String;\n")
    with_later = [*migrations(), later]
    monkeypatch.setattr(migrate, "migrations", lambda: with_later)

    assert apply_migrations(warehouse) == ["9001_later"]
    assert warehouse.rows("SELECT later FROM events") == []


def test_migrations_are_numbered_without_a_gap_and_may_run_twice() -> None:
    assert [one.version for one in migrations()] == list(range(1, len(NAMES) + 1))
    for one in migrations():
        for statement in statements(one.text):
            assert re.search(r"\bIF (NOT )?EXISTS\b|\bMODIFY TTL\b", statement), f"{one.name}: {statement[:80]}"


def rendered(cluster: str) -> Iterable[str]:
    for one in migrations():
        for statement in statements(one.text):
            yield from render(statement, cluster=cluster)


def test_what_a_cluster_gets_is_sql_that_the_engine_can_read(empty_warehouse: Warehouse) -> None:
    for statement in rendered("main"):
        assert empty_warehouse.rows("SELECT formatQuery({sql:String}) AS sql", {"sql": statement})[0]["sql"]


def test_on_a_cluster_every_table_is_replicated_and_found_through_distributed() -> None:
    created = [statement for statement in rendered("main") if "CREATE TABLE" in statement]
    local = {found[1]: one for one in created if (found := re.search(r"EXISTS (\w+)_local ON CLUSTER `main`", one))}
    distributed = {found[1]: one for one in created if (found := re.search(r"EXISTS (\w+) ON CLUSTER `main` AS", one))}

    assert {"events", "session_hours", "sessions", "identity_links"} <= local.keys()
    assert local.keys() == distributed.keys()
    assert len(created) == len(local) + len(distributed)
    for one in local.values():
        assert re.search(r"^ENGINE = Replicated\w*MergeTree\('/clickhouse/tables/\{shard\}/", one, re.M), one[:80]
    assert "('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)" in local["sessions"]
    assert " replicated_deduplication_window = 10000" in local["events"]
    assert "non_replicated" not in local["events"]
    assert distributed["events"].split("\n") == [
        "CREATE TABLE IF NOT EXISTS events ON CLUSTER `main` AS events_local",
        "ENGINE = Distributed(`main`, currentDatabase(), events_local, cityHash64(project_id, session_id))",
    ]


def test_events_and_sessions_of_one_session_share_a_shard() -> None:
    keys = re.findall(
        r"Distributed\(`main`, currentDatabase\(\), (\w+)_local, (.+)\)$", "\n".join(rendered("main")), re.M
    )

    by_table = dict(keys)
    assert {by_table[table] for table in ("events", "session_hours", "sessions")} == {
        "cityHash64(project_id, session_id)"
    }


def test_a_column_added_on_a_cluster_is_added_to_both_tables() -> None:
    assert render("ALTER TABLE events ADD COLUMN IF NOT EXISTS x String", cluster="main") == [
        "ALTER TABLE events_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS x String",
        "ALTER TABLE events ON CLUSTER `main` ADD COLUMN IF NOT EXISTS x String",
    ]
    assert render("ALTER TABLE events ADD INDEX IF NOT EXISTS i x TYPE minmax", cluster="main") == [
        "ALTER TABLE events_local ON CLUSTER `main` ADD INDEX IF NOT EXISTS i x TYPE minmax"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW IF NOT EXISTS v AS SELECT 1",
        "-- shard by rand()\nCREATE TABLE IF NOT EXISTS t\n(x Int8)\nENGINE = Memory",
        "CREATE TABLE IF NOT EXISTS t\n(x Int8)\nENGINE = MergeTree\nORDER BY x",
    ],
)
def test_a_statement_without_a_cluster_form_is_refused_not_guessed(statement: str) -> None:
    assert render(statement, cluster="") == [statement]
    with pytest.raises(UnrenderableStatement):
        render(statement, cluster="main")


def test_a_question_about_half_an_hour_reads_that_hour_not_the_month(warehouse: Warehouse) -> None:
    warehouse.execute(
        "INSERT INTO events (project_id, session_id, timestamp) SELECT 'p', toString(intDiv(number, 10)), "
        "toDateTime64('2026-03-01 00:00:00', 3, 'UTC') + number FROM numbers(200000)"
    )
    asked = "timestamp >= '2026-03-01 12:00:00' AND timestamp < '2026-03-01 12:30:00'"

    (read,) = warehouse.rows(f"EXPLAIN ESTIMATE SELECT uniq(session_id) FROM events WHERE project_id = 'p' AND {asked}")

    assert read["marks"] <= 2
