"""Thousands of damaged bodies through the front door: never a 5xx, every event accounted for, healthy after.

Deterministic: the seed is in the test's name, so a failure can be run again.
"""

import gzip
import json
import math
import random
import re
import secrets
from collections import Counter
from typing import Any

import brotli
import msgspec
import pytest
from backports import zstd

from hatua.contract import limits
from hatua.contract.event import EVENT_TYPES, RawEvent
from hatua.contract.reasons import RejectReason, RequestError
from tests.fixtures.capture import CaptureServer, Project, event

BODIES_PER_SEED = 1_250
SEEDS = range(8)
"""Ten thousand bodies together, besides the nasty values below."""

NASTY: list[bytes] = [
    *(b"null", b"true", b"0", b"-1", b"1e999", b"-1e999", b"1e-999", b"1.5", b"9" * 25, b"9" * 400, b"9" * 5000),
    *(b'""', b'" "', b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\\\ud800"', b'"\\"'),
    *(b'"1970-01-01T00:00:00Z"', b'"2099-01-01T00:00:00Z"', b'"2026-02-30"', b'"T"', b'"%s"' % (b"x" * 150)),
    *(b'"0001-01-01T00:00:00+23:59"', b'"9999-12-31T23:59:59-23:59"', b'"%s"' % (b"\xc3\xa9" * 300)),
    *(
        b"[]",
        b"{}",
        b"[[]]",
        b'{"a":1}',
        b"[" * 11 + b"]" * 11,
        b"[" * 2000 + b"]" * 2000,
        b'{"":' * 11 + b"1" + b"}" * 11,
    ),
    b"{" + b",".join(b'"%d":0' % i for i in range(256)) + b"}",
    b'"' + b"y" * 70_000 + b'"',
    *(b"NaN", b"Infinity", b"01", b"'x'", b"\xff", b"\xed\xa0\x80", b"\x00", b"\xf0\x9f\x98", b"//", b"/**/1"),
    *(b"1_000", b"0x10", b"+1", b".5", b"1."),
]
SCALAR = re.compile(rb'"[^"\\]*"|\btrue\b|\bfalse\b|-?\d+')
SIGNS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"\\",
    b" ",
    b"\n",
    b"\x00",
    b"\xff",
    b"e",
    b"-",
    b"\\u",
    b"\xef\xbb\xbf",
]


