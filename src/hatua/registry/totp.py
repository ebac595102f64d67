"""Time-based one-time passwords (RFC 6238: HMAC-SHA1, 6 digits, 30 s), and the codes that stand in for a lost phone."""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
DRIFT_STEPS = 1
"""A code counts one step before and after its own: phones' clocks are off, and people type slowly."""

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1. Sixteen of these are 79 bits, so SHA-256 is hash enough."""


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one 30 s step since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, now_ms: int) -> int | None:
    """The step that this code belongs to, among those that count now; None when it is none of theirs."""
    current = now_ms // 1000 // STEP_S
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        return None
    matching = [
        step
        for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
        if hmac.compare_digest(code_at(secret, step), digits)
    ]
    return matching[-1] if matching else None


def uri(secret: str, account: str, issuer: str = "Hatua") -> str:
    """`otpauth://...`, which authenticator apps read from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={STEP_S}"


def new_recovery_codes() -> list[str]:
    """Ten of `abcd-efgh-jkmn-pqrs`."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]


def plain_recovery_code(typed: str) -> str:
    """As it was printed, whatever spaces, dashes and capitals were typed."""
    letters = "".join(each for each in typed.lower() if each in _ALPHABET)
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
