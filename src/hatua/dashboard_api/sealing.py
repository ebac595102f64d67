"""Cursors for those who may not see personal data: where a list goes on is often somebody's id.

A synthetic-IV cipher (the idea of RFC 5297) out of HMAC-SHA256: the IV is the MAC of the text, the key stream is the
MAC of the IV and a counter. Equal texts look equal, which a cursor may; nothing else can be read, made or changed.
"""

import base64
import binascii
import hashlib
import hmac

_IV_BYTES = 16
_BLOCK_BYTES = 32


class Seal:
    """Under one tenant's secret key."""

    def __init__(self, key: str) -> None:
        self._mac = hmac.digest(key.encode(), b"hatua cursor mac", hashlib.sha256)
        self._stream = hmac.digest(key.encode(), b"hatua cursor stream", hashlib.sha256)

    def close(self, text: str) -> str:
        """The text as nobody else can read it, in URL-safe characters."""
        plain = text.encode()
        iv = self._iv(plain)
        return base64.urlsafe_b64encode(iv + self._xor(iv, plain)).decode().rstrip("=")

    def open(self, sealed: str) -> str | None:
        """The text again; None for what this seal did not close."""
        try:
            raw = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
            plain = self._xor(raw[:_IV_BYTES], raw[_IV_BYTES:])
            if not hmac.compare_digest(self._iv(plain), raw[:_IV_BYTES]):
                return None
            return plain.decode()
        except (UnicodeError, binascii.Error):
            return None

    def _iv(self, plain: bytes) -> bytes:
        return hmac.digest(self._mac, plain, hashlib.sha256)[:_IV_BYTES]

    def _xor(self, iv: bytes, data: bytes) -> bytes:
        blocks = range(-(-len(data) // _BLOCK_BYTES))
        stream = b"".join(hmac.digest(self._stream, iv + n.to_bytes(4, "big"), hashlib.sha256) for n in blocks)
        return bytes(a ^ b for a, b in zip(data, stream, strict=False))
