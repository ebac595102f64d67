"""Who holds which events of the embedded log. It lives in memory, since one process owns the log. After a
restart nobody has anything, and whatever was in the log then is marked `maybe_seen`."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from hatua.base.clock import Clock
from hatua.contract.record import Delivery
from hatua.streams.packing import PackedEvent, unpack_events
from hatua.streams.sqlite_schema import add_to_ledger, failure


class Lease:
    """The events of one segment that are out with one consumer, by their index."""

    __slots__ = ("at", "consumer", "events")

    def __init__(self, consumer: str, at: int) -> None:
        self.consumer = consumer  # "": given back, to be delivered first
        self.at = at
        self.events: dict[int, PackedEvent] = {}


class Hands:
    """Who holds what, shared by all readers of one log. Positions read `segment-index`.

    A segment is deleted when its last event has gone; until then `gone` says which of its events have."""

    def __init__(self, path: Path, connection: sqlite3.Connection, clock: Clock) -> None:
        """Takes over the connection, for reading only. Raises sqlite3.Error."""
        self.lock = threading.RLock()
        self.path = path
        self.clock = clock
        self._connection = connection
        self.sizes: dict[int, int] = {}  # segments read in part or whole -> events in it
        self.gone: dict[int, int] = {}  # segment -> mask
        self.leases: dict[int, list[Lease]] = {}
        self._unread: deque[tuple[int, int, PackedEvent, bool]] = deque()
        self._cursor = 0  # last segment loaded
        self._tail = -1  # last segment known to be committed; -1: look
        self._arrived = threading.Condition()
        self._seen_upto = connection.execute("SELECT coalesce(max(segment), 0) FROM segments").fetchone()[0]
        for segment, mask in connection.execute("SELECT segment, mask FROM gone"):
            self.gone[segment] = int.from_bytes(mask, "little")
        self.waiting_at_open = connection.execute("SELECT coalesce(sum(events), 0) FROM segments").fetchone()[0]
        self.waiting_at_open -= sum(mask.bit_count() for mask in self.gone.values())
        self.on_replayed: Callable[[int], None] = lambda events: None
        """Told how many events of replayed dead letters were met: another process may have put them there."""

    def committed(self, segment: int) -> None:
        """Called by the writer's thread after a commit: wakes readers."""
        with self._arrived:
            self._tail = segment
            self._arrived.notify_all()

    def wait(self, seconds: float) -> bool:
        """Until something that no reader has loaded is committed; False when the time is over."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self._tail > self._cursor or self._tail < 0, seconds)

    def look_again(self) -> None:
        """Forgets what is known about the end of the log: another process may have replayed dead letters into it."""
        with self._arrived:
            self._tail = -1
            self._arrived.notify_all()

    def take(self, consumer: str, max_events: int) -> list[Delivery]:
        """The next events for `consumer`: given back ones first, then unread ones."""
        with self.lock:
            taken = self._take_returned(consumer, max_events)
            if len(taken) < max_events:
                taken += self._take_unread(consumer, max_events - len(taken))
            return taken

    def _take_returned(self, consumer: str, max_events: int) -> list[Delivery]:
        return self._move(consumer, max_events, lambda lease: not lease.consumer)

    def take_stale(self, consumer: str, min_idle_ms: int, max_events: int) -> list[Delivery]:
        """Events that another consumer has held for that long."""
        before = self.clock() - min_idle_ms
        with self.lock:
            return self._move(consumer, max_events, lambda lease: lease.consumer != consumer and lease.at <= before)

    def _move(self, consumer: str, max_events: int, which: Callable[[Lease], bool]) -> list[Delivery]:
        moved: list[Delivery] = []
        to = (consumer, self.clock())
        for segment in sorted(self.leases):
            for lease in [held for held in self.leases[segment] if which(held)]:
                part = list(islice(lease.events.items(), max_events - len(moved)))
                for index, event in part:
                    del lease.events[index]
                    moved.append(self._lend(to, segment, index, event, True))
                if not lease.events:
                    self.leases[segment].remove(lease)
                if len(moved) == max_events:
                    return moved
        return moved

    def _take_unread(self, consumer: str, max_events: int) -> list[Delivery]:
        if len(self._unread) < max_events and self._tail != self._cursor:
            self._load(max_events - len(self._unread))
        unread, to = self._unread, (consumer, self.clock())
        return [self._lend(to, *unread.popleft()) for _ in range(min(max_events, len(unread)))]

    def _lend(self, to: tuple[str, int], segment: int, index: int, event: PackedEvent, maybe_seen: bool) -> Delivery:
        held = self.leases.setdefault(segment, [])
        if not held or (held[-1].consumer, held[-1].at) != to:
            held.append(Lease(*to))
        held[-1].events[index] = event
        project_id, event_id, received_at, body = event
        return Delivery(f"{segment}-{index}", project_id, event_id, received_at, body, maybe_seen)

    def _load(self, at_least: int) -> None:
        """Decodes whole segments until there are that many events or no more segments."""
        try:
            rows = self._connection.execute(
                "SELECT segment, replayed, payload FROM segments WHERE segment > ? ORDER BY segment LIMIT ?",
                (self._cursor, at_least),
            )
            found = 0
            for segment, replayed, payload in rows:
                events = unpack_events(payload)
                gone = self.gone.get(segment, 0)
                self.sizes[segment] = len(events)
                maybe_seen = bool(replayed) or segment <= self._seen_upto
                self._unread.extend(
                    (segment, index, event, maybe_seen) for index, event in enumerate(events) if not gone >> index & 1
                )
                if replayed and segment > self._seen_upto:
                    self.on_replayed(len(events))
                self._cursor = segment
                found += len(events)
                if found >= at_least:
                    break
            else:
                with self._arrived:  # the writer may be moving it
                    self._tail = max(self._tail, self._cursor)
            rows.close()
        except sqlite3.Error as problem:
            raise failure(self.path, problem) from problem

    def replayed_unread(self) -> int:
        """Events of replayed dead letters that no reader has loaded yet. Raises sqlite3.Error."""
        with self.lock:
            row = self._connection.execute(
                "SELECT coalesce(sum(events), 0) FROM segments WHERE replayed = 1 AND segment > ?",
                (max(self._cursor, self._seen_upto),),
            ).fetchone()
            return int(row[0])

    def oldest_received_at(self) -> int:
        """Of the events of the first segment that still has any; 0 when the log is empty. Raises sqlite3.Error."""
        with self.lock:
            row = self._connection.execute("SELECT segment, payload FROM segments ORDER BY segment LIMIT 1").fetchone()
            if row is None:
                return 0
            gone = self.gone.get(row[0], 0)
            times = [event[2] for i, event in enumerate(unpack_events(row[1])) if not gone >> i & 1]
            return min(times, default=0)

    def dead_letters(self) -> int:
        """How many there are. Raises sqlite3.Error."""
        with self.lock:
            return int(self._connection.execute("SELECT count(*) FROM dead_letters").fetchone()[0])

    def give_back(self, consumer: str) -> None:
        """All that `consumer` holds is delivered again, first, to whoever reads next."""
        with self.lock:
            for held in self.leases.values():
                for lease in held:
                    if lease.consumer == consumer:
                        lease.consumer = ""

    def find(self, position: str) -> tuple[int, int, Lease] | None:
        """The lease that an event is out with; None when it has left the log."""
        segment_text, _, index_text = position.partition("-")
        segment, index = int(segment_text), int(index_text)
        for lease in self.leases.get(segment, ()):
            if index in lease.events:
                return segment, index, lease
        return None

    def holds(self, consumer: str, position: str) -> bool:
        """Whether the event is out with this consumer."""
        found = self.find(position)
        return found is not None and found[2].consumer == consumer

    def close(self) -> None:
        """Closes the connection."""
        with self.lock:
            self._connection.close()


class Leaving:
    """Events on their way out of the log, inside the writer's transaction; remembered, to be put back on failure."""

    def __init__(self, hands: Hands, positions: Sequence[str]) -> None:
        self._hands = hands
        self._positions = positions
        self._taken: list[tuple[int, int, Lease, PackedEvent]] = []
        self._masks: dict[int, int | None] = {}

    def apply(self, connection: sqlite3.Connection, *, dead: bool) -> dict[str, PackedEvent]:
        """Removes the events that are still in the log; returns them by position."""
        hands = self._hands
        left: dict[str, PackedEvent] = {}
        counts: dict[tuple[str, int], int] = {}
        with hands.lock:
            for position in self._positions:
                found = hands.find(position)
                if found is None:
                    continue
                segment, index, lease = found
                event = lease.events.pop(index)
                self._taken.append((segment, index, lease, event))
                self._masks.setdefault(segment, hands.gone.get(segment))
                hands.gone[segment] = hands.gone.get(segment, 0) | 1 << index
                left[position] = event
                key = (event[0], event[2] // 60_000)
                counts[key] = counts.get(key, 0) + 1
            whole = [s for s in self._masks if hands.gone[s].bit_count() == hands.sizes[s]]
            partial = [s for s in self._masks if hands.gone[s].bit_count() != hands.sizes[s]]
            masks = [(s, hands.gone[s].to_bytes(-(-hands.sizes[s] // 8), "little")) for s in partial]
        self._delete(connection, whole)
        if masks:
            connection.executemany("INSERT OR REPLACE INTO gone (segment, mask) VALUES (?, ?)", masks)
        add_to_ledger(connection, [(*key, 0, 0, 0, 0 if dead else n, n if dead else 0) for key, n in counts.items()])
        return left

    @staticmethod
    def _delete(connection: sqlite3.Connection, segments: list[int]) -> None:
        """By runs of neighbouring numbers: one statement for each run, not for each segment."""
        segments.sort()
        start = 0
        for end in range(1, len(segments) + 1):
            if end == len(segments) or segments[end] != segments[end - 1] + 1:
                run = (segments[start], segments[end - 1])
                connection.execute("DELETE FROM segments WHERE segment BETWEEN ? AND ?", run)
                connection.execute("DELETE FROM gone WHERE segment BETWEEN ? AND ?", run)
                start = end

    def undo(self) -> None:
        """Puts everything back as it was."""
        with self._hands.lock:
            for segment, index, lease, event in self._taken:
                lease.events[index] = event
                if lease not in self._hands.leases.setdefault(segment, []):
                    self._hands.leases[segment].append(lease)
            for segment, mask in self._masks.items():
                if mask is None:
                    self._hands.gone.pop(segment, None)
                else:
                    self._hands.gone[segment] = mask
            self._taken, self._masks = [], {}

    def forget(self) -> None:
        """After the commit: nothing of a deleted segment is kept in memory."""
        hands = self._hands
        with hands.lock:
            for segment in self._masks:
                hands.leases[segment] = [held for held in hands.leases.get(segment, ()) if held.events]
                if not hands.leases[segment]:
                    del hands.leases[segment]
                if hands.gone.get(segment, 0).bit_count() == hands.sizes.get(segment):
                    del hands.gone[segment], hands.sizes[segment]
