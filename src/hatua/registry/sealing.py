"""Secrets that the registry must be able to read again, such as those of authenticator apps: never stored in clear.

Whoever reads the database alone (a backup, a replica, an injected query) learns nothing from it; the key is made from
the installation's secret, which lies elsewhere."""

import base64
import binascii
import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret
from hatua.registry.errors import SealedOtherwise

_NONCE_BYTES: Final = 12
_SEED_BYTES: Final = 20
_TAG_BYTES: Final = 16
SEALED_CHARS: Final = 64
"""Of the nonce, the 160-bit seed and the tag in base64: as many as the column has always had."""

FindSecret = Callable[[], Secret]


def no_secret() -> Secret:
    """For a registry that was opened without one: everything else works."""
    raise InvalidSetting("the registry was opened without the installation's secret, which second factors need")


class Sealer:
    """AES-256-GCM under a key that HKDF-SHA256 makes from the installation's secret, bound to the user whose seed it
    is: one user's row copied into another's opens nothing. Safe from any thread.

    The secret is asked for when it is first needed, since most processes never do."""

    def __init__(self, find_secret: FindSecret = no_secret) -> None:
        self._find_secret = find_secret
        self._cipher: AESGCM | None = None

    def seal(self, seed: str, user_id: str) -> str:
        """A base32 seed as it is stored: 64 characters. Raises InvalidSetting without a secret."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        closed = self._made().encrypt(nonce, base64.b32decode(seed), user_id.encode())
        return base64.urlsafe_b64encode(nonce + closed).decode()

    def unseal(self, sealed: str, user_id: str) -> str:
        """The base32 seed again. Raises SealedOtherwise for what another secret has sealed, or was sealed for somebody
        else, or was changed; InvalidSetting without a secret."""
        cipher = self._made()
        try:
            raw = base64.urlsafe_b64decode(sealed)
            if len(raw) != _NONCE_BYTES + _SEED_BYTES + _TAG_BYTES:
                raise ValueError(f"{len(raw)} bytes")
            seed = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], user_id.encode())
        except (InvalidTag, ValueError, binascii.Error):
            raise SealedOtherwise(
                f"the second factor of user {user_id} was sealed under another JWT_SECRET than this process has;"
                " start it with that one, or switch this person's second factor off"
            ) from None
        return base64.b32encode(seed).decode()

    def _made(self) -> AESGCM:
        if self._cipher is None:
            secret = self._find_secret()
            if not secret:
                raise InvalidSetting("the installation's secret is empty: second factors cannot be sealed under it")
            kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"hatua registry: seeds of second factors")
            self._cipher = AESGCM(kdf.derive(secret.encode()))
        return self._cipher
