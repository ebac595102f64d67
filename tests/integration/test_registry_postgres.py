"""What only a server can do to us: end connections, run out of them, refuse text."""

import psycopg
import pytest

from hatua.registry.errors import InvalidField, RegistryUnavailable
from hatua.registry.store import Registry
from tests.fixtures.registry import MovedClock


@pytest.fixture
def on_postgres(postgres_url: str, clock: MovedClock) -> Registry:
    """A registry on PostgreSQL; the fixture's database goes away with the test."""
    return Registry.open(postgres_url, clock=clock)


def test_connections_that_the_server_ended_are_replaced_without_an_error(
    on_postgres: Registry, postgres_url: str
) -> None:
    project = on_postgres.create_project("App")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended
    assert on_postgres.project(project.id) is not None
    on_postgres.close()


def test_a_connection_that_ends_in_the_middle_is_unavailable_and_nothing_was_done(on_postgres: Registry) -> None:
    statements = (
        "INSERT INTO tenants (id, name, created_at, mask_key) VALUES ('ten_x', 'X', 1, 'k')",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    )
    with pytest.raises(RegistryUnavailable), on_postgres.writing() as connection:
        [connection.exec_driver_sql(statement) for statement in statements]
    assert on_postgres.tenants() == []
    on_postgres.close()


def test_text_that_postgresql_cannot_store_is_refused_before_it_gets_there(on_postgres: Registry) -> None:
    with pytest.raises(InvalidField):
        on_postgres.create_tenant("a\x00b")
    assert on_postgres.user_by_email("a\x00@b.co") is None
    assert on_postgres.find_project("a\x00b") is None
    on_postgres.close()


def test_postgres_urls_of_both_spellings_open(postgres_url: str) -> None:
    Registry.open(postgres_url.replace("postgresql://", "postgres://")).close()
    Registry.open(postgres_url.replace("postgresql://", "postgresql+psycopg://"), migrate=False).close()
