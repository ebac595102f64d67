"""The one-time token that joins a conversation to a browser, wherever the event carries it."""

import msgspec

from hatua.contract.limits import MAX_ID_CHARS
from hatua.processor.context import take_text
from hatua.processor.draft import Draft
from hatua.processor.handshakes import COMPLETES, ISSUES, TOKEN_PROPERTIES

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_NAMES = ISSUES | {COMPLETES}


def put_handshake(draft: Draft) -> None:
    """From the context; for the events of a handshake also from their properties."""
    draft.handshake_token = draft.context.handshake_token
    if not draft.handshake_token and draft.raw.event_name in _NAMES:
        draft.handshake_token = take_text(_fields(draft.raw.properties), TOKEN_PROPERTIES, MAX_ID_CHARS)
