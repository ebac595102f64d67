"""One engine and how it is used: short read transactions; write transactions that take the write lock first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hatua.base.clock import Clock
from hatua.base.errors import InvalidSetting
from hatua.registry.errors import RegistryUnavailable
from hatua.registry.sealing import Sealer

SQLITE_BUSY_TIMEOUT_MS = 10_000
"""A second process (the command line while the server runs) waits for a writer this long before it gives up."""

POOL_SIZE = 5
POOL_OVERFLOW = 15
POOL_WAIT_S = 10

_WRITE_LOCK = 0x68617475  # "hatu": the advisory lock that set-up and migrations share on PostgreSQL


class Database:
    """Holds the engine; safe from any thread. Every noun of the registry stands on it."""

    def __init__(self, engine: Engine, clock: Clock, sealer: Sealer | None = None) -> None:
        self._engine = engine
        self._now = clock
        self.sealer = sealer or Sealer()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction. Raises RegistryUnavailable when the database cannot answer."""
        with _said_plainly(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction, committed at the end and rolled back by any error."""
        engine = self._engine.execution_options(hatua_write=True)
        with _said_plainly(), engine.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A write transaction that no other `alone` overlaps, in this process or another."""
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
            yield connection

    def close(self) -> None:
        """Closes the pooled connections."""
        self._engine.dispose()


def open_engine(url: str) -> Engine:
    """`sqlite:///file`, `postgresql://...` (or `postgres://`), or a bare path to a SQLite file. Connects on first use.

    Raises InvalidSetting for any other URL; the text never shows the password."""
    try:
        parsed = make_url(url) if "://" in url else URL.create("sqlite", database=str(Path(url).absolute()))
    except ArgumentError:
        raise InvalidSetting("DATABASE_URL is not a database URL") from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_WAIT_S,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5},
        )
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise InvalidSetting(f"DATABASE_URL begins with {backend!r}; sqlite:///file and postgresql://... are supported")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_timeout=POOL_WAIT_S)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling starts late and drops out around DDL; BEGIN is ours (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes later would otherwise fail at once with SQLITE_BUSY
    # when another process wrote in between, whatever the busy timeout.
    writes = connection.get_execution_options().get("hatua_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise RegistryUnavailable(
            f"all {POOL_SIZE + POOL_OVERFLOW} registry connections were busy for {POOL_WAIT_S} s"
        ) from None
    except OperationalError as problem:
        raise RegistryUnavailable(f"the registry database cannot answer: {_first_line(problem)}") from problem


def _first_line(problem: DBAPIError) -> str:
    return (str(problem.orig).splitlines() or [type(problem.orig).__name__])[0]
