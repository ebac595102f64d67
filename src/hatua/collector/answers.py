"""The whole HTTP contract of the collector in one table: what may go wrong, its status, and whether to send again."""

from collections.abc import Sequence
from typing import Final

import msgspec

from hatua.base.errors import HatuaError
from hatua.collector.protocols.faults import Rejection
from hatua.contract.reasons import RequestError

STATUS: Final[dict[RequestError, int]] = {
    RequestError.INVALID_JSON: 400,
    RequestError.INVALID_BODY: 400,
    RequestError.INCOMPLETE_BODY: 400,
    RequestError.INVALID_ENCODING: 400,
    RequestError.EMPTY_BATCH: 400,
    RequestError.NO_VALID_EVENT: 400,
    RequestError.MISSING_WRITE_KEY: 401,
    RequestError.UNKNOWN_WRITE_KEY: 401,
    RequestError.ORIGIN_NOT_ALLOWED: 403,
    RequestError.NOT_FOUND: 404,
    RequestError.METHOD_NOT_ALLOWED: 405,
    RequestError.BODY_TOO_LARGE: 413,
    RequestError.TOO_MANY_EVENTS: 413,
    RequestError.UNSUPPORTED_ENCODING: 415,
    RequestError.UNSUPPORTED_MEDIA_TYPE: 415,
    RequestError.RATE_LIMITED: 429,
    RequestError.INTERNAL_ERROR: 500,
    RequestError.LOG_UNAVAILABLE: 503,
    RequestError.LOG_FULL: 503,
    RequestError.KEYS_UNAVAILABLE: 503,
    RequestError.OVERLOADED: 503,
}
"""429 and 503 carry Retry-After: the same request may succeed later. The other refusals stay refusals."""


class Refusal(HatuaError):
    """A whole request is refused; nothing of it was accepted. `retry_after_s`: 0 where sending again is useless."""

    def __init__(self, error: RequestError, message: str, *, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.retry_after_s = retry_after_s


class _Error(msgspec.Struct, frozen=True):
    code: str
    message: str


class _Accepted(msgspec.Struct, frozen=True):
    status: str
    accepted: int
    duplicate: int
    rejected: Sequence[Rejection]


class _Refused(msgspec.Struct, frozen=True):
    status: str
    error: _Error
    accepted: int
    duplicate: int
    rejected: Sequence[Rejection]


_encode = msgspec.json.Encoder().encode


def accepted(accepted: int, duplicate: int, rejected: Sequence[Rejection]) -> bytes:
    """The body of a 200: what is durable now, what had been taken before, and each event that was refused."""
    if not rejected:
        return b'{"status":"success","accepted":%d,"duplicate":%d,"rejected":[]}' % (accepted, duplicate)
    return _encode(_Accepted("success", accepted, duplicate, rejected))


def refused(error: RequestError, message: str, rejected: Sequence[Rejection] = ()) -> bytes:
    """The body of every 4xx and 5xx: the shape of a 200 with zeros, and the error by code and in words."""
    return _encode(_Refused("error", _Error(error.value, message), 0, 0, rejected))
