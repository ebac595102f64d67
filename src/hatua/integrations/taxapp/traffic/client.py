"""A small HTTP/1.1 client for `POST /v1/capture`: one kept-alive connection each, patient with a busy server."""

import asyncio
import contextlib
import random
import ssl
from collections.abc import Awaitable, Callable
from typing import Self
from urllib.parse import urlsplit

import msgspec

from hatua.base.errors import HatuaError
from hatua.integrations.taxapp.traffic.stories import Parcel

TIMEOUT_S = 30
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 10.0
BUSY = frozenset((408, 429, 500, 502, 503, 504))
"""Statuses after which the same request may succeed."""

_encode = msgspec.json.Encoder().encode


class CaptureRefused(HatuaError):
    """The server will not take this request, however often it is sent: a wrong key, a foreign origin, a wrong URL."""


class CaptureUnreachable(HatuaError):
    """No answer, or only "busy", for longer than the caller's patience."""


class Rejection(msgspec.Struct):
    """One event that was not taken."""

    index: int
    reason: str
    message: str = ""


class CaptureAnswer(msgspec.Struct):
    """The body of a 200, or of a 400 in which no event was valid."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Rejection] = []


_decode = msgspec.json.Decoder(CaptureAnswer).decode


class CaptureClient:
    """One connection; not to be shared by tasks. `patience_s`: how long it waits in all between the tries of one
    request, after which it raises CaptureUnreachable. `sleep` is passed in so that tests need not wait."""

    def __init__(
        self,
        base_url: str,
        write_key: str,
        *,
        patience_s: float = 60.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        target = urlsplit(base_url)
        if target.scheme not in ("http", "https") or not target.hostname:
            raise CaptureRefused(f"{base_url!r} is not the URL of a server, such as http://127.0.0.1:8000")
        self._host = target.hostname
        self._port = target.port or (443 if target.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if target.scheme == "https" else None
        self._patience_s = patience_s
        self._sleep = sleep
        self._head = (
            f"POST {target.path.rstrip('/')}/v1/capture HTTP/1.1\r\n"
            f"Host: {target.netloc}\r\nContent-Type: application/json\r\nX-Write-Key: {write_key}\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._drop()

    async def send(self, parcel: Parcel) -> CaptureAnswer:
        """Sends at most 100 events as one request, again and again with the same ids until it is answered.
        Raises CaptureRefused or CaptureUnreachable."""
        request = self._request(parcel)
        waited = 0.0
        backoff = FIRST_WAIT_S
        while True:
            asked_to_wait = 0.0
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    status, headers, body = await self._exchange(request)
            except (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError) as problem:
                await self._drop()
                failure = f"{type(problem).__name__}: {problem}"
            else:
                if status not in BUSY:
                    return _understood(status, body)
                failure = f"status {status}"
                asked_to_wait = float(headers.get("retry-after", "0") or 0)
            pause = max(asked_to_wait, backoff * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
            if waited + pause > self._patience_s:
                raise CaptureUnreachable(f"POST /v1/capture: no answer after {waited:.0f} s of trying; last: {failure}")
            await self._sleep(pause)
            waited += pause
            backoff = min(LONGEST_WAIT_S, backoff * 2)

    def _request(self, parcel: Parcel) -> bytes:
        body = _encode({"batch": parcel.events})
        head = (
            f"{self._head}User-Agent: {parcel.user_agent}\r\nX-Forwarded-For: {parcel.ip}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            await self._drop()
        return int(first.split(" ", 2)[1]), headers, body

    async def _drop(self) -> None:
        if self._streams is None:
            return
        _, writer = self._streams
        self._streams = None
        writer.close()
        with contextlib.suppress(OSError):  # it is gone either way
            await writer.wait_closed()


def _understood(status: int, body: bytes) -> CaptureAnswer:
    try:
        answer = _decode(body)
    except msgspec.MsgspecError:
        answer = None
    if answer is not None and (status == 200 or (status == 400 and answer.rejected)):
        return answer
    raise CaptureRefused(f"POST /v1/capture answered {status}: {body[:300].decode(errors='replace')}")
