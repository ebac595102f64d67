"""Checks of what people type; the answer is the stored spelling. InvalidField names field, limit and value."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hatua.registry.errors import InvalidField

MAX_NAME_CHARS = 100
MAX_EMAIL_CHARS = 254
MAX_ORIGINS = 100
MAX_RETENTION_DAYS = 36_500
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def name(value: str, field: str = "name", most: int = MAX_NAME_CHARS) -> str:
    """Trimmed, 1 to `most` characters, printable."""
    text = value.strip()
    if not text or len(text) > most:
        raise InvalidField(field, f"{field} has {len(text)} characters; 1 to {most} are allowed")
    if not text.isprintable():
        raise InvalidField(field, f"{field} contains control characters or invalid text")
    return text


def email(value: str) -> str:
    """Trimmed and lower case."""
    text = value.strip().lower()
    if len(text) > MAX_EMAIL_CHARS or not _EMAIL.fullmatch(text) or not text.isprintable():
        raise InvalidField("email", f"email {value[:MAX_EMAIL_CHARS]!r} is not an e-mail address")
    return text


def timezone(value: str) -> str:
    """An IANA zone name, such as Africa/Nairobi."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise InvalidField("timezone", f"timezone {value[:MAX_NAME_CHARS]!r} is not an IANA time zone") from None
    return value


def origins(values: Iterable[str]) -> tuple[str, ...]:
    """Lower case `scheme://host[:port]` without a path, in the given order, each once. `*.` before the host means any
    subdomain, not the domain itself, as the collector reads it."""
    found: dict[str, None] = {}
    for index, value in enumerate(values):
        found[_origin(index, value)] = None
    if len(found) > MAX_ORIGINS:
        raise InvalidField("allowed_origins", f"allowed_origins has {len(found)} entries; the limit is {MAX_ORIGINS}")
    return tuple(found)


def retention_days(value: int) -> int:
    """0 (for ever) to 36,500."""
    if not 0 <= value <= MAX_RETENTION_DAYS:
        raise InvalidField(
            "retention_days", f"retention_days is {value}; 0 (for ever) to {MAX_RETENTION_DAYS} are allowed"
        )
    return value


def _origin(index: int, value: str) -> str:
    text = value.strip().lower().rstrip("/")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    wildcard = host.startswith("*.")
    host = host.removeprefix("*.")
    host = f"[{host}]" if ":" in host else host
    # A wildcard stands for any subdomain at any depth; `https://*.com` would be half the web.
    covers_too_much = wildcard and ("." not in host.strip(".") or host.startswith("["))
    host = f"*.{host}" if wildcard else host
    spelled = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    plain = host.removeprefix("*.")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(plain) or spelled != text or covers_too_much:
        raise InvalidField(
            f"allowed_origins[{index}]",
            f"allowed_origins[{index}] {value[:MAX_NAME_CHARS]!r} is not an origin such as https://app.example.com or "
            "https://*.example.com",
        )
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" if port == default else spelled
