"""Reading a request's body, never more of it than the limit, compressed or not."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

import brotli
from backports import zstd

from hatua.collector.answers import Refusal
from hatua.collector.room import Visit
from hatua.contract.limits import MAX_BODY_BYTES
from hatua.contract.reasons import RequestError

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

DRAINED_BYTES: Final = 4_000_000
"""A body over the limit is read on (and dropped) up to here before the answer, since most clients only look for an
answer when they have sent everything; what is larger still is answered at once."""

READ_TIMEOUT_S: Final = 30.0
"""A phone on a bad network needs seconds for 500 KB; a connection that trickles for longer is no client."""

ZSTD_WINDOW_LOG: Final = 23
"""8 MB, what RFC 9659 lets HTTP content use: a frame must not make us allocate gigabytes."""


async def read_body(receive: Receive, declared: int, visit: Visit, *, timeout_s: float = READ_TIMEOUT_S) -> bytes:
    """The body as it came. `declared`: Content-Length, -1 when there is none; `visit`: what it is counted on while it
    is held. Raises Refusal."""
    try:
        async with asyncio.timeout(timeout_s):
            message = await receive()
            body: bytes = message.get("body", b"")
            if message["type"] == "http.request" and (len(body) == declared or not message.get("more_body", False)):
                if len(body) > MAX_BODY_BYTES:
                    raise _too_large(len(body))
                visit.take(len(body))
                return body
            return b"".join(await _read_rest(receive, message, declared, visit))
    except TimeoutError:
        raise Refusal(RequestError.INCOMPLETE_BODY, f"the body did not arrive within {timeout_s:g} s") from None


async def discard_body(receive: Receive, declared: int, *, timeout_s: float = READ_TIMEOUT_S) -> None:
    """Reads a body that nobody wants, so that the connection can be used again. Raises nothing."""
    with suppress(Refusal, TimeoutError):
        async with asyncio.timeout(timeout_s):
            await _read_rest(receive, await receive(), declared, None)


async def _read_rest(
    receive: Receive, message: MutableMapping[str, Any], declared: int, visit: Visit | None
) -> list[bytes]:
    """The parts of the body; none are kept without a `visit`."""
    chunks: list[bytes] = []
    size = 0
    if declared > DRAINED_BYTES:
        raise _too_large(declared)
    while True:
        if message["type"] == "http.disconnect":
            raise Refusal(RequestError.INCOMPLETE_BODY, f"the connection ended after {size:,} bytes of the body")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES and visit is not None:
            visit.take(len(chunk))
            chunks.append(chunk)
        if not message.get("more_body", False) or size == declared or size > DRAINED_BYTES:
            break
        message = await receive()
    if size > MAX_BODY_BYTES:
        raise _too_large(size)
    return chunks


def decompress(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding; stops one byte past the limit. Raises Refusal."""
    expand = _EXPAND.get(encoding)
    if expand is None:
        raise Refusal(
            RequestError.UNSUPPORTED_ENCODING,
            f"Content-Encoding is {encoding[:40]!r}; accepted are gzip, br, zstd and identity",
        )
    try:
        expanded, complete = expand(body)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as problem:
        raise Refusal(RequestError.INVALID_ENCODING, f"the body is not valid {encoding}: {problem}") from None
    if len(expanded) > MAX_BODY_BYTES:
        raise Refusal(
            RequestError.BODY_TOO_LARGE,
            f"the body is over {MAX_BODY_BYTES:,} bytes after decompression, the limit",
        )
    if not complete:
        raise Refusal(RequestError.INVALID_ENCODING, f"the body is not one whole {encoding} stream")
    return expanded


def _gunzip(body: bytes) -> tuple[bytes, bool]:
    stream = zlib.decompressobj(wbits=31)
    expanded = stream.decompress(body, MAX_BODY_BYTES + 1)
    return expanded, stream.eof and not stream.unused_data


def _unbrotli(body: bytes) -> tuple[bytes, bool]:
    stream = brotli.Decompressor()
    chunks = [stream.process(body, output_buffer_limit=MAX_BODY_BYTES + 1)]
    size = len(chunks[0])
    while size <= MAX_BODY_BYTES and not stream.is_finished() and not stream.can_accept_more_data():
        chunks.append(stream.process(b"", output_buffer_limit=MAX_BODY_BYTES + 1 - size))
        size += len(chunks[-1])
    return b"".join(chunks), stream.is_finished()


def _unzstd(body: bytes) -> tuple[bytes, bool]:
    stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})
    expanded = stream.decompress(body, MAX_BODY_BYTES + 1)
    return expanded, stream.eof and not stream.unused_data


_EXPAND: Final[dict[str, Callable[[bytes], tuple[bytes, bool]]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "br": _unbrotli,
    "zstd": _unzstd,
    "identity": lambda body: (body, True),
}


def _too_large(size: int) -> Refusal:
    return Refusal(RequestError.BODY_TOO_LARGE, f"the body is {size:,} bytes; the limit is {MAX_BODY_BYTES:,}")
