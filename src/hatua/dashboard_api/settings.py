"""What an operator may change about the dashboard API."""

from typing import Annotated

import msgspec

from hatua.base.settings import env


class DashboardApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How much is answered at once, and how live is live."""

    rate_limit_window_ms: Annotated[int, env("HATUA_API_RATE_LIMIT_WINDOW_MS"), msgspec.Meta(ge=1_000)] = 60_000
    """Window of the two limits below."""
    rate_limit_requests: Annotated[int, env("HATUA_API_RATE_LIMIT_REQUESTS"), msgspec.Meta(ge=0)] = 1_800
    """Requests of one user or API key in that window; then 429. 0: no limit. A page asks about fifteen, each of a
    batch counted. With a REDIS_URL all API processes count together."""
    sign_in_requests: Annotated[int, env("HATUA_SIGN_IN_REQUESTS"), msgspec.Meta(ge=0)] = 120
    """Attempts to sign in, accept an invitation or reset a password from one address (IPv6: /64) in that window, right
    or wrong; then 429. 0: no limit. Wrong ones are delayed much earlier. With a REDIS_URL all API processes count
    together."""
    query_threads: Annotated[int, env("HATUA_API_QUERY_THREADS"), msgspec.Meta(ge=1, le=64)] = 4
    """Questions answered at the same time; below HATUA_WAREHOUSE_CLIENTS, so that ingestion always finds a client."""
    query_queue: Annotated[int, env("HATUA_API_QUERY_QUEUE"), msgspec.Meta(ge=0, le=10_000)] = 64
    """Questions that may wait for their turn; one more is answered 503. A batch, such as the Overview
    page sends, waits as one."""
    query_wait_ms: Annotated[int, env("HATUA_API_QUERY_WAIT_MS"), msgspec.Meta(ge=100, le=600_000)] = 15_000
    """Longest wait of a question for its turn; then it is answered 503."""
    question_timeout_ms: Annotated[int, env("HATUA_API_QUESTION_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 30_000
    """Time limit of one question, all its statements together; HATUA_QUERY_TIMEOUT_MS limits each of them. A batch has
    as much for each of its questions, and four times as much at most."""
    live_poll_ms: Annotated[int, env("HATUA_LIVE_POLL_MS"), msgspec.Meta(ge=50, le=60_000)] = 700
    """Time between two looks for new events, while somebody watches; with the processor's flush below 2 s."""
    live_keep_alive_ms: Annotated[int, env("HATUA_LIVE_KEEP_ALIVE_MS"), msgspec.Meta(ge=50, le=300_000)] = 15_000
    """A comment is sent after so much silence, since proxies cut idle connections, often after 30 or 60 s."""
    live_listeners: Annotated[int, env("HATUA_LIVE_LISTENERS"), msgspec.Meta(ge=1, le=100_000)] = 500
    """Live streams open at once in this process; one more is answered 503."""
    live_buffer: Annotated[int, env("HATUA_LIVE_BUFFER"), msgspec.Meta(ge=1, le=100_000)] = 2_000
    """Events held for a listener that reads slowly. At the bound its stream ends, and resumes where it broke."""
