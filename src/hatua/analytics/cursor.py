"""Where a list goes on: a place in its order, opaque to clients, checked when it comes back."""

import base64
import binascii
from collections.abc import Sequence

import msgspec

from hatua.analytics.errors import InvalidQuestion


def encode_cursor(*place: int | str) -> str:
    """The values of the last row's sort key, as text that fits a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode_cursor(text: str, kinds: Sequence[type], path: str = "cursor") -> tuple[int | str, ...]:
    """The values again, of exactly these types; InvalidQuestion for anything we never gave out."""
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[int | str])
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise InvalidQuestion(path, "is not a cursor of this list") from None
    if [type(value) for value in place] != list(kinds) or not all(
        0 <= value < 2**62 for value in place if isinstance(value, int)
    ):
        raise InvalidQuestion(path, "is not a cursor of this list")
    return tuple(place)
