"""`hatua serve`: the whole product in one process, from the collector to the dashboard."""

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

import hatua
from hatua.base.clock import system_clock
from hatua.base.errors import HatuaError, InvalidSetting
from hatua.base.log import fields
from hatua.cli.demo_run import DemoRun
from hatua.cli.router import AsgiApp, make_router
from hatua.cli.settings import Settings
from hatua.cli.stores import installation_secret, opened_registry
from hatua.collector.app import make_collector
from hatua.collector.client_ip import Networks, parse_networks
from hatua.collector.keys import CachedKeys
from hatua.collector.request import read_request
from hatua.collector.settings import CollectorSettings
from hatua.dashboard_api.app import make_dashboard_api
from hatua.processor.build import make_processor
from hatua.processor.failures import ProcessorHalted
from hatua.processor.settings import ProcessorSettings
from hatua.processor.worker import Processor
from hatua.registry.store import Registry
from hatua.streams.sqlite_log import SqliteLog
from hatua.warehouse.client import Warehouse
from hatua.warehouse.migrate import apply_migrations

log = logging.getLogger("hatua.serve")

STOP_PROCESSOR_S = 9.0
"""Longest wait for the processor's batch under way at shutdown; what it did not acknowledge is read again."""

MAX_HEADER_BYTES = 64 * 1024
"""Request line and headers. A beacon's URL carries a key, not a payload."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the command of this file."""
    serve = commands.add_parser("serve", help="run the whole product in one process")
    serve.add_argument("--demo", action="store_true", help="with the demo Tax App and live demo data")
    serve.add_argument("--demo-days", type=int, default=30, help="days of traffic to back-fill at the first start")
    serve.add_argument("--demo-visitors", type=int, default=2000, help="visitors in them (0: none)")
    serve.add_argument("--no-live", action="store_true", help="demo without the trickle of live traffic")
    serve.set_defaults(command=_serve)


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    if settings.warehouse.host:
        raise InvalidSetting("CLICKHOUSE_HOST is set, but `hatua serve` runs ClickHouse in-process; unset it")
    data = settings.data(demo=arguments.demo)
    demo = None
    if arguments.demo:
        demo = DemoRun(days=arguments.demo_days, visitors=arguments.demo_visitors, live=not arguments.no_live)
    return uvloop.run(_run(settings, data, demo))


