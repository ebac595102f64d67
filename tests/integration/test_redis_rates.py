"""One rate limit for several collectors, over a real Redis."""

import asyncio
import logging
import secrets
from typing import Any

import pytest

from hatua.base.rates import SharedLimiter
from hatua.base.settings import Secret
from hatua.streams.port import LogUnavailable
from hatua.streams.redis_rates import RedisRates
from hatua.streams.settings import StreamsSettings
from tests.fixtures.redis import RedisServer

WINDOW = 60_000
NOW = 1_000 * WINDOW


@pytest.fixture
def redis_prefix() -> str:
    """Keys of this test alone."""
    return f"t{secrets.token_hex(4)}"


def settings(server: RedisServer, key: str) -> StreamsSettings:
    return StreamsSettings(redis_url=Secret(server.url), stream_key=key, redis_timeout_ms=500)


def take(limiter: SharedLimiter, times: int, key: str = "41.90.64.1", now: int = NOW) -> int:
    """How many of so many requests go through."""
    return sum(limiter.take(key, now) == 0 for _ in range(times))


def test_two_collectors_together_let_through_what_one_would(redis_server: RedisServer, redis_prefix: str) -> None:
    async def play() -> None:
        rates = [RedisRates(settings(redis_server, redis_prefix)) for _ in range(2)]
        limiters = [SharedLimiter(100, WINDOW) for _ in range(2)]
        assert [take(one, 60) for one in limiters] == [60, 60]
        for _ in range(2):
            for rate, limiter in zip(rates, limiters, strict=True):
                await rate.exchange("ip", limiter)
        assert [take(one, 10) for one in limiters] == [0, 0]
        assert [take(one, 10, "another") for one in limiters] == [10, 10]
        for rate in rates:
            await rate._redis.close()

    asyncio.run(play())


def test_between_two_exchanges_a_limit_is_never_passed_by_more_than_what_was_not_told(
    redis_server: RedisServer, redis_prefix: str
) -> None:
    async def play() -> int:
        rates = RedisRates(settings(redis_server, redis_prefix))
        limiters = [SharedLimiter(100, WINDOW) for _ in range(4)]
        through = 0
        for _ in range(40):
            for limiter in limiters:
                through += take(limiter, 2)
                await rates.exchange("ip", limiter)
        await rates._redis.close()
        return through

    assert 100 <= asyncio.run(play()) <= 108


def test_addresses_are_not_readable_in_redis_and_go_after_two_windows(
    redis_server: RedisServer, redis_prefix: str
) -> None:
    async def play() -> None:
        rates = RedisRates(settings(redis_server, redis_prefix))
        limiter = SharedLimiter(100, WINDOW)
        take(limiter, 3)
        await rates.exchange("ip", limiter)
        await rates._redis.close()

    asyncio.run(play())
    [key] = redis_server.client.keys(f"*{redis_prefix}*rates*")
    assert 0 < redis_server.client.pttl(key) <= 2 * WINDOW
    [(field, count)] = redis_server.client.hgetall(key).items()
    assert (b"41.90" in field, int(count)) == (False, 3)


def test_while_redis_is_away_each_limits_alone_and_nothing_that_was_counted_is_lost(
    redis_server: RedisServer, redis_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    gone = StreamsSettings(redis_url=Secret("redis://127.0.0.1:1/0"), stream_key=redis_prefix, redis_timeout_ms=100)

    async def play() -> None:
        limiter = SharedLimiter(100, WINDOW)
        assert take(limiter, 40) == 40
        away = RedisRates(gone)
        with pytest.raises(LogUnavailable):
            await away.exchange("ip", limiter)
        with caplog.at_level(logging.WARNING):
            async with away.sharing({"ip": limiter}, every_s=0.01):
                await asyncio.sleep(0.2)
        assert take(limiter, 100) == 60
        back, other = RedisRates(settings(redis_server, redis_prefix)), SharedLimiter(100, WINDOW)
        take(other, 1)
        try:
            await back.exchange("ip", limiter)
            await back.exchange("ip", other)
        finally:
            await back._redis.close()
        assert take(other, 5) == 0

    asyncio.run(play())
    assert len([one for one in caplog.records if "not shared" in one.message]) == 1


def test_a_new_window_begins_at_nothing_for_everybody(redis_server: RedisServer, redis_prefix: str) -> None:
    async def play() -> Any:
        rates = RedisRates(settings(redis_server, redis_prefix))
        limiters = [SharedLimiter(100, WINDOW) for _ in range(2)]
        for limiter in limiters:
            take(limiter, 50)
            await rates.exchange("ip", limiter)
        await rates._redis.close()
        return [take(one, 100, now=NOW + 2 * WINDOW) for one in limiters]

    assert asyncio.run(play()) == [100, 100]
