"""The two facts that reading a body can end in: one event is bad, or the whole body is; and how a client is told."""

from typing import Any

import msgspec

from hatua.base.errors import HatuaError
from hatua.contract.reasons import RejectReason, RequestError


class EventFault(HatuaError):
    """One event cannot be taken. `path` is relative to the event (`properties.amount`, or empty for the event itself);
    `fact` goes on the sentence: "is 70,112 bytes; the limit is 65,536"."""

    def __init__(self, reason: RejectReason, path: str, fact: str) -> None:
        super().__init__(f"{path} {fact}")
        self.reason = reason
        self.path = path
        self.fact = fact


class BodyFault(HatuaError):
    """No event can be read from the body."""

    def __init__(self, error: RequestError, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


class Rejection(msgspec.Struct, frozen=True):
    """Why one event of a batch was not taken. `index`: its place in the batch, from 0."""

    index: int
    reason: str
    message: str


def kind_of(value: Any) -> str:
    """What JSON calls a decoded value, with its article, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def kind_of_json(raw: bytes) -> str:
    """The same of a value that is not decoded: its first byte tells."""
    names = {b"{": "an object", b"[": "an array", b'"': "a string", b"t": "a boolean", b"f": "a boolean", b"n": "null"}
    return names.get(raw.lstrip()[:1], "a number")
