"""`hatua serve`: the whole product in one process, from the collector to the dashboard."""

import argparse
import asyncio
import contextlib
import logging
from pathlib import Path
from typing import cast

import uvloop

import hatua
from hatua.base.clock import system_clock
from hatua.cli.demo_run import DemoRun
from hatua.cli.doors import doors
from hatua.cli.http import address_behind_proxies, listening, local_url, refuse_taken_port, stop_on_signals
from hatua.cli.ledger import recounted
from hatua.cli.metrics import LedgerWatch, build_info, processor_counts
from hatua.cli.presets import every_preset, presets_for_new_projects
from hatua.cli.privacy import people, upkeep
from hatua.cli.rooms import collecting, consumer_name, processing, sharing
from hatua.cli.router import AsgiApp, make_router
from hatua.cli.settings import Settings
from hatua.cli.slow_bodies import with_body_timeout
from hatua.cli.stores import opened_log, opened_registry, opened_warehouse
from hatua.dashboard_api.app import end_what_is_under_way, limiters_of, make_dashboard_api
from hatua.privacy.projects import ProjectDeleting
from hatua.registry.store import Registry
from hatua.warehouse.migrate import apply_migrations

log = logging.getLogger("hatua.serve")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the command of this file."""
    serve = commands.add_parser("serve", help="run the whole product in one process")
    serve.add_argument("--demo", action="store_true", help="with the demo Tax App and live demo data")
    serve.add_argument("--demo-days", type=int, default=30, help="days of traffic to back-fill at the first start")
    serve.add_argument("--demo-visitors", type=int, default=2000, help="visitors in them (0: none)")
    serve.add_argument("--no-live", action="store_true", help="demo without the trickle of live traffic")
    serve.set_defaults(command=_serve)


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    data = settings.data(demo=arguments.demo)
    demo = None
    if arguments.demo:
        demo = DemoRun(days=arguments.demo_days, visitors=arguments.demo_visitors, live=not arguments.no_live)
    return uvloop.run(_run(settings, data, demo))


async def _run(settings: Settings, data: Path, demo: DemoRun | None) -> int:
    stop = stop_on_signals()
    refuse_taken_port(settings.process)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data))
        registry.renew_presets(every_preset())
        event_log = stack.enter_context(opened_log(settings, data))
        warehouse = stack.enter_context(opened_warehouse(settings, data))
        apply_migrations(warehouse)
        admin = event_log.admin()
        stack.callback(admin.close)
        worker = await stack.enter_async_context(
            processing(settings, data, event_log, warehouse, registry=registry, consumer=consumer_name(settings))
        )
        await stack.enter_async_context(upkeep(registry, warehouse, admin))
        metrics = (
            build_info("serve"),
            processor_counts(worker.counters, worker.alive),
            LedgerWatch(lambda begin, end: recounted(admin, warehouse, None, begin, end), system_clock),
        )
        collector_settings = demo.trusting_loopback(settings.collector) if demo else settings.collector
        collector = await stack.enter_async_context(
            collecting(settings, collector_settings, event_log, registry=registry, metrics=metrics)
        )
        dashboard = make_dashboard_api(
            settings.dashboard_api,
            warehouse=warehouse,
            registry=registry,
            clock=system_clock,
            static_dir=settings.assets / "dashboard",
            client_address=address_behind_proxies(collector_settings),
            log=admin,
            people=people(settings, data, warehouse, admin, registry),
            deleting=ProjectDeleting(warehouse, admin, registry),
            doors=doors(settings),
            presets=presets_for_new_projects(settings),
        )
        await stack.enter_async_context(dashboard.lifespan())
        await stack.enter_async_context(sharing(settings, limiters_of(dashboard)))
        demo_site = demo.prepare(registry) if demo else None
        app = make_router(collector, with_body_timeout(cast(AsgiApp, dashboard)), demo_site)
        await stack.enter_async_context(listening(app, settings.process, stop))
        stack.push_async_callback(end_what_is_under_way, dashboard)
        if demo:
            await demo.back_fill(local_url(settings.process), data, stop)
        if not stop.is_set():
            await _greet(settings, registry, demo)
            if demo:
                await stack.enter_async_context(demo.traffic(local_url(settings.process)))
        await stop.wait()
        log.info("stopping")
    log.info("stopped; nothing acknowledged was lost")
    return 0


async def _greet(settings: Settings, registry: Registry, demo: DemoRun | None) -> None:
    """Says where to go, on standard output."""
    url = settings.process.public_url.rstrip("/") or f"http://localhost:{settings.process.port}"
    if demo:
        print(f"\n  Hatua {hatua.__version__} is running with demo data.\n")
        print(f"  Dashboard (signed in): {demo.sign_in_url(registry, url)}")
        print(f"  Demo Tax App:          {url}/demo/\n", flush=True)
        return
    token = await asyncio.to_thread(registry.issue_setup_token)
    print(f"\n  Hatua {hatua.__version__} is running.\n")
    if token:
        print(f"  First-run set-up: {url}/set-up?token={token}\n", flush=True)
    else:
        print(f"  Dashboard: {url}/\n", flush=True)
