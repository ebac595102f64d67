"""Talking to Redis: clients for one server or a cluster, scripts, and what its failures mean to the log."""

from collections.abc import Sequence
from hashlib import blake2b, sha1
from importlib.resources import files
from typing import Any, Final

import redis
import redis.asyncio
import redis.asyncio.retry
import redis.retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, OutOfMemoryError, RedisError, ResponseError

from hatua.base.errors import InvalidSetting
from hatua.streams.port import LogFull, LogUnavailable
from hatua.streams.settings import StreamsSettings

Command = tuple[Any, ...]
"""A command's name and arguments."""


class Script:
    """A Lua script of `redis_scripts/`, after the parts it needs."""

    def __init__(self, *names: str, when_full: bool = True) -> None:
        """`when_full`: may run when Redis has used up its `maxmemory`, as what empties the log must. Otherwise Redis
        refuses the script before it has done anything."""
        folder = files("hatua.streams") / "redis_scripts"
        parts = [(folder / f"{name}.lua").read_text(encoding="utf-8") for name in names]
        self.source = "\n".join(["#!lua flags=allow-oom" if when_full else "#!lua", *parts])
        self.digest = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    def on(self, key: str, *arguments: Any) -> Command:
        """The call for one shard, by the name of its stream (or for another key). Redis forgets scripts when it
        restarts; `with_source` then sends the text."""
        return ("EVALSHA", self.digest, 1, key, *arguments)


META: Final = Script("meta")
APPEND: Final = Script("time", "ledger", "append", when_full=False)
ALIVE: Final = Script("time", "alive")
TAKE: Final = Script("time", "own", "take")
READ: Final = Script("time", "own", "read")
CLAIM: Final = Script("time", "own", "claim")
RENEW: Final = Script("time", "renew")
RELEASE: Final = Script("release")
ACKNOWLEDGE: Final = Script("ledger", "acknowledge")
BURY: Final = Script("time", "ledger", "bury")
REPLAY: Final = Script("ledger", "replay", when_full=False)

_ALL: Final = (META, APPEND, ALIVE, TAKE, READ, CLAIM, RENEW, RELEASE, ACKNOWLEDGE, BURY, REPLAY)
_BY_DIGEST: Final = {script.digest: script for script in _ALL}


def with_source(command: Command) -> Command:
    """The same script call, carrying the script."""
    return ("EVAL", _BY_DIGEST[command[1]].source, *command[2:])


class Shards:
    """Names and choice of the log's streams. Every key of a shard starts with its stream's name `{prefix:N}`, whose
    braces make Redis Cluster keep them on one node."""

    def __init__(self, prefix: str, count: int) -> None:
        self.count = count
        self.streams = [f"{{{prefix}:{n}}}" for n in range(count)]
        self.meta = f"{{{prefix}}}:meta"
        """Hash: how many shards the log was made with."""
        self.consumers = f"{{{prefix}}}:consumers"
        """Sorted set: consumer -> Unix ms until which it counts as alive."""

    def of(self, project_id: str, shard_key: str) -> int:
        """The shard of a person's events. Depends on nothing but the two strings and the number of shards."""
        digest = blake2b(f"{project_id}\0{shard_key}".encode(), digest_size=8, person=b"hatua shard").digest()
        return int.from_bytes(digest, "big") % self.count

    def question(self) -> Command:
        """Asks how many shards the log has; writes ours down when it is new."""
        return META.on(self.meta, self.count)

    def check(self, answer: int) -> None:
        """`answer` to `question`. Raises InvalidSetting."""
        if answer != self.count:
            raise InvalidSetting(
                f"HATUA_REDIS_SHARDS is {self.count}, but this log was made with {answer} shards; the number is fixed"
                " for the life of a log"
            )


def _client_options(settings: StreamsSettings, retry: Any) -> dict[str, Any]:
    seconds = settings.redis_timeout_ms / 1_000
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds, "protocol": 2, "retry": retry}


# Neither client repeats a command by itself: a repeated append would find its own events and call them duplicates.


