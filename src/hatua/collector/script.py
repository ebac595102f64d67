"""`GET /hatua.js`: the browser SDK, compressed once when the process starts."""

import gzip
from hashlib import sha256

import brotli

Headers = list[tuple[bytes, bytes]]

CACHE_CONTROL = b"public, max-age=3600, stale-while-revalidate=86400"
"""An hour: a fixed SDK reaches every page the same day, and a visit loads it once."""


class Script:
    """One script in its three encodings, each with its own strong ETag (the bytes differ, so must the tags)."""

    def __init__(self, source: bytes) -> None:
        tag = sha256(source).hexdigest()[:32]
        self._variants = {
            b"br": (brotli.compress(source, quality=11), b'"%b-br"' % tag.encode()),
            b"gzip": (gzip.compress(source, compresslevel=9, mtime=0), b'"%b-gz"' % tag.encode()),
            b"": (source, b'"%b"' % tag.encode()),
        }

    def answer(self, accept_encoding: bytes, if_none_match: bytes) -> tuple[int, Headers, bytes]:
        """(status, headers, body) for the best encoding that the client takes."""
        encoding = _best_encoding(accept_encoding)
        body, etag = self._variants[encoding]
        headers: Headers = [
            (b"etag", etag),
            (b"cache-control", CACHE_CONTROL),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if _matches(if_none_match, etag):
            return 304, headers, b""
        headers.append((b"content-type", b"text/javascript; charset=utf-8"))
        if encoding:
            headers.append((b"content-encoding", encoding))
        return 200, headers, body


def _best_encoding(accept: bytes) -> bytes:
    offered = set()
    for item in accept.lower().split(b","):
        name, _, parameters = item.partition(b";")
        if parameters.replace(b" ", b"").rstrip(b"0.") != b"q=":  # q=0 and q=0.000 mean "not this one"
            offered.add(name.strip())
    return b"br" if b"br" in offered else b"gzip" if b"gzip" in offered else b""


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    tags = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return b"*" in tags or etag in tags
