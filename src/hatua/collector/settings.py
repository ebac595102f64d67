"""What an operator may change about the collector. The contract's limits are not among it: clients rely on them."""

from typing import Annotated

import msgspec

from hatua.base.settings import env


class CollectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Rate limits, origins and proxies. Lists are comma-separated text, as environment variables are."""

    rate_limit_window_ms: Annotated[int, env("RATE_LIMIT_WINDOW_MS"), msgspec.Meta(gt=0)] = 60_000
    """Length of the sliding window in which requests are counted."""
    rate_limit_max_requests: Annotated[int, env("RATE_LIMIT_MAX_REQUESTS"), msgspec.Meta(ge=0)] = 120_000
    """Requests of one IP address in a window; 0 is no limit. Generous (2,000 a second), since thousands of phones share
    one address of a mobile operator, and a bot server sends for all its users from one."""
    rate_limit_project_max_requests: Annotated[
        int, env("HATUA_RATE_LIMIT_PROJECT_MAX_REQUESTS"), msgspec.Meta(ge=0)
    ] = 1_200_000
    """Requests for one project in a window; 0 is no limit. One project must not take the whole collector (20,000/s)."""
    write_key_max_age_ms: Annotated[int, env("HATUA_WRITE_KEY_MAX_AGE_MS"), msgspec.Meta(ge=1_000, le=60_000)] = 60_000
    """How long a collector uses what it knows of a write key: a revoked key, or a changed list of origins, takes effect
    after it. While the metadata store is away, known keys go on longer."""
    bodies_max_bytes: Annotated[int, env("HATUA_BODIES_MAX_BYTES"), msgspec.Meta(ge=1_000_000)] = 128_000_000
    """Bytes of request bodies held at once, compressed and expanded; beyond, a request is answered 503. Decoded events
    take a few times as much for a moment."""
    allowed_origins: Annotated[str, env("ALLOWED_ORIGINS")] = ""
    """Web origins that may send to every project, besides the project's own list: `https://app.example.com`,
    `https://*.example.com`, `*`. With both lists empty any origin may."""
    trusted_proxies: Annotated[str, env("HATUA_TRUSTED_PROXIES")] = ""
    """Networks (CIDR) whose X-Forwarded-For is believed, such as `10.0.0.0/8`. Empty: the socket's address counts."""
    metrics_networks: Annotated[str, env("HATUA_METRICS_NETWORKS")] = (
        "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7"
    )
    """Networks that may read /metrics: private ones, since counts are nobody else's business. Empty: nobody."""
