"""`hatua collector`, `hatua processor`, `hatua api`, `hatua migrate`: the same rooms as separate processes, any number
of each, over Redis, a ClickHouse server and PostgreSQL."""

import argparse
import asyncio
import contextlib
import logging
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.base.log import fields
from hatua.base.settings import Secret
from hatua.cli.doors import doors
from hatua.cli.http import address_behind_proxies, listening, refuse_taken_port, stop_on_signals
from hatua.cli.ledger import recounted
from hatua.cli.metrics import LedgerWatch, Part, RequestCounts, build_info, log_depth, processor_counts
from hatua.cli.presets import every_preset, presets_for_new_projects
from hatua.cli.privacy import people, upkeep
from hatua.cli.rooms import collecting, consumer_name, processing, sharing
from hatua.cli.router import AsgiApp
from hatua.cli.settings import Settings
from hatua.cli.slow_bodies import with_body_timeout
from hatua.cli.status import StoresAnswer, beside, make_status, processor_ready
from hatua.cli.stores import installation_secret, need, opened_log, opened_registry, opened_warehouse
from hatua.dashboard_api.app import end_what_is_under_way, limiters_of, make_dashboard_api
from hatua.privacy.projects import ProjectDeleting
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.redis_names import refuse_twin
from hatua.streams.redis_streams import RedisLog
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
    need(settings, "collector", "REDIS_URL")
    return uvloop.run(_run_collector(settings, settings.data()))


async def _run_collector(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        event_log = stack.enter_context(opened_log(settings, data))
        app = await stack.enter_async_context(
            collecting(settings, settings.collector, event_log, registry=registry, metrics=[build_info("collector")])
        )
        await stack.enter_async_context(listening(app, settings.process, stop))
        await stop.wait()
        log.info("stopping")
    log.info("stopped")
    return 0


def _processor(_arguments: argparse.Namespace, settings: Settings) -> int:
    need(settings, "processor", "REDIS_URL", "CLICKHOUSE_HOST", "JWT_SECRET")
    return uvloop.run(_run_processor(settings, settings.data()))


async def _run_processor(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    consumer = consumer_name(settings)
    if settings.process.consumer:
        await asyncio.to_thread(refuse_twin, settings.streams, consumer)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        event_log = stack.enter_context(opened_log(settings, data))
        # In a thread: a ClickHouse that takes connections but says nothing must not keep signals from being heard.
        warehouse = await asyncio.to_thread(stack.enter_context, opened_warehouse(settings, data))
        worker = await stack.enter_async_context(
            processing(settings, data, event_log, warehouse, registry=registry, consumer=consumer)
        )
        admin = event_log.admin()
        stack.callback(admin.close)
        await stack.enter_async_context(upkeep(registry, warehouse, admin))
        looking = event_log.writer()  # for the depth only
        stack.push_async_callback(looking.close)
        app = make_status(
            processor_ready(worker.counters, worker.alive, looking),
            (
                build_info("processor"),
                processor_counts(worker.counters, worker.alive),
                log_depth(looking, system_clock),
            ),
            settings.collector,
        )
        await stack.enter_async_context(listening(app, settings.process, stop))
        log.info("processing", extra=fields(consumer=consumer))
        await stop.wait()
        log.info("stopping")
    log.info("stopped")
    return 0


def _api(_arguments: argparse.Namespace, settings: Settings) -> int:
    need(settings, "api", "CLICKHOUSE_HOST", "JWT_SECRET")
    return uvloop.run(_run_api(settings, settings.data()))


async def _run_api(settings: Settings, data: Path) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data, migrate=False))
        # In a thread: a ClickHouse that takes connections but says nothing must not keep signals from being heard.
        warehouse = await asyncio.to_thread(stack.enter_context, opened_warehouse(settings, data))
        counts = RequestCounts("hatua_api")
        metrics: list[Part] = [build_info("api"), counts]
        admin: RedisAdmin | None = None
        if settings.streams.redis_url:
            admin = RedisLog(settings.streams).admin()
            stack.callback(admin.close)
            metrics.append(LedgerWatch(partial(recounted, admin, warehouse, None), system_clock))
        dashboard = make_dashboard_api(
            settings.dashboard_api,
            warehouse=warehouse,
            registry=registry,
            clock=system_clock,
            static_dir=settings.assets / "dashboard",
            client_address=address_behind_proxies(settings.collector),
            log=admin,
            people=people(settings, data, warehouse, admin, registry) if admin else None,
            deleting=ProjectDeleting(warehouse, admin, registry) if admin else None,
            doors=doors(settings),
            presets=presets_for_new_projects(settings),
        )
        await stack.enter_async_context(dashboard.lifespan())
        await stack.enter_async_context(sharing(settings, limiters_of(dashboard)))
        ready = StoresAnswer(registry=registry.tenants, warehouse=lambda: warehouse.rows("SELECT 1 AS one"))
        status = make_status(ready, metrics, settings.collector)
        app = beside(with_body_timeout(cast(AsgiApp, dashboard)), status, counts)
        await stack.enter_async_context(listening(app, settings.process, stop))
        stack.push_async_callback(end_what_is_under_way, dashboard)
        token = await asyncio.to_thread(registry.issue_setup_token)
        if token:
            log.info("first-run set-up waits", extra=fields(path=f"/set-up?token={token}"))
        await stop.wait()
        log.info("stopping")
    log.info("stopped")
    return 0


def _shared_secret(settings: Settings, data: Path) -> Secret:
    """What this process would make up for itself could not be known to the API processes."""
    if settings.process.database_url and not settings.process.secret:
        raise InvalidSetting("second factors wait to be sealed: set JWT_SECRET to the one that the API processes have")
    return installation_secret(settings, data)


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    data = settings.data()
    with opened_registry(settings, data, secret=lambda: _shared_secret(settings, data)) as registry:
        registry.renew_presets(every_preset())
        print("registry: up to date")
    with opened_warehouse(settings, data) as warehouse:
        applied = apply_migrations(warehouse)
    print(f"warehouse: {', '.join(applied) or 'up to date'}")
    return 0
