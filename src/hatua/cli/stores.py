"""Opens the stores that the settings name: which engine, and where."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret
from hatua.cli.settings import Settings
from hatua.registry.sealing import FindSecret
from hatua.registry.store import Registry
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.redis_streams import RedisLog
from hatua.streams.sqlite_admin import SqliteAdmin
from hatua.streams.sqlite_log import SqliteLog
from hatua.warehouse.client import Warehouse

EventLog = SqliteLog | RedisLog


def registry_url(settings: Settings, data: Path) -> str:
    """DATABASE_URL, or SQLite in the data folder."""
    return settings.process.database_url or f"sqlite:///{data / 'registry.db'}"


@contextlib.contextmanager
def opened_registry(
    settings: Settings, data: Path | None = None, *, migrate: bool = True, secret: FindSecret | None = None
) -> Iterator[Registry]:
    """The metadata store; may be opened beside a running server. `migrate=False`: SchemaOutOfDate when it is old.
    Second factors are sealed under the installation's secret, or the one that `secret` finds."""
    folder = data or settings.data()
    found = secret or (lambda: installation_secret(settings, folder))
    registry = Registry.open(registry_url(settings, folder), migrate=migrate, secret=found)
    try:
        yield registry
    finally:
        registry.close()


@contextlib.contextmanager
def opened_log(settings: Settings, data: Path) -> Iterator[EventLog]:
    """Redis Streams with REDIS_URL, else the SQLite log of this data folder, which one process owns."""
    if settings.streams.redis_url:
        yield RedisLog(settings.streams)
        return
    event_log = SqliteLog.open(
        data / "log.db",
        max_events=settings.streams.max_events,
        max_bytes=settings.streams.max_bytes,
        min_free_bytes=settings.streams.min_free_bytes,
        dedup_window_ms=settings.streams.dedup_window_ms,
    )
    try:
        yield event_log
    finally:
        event_log.close()


def log_admin(settings: Settings, data: Path) -> SqliteAdmin | RedisAdmin:
    """The operator's side of the log, from any process."""
    if settings.streams.redis_url:
        return RedisLog(settings.streams).admin()
    return SqliteAdmin(data / "log.db")


@contextlib.contextmanager
def opened_warehouse(settings: Settings, data: Path) -> Iterator[Warehouse]:
    """A ClickHouse server with CLICKHOUSE_HOST, else ClickHouse in this process over the data folder."""
    if settings.warehouse.host:
        chosen = settings.warehouse
    else:
        folder = data / "warehouse"
        folder.mkdir(mode=0o700, exist_ok=True)
        chosen = msgspec.structs.replace(settings.warehouse, path=str(folder))
    warehouse = Warehouse.open(chosen)
    try:
        yield warehouse
    finally:
        warehouse.close()


def installation_secret(settings: Settings, data: Path) -> Secret:
    """JWT_SECRET, or a random one made once and kept in the data folder, readable by its owner only."""
    if settings.process.secret:
        return settings.process.secret
    path = data / "secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Secret(path.read_text().strip())
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    return Secret(path.read_text().strip())


def need(settings: Settings, role: str, *variables: str) -> None:
    """A role of its own process cannot use a store that lives inside another process, nor hash with a secret that each
    process makes for itself. Raises InvalidSetting."""
    present = {
        "REDIS_URL": settings.streams.redis_url,
        "CLICKHOUSE_HOST": settings.warehouse.host,
        "JWT_SECRET": settings.process.secret,
    }
    missing = [name for name in variables if not present[name]]
    if missing:
        raise InvalidSetting(
            f"`hatua {role}` needs {' and '.join(missing)}; without, everything runs in one process: `hatua serve`"
        )
