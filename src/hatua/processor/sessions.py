"""Sessions for events whose client names none (servers, WhatsApp, simple scripts).

An event joins the session that the same person has on the same channel at most 30 minutes of event time before it;
else the one at most 30 minutes after it (it came late); else it opens a session, whose id is made from its own. An
event between two sessions joins the earlier one, and the two stay two. Sessions that a client named count as
neighbours too.

Events are taken in the order of the log, one by one, and the state is the warehouse: so the answer depends on the
order of arrival only, never on how it was cut into batches, on a restart, or on which worker did it.
"""

import uuid
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence

from hatua.contract.limits import SESSION_IDLE_MS
from hatua.processor.draft import Draft
from hatua.warehouse.client import Warehouse
from hatua.warehouse.sql import load

_NAMESPACE = uuid.UUID("6f1d5d5c-3f0b-5f5e-9d0b-7f8f5c1f7a10")
"""Ours; any fixed one would do. Changing it would cut every session that is open at that moment."""

Key = tuple[str, str, str]
"""(project_id, person, channel); person: the anonymous_id, else the user_id."""


class Timeline:
    """The events of one key in order of time: which session each belongs to."""

    def __init__(self) -> None:
        self._events: list[tuple[int, str]] = []

    def add(self, at: int, session_id: str) -> None:
        """Notes one event; the same one twice changes nothing."""
        insort(self._events, (at, session_id))

    def session_at(self, at: int) -> str:
        """The session that an event at `at` (Unix ms) joins, or "". Of several at one moment the first by name, so
        that the answer does not depend on their order."""
        events = self._events
        after = bisect_right(events, at, key=_at)
        if after and at - events[after - 1][0] <= SESSION_IDLE_MS:
            return events[bisect_left(events, events[after - 1][0], key=_at)][1]
        if after < len(events) and events[after][0] - at <= SESSION_IDLE_MS:
            return events[after][1]
        return ""


def new_session_id(key: Key, event_id: str) -> str:
    """The id of a session that this event opens: the same whenever and wherever it is worked out."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join((*key, event_id))))


class Sessions:
    """Finds the session of every draft. Keeps nothing between two batches: there is no cache to be wrong."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def put_sessions(self, drafts: Sequence[Draft]) -> None:
        """Fills in `session_id`, in the order given: that of the log. Asks the warehouse only when some event has
        none. Raises WarehouseUnavailable."""
        for draft in drafts:
            draft.session_id = draft.raw.session_id
        wanting = [draft for draft in drafts if not draft.session_id]
        if not wanting:
            return
        self._recall(draft for draft in wanting if draft.stored)
        timelines = self._timelines([draft for draft in wanting if not draft.session_id])
        for draft in drafts:
            key = _key(draft)
            timeline = timelines.get(key)
            if not draft.session_id:
                joined = timeline.session_at(draft.timestamp) if timeline is not None else ""
                draft.session_id = joined or new_session_id(key, draft.raw.event_id)
            if timeline is not None:
                timeline.add(draft.timestamp, draft.session_id)

    def _timelines(self, drafts: Sequence[Draft]) -> dict[Key, Timeline]:
        """What is stored around the times of these drafts, by key."""
        times: dict[Key, list[int]] = defaultdict(list)
        for draft in drafts:
            key = _key(draft)
            if key[1]:
                times[key].append(draft.timestamp)
        if not times:
            return {}
        slots = {at // SESSION_IDLE_MS + near for key in times for at in times[key] for near in (-1, 0, 1)}
        words = [list(dict.fromkeys(key[part] for key in times)) for part in range(3)]
        places = [{word: place for place, word in enumerate(some, start=1)} for some in words]
        _, columns = self._warehouse.columns(
            load("hatua.processor", "sessions.sql"),
            {
                "projects": words[0],
                "people": words[1],
                "channels": words[2],
                "keys": [
                    (*(places[part][word] for part, word in enumerate(key)), min(found), max(found))
                    for key, found in times.items()
                ],
                "slots": sorted(slots),
                "slot_ms": SESSION_IDLE_MS,
                "from_ms": min(slots) * SESSION_IDLE_MS,
                "to_ms": (max(slots) + 1) * SESSION_IDLE_MS,
            },
        )
        timelines = {key: Timeline() for key in times}
        for project, person, channel, session_id, before, between, after in zip(*columns, strict=True):
            timeline = timelines[project, person, channel]
            for at in (before, *between, after):
                if at:
                    timeline.add(at, session_id)
        return timelines

    def _recall(self, drafts: Iterable[Draft]) -> None:
        stored = {(draft.raw.project_id, draft.raw.event_id): draft for draft in drafts}
        if not stored:
            return
        received = [draft.raw.received_at for draft in stored.values()]
        _, columns = self._warehouse.columns(
            load("hatua.processor", "sessions_of_events.sql"),
            {
                "projects": sorted({project for project, _ in stored}),
                "ids": sorted({event for _, event in stored}),
                "from_ms": min(received),
                "to_ms": max(received),
            },
        )
        for project, event, session_id in zip(*columns, strict=True):
            draft = stored.get((project, event))
            if draft is not None:
                draft.session_id = session_id


def _key(draft: Draft) -> Key:
    raw = draft.raw
    return raw.project_id, raw.anonymous_id or raw.user_id, draft.channel


def _at(event: tuple[int, str]) -> int:
    return event[0]
