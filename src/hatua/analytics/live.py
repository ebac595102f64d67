"""Events as they become visible: what the live stream sends."""

from typing import NamedTuple

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.event import Event
from hatua.analytics.events_list import event_of, select_events, unix_ms
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import Range, zone_of

OVERLAP_MS = 30_000
"""An insert becomes visible after its rows got their `processed_at`, and several processors insert side by side; so
each look goes back this far and leaves out what was given before."""

OLDEST_MS = 7 * 86_400_000
"""An event older than this (an import) is history, not live."""

MOST = 500
"""Of more than this in one look, the newest are given: no screen can follow them."""


class LiveEvent(NamedTuple):
    """`cursor`: where a stream that broke here goes on."""

    cursor: str
    event: Event


class LiveFeed:
    """The events of one project since a moment or a cursor, each once, in the order in which they were processed.
    One per listener; not thread-safe. The caller decides how often it looks."""

    def __init__(self, reader: Reader, project: str, since_ms: int, cursor: str = "") -> None:
        """`cursor` wins over `since_ms`. Raises InvalidQuestion for one that we never gave out."""
        self._reader = reader
        self._project = project
        self._floor = (since_ms, "")
        if cursor:
            at, event_id = decode_cursor(cursor, (int, str))
            self._floor = (int(at), str(event_id))
        self._newest_ms = self._floor[0]
        self._given: dict[str, int] = {}

    def poll(self, now_ms: int) -> list[LiveEvent]:
        """What has become visible since the last look. Raises what the warehouse raises; nothing is lost then."""
        rows = select_events(
            self._reader,
            self._project,
            Range(now_ms - OLDEST_MS, now_ms + OLDEST_MS, zone_of("UTC")),
            conditions=("e.processed_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')",),
            parameters={"since_ms": max(self._floor[0], self._newest_ms - OVERLAP_MS)},
            order="e.processed_at DESC, e.event_id DESC",
            limit=MOST,
        )
        fresh: list[LiveEvent] = []
        for row in reversed(rows):
            place = (unix_ms(row["processed_at"]), row["event_id"])
            if place > self._floor and row["event_id"] not in self._given:
                self._given[row["event_id"]] = place[0]
                fresh.append(LiveEvent(encode_cursor(*place), event_of(row)))
                self._newest_ms = max(self._newest_ms, place[0])
        oldest = self._newest_ms - OVERLAP_MS
        self._given = {event_id: at for event_id, at in self._given.items() if at >= oldest}
        return fresh
