"""Remembering that an id was erased, without remembering the id."""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

from hatua.base.settings import Secret

_PHONE: Final = re.compile(r"\+?\d[\d\s().-]{6,20}")
_NOT_DIGITS: Final = re.compile(r"\D")


class IdHasher:
    """HMAC-SHA256 of an id under the installation's secret: without the secret it cannot be found by trying all phone
    numbers. A phone number has the same hash however it is written."""

    def __init__(self, pepper: Secret) -> None:
        if not pepper:
            raise ValueError("the pepper is empty: hashes of ids could be reversed by trying all of them")
        self._key = pepper.encode()
        self.check: str = self._hmac("hatua erased ids: which secret")[:32]
        """Tells whether another process has the same secret, and nothing about it."""
        self.hash = lru_cache(maxsize=65_536)(self._hash)

    def _hash(self, project_id: str, one: str) -> str:
        """64 hex digits."""
        return self._hmac(f"hatua erased id\0{project_id}\0{canonical(one)}")

    def _hmac(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def canonical(one: str) -> str:
    """An id as it is compared: a phone number as its digits, anything else as it is."""
    return _NOT_DIGITS.sub("", one) if is_phone(one) else one


def is_phone(one: str) -> bool:
    """Whether an id is written like a phone number: seven digits or more, and nothing but what may stand between."""
    return _PHONE.fullmatch(one.strip()) is not None
