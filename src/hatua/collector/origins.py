"""Which web pages may send to a project, and the CORS headers that tell a browser so.

A write key is public, so this is no secrecy: it keeps another site from filling a project by mistake or mischief from
its visitors' browsers. Requests without an Origin come from servers and apps, and are allowed.
"""

from collections.abc import Iterable
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]

PREFLIGHT_HEADERS: Headers = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"Content-Type, Content-Encoding, X-Write-Key"),
    (b"access-control-max-age", b"86400"),
]


def split_origins(text: str) -> tuple[str, ...]:
    """`"https://a.example, https://b.example/"` to lower-case origins without a trailing slash."""
    return tuple(part for item in text.split(",") if (part := item.strip().rstrip("/").lower()))


class OriginRules:
    """The operator's origins, allowed for every project besides the project's own."""

    def __init__(self, for_all: Iterable[str]) -> None:
        self._for_all = tuple(for_all)

    def allows(self, origin: str, project_origins: tuple[str, ...]) -> bool:
        """Whether a page of this origin may send to a project with these origins. No list at all: any may."""
        if not self._for_all and not project_origins:
            return True
        return _allowed(origin.lower(), self._for_all + project_origins)


@lru_cache(maxsize=4096)
def _allowed(origin: str, patterns: tuple[str, ...]) -> bool:
    return any(_matches(origin, pattern.rstrip("/").lower()) for pattern in patterns)


def _matches(origin: str, pattern: str) -> bool:
    """`https://*.example.com` means any subdomain at any depth, not example.com itself; the port must be the same."""
    if pattern in ("*", origin):
        return True
    scheme, wildcard, domain = pattern.partition("://*.")
    if not wildcard or not origin.startswith(f"{scheme}://"):
        return False
    host = origin[len(scheme) + 3 :]
    return host.endswith(f".{domain}") and len(host) > len(domain) + 1


def cors(origin: bytes) -> Headers:
    """Lets a page of this origin read the answer. No cookies are ever used here, so none are allowed."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"Retry-After"),
        (b"vary", b"Origin"),
    ]
