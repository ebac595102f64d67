"""The processor's side of the log on Redis."""

import contextlib
import secrets
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

from hatua.base.clock import Clock
from hatua.base.errors import InvalidSetting
from hatua.contract.record import Delivery
from hatua.streams.packing import pack_event, unpack_event
from hatua.streams.port import LogUnavailable
from hatua.streams.redis_batch import LEDGER_KEEP_MS
from hatua.streams.redis_client import ACKNOWLEDGE, BURY, CLAIM, READ, BlockingRedis, Command, Shards
from hatua.streams.redis_ownership import Ownership, Shard
from hatua.streams.settings import StreamsSettings

_POLL_S: Final = 0.05
"""How often an idle reader looks on a cluster, where one command cannot wait for streams of several nodes; and when it
owns no shard."""

_WAIT_MS: Final = 1_000
"""The longest that one waiting command lasts: shards that come free meanwhile are noticed after it."""

_CALL_EVENTS: Final = 1_000
"""Events of one script call."""


class RedisReader:
    """LogReader for one thread. Owns a fair part of the shards, each alone, so that a person's events are processed in
    order by one consumer; see `redis_ownership`. `read` also takes over what the former owner of a shard had read and
    not acknowledged, marked `maybe_seen`, before anything newer of that shard."""

    def __init__(
        self, settings: StreamsSettings, shards: Shards, consumer: str, clock: Clock | None, *, keep_alive: bool = True
    ) -> None:
        """`keep_alive`: renew the ownership in a thread of its own, so that a long insert does not lose it."""
        self._settings = settings
        self._shards = shards
        self._consumer = consumer
        self._token = secrets.token_hex(8)
        self._redis = BlockingRedis(settings)
        self._ownership = Ownership(settings, shards, self._redis, consumer=consumer, token=self._token, clock=clock)
        self._closed = threading.Event()
        self._checked = False
        self._turn = 0
        """Which shard comes first; each in its turn, for reads of fewer events than there are shards."""
        self._keeper = threading.Thread(target=self._keep_alive, name="hatua-log-owner", daemon=True)
        if keep_alive:
            self._keeper.start()

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        """See LogReader.read. Raises LogUnavailable."""
        self._check()
        until = time.monotonic() + block_ms / 1_000
        while True:
            self._ownership.balance()
            found = self._read_owned(max_events)
            left = until - time.monotonic()
            if found or left <= 0 or self._closed.is_set():
                return found
            self._wait(left)

    def _read_owned(self, max_events: int) -> list[Delivery]:
        """Asks all owned shards for an equal part, then those that had more for what is left."""
        found: list[Delivery] = []
        asked = self._ownership.readable()
        self._turn += 1
        asked = asked[self._turn % len(asked) :] + asked[: self._turn % len(asked)] if asked else []
        while asked and len(found) < max_events:
            parts, asked = _divide(asked, max_events - len(found))
            asked_at = self._ownership.now()
            replies = self._run([self._read_command(shard, count) for shard, count in parts])
            for (shard, count), (state, cursor, entries, last_id) in zip(parts, replies, strict=True):
                if not self._ownership.told(shard, state, asked_at):
                    continue
                recovering = state == 2 or shard.cursor != ""
                found += _deliver(shard, entries, maybe_seen=recovering)
                if recovering:
                    shard.cursor = "" if cursor == b"0-0" else cursor.decode()
                shard.last_id = entries[-1][0].decode() if entries and not recovering else last_id.decode()
                if recovering or len(entries) == count:
                    asked.append(shard)
        return found

    def _read_command(self, shard: Shard, count: int) -> Command:
        lease = self._settings.redis_lease_ms
        return READ.on(shard.stream, *self._who, self._ownership.now_for_redis, lease, count, shard.cursor)

    @property
    def _who(self) -> tuple[str, str, str]:
        return self._settings.consumer_group, self._consumer, self._token

    def _wait(self, seconds: float) -> None:
        """Until one of our shards has a new event, or for a while."""
        shards = [shard for shard in self._ownership.readable() if shard.last_id]
        if self._settings.redis_cluster or not shards:
            self._closed.wait(min(seconds, _POLL_S))
            return
        wait_ms = max(1, min(int(seconds * 1_000), _WAIT_MS, self._settings.redis_timeout_ms // 2))
        streams, ids = [s.stream for s in shards], [s.last_id for s in shards]
        self._run([("XREAD", "COUNT", 1, "BLOCK", wait_ms, "STREAMS", *streams, *ids)])

    def claim_stale(self, min_idle_ms: int, max_events: int) -> list[Delivery]:
        """See LogReader.claim_stale. Claims in shards whose owner is this consumer or gone. Raises LogUnavailable."""
        self._check()
        found: list[Delivery] = []
        for shard in self._ownership.shards.values():
            more = True
            while more and len(found) < max_events:
                count = max_events - len(found)
                lease, now = self._settings.redis_lease_ms, self._ownership.now_for_redis
                what = (now, lease, count, min_idle_ms)
                asked_at = self._ownership.now()
                [(state, entries)] = self._run([CLAIM.on(shard.stream, *self._who, *what)])
                more = self._ownership.told(shard, state, asked_at) and len(entries) == count
                if state:
                    found += _deliver(shard, entries, maybe_seen=True)
        return found

    def acknowledge(self, positions: Sequence[str]) -> None:
        """See LogReader.acknowledge. Raises LogUnavailable or LogFull."""
        self._check()
        commands: list[Command] = []
        done: list[tuple[Shard, bytes]] = []
        for shard, ids in self._held(positions).items():
            for part in _parts(ids):
                rows: dict[tuple[str, int], list[bytes]] = {}
                for entry_id in part:
                    rows.setdefault(ids[entry_id], []).append(entry_id)
                    done.append((shard, entry_id))
                arguments = [a for key, group in rows.items() for a in (*key, len(group), *group)]
                head = (self._settings.consumer_group, LEDGER_KEEP_MS, len(rows))
                commands.append(ACKNOWLEDGE.on(shard.stream, *head, *arguments))
        self._let_go(commands, done)

    def dead_letter(self, letters: Sequence[tuple[Delivery, str, str]]) -> None:
        """See LogReader.dead_letter. Atomic in each shard. Raises LogUnavailable or LogFull."""
        self._check()
        by_position = {delivery.position: (delivery, reason, error) for delivery, reason, error in reversed(letters)}
        now = self._ownership.now_for_redis
        commands: list[Command] = []
        done: list[tuple[Shard, bytes]] = []
        for shard, ids in self._held([d.position for d, _, _ in letters]).items():
            for part in _parts(ids):
                arguments: list[Any] = []
                for entry_id in part:
                    event, reason, error = by_position[f"{shard.number}:{entry_id.decode()}"]
                    packed = pack_event((event.project_id, event.event_id, event.received_at, event.body))
                    arguments += (entry_id, *ids[entry_id], packed, reason, error)
                    done.append((shard, entry_id))
                head = (self._settings.consumer_group, LEDGER_KEEP_MS, now, len(part))
                commands.append(BURY.on(shard.stream, *head, *arguments))
        self._let_go(commands, done)

    def _held(self, positions: Sequence[str]) -> dict[Shard, dict[bytes, tuple[str, int]]]:
        """By shard, the (project, minute) of those events that have not left the log through this reader before."""
        found: dict[Shard, dict[bytes, tuple[str, int]]] = {}
        for position in positions:
            number, _, entry_id = position.partition(":")
            shard = self._ownership.shards[int(number)]
            if key := shard.ledger_key(entry_id.encode()):
                found.setdefault(shard, {})[entry_id.encode()] = key
        return found

    def _let_go(self, commands: list[Command], done: list[tuple[Shard, bytes]]) -> None:
        self._redis.run(commands)
        for shard, entry_id in done:
            shard.drop(entry_id)
        self._ownership.release_leaving()

    def owned_until(self, positions: Sequence[str]) -> int:
        """See LogReader.owned_until."""
        entries = (position.partition(":") for position in positions)
        return self._ownership.owned_until((int(number), entry_id.encode()) for number, _, entry_id in entries)

    def give_back(self) -> None:
        """See LogReader.give_back."""
        self._ownership.give_back()

    def close(self) -> None:
        """Gives its shards up; what it holds stays unacknowledged and goes to their next owner first."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._keeper.is_alive():
            self._keeper.join()
        with contextlib.suppress(LogUnavailable):  # then the lease runs out by itself
            self._ownership.end()
        self._redis.close()

    def _check(self) -> None:
        if self._closed.is_set():
            raise LogUnavailable(f"log {self._settings.stream_key} on Redis: this reader is closed")
        if not self._checked:
            [answer] = self._redis.run([self._shards.question()])
            try:
                self._shards.check(answer)
            except InvalidSetting as problem:
                raise LogUnavailable(str(problem)) from None
            self._checked = True

    def _run(self, commands: Sequence[Command]) -> list[Any]:
        try:
            return self._redis.run(commands)
        except LogUnavailable:
            self._ownership.start_over()
            raise

    def _keep_alive(self) -> None:
        while not self._closed.wait(self._settings.redis_lease_ms / 3_000):
            with contextlib.suppress(LogUnavailable):  # the reader's own calls say so loudly enough
                self._ownership.renew()


def _divide(shards: Sequence[Shard], events: int) -> tuple[list[tuple[Shard, int]], list[Shard]]:
    """How many events to ask each shard for, in equal parts, `events` in all; and the shards that got no part."""
    each, over = divmod(events, len(shards))
    parts = [(shard, each + (place < over)) for place, shard in enumerate(shards)]
    return [part for part in parts if part[1]], [shard for shard, count in parts if not count]


def _parts(ids: Iterable[bytes]) -> list[list[bytes]]:
    everything = list(ids)
    return [everything[start : start + _CALL_EVENTS] for start in range(0, len(everything), _CALL_EVENTS)]


def _deliver(shard: Shard, entries: Iterable[Any], *, maybe_seen: bool) -> list[Delivery]:
    """Notes that the entries are in our hands, those that are not yet, and makes deliveries of them."""
    deliveries = []
    for entry_id, fields in entries:
        if fields is None or entry_id in shard.held:  # None: deleted meanwhile
            continue
        project_id, event_id, received_at, body = unpack_event(fields[1])
        shard.former.pop(entry_id, None)
        shard.held[entry_id] = (project_id, received_at // 60_000)
        seen = maybe_seen or len(fields) > 2  # a second field: a replayed dead letter
        position = f"{shard.number}:{entry_id.decode()}"
        deliveries.append(Delivery(position, project_id, event_id, received_at, body, seen))
    return deliveries
