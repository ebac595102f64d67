"""Builds each room from settings and open stores: what `hatua serve` and the roles of their own process share."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.cli.settings import Settings
from hatua.cli.stores import EventLog, installation_secret
from hatua.collector.app import Collector, make_collector
from hatua.collector.keys import CachedKeys
from hatua.collector.settings import CollectorSettings
from hatua.processor.build import make_processor
from hatua.processor.failures import ProcessorHalted
from hatua.processor.settings import ProcessorSettings
from hatua.processor.worker import Processor
from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse

log = logging.getLogger("hatua.cli")

STOP_PROCESSOR_S = 9.0
"""Longest wait for the processor's batch under way at shutdown; what it did not acknowledge is read again."""


@contextlib.asynccontextmanager
async def collecting(
    settings: Settings, collector: CollectorSettings, event_log: EventLog, registry: Registry
) -> AsyncIterator[Collector]:
    """The collector over an open log; closes its side of the log, and the key cache, at the end."""
    writer = event_log.writer()
    keys = CachedKeys(registry.write_key, system_clock)
    try:
        yield make_collector(collector, writer, keys, system_clock, _script(settings.assets / "sdk" / "hatua.js"))
    finally:
        await writer.close()
        await keys.close()


def processor(
    settings: Settings, data: Path, event_log: EventLog, warehouse: Warehouse, *, registry: Registry, consumer: str
) -> Processor:
    """A processor that is ready to run."""
    return make_processor(
        event_log.reader(consumer),
        warehouse,
        registry.project,
        settings=_with_geoip(settings),
        pepper=installation_secret(settings, data),
    )


@contextlib.asynccontextmanager
async def processing(worker: Processor) -> AsyncIterator[threading.Thread]:
    """The processor in a thread of its own. One that halts is said as an ERROR; the rest of the process goes on."""
    stop = threading.Event()

    def work() -> None:
        try:
            worker.run(stop)
        except ProcessorHalted:
            log.error("the processor halted; events wait in the log until it is restarted")
        except Exception:
            log.exception("the processor failed; events wait in the log until it is restarted")

    thread = threading.Thread(target=work, name="hatua-processor", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, STOP_PROCESSOR_S)


def _with_geoip(settings: Settings) -> ProcessorSettings:
    """MAXMIND_DB_PATH, or the DB-IP files that `make setup` put among the assets."""
    files = settings.assets / "geoip"
    if settings.processor.maxmind_db_path or not files.is_dir():
        return settings.processor
    return msgspec.structs.replace(settings.processor, maxmind_db_path=str(files))


def _script(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidSetting(f"the browser SDK is not built: {path} is missing; run `make setup`")
    return path.read_bytes()
