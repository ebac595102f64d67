"""Every reason for which one event is refused, through the front door, with both sides of each limit."""

import json
from typing import Any

import pytest
from msgspec.json import decode as parse

from hatua.contract import limits
from hatua.contract.reasons import RejectReason
from tests.fixtures.capture import Answer, Project, event


def refused(project: Project, sent: object) -> tuple[str, str]:
    """(reason, message) of the second of two events; asserts that the first, a good one, was taken."""
    body = b'{"batch":[%b,%b]}' % (
        json.dumps(event()).encode(),
        sent if isinstance(sent, bytes) else json.dumps(sent).encode(),
    )
    answer = project.send(body)
    assert (answer.status, answer.json["accepted"]) == (200, 1)
    (rejection,) = answer.json["rejected"]
    assert rejection["index"] == 1
    assert project.ledger.rejected == {rejection["reason"]: 1}
    assert rejection["message"].startswith("batch[1]")
    return rejection["reason"], rejection["message"].removeprefix("batch[1]").lstrip(". ")


def taken(answer: Answer) -> bool:
    return answer.status == 200 and answer.json["accepted"] == 1


def nested(depth: int) -> dict[str, Any]:
    """An object of that depth; arrays and objects take turns."""
    value: Any = {"bottom": 1}
    for level in range(depth - 1):
        value = {"k": value} if level == depth - 2 or level % 2 else [value]
    assert isinstance(value, dict)
    return value


def of_size(size: int) -> dict[str, str]:
    """An object of that many bytes as compact JSON."""
    return {"text": "x" * (size - len('{"text":""}'))}


def compact(**fields: Any) -> bytes:
    return json.dumps(event(**fields), separators=(",", ":")).encode()


CASES: list[tuple[RejectReason, object, str]] = [
    (RejectReason.NOT_AN_OBJECT, [event()], "is an array; an event is an object"),
    (RejectReason.NOT_AN_OBJECT, None, "is null; an event is an object"),
    (RejectReason.NOT_AN_OBJECT, True, "is a boolean; an event is an object"),
    (RejectReason.INVALID_TYPE, event(user_id=254700000001), "user_id is a number; it must be a string"),
    (RejectReason.INVALID_TYPE, event(event_type=["track"]), "event_type is an array; it must be a string"),
    (RejectReason.INVALID_TYPE, event(properties="{}"), "properties is a string; it must be an object"),
    (RejectReason.INVALID_TYPE, event(context=[]), "context is an array; it must be an object"),
    (RejectReason.INVALID_TYPE, event(journey_start="yes"), "journey_start is a string; it must be true or false"),
    (RejectReason.INVALID_TYPE, event(seq=1.5), "seq is a number; it must be a whole number"),
    (RejectReason.INVALID_TYPE, event(seq=True), "seq is a boolean; it must be a whole number"),
    (RejectReason.MISSING_EVENT_NAME, event(event_name=None), "event_name is missing or empty"),
    (RejectReason.MISSING_EVENT_NAME, event(event_name="", event=""), "event_name is missing or empty"),
    (RejectReason.MISSING_EVENT_NAME, event(event_name="  "), "event_name is missing or empty"),
    (RejectReason.EVENT_NAME_TOO_LONG, event(event_name="é" * 101), "event_name is 101 characters; the limit is 100"),
    (
        RejectReason.UNKNOWN_EVENT_TYPE,
        event(type="Track"),
        "type is none of page, track, identify, screen, group, alias",
    ),
    (
        RejectReason.MISSING_IDENTITY,
        event(anonymous_id="", userId=None),
        "anonymous_id is missing, and so is user_id; one is needed",
    ),
    (RejectReason.ID_TOO_LONG, event(event_id="x" * 201), "event_id is 201 characters; the limit is 200"),
    (
        RejectReason.ID_TOO_LONG,
        event(context={"handshakeToken": "x" * 201}),
        "context.handshakeToken is 201 characters; the limit is 200",
    ),
    (
        RejectReason.INVALID_TIMESTAMP,
        event(timestamp="yesterday"),
        "timestamp is not a time; it must be like 2026-01-15T10:00:00.000Z or Unix milliseconds",
    ),
    (
        RejectReason.INVALID_TIMESTAMP,
        event(timestamp=False),
        "timestamp is a boolean; it must be like 2026-01-15T10:00:00.000Z or Unix milliseconds",
    ),
    (
        RejectReason.INVALID_TIMESTAMP,
        event(timestamp=10**40),
        "timestamp is 1000000000000000000000000000000000000000...; the last is 9999-12-31T23:59:59.999Z",
    ),
    (
        RejectReason.TIMESTAMP_TOO_OLD,
        event(timestamp="1970-01-01T00:00:00Z"),
        "timestamp is 1970-01-01T00:00:00+00:00; the oldest accepted is 2000-01-01T00:00:00Z",
    ),
    (
        RejectReason.TIMESTAMP_TOO_OLD,
        event(timestamp=1_768_471_200),
        "timestamp is 1768471200; the oldest accepted is 2000-01-01T00:00:00Z",
    ),
    (
        RejectReason.PROPERTIES_TOO_LARGE,
        event(properties=of_size(70_112)),
        "properties is 70,112 bytes; the limit is 65,536",
    ),
    (
        RejectReason.PROPERTIES_TOO_MANY_KEYS,
        event(properties={"outer": [{f"k{i}": i for i in range(255)}]}),
        "properties has 256 keys; the limit is 255",
    ),
    (
        RejectReason.PROPERTIES_TOO_DEEP,
        event(properties=nested(11)),
        "properties.k[0].k[0].k[0].k[0].k[0] is nested at level 11; the limit is 10",
    ),
    (
        RejectReason.CONTEXT_TOO_LARGE,
        event(context=of_size(16_385)),
        "context is 16,385 bytes; the limit is 16,384",
    ),
    (
        RejectReason.CONTEXT_TOO_DEEP,
        event(context=nested(11)),
        "context.k[0].k[0].k[0].k[0].k[0] is nested at level 11; the limit is 10",
    ),
    (
        RejectReason.INVALID_NUMBER,
        compact(properties="@").replace(b'"@"', b'{"amount":1e999}'),
        "properties holds a number beyond the 64-bit float range",
    ),
    (
        RejectReason.INVALID_NUMBER,
        compact(context="@").replace(b'"@"', b'{"n":-1E+400}'),
        "context holds a number beyond the 64-bit float range",
    ),
    (
        RejectReason.INVALID_NUMBER,
        compact(properties="@").replace(b'"@"', b'{"n":[' + b"9" * 400 + b"]}"),
        "properties.n[0] is a number beyond the 64-bit float range",
    ),
    (
        RejectReason.INVALID_NUMBER,
        compact(properties="@").replace(b'"@"', b'{"n":' + b"9" * 6000 + b"}"),
        "properties holds a number beyond the 64-bit float range",
    ),
    (
        RejectReason.INVALID_NUMBER,
        compact(timestamp="@").replace(b'"@"', b"1e999"),
        "timestamp is or holds a number beyond the 64-bit float range",
    ),
    (RejectReason.INVALID_NUMBER, event(seq=2**32), "seq is outside the range from 0 to 4,294,967,295"),
    (RejectReason.INVALID_NUMBER, event(seq=-1), "seq is outside the range from 0 to 4,294,967,295"),
]
BAD_TEXT = "holds a NUL or a lone surrogate, which cannot be stored as text"
TEXT_CASES: list[tuple[dict[str, Any], str]] = [
    (event(event_name="a\x00b"), "event_name"),
    (event(user_id="\ud800"), "user_id"),
    (event(properties={"name": "x\udc00y"}), "properties.name"),
    (event(properties={"list": ["ok", {"k": "\ud83d"}]}), "properties.list[1].k"),
    (event(properties={"\x00": 1}), "properties"),
    (event(context={"page": {"title": "\ud83d\ud83d\ude00"}}), "context.page.title"),
    (event(traits={"name": "\x00"}), "traits.name"),
]


