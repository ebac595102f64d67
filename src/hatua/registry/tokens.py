"""Random tokens: made once, shown once, stored as SHA-256. 192 bits of randomness need no slow hash."""

import hashlib
import secrets

WRITE_KEY_PREFIX = "wk_"
API_KEY_PREFIX = "hk_"
API_KEY_SHOWN_CHARS = 9
"""`hk_` and six characters: enough to tell one's keys apart, 36 of 192 bits."""


def new_id(kind: str) -> str:
    """`prj_3f9c...`: 80 random bits in hex after the kind, short enough for a URL and a log line."""
    return f"{kind}_{secrets.token_hex(10)}"


def new_token(prefix: str = "") -> str:
    """A secret of 192 random bits in URL-safe characters."""
    return prefix + secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What is stored of a token: SHA-256 in hex. A lone surrogate, which no token has, is hashed, not an error."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def plausible(token: str) -> bool:
    """Whether this can be an id or token of ours at all. Anything else (NUL, surrogates, a novel) never meets SQL."""
    return 0 < len(token) <= 64 and token.isascii() and token.isprintable()
