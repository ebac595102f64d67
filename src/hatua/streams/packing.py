"""How both engines write an event down, and how they recognise one that they have had before."""

from hashlib import blake2b
from typing import Final

import msgspec

PackedEvent = tuple[str, str, int, bytes]
"""project_id, event_id, received_at (Unix ms), body."""

pack_event = msgspec.msgpack.Encoder().encode
"""PackedEvent -> msgpack."""

unpack_event = msgspec.msgpack.Decoder(PackedEvent).decode
unpack_events = msgspec.msgpack.Decoder(list[PackedEvent]).decode

SEEN_ID_BYTES: Final = 16


def seen_id(project_id: str, event_id: str) -> bytes:
    """The 16 bytes by which an id is remembered. At 100 million ids the odds of one false duplicate are 1 in 10^22."""
    return blake2b(f"{project_id}\0{event_id}".encode(), digest_size=SEEN_ID_BYTES).digest()
