"""Which shards a processor reads. A consumer group alone would hand the events of one person to several processors at
once, in any order; so each shard has one owner at a time, who keeps it by reading it, or at least by being alive."""

import threading
from collections.abc import Callable, Iterable

from hatua.base.clock import Clock, system_clock
from hatua.streams.port import FOR_EVER_MS
from hatua.streams.redis_client import ALIVE, RELEASE, RENEW, TAKE, BlockingRedis, Command, Shards
from hatua.streams.settings import StreamsSettings


class Shard:
    """What one reader knows of one shard."""

    __slots__ = ("cursor", "former", "held", "last_id", "leaving", "number", "owned", "stream", "until")

    def __init__(self, number: int, stream: str) -> None:
        self.number = number
        self.stream = stream
        self.owned = False
        self.until = 0
        """Unix ms until which it is surely ours, by our clock."""
        self.leaving = False
        """To be given up as soon as nothing of it is in our hands."""
        self.cursor = ""
        """Where the reading of unacknowledged events goes on; empty when those are done."""
        self.last_id = ""
        """Of the newest event delivered to anyone, where known."""
        self.held: dict[bytes, tuple[str, int]] = {}
        """Entry id -> (project, minute) of the events in our hands."""
        self.former: dict[bytes, tuple[str, int]] = {}
        """The same for events that were in our hands when the shard was lost: if they come again they are delivered
        again, but a late acknowledgement still counts."""

    def lose(self) -> None:
        """Its new owner reads what is in our hands."""
        self.former.update(self.held)
        self.held.clear()

    def ledger_key(self, entry_id: bytes) -> tuple[str, int] | None:
        """(project, minute) of an event that was delivered and neither acknowledged nor buried."""
        return self.held.get(entry_id) or self.former.get(entry_id)

    def drop(self, entry_id: bytes) -> None:
        """The event has left the log."""
        self.held.pop(entry_id, None)
        self.former.pop(entry_id, None)


class Ownership:
    """One consumer's part of the shards. `balance` is for the reader's thread; `renew` may be called from another."""

    def __init__(
        self,
        settings: StreamsSettings,
        shards: Shards,
        redis: BlockingRedis,
        *,
        consumer: str,
        token: str,
        clock: Clock | None,
    ) -> None:
        self._settings = settings
        self._consumers = shards.consumers
        self._redis = redis
        self._consumer = consumer
        self._token = token
        self._clock = clock
        self._lock = threading.Lock()
        self._heard_at = 0
        # Each consumer prefers shards in an order of its own, so that several who start at once do not all ask for the
        # same ones.
        start = sum(consumer.encode()) % shards.count
        order = [*range(start, shards.count), *range(start)]
        self.shards = {n: Shard(n, shards.streams[n]) for n in order}

    @property
    def now_for_redis(self) -> int:
        """Unix ms for a script; 0: by the server's clock."""
        return self._clock() if self._clock else 0

    def readable(self) -> list[Shard]:
        """Owned shards that are not being given up."""
        with self._lock:
            return [shard for shard in self.shards.values() if shard.owned and not shard.leaving]

    def told(self, shard: Shard, state: int, asked_at: int) -> bool:
        """Notes what Redis said of a shard: 0 somebody else's, 1 ours, 2 ours since now; and when it was asked. Returns
        whether it is ours."""
        with self._lock:
            kept = shard.owned and state == 1
            shard.owned = state != 0
            shard.until = self._until(asked_at) if shard.owned else 0
            if not kept:
                shard.leaving = False
                shard.lose()  # also when it is ours again: meanwhile another may have had what is in our hands
                shard.cursor = "0-0"
            return shard.owned

    def _until(self, asked_at: int) -> int:
        """A fifth of the lease is left for what is stored at the last moment to come to rest, and for clocks that do
        not run alike."""
        return asked_at + self._settings.redis_lease_ms * 4 // 5

    def now(self) -> int:
        """Unix ms of our clock."""
        return (self._clock or system_clock)()

    def owned_until(self, entries: Iterable[tuple[int, bytes]]) -> int:
        """See LogReader.owned_until; entries by shard and id."""
        with self._lock:
            until = FOR_EVER_MS
            for number, entry_id in entries:
                shard = self.shards[number]
                if not shard.owned or entry_id not in shard.held:
                    return 0
                until = min(until, shard.until)
            return until

    def give_back(self) -> None:
        """See LogReader.give_back."""
        with self._lock:
            for shard in self.shards.values():
                if shard.held:
                    shard.lose()
                    shard.cursor = "0-0"

    def start_over(self) -> None:
        """After an answer was lost: events may be ours in Redis without having reached us."""
        with self._lock:
            for shard in self.shards.values():
                shard.cursor = "0-0"

    def balance(self) -> None:
        """Every third of a lease: says that we live, takes free shards up to a fair part, gives up those beyond it.
        Raises LogUnavailable."""
        for shard in self.shards.values():
            if not shard.owned and shard.held:  # `renew` learned that it is lost
                shard.lose()
        now = self.now()
        if 0 <= now - self._heard_at < self._settings.redis_lease_ms // 3:
            return
        [alive] = self._redis.run([self._i_live()])
        self._heard_at = now
        fair = -(-len(self.shards) // alive)
        owned = [shard for shard in self.shards.values() if shard.owned]
        with self._lock:
            # Those with the least in our hands go first.
            for place, shard in enumerate(sorted(owned, key=lambda s: len(s.held), reverse=True)):
                shard.leaving = place >= fair
        self.release_leaving()
        free = [shard for shard in self.shards.values() if not shard.owned]
        missing = fair - len(owned)
        while missing > 0 and free:
            some, free = free[:missing], free[missing:]
            asked_at = self.now()
            answers = self._redis.run([self._take(shard) for shard in some])
            for shard, state in zip(some, answers, strict=True):
                missing -= self.told(shard, state, asked_at)

    def _i_live(self) -> Command:
        return ALIVE.on(self._consumers, self._consumer, self.now_for_redis, self._settings.redis_lease_ms)

    def _take(self, shard: Shard) -> Command:
        lease = self._settings.redis_lease_ms
        return TAKE.on(shard.stream, self._consumer, self._token, self.now_for_redis, lease)

    def release_leaving(self) -> None:
        """Gives up the shards that are to go and of which nothing is in our hands."""
        self._release(lambda shard: shard.leaving and not shard.held)

    def renew(self) -> None:
        """Keeps every owned shard for another lease. Raises LogUnavailable."""
        with self._lock:
            owned = [shard for shard in self.shards.values() if shard.owned]
        lease = self._settings.redis_lease_ms
        commands = [RENEW.on(shard.stream, self._token, self.now_for_redis, lease) for shard in owned]
        asked_at = self.now()
        answers = self._redis.run([self._i_live(), *commands])[1:]
        with self._lock:
            for shard, ours in zip(owned, answers, strict=True):
                if not ours:
                    shard.owned = False
                elif shard.owned:
                    shard.until = max(shard.until, self._until(asked_at))

    def end(self) -> None:
        """Gives everything up. What is in our hands stays unacknowledged; the next owner reads it first."""
        self._release(lambda shard: True)
        self._redis.run([("ZREM", self._consumers, self._consumer)])

    def _release(self, which: Callable[[Shard], bool]) -> None:
        with self._lock:
            going = [shard for shard in self.shards.values() if shard.owned and which(shard)]
            for shard in going:
                shard.owned = shard.leaving = False
        self._redis.run([RELEASE.on(shard.stream, self._token) for shard in going])
