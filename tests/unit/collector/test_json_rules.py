"""Hostile JSON must not cost more than its size: the expensive looks are linear."""

from time import process_time

import pytest

from hatua.collector.protocols.faults import EventFault
from hatua.collector.protocols.json_rules import checked_properties, may_hold_bad_number, without_lone_surrogates
from hatua.collector.protocols.native import read_body
from hatua.collector.protocols.take import RequestFacts, take_events
from hatua.contract.limits import MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("sent", "made"),
    [
        (rb"plain", rb"plain"),
        (rb"\ud800", rb"\u0000"),
        (rb"\udc00 \uDBFF", rb"\u0000 \u0000"),
        (rb"\ud83d\ude00", rb"\ud83d\ude00"),
        (rb"\ud83d\ud83d\ude00", rb"\u0000\ud83d\ude00"),
        (rb"\ude00\ud83d", rb"\u0000\u0000"),
        (rb"\\ud800", rb"\\ud800"),
        (rb"\\\ud800", rb"\\\u0000"),
        (rb"\ud8zz", rb"\ud8zz"),
        (rb"\ud8", rb"\ud8"),
        (b"\\", b"\\"),
        (b"\\u", b"\\u"),
        (b"\\\n\\ud800", b"\\\n\\u0000"),
        (b"", b""),
    ],
)
def test_only_lone_surrogate_escapes_become_nuls(sent: bytes, made: bytes) -> None:
    assert without_lone_surrogates(sent) == made


HOSTILE = [
    b"\\" * MAX_BODY_BYTES,
    b"\\u" * (MAX_BODY_BYTES // 2),
    b"\\ud800" * (MAX_BODY_BYTES // 6),
    b"\\ud8zz" * (MAX_BODY_BYTES // 6),
    b"a" * MAX_BODY_BYTES + b"\\ud8",
    b"1e" * (MAX_BODY_BYTES // 2),
    b"9" * MAX_BODY_BYTES,
    (b"9" * 308 + b" ") * (MAX_BODY_BYTES // 309),
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_looking_at_a_hostile_body_takes_no_longer_than_a_fraction_of_a_second(body: bytes) -> None:
    began = process_time()
    without_lone_surrogates(body)
    may_hold_bad_number(body)
    assert process_time() - began < 1.0, "quadratic: half a megabyte must take milliseconds"


def test_the_costliest_valid_request_is_bounded() -> None:
    dense = b'{"event":"x","user_id":"u","properties":{"a":[%b1e1]}}' % (b"0," * 32_000)
    body = b"[" + b",".join([dense] * 7) + b"]"
    assert len(body) < MAX_BODY_BYTES
    began = process_time()
    taken = take_events(read_body(body), RequestFacts("t", "p", 1))
    assert len(taken.events) == 7
    assert process_time() - began < 2.0


def test_a_fault_is_named_by_its_whole_path() -> None:
    raw = b'{"a":{"b":[0,{"c.d":"\\u0000"}]}}'
    with pytest.raises(EventFault) as fault:
        checked_properties(raw, "properties", careful=True)
    assert fault.value.path == "properties.a.b[1].c.d"
