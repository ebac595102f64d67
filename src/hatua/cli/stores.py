"""Opens the stores of one embedded installation, in the order in which they depend on each other, and closes them."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from hatua.base.settings import Secret
from hatua.cli.settings import Settings
from hatua.registry.store import Registry


def registry_url(settings: Settings, data: Path) -> str:
    """DATABASE_URL, or SQLite in the data folder."""
    return settings.process.database_url or f"sqlite:///{data / 'registry.db'}"


@contextlib.contextmanager
def opened_registry(settings: Settings, data: Path | None = None) -> Iterator[Registry]:
    """The metadata store, migrated; may be opened beside a running server."""
    registry = Registry.open(registry_url(settings, data or settings.data()))
    try:
        yield registry
    finally:
        registry.close()


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