def valid_body(chance: random.Random) -> bytes:
    """A body that a client might send, in one of the accepted shapes and spellings."""
    events = [
        event(
            event_id=None if chance.random() < 0.2 else secrets.token_hex(8),
            event_type=chance.choice([None, *sorted(EVENT_TYPES)]),
            timestamp=chance.choice([None, "2026-01-15T10:00:00.000Z", 1_768_471_200_000]),
            userId=chance.choice([None, "", "A012345678X"]),
            seq=chance.choice([None, 0, 7]),
            journeyEnd=chance.choice([None, True]),
            properties=chance.choice([None, {}, {"amount": 500, "nested": {"list": [1, 2.5, "x", None, True]}}]),
            context=chance.choice([None, {"page": {"path": "/"}, "userAgent": "M" * 250, "campaignId": "c"}]),
            traits=chance.choice([None, None, {"name": "Amina"}]),
        )
        for _ in range(chance.choice([1, 1, 2, 5, 20]))
    ]
    shapes: list[Any] = [events[0], events, {"batch": events}, {"batch": events, "sent_at": "2026-01-15T10:00:05Z"}]
    return json.dumps(chance.choice(shapes), ensure_ascii=chance.random() < 0.5).encode()


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The body with one to four wounds."""
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(body) + 1)
        match chance.randrange(7):
            case 0 | 1 | 2:
                scalars = list(SCALAR.finditer(body))
                if scalars:
                    found = chance.choice(scalars)
                    body = body[: found.start()] + chance.choice(NASTY) + body[found.end() :]
            case 3:
                body = body[:place] + chance.choice(SIGNS) + body[place:]
            case 4:
                body = body[:place] + body[place + chance.randint(1, 20) :]
            case 5:
                body = body[:place] + chance.randbytes(chance.randint(1, 4)) + body[place + 1 :]
            case _:
                piece = body[place : place + chance.randint(1, 200)]
                body = body[:place] + piece * chance.choice([2, 2, 3, 100]) + body[place:]
    return body


def packed(body: bytes, chance: random.Random) -> tuple[bytes, str]:
    """(body, Content-Encoding); one in ten is compressed, and some of these are damaged again or misnamed."""
    if chance.random() > 0.1:
        return body, chance.choice(["", "", "", "identity", "gzip"]) if chance.random() < 0.05 else ""
    name = chance.choice(["gzip", "br", "zstd"])
    pack = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}[name]
    compressed: bytes = pack(body)
    if chance.random() < 0.4:
        place = chance.randrange(len(compressed))
        compressed = compressed[:place] + chance.randbytes(2) + compressed[place + chance.randint(0, 3) :]
    return compressed, name


def check_can_be_stored(stored: RawEvent) -> None:
    """What the collector promises of everything that it lets into the log."""
    assert 1 <= len(stored.event_name) <= limits.MAX_NAME_CHARS
    assert stored.event_type in EVENT_TYPES
    for text in (stored.event_id, stored.anonymous_id):
        assert 1 <= len(text) <= limits.MAX_ID_CHARS
    for text in (stored.user_id, stored.session_id, stored.message_id):
        assert len(text) <= limits.MAX_ID_CHARS
    assert 0 <= stored.seq <= limits.MAX_SEQ
    for time in (stored.timestamp, stored.sent_at):
        assert time == 0 or time >= limits.MIN_TIMESTAMP_MS
    assert len(stored.properties) <= limits.MAX_PROPERTIES_BYTES
    assert len(stored.context) <= limits.MAX_CONTEXT_BYTES
    for raw in (stored.properties, stored.context):
        value = msgspec.json.decode(raw)
        assert isinstance(value, dict)
        check_text_and_numbers(value)
        json.loads(bytes(raw).decode())


def check_text_and_numbers(value: object) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            check_text_and_numbers(key)
            check_text_and_numbers(member)
    elif isinstance(value, list):
        for member in value:
            check_text_and_numbers(member)
    elif isinstance(value, str):
        assert "\x00" not in value
        value.encode()
    elif isinstance(value, int | float):
        assert math.isfinite(float(value))


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_bodies_are_answered_by_name_and_every_event_is_accounted_for(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    statuses: Counter[int] = Counter()
    accepted = duplicate = 0
    rejected: Counter[str] = Counter()
    for number in range(BODIES_PER_SEED):
        body = valid_body(chance)
        if chance.random() > 0.1:
            body = damaged(body, chance)
        sent, encoding = packed(body, chance)
        path = chance.choice(["/v1/capture", "/v1/capture", "/v1/identify"])
        answer = project.send(sent, path, content_encoding=encoding)
        statuses[answer.status] += 1
        said = answer.json
        assert answer.status in (200, 400, 413), (number, answer, sent[:2000])
        assert (said["status"] == "success") is (answer.status == 200)
        if answer.status == 200:
            assert said["accepted"] + said["duplicate"] > 0
        else:
            assert (said["accepted"], said["duplicate"]) == (0, 0)
            assert said["error"]["code"] in set(RequestError)
            assert bool(said["rejected"]) is (said["error"]["code"] == "no_valid_event")
        assert set(answer.reasons) <= set(RejectReason)
        assert len(answer.body) < 100_000
        accepted += said["accepted"]
        duplicate += said["duplicate"]
        rejected.update(answer.reasons)
    sums = project.ledger
    assert (sums.pending, sums.duplicate, sums.rejected) == (accepted, duplicate, dict(rejected))
    assert sums.received == accepted + duplicate + rejected.total()
    events = project.events
    assert len(events) == accepted
    for stored in events:
        check_can_be_stored(stored)
    assert min(statuses[200], statuses[400]) > BODIES_PER_SEED / 10, "the corpus is too kind or too cruel"
    assert project.server.get("/health").status == 200
    assert project.send(event()).status == 200
    assert project.server.collector._capture._room.held_bytes == 0
    errors = project.server.collector.metrics.errors
    assert errors["internal_error"] == 0


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
def test_every_nasty_value_in_every_field_is_answered_without_a_5xx(
    capture_server: CaptureServer, value: bytes
) -> None:
    project = capture_server.project()
    fields = [
        *(
            "event_id",
            "messageId",
            "event_name",
            "event",
            "event_type",
            "type",
            "timestamp",
            "sent_at",
            "sentAt",
            "seq",
        ),
        *("anonymous_id", "userId", "session_id", "journey_start", "journeyEnd", "properties", "context", "traits"),
        *("batch", "write_key", "unknown"),
    ]
    for field in fields:
        good = json.dumps(event()).encode()
        for body in (
            b'{"event":"x","user_id":"u",%b:%b}' % (json.dumps(field).encode(), value),
            b'{"batch":[%b,{"event":"x","user_id":"u",%b:%b}]}' % (good, json.dumps(field).encode(), value),
            b'{"event":"x","user_id":"u","context":{%b:%b}}' % (json.dumps(field).encode(), value),
        ):
            answer = project.send(body)
            assert answer.status in (200, 400), (field, value[:100], answer)
            assert answer.json["rejected"] is not None
    for stored in project.events:
        check_can_be_stored(stored)
