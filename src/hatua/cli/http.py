"""Listening: Granian on the event loop of this process, signals, and who the client is."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.base.log import fields
from hatua.cli.listener import Listener
from hatua.cli.router import AsgiApp
from hatua.cli.settings import ProcessSettings
from hatua.collector.client_ip import Networks, parse_networks
from hatua.collector.request import read_request
from hatua.collector.settings import CollectorSettings

log = logging.getLogger("hatua.http")

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to by default


LEAVE_S = 9.5
"""After a signal. Whoever runs us kills after 10 s; a question that ClickHouse still works on is not waited for."""


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. The process has then LEAVE_S to come to its end, and ends anyway."""
    stop = asyncio.Event()

    def signalled() -> None:
        if not stop.is_set():
            stop.set()
            deadline = threading.Timer(LEAVE_S, _leave)
            deadline.daemon = True
            deadline.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signalled)
    return stop


def _leave() -> None:
    log.warning("work under way did not end; leaving it: nothing acknowledged is lost", extra=fields(waited_s=LEAVE_S))
    logging.shutdown()
    os._exit(1)


def refuse_taken_port(process: ProcessSettings) -> None:
    """Said before any store is opened. The server binds with SO_REUSEPORT, so it would not notice by itself."""
    family = socket.AF_INET6 if ":" in process.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((process.host, process.port))
        except OSError as problem:
            raise InvalidSetting(
                f"cannot listen on {process.host}:{process.port}: {problem.strerror}; set PORT to another"
            ) from None


STOP_S = 5.0
"""Longest wait for the answers under way. A client that does not read its answer would hold the process for ever."""


@contextlib.asynccontextmanager
async def listening(app: AsgiApp, process: ProcessSettings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Serves while the context is open, and finishes the requests under way at its end. If the server ends by itself,
    `stop` is set."""
    server = Listener(app, process)
    task = asyncio.create_task(server.serve())
    task.add_done_callback(lambda _: stop.set())
    await _accepting(process, task)
    log.info("listening", extra=fields(host=process.host, port=process.port))
    try:
        yield
    finally:
        if not task.done():
            server.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait({task}, timeout=STOP_S)
        if task.done():
            await task
        else:
            log.warning("some answers were not read by their clients; leaving them", extra=fields(waited_s=STOP_S))


async def _accepting(process: ProcessSettings, task: asyncio.Task[None]) -> None:
    """Returns when the port accepts connections."""
    for _ in range(500):
        if task.done():
            await task
            raise HatuaError("the HTTP server ended before it listened")
        try:
            _, writer = await asyncio.open_connection(_reachable(process.host), process.port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise HatuaError(f"the HTTP server did not listen on {process.host}:{process.port} within 5 s")


def local_url(process: ProcessSettings) -> str:
    """How this machine reaches its own server."""
    return f"http://{_reachable(process.host)}:{process.port}"


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in EVERYWHERE else host


def address_behind_proxies(collector: CollectorSettings) -> Callable[[Mapping[str, Any]], str]:
    """Whose request it is, by the same trusted proxies as the collector's."""
    trusted = Networks(parse_networks(collector.trusted_proxies, "HATUA_TRUSTED_PROXIES"))
    return lambda scope: read_request(scope, trusted).ip
