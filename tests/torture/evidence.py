"""Reads what is in the stores, for the judge."""

from typing import Final

from hatua.contract.ledger import join
from hatua.streams.port import LogAdmin
from hatua.warehouse.client import Warehouse
from hatua.warehouse.ledger import counts_by_minute
from tests.torture.judge import Evidence

_FOR_EVER: Final = 2**40

EVENTS: Final = """
SELECT project_id, event_id, event_name, event_type, toUnixTimestamp64Milli(timestamp) AS timestamp, seq, anonymous_id,
    user_id, session_id, message_id, channel, campaign_id, page_path, page_url, page_title, locale, screen_width,
    screen_height, journey_start, journey_end, library_name, properties
FROM events
"""

SESSIONS: Final = """
SELECT project_id, session_id, toUnixTimestamp64Milli(started_at) AS started_at,
    toUnixTimestamp64Milli(ended_at) AS ended_at, events, pageviews, non_heartbeat_events, entry_page, exit_page,
    channel, campaign_id, locale, user_ids, anonymous_ids, first_event_id, version
FROM sessions FINAL
"""

LINKS: Final = """
SELECT project_id, anonymous_id, user_id, toUnixTimestamp64Milli(linked_at) AS linked_at, seq, event_id
FROM identity_links FINAL
WHERE NOT revoked
"""


def gather(warehouse: Warehouse, admin: LogAdmin, waiting: int) -> Evidence:
    """The log's side first; nothing moves any more."""
    log = admin.ledger(None, 0, _FOR_EVER)
    letters = admin.dead_letters(None, 1_000_000)
    return Evidence(
        events=warehouse.rows(EVENTS),
        sessions=warehouse.rows(SESSIONS),
        links=warehouse.rows(LINKS),
        ledger=join(log, counts_by_minute(warehouse, None, 0, _FOR_EVER * 1_000)),
        dead=len(letters),
        waiting=waiting,
    )
