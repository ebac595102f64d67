"""What `properties` and `context` must satisfy as JSON, without losing a byte of them.

Nearly every object passes on arithmetic alone (too short for 255 keys, too few brackets for 10 levels); only the rest
are decoded and walked.
"""

import re
from typing import Any

import msgspec

from hatua.collector.protocols.faults import EventFault
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
_HIGH, _LOW = rb"u[dD][89abAB][0-9a-fA-F]{2}", rb"u[dD][c-fC-F][0-9a-fA-F]{2}"
_UP_TO_LONE = re.compile(
    rb"((?:[^\\]++|\\[^u]|\\\Z|\\(?!%b|%b)u|\\%b\\%b)*+)(\\%b|\\%b|\Z)" % (_HIGH, _LOW, _HIGH, _LOW, _HIGH, _LOW)
)
"""Good text, scanned once (it is possessive and matches from anywhere, so that no body makes it try again), then one
lone surrogate escape or the end."""


def may_hold_bad_text(body: bytes) -> bool:
    """False: no string in it decodes to a NUL or a lone surrogate. True: look closer (an emoji may be written so)."""
    return b"\\" in body and _TEXT_ESCAPE.search(body) is not None


def without_lone_surrogates(body: bytes) -> bytes:
    r"""Each lone surrogate escape becomes \u0000 of the same length, so that the body can be decoded and the one event
    that holds it be named, by the same rule as a NUL."""
    return _UP_TO_LONE.sub(lambda found: found[1] + rb"\u0000" if found[2] else found[1], body)


def may_hold_bad_number(blob: bytes) -> bool:
    """False: every number in it is finite as a 64-bit float. True: look closer (a hex string may look like 1e9)."""
    shapes = blob.translate(_NUMBER_SHAPES)
    return b"0e" in shapes or b"0" * (MAX_FLOAT_DIGITS + 1) in shapes


def is_plain(raw: bytes) -> bool:
    """Whether this is an object too short, too flat and too simple to break any limit: nearly all are."""
    return (
        raw.startswith(b"{")
        and len(raw) <= SAFE_BYTES
        and raw.count(b"{") + raw.count(b"[") <= SAFE_BRACKETS
        and not may_hold_bad_number(raw)
    )


def checked_properties(raw: bytes, path: str, *, careful: bool) -> bytes:
    """The object's bytes, as sent. `careful`: there may be text in it that cannot be stored. Raises EventFault."""
    if not careful and is_plain(raw):
        return raw
    if len(raw) > MAX_PROPERTIES_BYTES:
        raw = _compact(raw, MAX_PROPERTIES_BYTES, path, RejectReason.PROPERTIES_TOO_LARGE)
    brackets = raw.count(b"{") + raw.count(b"[")
    may_be_too_many = brackets > MAX_PROPERTIES_DEPTH or raw.count(b":") > MAX_PROPERTIES_KEYS
    if careful or may_be_too_many or may_hold_bad_number(raw):
        keys = _inspect(raw, path, MAX_PROPERTIES_DEPTH, RejectReason.PROPERTIES_TOO_DEEP)
        if keys > MAX_PROPERTIES_KEYS:
            raise EventFault(
                RejectReason.PROPERTIES_TOO_MANY_KEYS, path, f"has {keys:,} keys; the limit is {MAX_PROPERTIES_KEYS}"
            )
    return raw


def checked_context(raw: bytes, path: str, *, careful: bool) -> bytes:
    """The same for a context: its keys are not counted, its size bounds them."""
    if len(raw) > MAX_CONTEXT_BYTES:
        raw = _compact(raw, MAX_CONTEXT_BYTES, path, RejectReason.CONTEXT_TOO_LARGE)
    if careful or raw.count(b"{") + raw.count(b"[") > MAX_CONTEXT_DEPTH or may_hold_bad_number(raw):
        _inspect(raw, path, MAX_CONTEXT_DEPTH, RejectReason.CONTEXT_TOO_DEEP)
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


def _inspect(raw: bytes, path: str, max_depth: int, too_deep: RejectReason) -> int:
    """Looks at every value; returns the number of keys of all levels. Raises EventFault."""
    try:
        return _walk(msgspec.json.decode(raw), 1, max_depth, too_deep)
    except EventFault as fault:
        raise EventFault(fault.reason, path + fault.path, fault.fact) from None
    except msgspec.ValidationError:
        raise EventFault(RejectReason.INVALID_NUMBER, path, "holds a number beyond the 64-bit float range") from None


def _walk(value: Any, depth: int, max_depth: int, too_deep: RejectReason) -> int:
    """The recursion is bounded by max_depth. A fault's path is put together on its way out, so that the many values
    without one cost no path."""
    if isinstance(value, str):
        check_text(value, "")
        return 0
    if isinstance(value, int):
        if value.bit_length() > 1024:
            raise EventFault(RejectReason.INVALID_NUMBER, "", "is a number beyond the 64-bit float range")
        return 0
    if not isinstance(value, dict | list):
        return 0
    if depth > max_depth:
        raise EventFault(too_deep, "", f"is nested at level {depth}; the limit is {max_depth}")
    keys = 0
    step: str | int = ""
    try:
        if isinstance(value, list):
            for step, member in enumerate(value):  # noqa: B007
                keys += _walk(member, depth + 1, max_depth, too_deep)
            return keys
        for name, member in value.items():
            step = ""
            check_text(name, "")
            step = name
            keys += 1 + _walk(member, depth + 1, max_depth, too_deep)
    except EventFault as fault:
        if step != "":
            fault.path = f"[{step}]{fault.path}" if isinstance(step, int) else f".{step[:40]}{fault.path}"
        raise
    return keys
