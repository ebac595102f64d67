"""The built dashboard: a folder of files, found by name in an index made at start, so no request path ever meets the
file system. Pages carry a content security policy with the hashes of their own inline scripts."""

import base64
import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import NamedTuple

from litestar.types import Receive, Scope, Send

IMMUTABLE_PREFIX = "/_next/static/"
"""Names here carry a hash of their content."""

MIN_GZIP_BYTES = 512
_TEXT = re.compile(r"text/.*|application/(javascript|json|xml|manifest\+json)|image/svg\+xml")
_INLINE_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_SRC = re.compile(rb"\ssrc\s*=", re.IGNORECASE)

_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".txt": "text/plain"}
_TYPES |= {".webmanifest": "application/manifest+json", ".ico": "image/x-icon", ".map": "application/json"}

NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Hatua</title>
<h1>The dashboard is not built</h1>
<p>The API runs, and events are collected. To see the dashboard, build it and start the server again:</p>
<pre>make setup</pre>
<p>It is built into the package's assets folder; <code>HATUA_ASSETS_DIR</code> names another one.</p></html>
"""
NOT_HERE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found</title>
<h1>There is no such page</h1><p><a href="/">To the dashboard</a></p></html>
"""


class Page(NamedTuple):
    """One file of the site. `body` is read and compressed when it is first asked for."""

    path: Path
    media_type: str
    etag: str
    immutable: bool
    policy: str


class Site:
    """Serves one folder; `static_dir` missing or without index.html: a page that says how to build it."""

    def __init__(self, static_dir: Path | None) -> None:
        self._pages = _index(static_dir) if static_dir and (static_dir / "index.html").is_file() else {}
        self._bodies: dict[tuple[Path, bool], bytes] = {}

    async def respond(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """ASGI app for GET and HEAD. Reads a file on first use only; the largest are a few hundred kilobytes."""
        status, page = self._find(str(scope["path"]))
        headers = {k.lower(): v for k, v in scope["headers"]}
        if page is None:
            status, text = (404, NOT_HERE) if self._pages else (503, NOT_BUILT)
            page = Page(Path(), "text/html; charset=utf-8", '""', False, policy_of(text))
            await _send(scope, send, status, text, _fields(page))
            return
        fields = _fields(page)
        if status == 200 and page.etag.encode() in _etags(headers.get(b"if-none-match", b"")):
            await _send(scope, send, 304, b"", fields)
            return
        zipped = b"gzip" in headers.get(b"accept-encoding", b"") and _TEXT.match(page.media_type) is not None
        body = self._body(page.path, zipped)
        if zipped and body[:2] == b"\x1f\x8b":
            fields["content-encoding"] = "gzip"
        await _send(scope, send, status, body, fields)

    def _find(self, path: str) -> tuple[int, Page | None]:
        for name in (path, f"{path.rstrip('/')}/index.html", f"{path.rstrip('/')}.html"):
            if name in self._pages:
                return 200, self._pages[name]
        return 404, self._pages.get("/404.html") or self._pages.get("/404/index.html")

    def _body(self, path: Path, zipped: bool) -> bytes:
        key = (path, zipped)
        if key not in self._bodies:
            raw = path.read_bytes()
            self._bodies[key] = gzip.compress(raw, 9, mtime=0) if zipped and len(raw) >= MIN_GZIP_BYTES else raw
        return self._bodies[key]


def policy_of(html: bytes) -> str:
    """The content security policy of one page: scripts from here, and its own inline ones by their hash."""
    hashes = sorted(
        {
            base64.b64encode(hashlib.sha256(script["body"]).digest()).decode()
            for script in _INLINE_SCRIPT.finditer(html)
            if not _SRC.search(script["attributes"]) and script["body"]
        }
    )
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    # Inline styles stay allowed: charts and floating menus position themselves with style attributes.
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def _index(folder: Path) -> dict[str, Page]:
    found: dict[str, Page] = {}
    root = folder.resolve()
    for path in sorted(root.rglob("*")):
        if not path.is_file() or not path.resolve().is_relative_to(root):
            continue
        name = "/" + path.relative_to(root).as_posix()
        raw = path.read_bytes()
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[name] = Page(
            path=path,
            media_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
            etag=f'"{hashlib.sha256(raw).hexdigest()[:32]}"',
            immutable=name.startswith(IMMUTABLE_PREFIX),
            policy=policy_of(raw) if media_type == "text/html" else "default-src 'none'; frame-ancestors 'none'",
        )
    return found


def _fields(page: Page) -> dict[str, str]:
    return {
        "content-type": page.media_type,
        "etag": page.etag,
        "vary": "accept-encoding",
        "cache-control": "public, max-age=31536000, immutable" if page.immutable else "no-cache",
        "content-security-policy": page.policy,
    }


def _etags(header: bytes) -> set[bytes]:
    return {tag.strip().removeprefix(b"W/") for tag in header.split(b",")}


async def _send(scope: Scope, send: Send, status: int, body: bytes, fields: dict[str, str]) -> None:
    if status != 304:
        fields["content-length"] = str(len(body))
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    head = scope.get("method") == "HEAD"
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})
