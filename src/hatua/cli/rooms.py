"""Builds each room from settings and open stores: what `hatua serve` and the roles of their own process share."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.base.rates import SharedLimiter
from hatua.cli.geoip import locating
from hatua.cli.metrics import Part, log_depth, rendered
from hatua.cli.settings import Settings
from hatua.cli.stores import EventLog, installation_secret
from hatua.collector.app import Collector, make_collector
from hatua.collector.keys import CachedKeys
from hatua.collector.settings import CollectorSettings
from hatua.processor.build import make_processor
from hatua.processor.counters import Counters
from hatua.processor.failures import ProcessorHalted
from hatua.processor.steps.put_geo import GeoReader
from hatua.registry.store import Registry
from hatua.streams.redis_rates import RedisRates
from hatua.warehouse.client import Warehouse

log = logging.getLogger("hatua.cli")

STOP_PROCESSOR_S = 8.0
"""Longest wait for the processor's batch under way at shutdown; what it did not acknowledge is read again."""


class RunningProcessor(NamedTuple):
    """What the rest of the process may know of its processor."""

    counters: Counters
    alive: Callable[[], bool]


def consumer_name(settings: Settings) -> str:
    """HATUA_CONSUMER, or a name that no other process has: host and process id alone repeat, in containers that share
    the network of their host."""
    return settings.process.consumer or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@contextlib.asynccontextmanager
async def sharing(settings: Settings, limiters: Mapping[str, SharedLimiter]) -> AsyncIterator[None]:
    """While the context is open, rate limits are one with those of the other processes at the same Redis, if any."""
    if not settings.streams.redis_url:
        yield
        return
    async with RedisRates(settings.streams).sharing(limiters):
        yield


@contextlib.asynccontextmanager
async def collecting(
    settings: Settings,
    collector: CollectorSettings,
    event_log: EventLog,
    *,
    registry: Registry,
    metrics: Sequence[Part] = (),
) -> AsyncIterator[Collector]:
    """The collector over an open log; closes its side of the log, and the key cache, at the end. `metrics`: what its
    /metrics says besides its own counts and the log's depth."""
    writer = event_log.writer()
    keys = CachedKeys(registry.write_key, system_clock, max_age_ms=collector.write_key_max_age_ms)
    parts = (log_depth(writer, system_clock), *metrics)
    script = _script(settings.assets / "sdk" / "hatua.js")
    try:
        made = make_collector(
            collector,
            writer,
            keys,
            system_clock,
            script,
            more_metrics=lambda: rendered(parts),
            find_salt=registry.daily_salt,
        )
        async with sharing(settings, made.limiters):
            yield made
    finally:
        await writer.close()
        await keys.close()


@contextlib.asynccontextmanager
async def processing(
    settings: Settings,
    data: Path,
    event_log: EventLog,
    warehouse: Warehouse,
    *,
    registry: Registry,
    consumer: str,
) -> AsyncIterator[RunningProcessor]:
    """A processor in a thread of its own. One that halts is said as an ERROR; the rest of the process goes on."""
    with locating(settings, data) as geo:
        async with _working(settings, data, event_log, warehouse, registry=registry, consumer=consumer, geo=geo) as it:
            yield it


@contextlib.asynccontextmanager
async def _working(
    settings: Settings,
    data: Path,
    event_log: EventLog,
    warehouse: Warehouse,
    *,
    registry: Registry,
    consumer: str,
    geo: GeoReader,
) -> AsyncIterator[RunningProcessor]:
    reader = event_log.reader(consumer)
    worker = make_processor(
        reader,
        warehouse,
        registry.project,
        settings=settings.processor,
        pepper=installation_secret(settings, data),
        erasures=registry,
        geo=geo,
    )
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
        yield RunningProcessor(worker.counters, thread.is_alive)
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, STOP_PROCESSOR_S)
        if thread.is_alive():  # it may still insert: nobody may take its events over before its lease has run out
            log.warning("the processor's batch did not end within %g s; it is read again", STOP_PROCESSOR_S)
        else:
            await asyncio.to_thread(reader.close)


def _script(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidSetting(f"the browser SDK is not built: {path} is missing; run `make setup`")
    return path.read_bytes()
