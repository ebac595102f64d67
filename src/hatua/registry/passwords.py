"""argon2id with the library's current defaults (RFC 9106 low-memory profile: 64 MiB, 3 passes)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hatua.registry.errors import InvalidField

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 200
"""A longer one buys nothing and costs hashing time."""

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("the hash an unknown e-mail is checked against, so that it takes the same time")


def hash_password(password: str) -> str:
    """Raises InvalidField when shorter or longer than allowed."""
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise InvalidField(
            "password",
            f"the password has {len(password)} characters; {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} are allowed",
        )
    return _hasher.hash(_storable(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one hashed in `stored`; None (no such user) takes as long and is False."""
    if len(password) > MAX_PASSWORD_CHARS:
        return False
    try:
        return _hasher.verify(stored or _NOBODY, password.encode("utf-8", "surrogatepass")) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def wants_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _storable(password: str) -> str:
    try:
        password.encode()
    except UnicodeEncodeError:
        raise InvalidField("password", "the password is not valid text") from None
    return password
