"""The collector as an ASGI app: routes, CORS, status lines. No framework stands between a request and its handler."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter_ns
from typing import Any

import msgspec

from hatua import __version__
from hatua.base.clock import Clock
from hatua.base.errors import Unavailable
from hatua.base.log import fields
from hatua.base.rates import SharedLimiter
from hatua.collector.answers import STATUS, Refusal, refused
from hatua.collector.body import Receive, discard_body
from hatua.collector.capture import Capture, NoValidEvent
from hatua.collector.client_ip import Networks, parse_networks
from hatua.collector.keys import KeyDirectory
from hatua.collector.metrics import CollectorMetrics
from hatua.collector.origins import PREFLIGHT_HEADERS, OriginRules, cors, split_origins
from hatua.collector.request import Request, read_request
from hatua.collector.room import BodyRoom
from hatua.collector.script import Script
from hatua.collector.settings import CollectorSettings
from hatua.collector.visitors import FindSalt, Visitors
from hatua.contract.reasons import RequestError
from hatua.streams.port import LogWriter

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
MoreMetrics = Callable[[], Awaitable[bytes]]
"""Prometheus text format."""

log = logging.getLogger(__name__)

JSON: tuple[bytes, bytes] = (b"content-type", b"application/json")
NO_STORE: tuple[bytes, bytes] = (b"cache-control", b"no-store")


class Collector:
    """`/v1/capture`, `/v1/identify`, `/health`, `/v1/health`, `/ready`, `/hatua.js`, `/metrics`."""

    def __init__(
        self,
        settings: CollectorSettings,
        writer: LogWriter,
        keys: KeyDirectory,
        clock: Clock,
        script: bytes,
        *,
        more_metrics: MoreMetrics,
        find_salt: FindSalt | None,
    ) -> None:
        self.metrics = CollectorMetrics()
        self._more_metrics = more_metrics
        self._writer = writer
        self._trusted = Networks(parse_networks(settings.trusted_proxies, "HATUA_TRUSTED_PROXIES"))
        self._metrics_readers = Networks(parse_networks(settings.metrics_networks, "HATUA_METRICS_NETWORKS"))
        window_ms = settings.rate_limit_window_ms
        per_ip = SharedLimiter(settings.rate_limit_max_requests, window_ms)
        per_project = SharedLimiter(settings.rate_limit_project_max_requests, window_ms)
        self.limiters = {"ip": per_ip, "project": per_project}
        """For whoever shares them with other collectors."""
        self._capture = Capture(
            writer,
            keys,
            clock,
            metrics=self.metrics,
            origins=OriginRules(split_origins(settings.allowed_origins)),
            per_ip=per_ip,
            per_project=per_project,
            room=BodyRoom(settings.bodies_max_bytes),
            visitors=Visitors(find_salt, clock),
        )
        self._script = Script(script)
        self._health = msgspec.json.encode({"status": "ok", "version": __version__})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3. Only HTTP is served; other scopes end at once."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path in ("/v1/capture", "/v1/identify"):
            await self._capture_route(scope, receive, send)
            return
        request = read_request(scope, self._trusted)
        if scope["method"] not in ("GET", "HEAD"):
            await discard_body(receive, request.length)
        try:
            status, headers, body = await self._read_route(scope["method"], path, request)
        except Exception:
            log.exception("a request failed", extra=fields(path=path))
            status, headers, body = 500, [JSON], refused(RequestError.INTERNAL_ERROR, "the server failed")
        headers.append((b"content-length", b"%d" % len(body)))
        await _send(send, status, headers, b"" if scope["method"] == "HEAD" else body)

    async def _capture_route(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter_ns()
        request = read_request(scope, self._trusted)
        method = scope["method"]
        if method == "OPTIONS":
            await discard_body(receive, request.length)
            await _send(send, 204, await self._preflight(request), b"")
            return
        headers: Headers = [JSON]
        if request.origin:
            headers += cors(request.origin)
        try:
            if method != "POST":
                await discard_body(receive, request.length)
                raise Refusal(RequestError.METHOD_NOT_ALLOWED, f"{method} is not allowed here; use POST")
            body = await self._capture.answer(request, receive, identify=scope["path"] == "/v1/identify")
            status = 200
        except Refusal as refusal:
            status, body = self._refuse(refusal, headers)
            if refusal.error is RequestError.ORIGIN_NOT_ALLOWED:
                headers = [JSON]
        except Exception:
            log.exception("a capture request failed", extra=fields(path=scope["path"]))
            status, body = self._refuse(Refusal(RequestError.INTERNAL_ERROR, "the server failed"), headers)
        headers.append((b"content-length", b"%d" % len(body)))
        await _send(send, status, headers, body)
        self.metrics.answered(status, (perf_counter_ns() - began) / 1_000_000)

    async def _preflight(self, request: Request) -> Headers:
        """A preflight carries no X-Write-Key and no body, so a page of any origin may ask; the POST itself is checked.
        Only with ?write_key= the project is known already here."""
        allowed = not request.write_key or await self._capture.may_send(request)
        return [*cors(request.origin), *PREFLIGHT_HEADERS] if request.origin and allowed else [*PREFLIGHT_HEADERS]

    def _refuse(self, refusal: Refusal, headers: Headers) -> tuple[int, bytes]:
        """(status, body); adds what the status demands to the headers."""
        self.metrics.errors[refusal.error.value] += 1
        if refusal.retry_after_s:
            headers.append((b"retry-after", b"%d" % refusal.retry_after_s))
        if refusal.error is RequestError.METHOD_NOT_ALLOWED:
            headers.append((b"allow", b"POST, OPTIONS"))
        rejections = refusal.rejections if isinstance(refusal, NoValidEvent) else ()
        return STATUS[refusal.error], refused(refusal.error, refusal.message, rejections)

    async def _read_route(self, method: str, path: str, request: Request) -> tuple[int, Headers, bytes]:
        route = {
            "/health": self._answer_health,
            "/v1/health": self._answer_health,
            "/ready": self._answer_ready,
            "/hatua.js": self._answer_script,
            "/metrics": self._answer_metrics,
        }.get(path)
        if route is None:
            return _not_found()
        if method not in ("GET", "HEAD"):
            body = refused(RequestError.METHOD_NOT_ALLOWED, f"{method} is not allowed here; use GET")
            return 405, [JSON, (b"allow", b"GET, HEAD")], body
        return await route(request)

    async def _answer_health(self, request: Request) -> tuple[int, Headers, bytes]:
        return 200, [JSON, NO_STORE, (b"access-control-allow-origin", b"*")], self._health

    async def _answer_ready(self, request: Request) -> tuple[int, Headers, bytes]:
        """Ready means: an event sent now would be accepted, as far as the log can say."""
        try:
            depth = await self._writer.depth()
        except Unavailable as problem:
            refusal = self._capture.log_refusal(problem)
            body = refused(refusal.error, refusal.message)
            return STATUS[refusal.error], [JSON, NO_STORE, (b"retry-after", b"%d" % refusal.retry_after_s)], body
        return 200, [JSON, NO_STORE], msgspec.json.encode({"status": "ready", "waiting": depth.waiting})

    async def _answer_script(self, request: Request) -> tuple[int, Headers, bytes]:
        return self._script.answer(request.accept_encoding, request.if_none_match)

    async def _answer_metrics(self, request: Request) -> tuple[int, Headers, bytes]:
        # A request that was forwarded by a proxy we do not know may come from anywhere.
        forwarded = bool(request.forwarded_for) and request.ip == request.peer
        if forwarded or request.ip not in self._metrics_readers:
            return _not_found()
        body = self.metrics.render() + await self._more_metrics()
        return 200, [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8"), NO_STORE], body


async def _no_more() -> bytes:
    return b""


def make_collector(
    settings: CollectorSettings,
    writer: LogWriter,
    keys: KeyDirectory,
    clock: Clock,
    script: bytes = b"",
    *,
    more_metrics: MoreMetrics = _no_more,
    find_salt: FindSalt | None = None,
) -> Collector:
    """The ASGI app; `script` is the browser SDK served at /hatua.js, `more_metrics` what /metrics says of the rest of
    the process, `find_salt` where the salts of the day come from: without, projects that count without cookies answer
    503. Raises InvalidSetting for a malformed network."""
    return Collector(settings, writer, keys, clock, script, more_metrics=more_metrics, find_salt=find_salt)


def _not_found() -> tuple[int, Headers, bytes]:
    return 404, [JSON], refused(RequestError.NOT_FOUND, "there is nothing at this path")


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
