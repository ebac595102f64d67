"""The dead letters of one person."""

from collections.abc import Iterator
from typing import Final

import msgspec

from hatua.contract.event import decode_event
from hatua.contract.event_time import event_time
from hatua.contract.record import DeadLetter
from hatua.streams.port import LogAdmin
from hatua.warehouse.erasing import Who

_PAGE: Final = 100
_SHORTEST: Final = 5
"""Characters of an id that is looked for in bytes that are no event: a shorter one stands in anybody's."""


class _ExternalIds(msgspec.Struct):
    externalId: str | int | None = None
    external_id: str | int | None = None


def letters_of(admin: LogAdmin, who: Who) -> Iterator[DeadLetter]:
    """Page by page, oldest first. What cannot be read as an event counts as the person's when one of their ids stands
    in it."""
    after = ""
    while True:
        page = admin.dead_letters(who.project_id, _PAGE, after)
        yield from (one for one in page if _is_of(one, who))
        if len(page) < _PAGE:
            return
        after = page[-1].letter_id


def _is_of(letter: DeadLetter, who: Who) -> bool:
    try:
        raw = decode_event(letter.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        ids = {one for one in (*who.users, *who.anonymous, *who.externals) if len(one) >= _SHORTEST}
        return letter.received_at <= who.until_ms and any(one.encode() in letter.body for one in ids)
    if event_time(raw.timestamp, raw.sent_at, raw.received_at) > who.until_ms:
        return False
    if raw.user_id:
        return raw.user_id in who.users
    return raw.anonymous_id in who.anonymous or _external_id(bytes(raw.context)) in who.externals


def _external_id(context: bytes) -> str:
    try:
        found = msgspec.json.decode(context, type=_ExternalIds)
    except msgspec.DecodeError:
        return ""
    return str(found.externalId or found.external_id or "")
