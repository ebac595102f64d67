"""Two processors of one name would count as one when the shards are shared out, and leave half of them to nobody."""

import time
from collections.abc import Callable

from hatua.base.errors import InvalidSetting
from hatua.streams.redis_client import BlockingRedis, Shards
from hatua.streams.settings import StreamsSettings

_LOOK_S = 0.25
_SLACK_S = 1.0


def refuse_twin(settings: StreamsSettings, consumer: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Raises InvalidSetting when a processor of this name is at work. A live one says so every third of a lease, so a
    name that a dead one left behind costs the start that long (5 s by default); a free name costs nothing.
    Raises LogUnavailable."""
    redis = BlockingRedis(settings)
    look = ("ZSCORE", Shards(settings.stream_key, settings.shards).consumers, consumer)
    try:
        [found] = redis.run([look])
        waited, longest = 0.0, settings.redis_lease_ms / 3_000 + _SLACK_S
        while found is not None and waited < longest:
            sleep(_LOOK_S)
            waited += _LOOK_S
            [now] = redis.run([look])
            if now is not None and now != found:
                raise InvalidSetting(
                    f"HATUA_CONSUMER is {consumer!r}, and a processor of that name is at work; each needs its own"
                )
            found = now
    finally:
        redis.close()
