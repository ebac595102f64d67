"""Builds the privacy room from open stores."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

from hatua.base.clock import system_clock
from hatua.base.id_hashes import IdHasher, is_phone
from hatua.cli.settings import Settings
from hatua.cli.stores import installation_secret
from hatua.privacy.people import People
from hatua.privacy.projects import ProjectDeleting
from hatua.privacy.upkeep import Upkeep
from hatua.processor.steps.put_privacy import PhoneHasher
from hatua.registry.store import Registry
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse


def people(settings: Settings, data: Path, warehouse: Warehouse, admin: LogAdmin, registry: Registry) -> People:
    """Find, export and erase, with this installation's secret."""
    secret = installation_secret(settings, data)
    phones = PhoneHasher(secret)
    return People(
        warehouse,
        admin,
        registry,
        IdHasher(secret),
        hash_phone=lambda asked: phones.hash(asked) if is_phone(asked) else "",
    )


STOP_S = 2.0
"""Longest wait for a deletion under way at shutdown; ClickHouse finishes it by itself."""


@contextlib.asynccontextmanager
async def upkeep(registry: Registry, warehouse: Warehouse, admin: LogAdmin) -> AsyncIterator[None]:
    """Retention, old salts and the rest of deleted projects, in a thread, while the context is open."""
    stop = threading.Event()
    work = Upkeep(registry, warehouse, system_clock, ProjectDeleting(warehouse, admin, registry))
    thread = threading.Thread(target=work.run, args=(stop,), name="hatua-upkeep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, STOP_S)
