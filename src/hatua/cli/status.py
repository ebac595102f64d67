"""The small HTTP face of a process: liveness, readiness that means it, and its numbers for Prometheus."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

import msgspec

import hatua
from hatua.base.errors import HatuaError, Unavailable
from hatua.base.log import fields
from hatua.cli.metrics import Part, RequestCounts, rendered
from hatua.cli.router import AsgiApp, Receive, Scope, Send
from hatua.collector.client_ip import Networks, parse_networks
from hatua.collector.request import read_request
from hatua.collector.settings import CollectorSettings
from hatua.processor.counters import Counters
from hatua.streams.port import LogWriter

log = logging.getLogger("hatua.status")

Ready = Callable[[], Awaitable[tuple[bool, dict[str, Any]]]]
"""Whether the process does its work now, and what to say about it."""

CHECK_S = 4.0
"""A store that does not answer a check for so long counts as away; probes commonly give up after 5 s or more."""

_NOTHING_HERE = b'{"error":{"code":"not_found","message":"there is nothing at this path"}}'


def make_status(ready: Ready, metrics: Sequence[Part], settings: CollectorSettings) -> AsgiApp:
    """/health: the process answers. /ready: 200 or 503. /metrics: for HATUA_METRICS_NETWORKS, like the collector's."""
    trusted = Networks(parse_networks(settings.trusted_proxies, "HATUA_TRUSTED_PROXIES"))
    readers = Networks(parse_networks(settings.metrics_networks, "HATUA_METRICS_NETWORKS"))

    def may_read(scope: Scope) -> bool:
        request = read_request(scope, trusted)
        forwarded = bool(request.forwarded_for) and request.ip == request.peer
        return not forwarded and request.ip in readers

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/health":
            await _answer(send, 200, msgspec.json.encode({"status": "ok", "version": hatua.__version__}))
        elif path == "/ready":
            works, said = await ready()
            await _answer(send, 200 if works else 503, msgspec.json.encode(said))
        elif path == "/metrics" and may_read(scope):
            await _answer(send, 200, await rendered(metrics), b"text/plain; version=0.0.4; charset=utf-8")
        else:
            await _answer(send, 404, _NOTHING_HERE)

    return app


STATUS_PATHS = frozenset(("/health", "/ready", "/metrics"))


def beside(app: AsgiApp, status: AsgiApp, counts: RequestCounts) -> AsgiApp:
    """`status` for its paths, `app` for all others, whose requests are counted."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if scope["path"] in STATUS_PATHS:
            await status(scope, receive, send)
            return
        began = perf_counter()
        answered = {"status": 500, "streams": False}

        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
                answered["status"] = message["status"]
                answered["streams"] = any(kind.startswith(b"text/event-stream") for kind in kinds)
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            took = None if answered["streams"] else perf_counter() - began
            counts.answered(answered["status"], took)

    return route


def processor_ready(counters: Counters, alive: Callable[[], bool], writer: LogWriter) -> Ready:
    """Ready: the loop runs, has not halted, waits for no store, and the log answers."""

    async def ready() -> tuple[bool, dict[str, Any]]:
        if counters.halted or not alive():
            return False, {"status": "halted"}
        try:
            depth = await writer.depth()
        except Unavailable as fact:
            log.warning("not ready: %s", fact)
            return False, {"status": "log_unavailable"}
        if counters.store_away:
            return False, {"status": "store_unavailable"}
        return True, {"status": "ready", "waiting": depth.waiting, "lag_ms": counters.lag_ms}

    return ready


class StoresAnswer:
    """Ready: every one of the checks returns. One look at a time, whoever asks, so that a store that hangs cannot pile
    up threads. Says which store is away; why is for the log."""

    def __init__(self, **checks: Callable[[], object]) -> None:
        """By name of the store. The checks block, and raise HatuaError when their store is away."""
        self._checks = checks
        self._looking: asyncio.Task[list[str]] | None = None

    async def __call__(self) -> tuple[bool, dict[str, Any]]:
        if self._looking is None:
            self._looking = asyncio.create_task(asyncio.to_thread(self._look))
            self._looking.add_done_callback(self._looked)
        try:
            away = await asyncio.wait_for(asyncio.shield(self._looking), CHECK_S)
        except TimeoutError:
            away = list(self._checks)
        return (False, {"status": "store_unavailable", "away": away}) if away else (True, {"status": "ready"})

    def _look(self) -> list[str]:
        away = []
        for name, check in self._checks.items():
            try:
                check()
            except HatuaError as fact:
                log.warning("not ready: %s", fact, extra=fields(store=name))
                away.append(name)
        return away

    def _looked(self, _: object) -> None:
        self._looking = None


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
