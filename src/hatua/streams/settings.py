"""Where the durable log is and how much it may hold. `redis_url` empty: SQLite in the data folder of this process."""

from typing import Annotated, Literal

import msgspec

from hatua.base.settings import Secret, env
from hatua.contract.limits import DEDUP_WINDOW_MS


class StreamsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One log: Redis Streams when REDIS_URL is set, else an SQLite file that one process owns."""

    redis_url: Annotated[Secret, env("REDIS_URL")] = Secret("")
    """`redis://[user:password@]host:6379/0`, `rediss://` with TLS, `unix://`. Secret, since it may carry a password."""

    redis_cluster: Annotated[bool, env("HATUA_REDIS_CLUSTER")] = False
    """REDIS_URL names one node of a Redis Cluster; the shards then spread over its nodes."""

    stream_key: Annotated[str, env("REDIS_STREAM_KEY"), msgspec.Meta(pattern=r"^[^{}\s]{1,128}$")] = "hatua:events"
    """Prefix of every key of the log; no braces, since the shard's hash tag is `{prefix:N}`."""

    consumer_group: Annotated[str, env("REDIS_CONSUMER_GROUP"), msgspec.Meta(pattern=r"^\S{1,128}$")] = (
        "hatua-processor"
    )
    """The processors' consumer group. An acknowledged event leaves the log, so one log has one group."""

    shards: Annotated[int, env("HATUA_REDIS_SHARDS"), msgspec.Meta(ge=1, le=1_024)] = 8
    """Streams that the log is split into by hash of (project, anonymous id): how many processors can work at once.
    Fixed for the life of a log: another number would send a person to another shard, away from the ids seen there."""

    redis_lease_ms: Annotated[int, env("HATUA_REDIS_LEASE_MS"), msgspec.Meta(ge=1_000)] = 15_000
    """How long a shard stays with a processor that says nothing; a live one renews every third of it. After a crash
    this is how long its shards stand still."""

    required_durability: Annotated[Literal["always", "everysec", "none"], env("HATUA_REDIS_DURABILITY")] = "always"
    """What `hatua doctor` asks of Redis: `always` loses nothing that was acknowledged, `everysec` up to a second of it
    when the machine dies, `none` asks for nothing."""

    redis_timeout_ms: Annotated[int, env("HATUA_REDIS_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 5_000
    """How long one round trip to Redis may take before the log counts as unavailable."""

    max_events: Annotated[int, env("HATUA_LOG_MAX_EVENTS"), msgspec.Meta(ge=1)] = 5_000_000
    """Unacknowledged events that the log takes before it answers 503: hours of a busy site, about 5 GB at 1 KB each."""

    max_bytes: Annotated[int, env("HATUA_LOG_MAX_BYTES"), msgspec.Meta(ge=0)] = 0
    """Size of the SQLite file at which the log answers 503; 0: when the disk is full. Redis has its own `maxmemory`."""

    min_free_bytes: Annotated[int, env("HATUA_LOG_MIN_FREE_BYTES"), msgspec.Meta(ge=0)] = 64_000_000
    """Of the disk, left alone by the SQLite file, so that a full log can still be drained."""

    dedup_window_ms: Annotated[int, env("HATUA_DEDUP_WINDOW_MS"), msgspec.Meta(ge=60_000)] = DEDUP_WINDOW_MS
    """How long an event id is remembered at least; a client that retries later than this counts twice."""
