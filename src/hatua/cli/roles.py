"""`hatua collector`, `hatua processor`, `hatua api`, `hatua migrate`: the same rooms as separate processes, any number
of each, over Redis, a ClickHouse server and PostgreSQL."""

import argparse
import asyncio
import contextlib
import logging
import os
import socket
from pathlib import Path
from typing import cast

import uvloop

from hatua.base.clock import system_clock
from hatua.base.log import fields
from hatua.cli.http import address_behind_proxies, listening, refuse_taken_port, stop_on_signals
from hatua.cli.processor_status import make_processor_status
from hatua.cli.rooms import collecting, processing, processor
from hatua.cli.router import AsgiApp
from hatua.cli.settings import Settings
from hatua.cli.stores import need_shared_stores, opened_log, opened_registry, opened_warehouse
from hatua.dashboard_api.app import make_dashboard_api
from hatua.warehouse.migrate import apply_migrations

log = logging.getLogger("hatua.roles")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    for name, text, command in (
        ("collector", "run a collector: HTTP in, Redis Streams out", _collector),
        ("processor", "run a processor: Redis Streams in, ClickHouse out", _processor),
        ("api", "run the dashboard API and the dashboard", _api),
        ("migrate", "bring the registry and the warehouse up to this version, then end", _migrate),
    ):
        commands.add_parser(name, help=text).set_defaults(command=command)


def _collector(_arguments: argparse.Namespace, settings: Settings) -> int:
    need_shared_stores(settings, "collector", "REDIS_URL")
    return uvloop.run(_run_collector(settings, settings.data()))


async def _run_collector(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        event_log = stack.enter_context(opened_log(settings, data))
        app = await stack.enter_async_context(collecting(settings, settings.collector, event_log, registry))
        await stack.enter_async_context(listening(app, settings.process, stop))
        await stop.wait()
        log.info("stopping")
    return 0


def _processor(_arguments: argparse.Namespace, settings: Settings) -> int:
    need_shared_stores(settings, "processor", "REDIS_URL", "CLICKHOUSE_HOST")
    return uvloop.run(_run_processor(settings, settings.data()))


async def _run_processor(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    consumer = settings.process.consumer or f"{socket.gethostname()}-{os.getpid()}"
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        event_log = stack.enter_context(opened_log(settings, data))
        warehouse = stack.enter_context(opened_warehouse(settings, data))
        worker = processor(settings, data, event_log, warehouse, registry=registry, consumer=consumer)
        thread = await stack.enter_async_context(processing(worker))
        app = make_processor_status(worker.counters, thread.is_alive)
        await stack.enter_async_context(listening(app, settings.process, stop))
        log.info("processing", extra=fields(consumer=consumer))
        await stop.wait()
        log.info("stopping")
    return 0


def _api(_arguments: argparse.Namespace, settings: Settings) -> int:
    need_shared_stores(settings, "api", "CLICKHOUSE_HOST")
    return uvloop.run(_run_api(settings, settings.data()))


async def _run_api(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        warehouse = stack.enter_context(opened_warehouse(settings, data))
        app = make_dashboard_api(
            settings.dashboard_api,
            warehouse=warehouse,
            registry=registry,
            clock=system_clock,
            static_dir=settings.assets / "dashboard",
            client_address=address_behind_proxies(settings.collector),
        )
        await stack.enter_async_context(app.lifespan())
        await stack.enter_async_context(listening(cast(AsgiApp, app), settings.process, stop))
        token = await asyncio.to_thread(registry.issue_setup_token)
        if token:
            log.info("first-run set-up waits", extra=fields(path=f"/set-up?token={token}"))
        await stop.wait()
        log.info("stopping")
    return 0


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    data = settings.data()
    with opened_registry(settings, data):
        print("registry: up to date")
    with opened_warehouse(settings, data) as warehouse:
        applied = apply_migrations(warehouse)
    print(f"warehouse: {', '.join(applied) or 'up to date'}")
    return 0
