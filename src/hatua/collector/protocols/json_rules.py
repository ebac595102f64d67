"""What `properties` and `context` must satisfy as JSON, without losing a byte of them.

Nearly every object passes on arithmetic alone (too short for 255 keys, too few brackets for 10 levels); only the rest
are decoded and walked.
"""

import re
from typing import Any

import msgspec

from hatua.collector.protocols.faults import EventFault, kind_of
from hatua.contract.limits import (
    MAX_CONTEXT_BYTES,
    MAX_CONTEXT_DEPTH,
    MAX_PROPERTIES_BYTES,
    MAX_PROPERTIES_DEPTH,
    MAX_PROPERTIES_KEYS,
)
from hatua.contract.reasons import RejectReason

SAFE_BYTES = 5 * (MAX_PROPERTIES_KEYS + 1)
"""The shortest object with 256 keys is 256 times `"":0` with commas and braces: 1,281 bytes. Up to here, none can."""

SAFE_BRACKETS = min(MAX_PROPERTIES_DEPTH, MAX_CONTEXT_DEPTH)
"""Fewer opening brackets than levels allowed cannot be nested too deeply."""

MAX_FLOAT_DIGITS = 308
"""1.797e308 is the largest 64-bit float: an integer of up to 308 digits is certainly within."""

_NUMBER_SHAPES = bytes(
    ord("0") if chr(i).isascii() and chr(i).isdigit() else ord("e") if chr(i) in "eE" else i for i in range(256)
)
_TEXT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_LONE = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def may_hold_bad_text(body: bytes) -> bool:
    """False: no string in it decodes to a NUL or a lone surrogate. True: look closer (an emoji may be written so)."""
    return b"\\" in body and _TEXT_ESCAPE.search(body) is not None


def without_lone_surrogates(body: bytes) -> bytes:
    r"""Each lone surrogate escape becomes \u0000 of the same length, so that the body can be decoded and the one event
    that holds it be named, by the same rule as a NUL."""
    return _LONE.sub(lambda found: rb"\u0000" if found[2] is not None else found[0], body)


def may_hold_bad_number(blob: bytes) -> bool:
    """False: every number in it is finite as a 64-bit float. True: look closer (a hex string may look like 1e9)."""
    shapes = blob.translate(_NUMBER_SHAPES)
    return b"0e" in shapes or b"0" * (MAX_FLOAT_DIGITS + 1) in shapes


def is_plain(raw: bytes) -> bool:
    """Whether this is an object that is too short and too flat to break any limit: nearly all are."""
    return raw.startswith(b"{") and len(raw) <= SAFE_BYTES and raw.count(b"{") + raw.count(b"[") <= SAFE_BRACKETS


def checked_properties(raw: bytes, path: str, *, careful: bool) -> bytes:
    """The object's bytes, as sent. `careful`: its text and numbers need a look as well. Raises EventFault."""
    if not careful and is_plain(raw):
        return raw
    if len(raw) > MAX_PROPERTIES_BYTES:
        raw = _compact(raw, MAX_PROPERTIES_BYTES, path, RejectReason.PROPERTIES_TOO_LARGE)
    brackets = raw.count(b"{") + raw.count(b"[")
    if careful or brackets > MAX_PROPERTIES_DEPTH or raw.count(b":") > MAX_PROPERTIES_KEYS:
        keys = _walk(_decoded(raw, path), path, 1, MAX_PROPERTIES_DEPTH, RejectReason.PROPERTIES_TOO_DEEP)
        if keys > MAX_PROPERTIES_KEYS:
            raise EventFault(
                RejectReason.PROPERTIES_TOO_MANY_KEYS, path, f"has {keys:,} keys; the limit is {MAX_PROPERTIES_KEYS}"
            )
    return raw


def checked_context(raw: bytes, path: str, *, careful: bool) -> bytes:
    """The object's bytes, as sent. Raises EventFault."""
    if len(raw) > MAX_CONTEXT_BYTES:
        raw = _compact(raw, MAX_CONTEXT_BYTES, path, RejectReason.CONTEXT_TOO_LARGE)
    if careful or raw.count(b"{") + raw.count(b"[") > MAX_CONTEXT_DEPTH:
        _walk(_decoded(raw, path), path, 1, MAX_CONTEXT_DEPTH, RejectReason.CONTEXT_TOO_DEEP)
    return raw


def check_text(text: str, path: str) -> None:
    """Raises EventFault when the text holds a NUL (or stood for a lone surrogate)."""
    if "\x00" in text:
        raise EventFault(
            RejectReason.INVALID_TEXT, path, "holds a NUL or a lone surrogate, which cannot be stored as text"
        )


def _compact(raw: bytes, limit: int, path: str, reason: RejectReason) -> bytes:
    compact = msgspec.json.format(raw, indent=-1)
    if len(compact) > limit:
        raise EventFault(reason, path, f"is {len(compact):,} bytes; the limit is {limit:,}")
    return compact


def _decoded(raw: bytes, path: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        raise EventFault(RejectReason.INVALID_NUMBER, path, "holds a number beyond the 64-bit float range") from None


def _walk(value: Any, path: str, depth: int, max_depth: int, too_deep: RejectReason) -> int:
    """Counts the keys of every level; the recursion is bounded by max_depth. Raises EventFault."""
    if isinstance(value, str):
        check_text(value, path)
        return 0
    if isinstance(value, int):
        if value.bit_length() > 1024:
            raise EventFault(RejectReason.INVALID_NUMBER, path, "is a number beyond the 64-bit float range")
        return 0
    if not isinstance(value, dict | list):
        return 0
    if depth > max_depth:
        raise EventFault(too_deep, path, f"is nested at level {depth}; the limit is {max_depth}")
    if isinstance(value, list):
        return sum(_walk(v, f"{path}[{i}]", depth + 1, max_depth, too_deep) for i, v in enumerate(value))
    keys = len(value)
    for key, member in value.items():
        check_text(key, path)
        keys += _walk(member, f"{path}.{key[:40]}", depth + 1, max_depth, too_deep)
    return keys


def check_object(value: Any, path: str) -> None:
    """Raises EventFault when a decoded JSON value is no object."""
    if not isinstance(value, dict):
        raise EventFault(RejectReason.INVALID_TYPE, path, f"is {kind_of(value)}; it must be an object")
