"""Ids made from content: the same for the same event, another for another, none by chance."""

import uuid
from itertools import combinations

import msgspec

from hatua.collector.protocols.event_ids import content_id
from hatua.contract.event import RawEvent

BASE = RawEvent("t", "p", "", "click", "track", 1, timestamp=1_768_471_200_000, anonymous_id="a")


def other(**fields: object) -> RawEvent:
    return msgspec.structs.replace(BASE, **fields)


def test_what_the_server_adds_does_not_change_the_id() -> None:
    same = other(received_at=2, ip="1.2.3.4", user_agent="x", seq=9, sent_at=5)
    assert content_id(same, 0) == content_id(BASE, 0)


def test_the_id_is_a_uuid_of_version_8() -> None:
    made = uuid.UUID(content_id(BASE, 0))
    assert (made.version, made.variant) == (8, uuid.RFC_4122)


def test_everything_the_client_says_makes_another_id() -> None:
    events = [
        BASE,
        other(project_id="q"),
        other(event_name="clic"),
        other(event_type="page"),
        other(timestamp=1_768_471_200_001),
        other(timestamp=0),
        other(timestamp=0, sent_at=5),
        other(anonymous_id="b"),
        other(anonymous_id="", user_id="a"),
        other(anonymous_id="ac", event_name="lick"),
        other(session_id="s"),
        other(journey_start=True),
        other(journey_end=True),
        other(properties=msgspec.Raw(b'{"a":1}')),
        other(context=msgspec.Raw(b'{"a":1}')),
    ]
    for left, right in combinations(events, 2):
        assert content_id(left, 0) != content_id(right, 0)
    assert content_id(BASE, 0) != content_id(BASE, 1)