class BlockingRedis:
    """A thread-safe client for readers and admins. Connects when it is first used."""

    def __init__(self, settings: StreamsSettings) -> None:
        options = _client_options(settings, redis.retry.Retry(NoBackoff(), 0))
        kind = redis.RedisCluster if settings.redis_cluster else redis.Redis
        self.client: Any = _make(kind, settings, options)
        self._settings = settings

    def run(self, commands: Sequence[Command]) -> list[Any]:
        """One round trip (one per node of a cluster). Raises LogUnavailable or LogFull for the first that failed."""
        if not commands:
            return []
        try:
            results = self._send(commands)
            if again := [i for i, result in enumerate(results) if isinstance(result, NoScriptError)]:
                for i, result in zip(again, self._send([with_source(commands[i]) for i in again]), strict=True):
                    results[i] = result
        except (RedisError, OSError) as problem:
            raise failure(self._settings, problem) from problem
        for result in results:
            if isinstance(result, Exception):
                raise failure(self._settings, result) from result
        return results

    def _send(self, commands: Sequence[Command]) -> list[Any]:
        if len(commands) == 1:
            try:
                return [self.client.execute_command(*commands[0])]
            except ResponseError as problem:
                return [problem]
        pipeline = self.client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        results: list[Any] = pipeline.execute(raise_on_error=False)
        return results

    def settings(self, pattern: str) -> list[dict[str, str] | None]:
        """CONFIG GET of every primary; None from one that refuses. Raises LogUnavailable."""
        cluster = self._settings.redis_cluster
        try:
            nodes = [n.redis_connection for n in self.client.get_primaries()] if cluster else [self.client]
            return [_settings_of(node, pattern) for node in nodes]
        except (RedisError, OSError) as problem:
            raise failure(self._settings, problem) from problem

    def close(self) -> None:
        """Closes every connection."""
        self.client.close()


def _settings_of(node: Any, pattern: str) -> dict[str, str] | None:
    try:
        found = node.config_get(pattern)
    except ResponseError:
        return None
    return {name.decode() if isinstance(name, bytes) else name: _text(value) for name, value in found.items()}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class AsyncRedis:
    """A client for one event loop. Connects when it is first used."""

    def __init__(self, settings: StreamsSettings) -> None:
        options = _client_options(settings, redis.asyncio.retry.Retry(NoBackoff(), 0))
        kind = redis.asyncio.RedisCluster if settings.redis_cluster else redis.asyncio.Redis
        self.client: Any = _make(kind, settings, options)
        self._settings = settings

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """One round trip (one per node of a cluster). A command that failed has a LogUnavailable or LogFull in its
        place: on a cluster some may fail while others do not."""
        try:
            results = await self._send(commands)
            if again := [i for i, result in enumerate(results) if isinstance(result, NoScriptError)]:
                resent = await self._send([with_source(commands[i]) for i in again])
                for i, result in zip(again, resent, strict=True):
                    results[i] = result
        except (RedisError, OSError) as problem:
            return [failure(self._settings, problem)] * len(commands)
        return [failure(self._settings, r) if isinstance(r, Exception) else r for r in results]

    async def _send(self, commands: Sequence[Command]) -> list[Any]:
        pipeline = self.client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        results: list[Any] = await pipeline.execute(raise_on_error=False)
        return results

    async def close(self) -> None:
        """Closes every connection."""
        await self.client.aclose()


def _make(kind: Any, settings: StreamsSettings, options: dict[str, Any]) -> Any:
    try:
        return kind.from_url(str(settings.redis_url), **options)
    except ValueError as problem:
        raise InvalidSetting(f"REDIS_URL: {problem}") from None


def failure(settings: StreamsSettings, problem: Exception) -> LogFull | LogUnavailable:
    """Redis's error as one of the port's two words. Never shows REDIS_URL."""
    name = f"log {settings.stream_key} on Redis"
    if isinstance(problem, OutOfMemoryError) or "OOM command not allowed" in str(problem):
        return LogFull(f"{name}: maxmemory is used up")
    return LogUnavailable(f"{name}: {type(problem).__name__}: {problem}")
