"""Reading any bytes at all: every body ends in events and rejections, or in one named fault; nothing else is raised."""

import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hatua.collector.protocols.faults import BodyFault
from hatua.collector.protocols.native import read_body
from hatua.collector.protocols.take import RequestFacts, Taken, take_events
from hatua.contract.reasons import RejectReason, RequestError

ANY_MACHINE = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
"""The same examples on every machine, however busy it is."""

FACTS = RequestFacts("t", "p", 1_773_403_200_000)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=8,
)
FIELDS = [
    *(
        "event_id",
        "event_name",
        "event",
        "event_type",
        "type",
        "timestamp",
        "sent_at",
        "sentAt",
        "anonymous_id",
        "userId",
    ),
    *("session_id", "seq", "journey_start", "properties", "context", "traits", "batch", "write_key"),
]
EVENTS = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON, max_size=10)


def outcome(body: bytes) -> Taken | BodyFault:
    try:
        return take_events(read_body(body), FACTS)
    except BodyFault as fault:
        return fault


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"[")
@settings(ANY_MACHINE, max_examples=100)
def test_any_bytes_are_read_or_refused_by_name(body: bytes) -> None:
    taken = outcome(body)
    if isinstance(taken, BodyFault):
        assert taken.error in set(RequestError)
    else:
        assert taken.events or taken.rejections


@given(JSON | EVENTS | st.lists(EVENTS, max_size=5) | st.fixed_dictionaries({"batch": JSON | st.lists(EVENTS)}))
@settings(ANY_MACHINE, max_examples=100)
def test_any_json_is_taken_event_by_event_or_refused_by_name(value: Any) -> None:
    taken = outcome(json.dumps(value).encode())
    if isinstance(taken, BodyFault):
        return
    for rejection in taken.rejections:
        assert rejection.reason in set(RejectReason)
    for event in taken.events:
        assert event.event_name
        assert event.event_id
        assert event.anonymous_id
        msgspec.json.decode(msgspec.json.encode(event))


@given(st.dictionaries(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9), JSON))
@settings(ANY_MACHINE, max_examples=100)
def test_properties_that_are_taken_come_out_as_they_went_in(properties: dict[str, Any]) -> None:
    sent = json.dumps(properties).encode()
    taken = outcome(b'{"event":"x","user_id":"u","properties":%b}' % sent)
    assert isinstance(taken, Taken)
    if taken.events:
        assert bytes(taken.events[0].properties) == sent
    else:
        assert taken.rejections[0].reason in ("invalid_text", "properties_too_deep")


@given(st.lists(st.text(st.characters(categories=["Cs", "Lu", "So"]), max_size=4), min_size=1, max_size=6))
@settings(ANY_MACHINE, max_examples=100)
def test_exactly_the_events_with_a_lone_surrogate_are_refused(names: list[str]) -> None:
    body = json.dumps([{"event": "x", "user_id": "u", "properties": {"name": name}} for name in names]).encode()
    taken = outcome(body)
    assert isinstance(taken, Taken)
    lone = [index for index, name in enumerate(names) if has_lone_surrogate(name)]
    assert [rejection.index for rejection in taken.rejections] == lone


def has_lone_surrogate(text: str) -> bool:
    """By the standard library's own reading of the JSON text: a pair of escapes is one character."""
    try:
        json.loads(json.dumps(text)).encode()
    except UnicodeEncodeError:
        return True
    return False


def test_the_strict_and_the_patient_reading_agree() -> None:
    events = [
        {
            "event_id": str(n),
            "event": "x",
            "userId": "u",
            "timestamp": "2026-01-15T10:00:00.5Z",
            "seq": n,
            "properties": {"n": [n]},
            "context": {"locale": "sw"},
            "journeyEnd": True,
        }
        for n in range(3)
    ]
    fast = outcome(json.dumps({"batch": events, "sentAt": 1_768_471_205_000}).encode())
    patient = outcome(json.dumps({"batch": [*events, 5], "sentAt": 1_768_471_205_000}).encode())
    assert isinstance(fast, Taken)
    assert isinstance(patient, Taken)
    assert fast.events == patient.events
    assert [rejection.reason for rejection in patient.rejections] == ["not_an_object"]
