"""The durable log of the server and cluster rungs: Redis Streams, any number of collectors and processors."""

from typing import Any, Final

from hatua.base.clock import Clock
from hatua.streams.redis_admin import RedisAdmin
from hatua.streams.redis_client import BlockingRedis, Shards
from hatua.streams.redis_reader import RedisReader
from hatua.streams.redis_writer import RedisWriter
from hatua.streams.settings import StreamsSettings

STRENGTH: Final = {"none": 0, "everysec": 1, "always": 2}
"""Durability from weak to strong; `unknown` is none of them."""

_KEEP: Final = "noeviction"


class RedisLog:
    """Names the log; each side opens connections of its own. Needs Redis 7.0 or later."""

    def __init__(self, settings: StreamsSettings, *, clock: Clock | None = None, keep_alive: bool = True) -> None:
        """`clock` None: the Redis server's own, one clock for every collector and processor. `keep_alive`: see
        RedisReader. Connects to nothing yet, so that a collector can start before Redis does."""
        self._settings = settings
        self._clock = clock
        self._keep_alive = keep_alive
        self._shards = Shards(settings.stream_key, settings.shards)

    def writer(self) -> RedisWriter:
        """The collector's side, for one event loop."""
        return RedisWriter(self._settings, self._shards, self._clock)

    def reader(self, consumer: str) -> RedisReader:
        """The processor's side. Each running processor needs a name of its own (a pod's name, say): by their names they
        share the shards out."""
        return RedisReader(self._settings, self._shards, consumer, self._clock, keep_alive=self._keep_alive)

    def admin(self) -> RedisAdmin:
        """The operator's side."""
        return RedisAdmin(self._settings, self._shards)

    def check(self) -> None:
        """Raises LogUnavailable when Redis does not answer, InvalidSetting when the log has other shards."""
        redis = BlockingRedis(self._settings)
        try:
            self._shards.check(redis.run([self._shards.question()])[0])
        finally:
            redis.close()

    def durability(self) -> str:
        """What an acknowledgement survives, by the server's own settings:

        - `always`: a crash of the machine. The append-only file is synced before Redis answers.
        - `everysec`: a crash of Redis; a crash of the machine loses up to about a second of acknowledged events.
        - `none`: neither. The append-only file is off, or synced when the kernel likes.
        - `unknown`: the server does not let us read its settings (some hosted ones do not).

        On a cluster, the weakest of its nodes. Raises LogUnavailable."""
        redis = BlockingRedis(self._settings)
        try:
            found = {_durability(settings) for settings in redis.settings("append*")}
        finally:
            redis.close()
        return "unknown" if "unknown" in found else min(found, key=STRENGTH.__getitem__)

    def evicts(self) -> str:
        """The server's `maxmemory-policy` when that throws away acknowledged events or remembered ids once its
        `maxmemory` is used up; "" when it refuses to take more instead, has no bound, or keeps its settings to itself.

        On a cluster, of the first node that does. Raises LogUnavailable."""
        redis = BlockingRedis(self._settings)
        try:
            found = [settings or {} for settings in redis.settings("maxmemory*")]
        finally:
            redis.close()
        policies = [one.get("maxmemory-policy", _KEEP) for one in found if one.get("maxmemory", "0") != "0"]
        return next((policy for policy in policies if policy != _KEEP), "")

    def close(self) -> None:
        """Nothing to let go of: each side closes its own connections."""


def _durability(settings: dict[str, Any] | None) -> str:
    if settings is None:
        return "unknown"
    if settings.get("appendonly") != "yes":
        return "none"
    fsync = str(settings.get("appendfsync"))
    return {"always": "always", "everysec": "everysec"}.get(fsync, "none")
