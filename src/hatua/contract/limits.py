"""Every limit a client can meet, each with the reason it is there. Sizes are bytes, counts are inclusive maxima."""

from typing import Final

MAX_EVENTS_PER_REQUEST: Final = 100
"""Events in one batch; an SDK flushes at 10, an import script at 100."""

MAX_BODY_BYTES: Final = 500_000
"""Request body after decompression. The compressed body is bounded by the same number."""

MAX_NAME_CHARS: Final = 100
"""`event_name`, in characters."""

MAX_ID_CHARS: Final = 200
"""event_id, message_id, anonymous_id, user_id, session_id and the ids in context, in characters."""

MAX_SEQ: Final = 4_294_967_295
"""`seq`, the client's own order of events: an unsigned 32-bit number, as it is stored."""

MAX_WRITE_KEY_CHARS: Final = 200
"""Longer is no write key, and is refused without asking the metadata store."""

MAX_PROPERTIES_BYTES: Final = 65_536
"""`properties` of one event: bytes of JSON as sent, without insignificant white space."""

MAX_PROPERTIES_KEYS: Final = 255
"""Keys of one event's properties, counted at every level."""

MAX_PROPERTIES_DEPTH: Final = 10
"""Nesting: `{}` is depth 1, `{"a": {}}` depth 2. Arrays count as a level."""

MAX_CONTEXT_BYTES: Final = 16_384
"""`context` of one event, counted like properties: a page, a screen, a locale; not a payload."""

MAX_CONTEXT_DEPTH: Final = 10
"""Nesting of `context`, counted like that of properties."""

MAX_TEXT_CHARS: Final = 2_048
"""URL, path, title, referrer, user agent: longer text is cut, not refused: a long URL is not the visitor's fault."""

MIN_TIMESTAMP_MS: Final = 946_684_800_000
"""2000-01-01T00:00:00Z. An older event time is a broken clock (1970 is an unset one), not an import."""

CLOCK_SKEW_TOLERANCE_MS: Final = 5_000
"""Client and server clocks further apart than this are corrected by the request's `sent_at`."""

DEDUP_WINDOW_MS: Final = 24 * 3_600_000
"""How long an event id is remembered per project, so that a client's retry is not a second event."""

SESSION_IDLE_MS: Final = 30 * 60_000
"""Thirty minutes without an event end a session."""
