"""Who an anonymous_id belongs to, from events that name both it and a user_id."""

from collections.abc import Iterable

from hatua.processor.draft import Draft
from hatua.warehouse.rows import LinkRow, LinkSource

_SOURCES: dict[str, LinkSource] = {"identify": "identify", "alias": "alias"}
"""By event type; any other event that names both is proof of a log-in."""


def link_identity(drafts: Iterable[Draft]) -> list[LinkRow]:
    """One link for each pair of ids in a batch: that of its latest event, by event time, then seq, then id. An
    anonymous_id that is its own user_id gives none.

    Nothing is remembered between two batches. The warehouse keeps one row a pair, that of the latest moment, so what it
    holds in the end follows from the events alone: not from their order, nor from how they were cut into batches, nor
    from which processor had them. A memory of who is known would spare rows, but not every processor hears of every
    event, and none remembers what it did before it was restarted.
    """
    latest: dict[tuple[str, str, str], Draft] = {}
    for draft in drafts:
        raw = draft.raw
        if not raw.user_id or not raw.anonymous_id or raw.user_id == raw.anonymous_id:
            continue
        pair = raw.project_id, raw.anonymous_id, raw.user_id
        known = latest.get(pair)
        if known is None or _moment(draft) > _moment(known):
            latest[pair] = draft
    return [_link(draft) for draft in latest.values()]


def _moment(draft: Draft) -> tuple[int, int, str]:
    return draft.timestamp, draft.raw.seq, draft.raw.event_id


def _link(draft: Draft) -> LinkRow:
    raw = draft.raw
    return LinkRow(
        tenant_id=raw.tenant_id,
        project_id=raw.project_id,
        anonymous_id=raw.anonymous_id,
        user_id=raw.user_id,
        linked_at=draft.timestamp,
        seq=raw.seq,
        source=_SOURCES.get(raw.event_type, "login"),
        event_id=raw.event_id,
    )
