"""The processor's own small HTTP face: liveness, readiness that means it, and its numbers for Prometheus."""

from collections.abc import Callable

import msgspec

import hatua
from hatua.cli.router import AsgiApp, Receive, Scope, Send
from hatua.processor.counters import Counters


def make_processor_status(counters: Counters, alive: Callable[[], bool]) -> AsgiApp:
    """/health: the process answers. /ready: the loop runs and has not halted, else 503. /metrics: Prometheus text."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/health":
            await _answer(send, 200, msgspec.json.encode({"status": "ok", "version": hatua.__version__}))
        elif path == "/ready":
            working = alive() and not counters.halted
            state = {"status": "ready" if working else "halted", "lag_ms": counters.lag_ms}
            await _answer(send, 200 if working else 503, msgspec.json.encode(state))
        elif path == "/metrics":
            await _answer(send, 200, render(counters), b"text/plain; version=0.0.4; charset=utf-8")
        else:
            await _answer(send, 404, b'{"error":{"code":"not_found","message":"there is nothing at this path"}}')

    return app


def render(counters: Counters) -> bytes:
    """Prometheus text format."""
    lines = [
        "# TYPE hatua_processor_events_total counter",
        f'hatua_processor_events_total{{outcome="inserted"}} {counters.inserted}',
        f'hatua_processor_events_total{{outcome="duplicate"}} {counters.duplicates}',
        f'hatua_processor_events_total{{outcome="dead"}} {counters.dead}',
        "# TYPE hatua_processor_batches_total counter",
        f"hatua_processor_batches_total {counters.batches}",
        "# TYPE hatua_processor_retries_total counter",
        f"hatua_processor_retries_total {counters.retries}",
        "# TYPE hatua_processor_lag_seconds gauge",
        f"hatua_processor_lag_seconds {counters.lag_ms / 1000:g}",
        "# TYPE hatua_processor_halted gauge",
        f"hatua_processor_halted {int(counters.halted)}",
    ]
    return ("\n".join(lines) + "\n").encode()


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