@pytest.mark.parametrize(
    ("reason", "sent", "message"), CASES, ids=lambda v: v.value if isinstance(v, RejectReason) else ""
)
def test_a_bad_event_is_named_by_path_fact_and_limit(
    project: Project, reason: RejectReason, sent: object, message: str
) -> None:
    assert refused(project, sent) == (reason.value, message)


@pytest.mark.parametrize(("sent", "path"), TEXT_CASES)
def test_a_nul_or_a_lone_surrogate_is_named_and_the_rest_is_kept(
    project: Project, sent: dict[str, Any], path: str
) -> None:
    assert refused(project, sent) == ("invalid_text", f"{path} {BAD_TEXT}")


def test_every_reason_there_is_has_a_case_here() -> None:
    of_the_project = {RejectReason.OPTED_OUT, RejectReason.IDENTITY_NOT_KEPT}  # test_capture_privacy.py
    assert {reason for reason, _, _ in CASES} | {RejectReason.INVALID_TEXT} | of_the_project == set(RejectReason)


def test_a_lone_surrogate_in_raw_bytes_is_no_utf8_and_the_whole_body_is_refused(project: Project) -> None:
    answer = project.send(b'{"event":"\xed\xa0\x80","anonymous_id":"a"}')
    assert (answer.status, answer.code) == (400, "invalid_json")
    assert answer.json["error"]["message"] == "the body is not UTF-8 at byte 10"


def test_emojis_and_escaped_backslashes_are_good_text(project: Project) -> None:
    properties = {"escaped pair": "\U0001f600", "backslash": "\\ud800", "both": "\\\U0001f600\\u0000"}
    assert taken(project.send(event(properties=properties, event_name="\U0001f600")))
    assert parse(project.event.properties) == properties
    assert project.event.event_name == "\U0001f600"