async def _run(settings: Settings, data: Path, demo: DemoRun | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _refuse_taken_port(settings.process.host, settings.process.port)
    async with contextlib.AsyncExitStack() as stack:
        registry = stack.enter_context(opened_registry(settings, data))
        event_log = SqliteLog.open(
            data / "log.db",
            max_events=settings.streams.max_events,
            max_bytes=settings.streams.max_bytes,
            dedup_window_ms=settings.streams.dedup_window_ms,
        )
        stack.callback(event_log.close)
        warehouse = Warehouse.open(msgspec.structs.replace(settings.warehouse, path=str(_folder(data / "warehouse"))))
        stack.callback(warehouse.close)
        apply_migrations(warehouse)

        processor = make_processor(
            event_log.reader("serve"),
            warehouse,
            registry.project,
            settings=_with_geoip(settings),
            pepper=installation_secret(settings, data),
        )
        await stack.enter_async_context(_processing(processor))

        writer = event_log.writer()
        stack.push_async_callback(writer.close)
        keys = CachedKeys(registry.write_key, system_clock)
        stack.push_async_callback(keys.close)
        collector_settings = demo.trusting_loopback(settings.collector) if demo else settings.collector
        collector = make_collector(
            collector_settings,
            writer,
            keys,
            system_clock,
            _script(settings.assets / "sdk" / "hatua.js"),
        )
        dashboard = make_dashboard_api(
            settings.dashboard_api,
            warehouse=warehouse,
            registry=registry,
            clock=system_clock,
            static_dir=settings.assets / "dashboard",
            client_address=_address_behind_proxies(collector_settings),
        )
        demo_site = demo.prepare(registry) if demo else None
        app: AsgiApp = make_router(collector, cast(AsgiApp, dashboard), demo_site)
        await stack.enter_async_context(_listening(app, settings, stop))
        # Entered last, left first: the HTTP server waits for open streams, and this is what ends them.
        await stack.enter_async_context(dashboard.lifespan())
        await _greet(settings, registry, demo, data)
        if demo:
            await stack.enter_async_context(demo.traffic(_local_url(settings)))
        await stop.wait()
        log.info("stopping")
    log.info("stopped; nothing acknowledged was lost")
    return 0


async def _greet(settings: Settings, registry: Registry, demo: DemoRun | None, data: Path) -> None:
    """Says where to go: the one line a new user needs, on standard output."""
    url = settings.process.public_url.rstrip("/") or f"http://localhost:{settings.process.port}"
    if demo:
        await demo.back_fill(_local_url(settings), data)
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


@contextlib.asynccontextmanager
async def _processing(processor: Processor) -> AsyncIterator[None]:
    """The processor in a thread of its own. A processor that halts is said as an ERROR; collection goes on."""
    stop = threading.Event()

    def work() -> None:
        try:
            processor.run(stop)
        except ProcessorHalted:
            log.error("the processor halted; collection goes on, and events wait in the log for a restart")
        except Exception:
            log.exception("the processor failed; events wait in the log until it is restarted")

    thread = threading.Thread(target=work, name="hatua-processor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        await asyncio.to_thread(thread.join, STOP_PROCESSOR_S)


@contextlib.asynccontextmanager
async def _listening(app: AsgiApp, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Granian on this event loop. If it ends by itself the whole process stops."""
    server = Server(
        app,
        address=settings.process.host,
        port=settings.process.port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=2048,
        log_enabled=False,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEADER_BYTES * 4),
    )
    task = asyncio.create_task(server.serve())
    task.add_done_callback(lambda _: stop.set())
    await _accepting(settings, task)
    log.info("listening", extra=fields(host=settings.process.host, port=settings.process.port))
    try:
        yield
    finally:
        if not task.done():
            server.stop()  # type: ignore[no-untyped-call]
        await task


async def _accepting(settings: Settings, task: asyncio.Task[None]) -> None:
    """Returns when the port accepts connections."""
    host = "127.0.0.1" if settings.process.host == "0.0.0.0" else settings.process.host  # noqa: S104 - compared, not bound
    for _ in range(500):
        if task.done():
            await task
            raise HatuaError("the HTTP server ended before it listened")
        try:
            _, writer = await asyncio.open_connection(host, settings.process.port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise HatuaError(f"the HTTP server did not listen on {host}:{settings.process.port} within 5 s")


def _refuse_taken_port(host: str, port: int) -> None:
    """Said before any store is opened. The server binds with SO_REUSEPORT, so it would not notice by itself."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise InvalidSetting(f"cannot listen on {host}:{port}: {problem.strerror}; set PORT to another") from None


def _with_geoip(settings: Settings) -> ProcessorSettings:
    """MAXMIND_DB_PATH, or the DB-IP files that `make setup` put among the assets."""
    files = settings.assets / "geoip"
    if settings.processor.maxmind_db_path or not files.is_dir():
        return settings.processor
    return msgspec.structs.replace(settings.processor, maxmind_db_path=str(files))


def _address_behind_proxies(collector: CollectorSettings) -> Callable[[Mapping[str, Any]], str]:
    """Whose request it is, by the same trusted proxies as the collector's."""
    trusted = Networks(parse_networks(collector.trusted_proxies, "HATUA_TRUSTED_PROXIES"))
    return lambda scope: read_request(scope, trusted).ip


def _script(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidSetting(f"the browser SDK is not built: {path} is missing; run `make setup`")
    return path.read_bytes()


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _local_url(settings: Settings) -> str:
    host = settings.process.host if settings.process.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    return f"http://{host}:{settings.process.port}"
