"""The contract of the durable log, on a Redis server and on a Redis Cluster."""

import uuid
from typing import Any

import msgspec
import pytest
import redis

from hatua.base.settings import Secret
from hatua.streams.redis_client import BlockingRedis
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from tests.contracts.event_log import NOW_MS, WINDOW_MS, EventLogContract, OpenLog
from tests.fixtures.redis import ClusterNode, RedisServer


class RedisEngine:
    """Keys of their own, and a clock that moves by hand; idle times are the server's, so they are moved there."""

    def __init__(self, url: str, *, cluster: bool = False) -> None:
        self.now_ms = NOW_MS
        self.settings = StreamsSettings(
            redis_url=Secret(url),
            redis_cluster=cluster,
            stream_key=f"test:{uuid.uuid4().hex}",
            shards=4,
            dedup_window_ms=WINDOW_MS,
            redis_timeout_ms=10_000,
        )
        self.redis = BlockingRedis(self.settings)

    def open(self, *, max_events: int = 100_000) -> OpenLog:
        settings = msgspec.structs.replace(self.settings, max_events=max_events)
        return RedisLog(settings, clock=lambda: self.now_ms, keep_alive=False)

    def age(self, ms: int) -> None:
        self.now_ms += ms
        group = self.settings.consumer_group
        for shard in range(self.settings.shards):
            stream = f"{{{self.settings.stream_key}:{shard}}}"
            try:
                pending: list[dict[str, Any]] = self.redis.client.xpending_range(stream, group, "-", "+", 10_000)
            except redis.ResponseError:  # no such group yet
                continue
            for entry in pending:
                idle = entry["time_since_delivered"] + ms
                name, entry_id = entry["consumer"], entry["message_id"]
                self.redis.client.xclaim(stream, group, name, 0, [entry_id], idle=idle, justid=True)


class TestRedisLog(EventLogContract):
    @pytest.fixture
    def engine(self, redis_server: RedisServer) -> RedisEngine:
        return RedisEngine(redis_server.url)


class TestRedisClusterLog(EventLogContract):
    @pytest.fixture
    def engine(self, redis_cluster: list[ClusterNode]) -> RedisEngine:
        return RedisEngine(redis_cluster[0].url, cluster=True)