def test_names_and_ids_at_their_limit_are_taken(project: Project) -> None:
    longest = "\U0001f600" * limits.MAX_ID_CHARS
    sent = event(
        event_name="é" * limits.MAX_NAME_CHARS,
        event_id=longest,
        message_id=longest,
        anonymous_id=longest,
        user_id=longest,
        session_id=longest,
        context={"handshake_token": longest, "campaignId": longest, "externalId": longest},
    )
    assert taken(project.send(sent))
    assert project.event.session_id == longest


@pytest.mark.parametrize(
    "name", ["event_id", "message_id", "anonymous_id", "user_id", "session_id", "eventId", "anonymousId", "userId"]
)
def test_no_id_may_be_longer_than_its_limit(project: Project, name: str) -> None:
    sent = event(**{name: "x" * (limits.MAX_ID_CHARS + 1)})
    assert refused(project, sent) == ("id_too_long", f"{name} is 201 characters; the limit is 200")


@pytest.mark.parametrize("name", ["handshakeToken", "handshake_token", "campaignId", "campaign_id", "externalId"])
def test_no_id_in_the_context_may_be_longer_than_its_limit(project: Project, name: str) -> None:
    sent = event(context={name: "x" * (limits.MAX_ID_CHARS + 1)})
    assert refused(project, sent)[0] == "id_too_long"


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_the_largest_float_is_taken(project: Project, sign: bytes) -> None:
    properties = b'{"n":%b1.7976931348623157e308,"tiny":1e-999,"long":%b}' % (sign, b"9" * 308)
    assert taken(project.send(compact(properties="@").replace(b'"@"', properties)))
    assert bytes(project.event.properties) == properties


def test_properties_at_each_limit_are_taken(project: Project) -> None:
    assert taken(project.send(compact(properties=of_size(limits.MAX_PROPERTIES_BYTES))))
    assert taken(project.send(compact(properties={f"k{i}": i for i in range(limits.MAX_PROPERTIES_KEYS)})))
    assert taken(project.send(compact(properties=nested(limits.MAX_PROPERTIES_DEPTH))))
    assert taken(project.send(compact(context=nested(limits.MAX_CONTEXT_DEPTH))))
    assert taken(project.send(compact(context=of_size(limits.MAX_CONTEXT_BYTES))))


def test_properties_one_over_each_limit_are_refused(project: Project) -> None:
    too_large = compact(properties=of_size(limits.MAX_PROPERTIES_BYTES + 1))
    assert project.send(too_large).reasons == ["properties_too_large"]
    too_many = compact(properties={str(i): 0 for i in range(limits.MAX_PROPERTIES_KEYS + 1)})
    assert project.send(too_many).reasons == ["properties_too_many_keys"]
    shortest = b'{"event":"x","user_id":"u","properties":{%b}}' % b",".join(b'"%x":0' % i for i in range(256))
    assert project.send(shortest).reasons == ["properties_too_many_keys"]
    too_deep = compact(properties=nested(limits.MAX_PROPERTIES_DEPTH + 1))
    assert project.send(too_deep).reasons == ["properties_too_deep"]


def test_white_space_does_not_count_against_the_size_of_properties(project: Project) -> None:
    properties = b'{"a":%b1,  "b":"x  y"}' % (b" " * 70_000)
    assert taken(project.send(compact(properties="@").replace(b'"@"', properties)))
    assert parse(project.event.properties) == {"a": 1, "b": "x  y"}


def test_brackets_and_colons_inside_strings_are_not_structure(project: Project) -> None:
    properties = {"json": "[[[[[[[[[[[[{{{{{{", "colons": ":" * 2000}
    assert taken(project.send(event(properties=properties)))
    assert parse(project.event.properties) == properties


def test_a_bad_sent_at_is_named_for_every_event_that_depends_on_it(project: Project) -> None:
    answer = project.send({"batch": [event(), event(sent_at="2026-01-15T10:00:00Z")], "sent_at": [1]})
    assert answer.reasons == ["invalid_timestamp", "invalid_timestamp"]
    assert answer.messages[0].startswith("sent_at is an array; it must be like ")
    answer = project.send({"batch": [event()], "sent_at": 0})
    assert answer.messages == ["sent_at is 0; the oldest accepted is 2000-01-01T00:00:00Z"]


def test_the_write_key_is_never_said_again(project: Project) -> None:
    bodies: list[object] = [
        {"batch": [event(event_type=project.key)]},
        {"batch": project.key},
        event(timestamp=project.key),
        {"write_key": project.key, "batch": []},
        b'{"write_key":"' + project.key.encode() + b'" oops',
    ]
    for body in bodies:
        answer = project.send(body)
        assert answer.status == 400
        assert project.key.encode() not in answer.body
    assert project.key.encode() not in project.send({}, x_write_key=project.key + "x").body
