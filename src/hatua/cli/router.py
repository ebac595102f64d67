"""One port for everything: which room answers which path. Pure dispatch, no I/O."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

COLLECTOR_PATHS = frozenset(("/health", "/ready", "/hatua.js", "/metrics"))


def make_router(collector: AsgiApp, dashboard: AsgiApp, demo: AsgiApp | None = None) -> AsgiApp:
    """An ASGI app: /v1/*, health and the SDK file to the collector; /demo/* to the demo app when there is one;
    everything else to the dashboard API, which also serves the built dashboard."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith("/v1/") or path in COLLECTOR_PATHS:
            await collector(scope, receive, send)
        elif demo is not None and (path == "/demo" or path.startswith("/demo/")):
            await demo(scope, receive, send)
        else:
            await dashboard(scope, receive, send)

    return route
