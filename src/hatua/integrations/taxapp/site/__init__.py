"""The demo Tax App as an ASGI app under /demo: static pages, and the write key they send to."""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import resources
from typing import Any

import msgspec

from hatua.integrations.taxapp.journeys import PAGE_PATHS

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/demo"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class _File(msgspec.Struct, frozen=True):
    body: bytes
    content_type: str
    etag: str


def make_demo_site(write_key: str, host: str = "") -> AsgiApp:
    """Serves `/demo/` (every page of the app), `/demo/assets/*` and `/demo/config.json` (`{"write_key", "host"}`).
    An empty `host` means the origin that the page came from. Expects the full path in `scope["path"]`; any other path
    under it is the app's own "no such page", with status 404. Only GET and HEAD are answered; others get 405."""
    assets = {
        item.name: _file(item.name, item.read_bytes())
        for item in resources.files(__package__).joinpath("pages").iterdir()
    }
    index = assets.pop("index.html")
    config = _file("config.json", msgspec.json.encode({"write_key": write_key, "host": host}))
    policy = _policy(index.body, host)

    def find(path: str) -> tuple[int, _File]:
        inside = path.removeprefix(PREFIX)
        if inside == "/config.json":
            return 200, config
        if inside.startswith("/assets/") and inside[8:] in assets:
            return 200, assets[inside[8:]]
        return (200 if inside in PAGE_PATHS else 404), index

    async def demo_site(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        method, path = scope["method"], scope["path"]
        if method not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        if path == PREFIX:
            query = b"?" + scope["query_string"] if scope.get("query_string") else b""
            await _answer(send, 308, [(b"location", PREFIX.encode() + b"/" + query)], b"")
            return
        status, file = find(path)
        headers = [
            (b"content-type", file.content_type.encode()),
            (b"cache-control", b"no-cache"),
            (b"etag", file.etag.encode()),
            (b"content-security-policy", policy),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
        ]
        if status == 200 and file.etag.encode() in dict(scope["headers"]).get(b"if-none-match", b""):
            await _answer(send, 304, headers, b"")
            return
        await _answer(send, status, headers, b"" if method == "HEAD" else file.body, len(file.body))

    return demo_site


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, length: int | None = None
) -> None:
    if status != 304:
        headers = [*headers, (b"content-length", str(len(body) if length is None else length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _file(name: str, body: bytes) -> _File:
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
    return _File(
        body=body,
        content_type=f"{kind}; charset=utf-8" if text else kind,
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
    )


def _policy(index: bytes, host: str) -> bytes:
    """Content-Security-Policy: our own files, the one inline script of the page by its hash, and the collector."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(index)
    )
    return (
        f"default-src 'self'; script-src 'self' {hashes}; connect-src 'self' {host}; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ).encode()
