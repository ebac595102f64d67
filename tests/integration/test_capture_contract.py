"""What clients may send and what they get back, through the front door."""

import uuid
from typing import Any

import pytest
from msgspec.json import decode as parse

from hatua.contract.limits import MAX_EVENTS_PER_REQUEST
from tests.fixtures.capture import NOW, CaptureServer, Project, event

FULL: dict[str, Any] = {
    "event_id": "6f0d6c0e-6f4b-4d0e-9c55-3f4b8a1d2c3e",
    "message_id": "0a9a4c7e-0c7c-4a1e-8d8b-0f3a9be1a111",
    "event_name": "return_filed",
    "event_type": "track",
    "timestamp": "2026-01-15T10:00:00.123Z",
    "anonymous_id": "9d7f7f0a-2b0d-4bb3-8a8e-1f3f6f7f8f9f",
    "user_id": "A012345678X",
    "session_id": "5c9b3b9e-8f0d-4f43-a8a3-2b2b2b2b2b2b",
    "journey_start": False,
    "journey_end": True,
    "context": {
        "library": {"name": "hatua-js", "version": "1.0.0"},
        "page": {"path": "/", "url": "https://tax.example/", "title": "Nyumbani", "referrer": "", "search": ""},
        "userAgent": "Mozilla/5.0",
        "locale": "en-KE",
        "screen": {"width": 412, "height": 915},
        "channel": "web",
        "handshakeToken": "",
        "campaignId": "",
        "externalId": "",
        "unknown": {"kept": True},
    },
    "properties": {"obligation_type": "mri", "amount": 500},
}


def test_the_documented_body_is_taken_with_every_field(project: Project) -> None:
    body = {"batch": [FULL], "sent_at": "2026-01-15T10:00:05.000Z", "write_key": project.key}
    answer = project.send(body, x_write_key="", user_agent="Test/1.0")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {"status": "success", "accepted": 1, "duplicate": 0, "rejected": []}
    stored = project.event
    for name in ("event_id", "message_id", "event_name", "event_type", "anonymous_id", "user_id", "session_id"):
        assert getattr(stored, name) == FULL[name]
    assert (stored.journey_start, stored.journey_end) == (False, True)
    assert (stored.timestamp, stored.sent_at, stored.received_at) == (1_768_471_200_123, 1_768_471_205_000, NOW)
    assert (stored.tenant_id, stored.project_id) == ("tenant", project.id)
    assert (stored.ip, stored.user_agent) == ("127.0.0.1", "Test/1.0")
    assert parse(stored.properties) == FULL["properties"]
    assert parse(stored.context) == FULL["context"]


def test_properties_and_context_are_kept_byte_for_byte(project: Project) -> None:
    properties = b'{ "z":1.50,  "a":[1e2, "\\u00e9\\/"], "n":123456789012345678901234567890, "a":null }'
    context = b'{"page" : {"path":"/caf\xc3\xa9"}}'
    body = b'{"event":"x","anonymousId":"a","properties":%b,"context":%b}' % (properties, context)
    assert project.send(body).status == 200
    assert bytes(project.event.properties) == properties
    assert bytes(project.event.context) == context


SPELLINGS: list[dict[str, Any]] = [
    {
        "event_id": "e",
        "message_id": "m",
        "event_name": "n",
        "event_type": "screen",
        "anonymous_id": "a",
        "user_id": "u",
        "session_id": "s",
        "journey_start": True,
        "journey_end": True,
    },
    {
        "eventId": "e",
        "messageId": "m",
        "eventName": "n",
        "eventType": "screen",
        "anonymousId": "a",
        "userId": "u",
        "sessionId": "s",
        "journeyStart": True,
        "journeyEnd": True,
    },
    {
        "eventId": "e",
        "messageId": "m",
        "event": "n",
        "type": "screen",
        "anonymousId": "a",
        "userId": "u",
        "sessionId": "s",
        "journeyStart": True,
        "journeyEnd": True,
    },
]


@pytest.mark.parametrize("shape", ["bare", "batch", "array"])
@pytest.mark.parametrize("spelling", SPELLINGS, ids=["snake", "camel", "event/type"])
def test_every_spelling_in_every_shape_makes_the_same_event(
    project: Project, spelling: dict[str, Any], shape: str
) -> None:
    bodies = {"bare": spelling, "batch": {"batch": [spelling]}, "array": [spelling]}
    assert project.send(bodies[shape]).json["accepted"] == 1
    stored = project.event
    ids = (stored.event_id, stored.message_id, stored.anonymous_id, stored.user_id, stored.session_id)
    assert ids == ("e", "m", "a", "u", "s")
    assert (stored.event_name, stored.event_type) == ("n", "screen")
    assert (stored.journey_start, stored.journey_end) == (True, True)


def test_null_and_empty_count_as_absent_and_the_next_spelling_is_used(project: Project) -> None:
    sent = {"event_name": None, "event": "n", "user_id": "", "userId": "u", "timestamp": None, "properties": None}
    assert project.send(sent).status == 200
    stored = project.event
    assert (stored.event_name, stored.user_id, stored.timestamp) == ("n", "u", 0)
    assert bytes(stored.properties) == b"{}"


@pytest.mark.parametrize("name", ["sent_at", "sentAt"])
def test_the_batch_says_when_it_was_sent_in_both_spellings(project: Project, name: str) -> None:
    assert project.send({"batch": [event(), event()], name: "2026-01-15T10:00:05Z"}).status == 200
    assert {e.sent_at for e in project.events} == {1_768_471_205_000}


def test_an_event_of_a_batch_may_say_itself_when_it_was_sent(project: Project) -> None:
    body = {"batch": [event(sentAt=1_768_471_201_000), event()], "sentAt": 1_768_471_205_000}
    assert project.send(body).status == 200
    assert [e.sent_at for e in project.events] == [1_768_471_201_000, 1_768_471_205_000]


@pytest.mark.parametrize("place", ["header", "body", "camel", "query", "query camel", "bare"])
def test_the_write_key_is_found_in_each_of_its_places(project: Project, place: str) -> None:
    body: dict[str, Any] = event() if place == "bare" else {"batch": [event()]}
    path = "/v1/capture"
    if place in ("body", "bare"):
        body["write_key"] = project.key
    elif place == "camel":
        body["writeKey"] = project.key
    elif place.startswith("query"):
        path += f"?a=b&{'writeKey' if 'camel' in place else 'write_key'}={project.key}"
    answer = project.send(body, path, x_write_key=project.key if place == "header" else "")
    assert answer.status == 200
    assert len(project.events) == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/plain;charset=UTF-8", ""])
def test_beacons_and_plain_clients_may_say_text_plain_or_nothing(project: Project, content_type: str) -> None:
    body = {"batch": [event()], "write_key": project.key}
    assert project.send(body, content_type=content_type, x_write_key="").status == 200


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "image/png"])
def test_another_content_type_is_415(project: Project, content_type: str) -> None:
    answer = project.send({"batch": [event()]}, content_type=content_type)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_an_identify_call_is_an_identify_event_with_its_traits(project: Project) -> None:
    sent = {"userId": "A012345678X", "anonymousId": "a", "traits": {"name": "Amina", "phone": "254700000001"}}
    assert project.send(sent, "/v1/identify").json["accepted"] == 1
    stored = project.event
    assert (stored.event_name, stored.event_type, stored.user_id) == ("identify", "identify", "A012345678X")
    assert parse(stored.properties) == sent["traits"]


def test_traits_and_properties_of_one_event_are_kept_together(project: Project) -> None:
    sent = {"user_id": "u", "type": "identify", "properties": {"a": 1, "b": 1}, "traits": {"b": 2, "c": 3}}
    assert project.send(sent).status == 200
    assert parse(project.event.properties) == {"a": 1, "b": 2, "c": 3}


def test_what_comes_by_identify_is_an_identify_event_whatever_it_says(project: Project) -> None:
    assert project.send({"batch": [event(event_type="track", event_name="login")]}, "/v1/identify").status == 200
    assert (project.event.event_name, project.event.event_type) == ("login", "identify")


@pytest.mark.parametrize(
    ("sent", "name", "kind"),
    [
        ({"event_name": "click"}, "click", "track"),
        ({"event_name": "page_view"}, "page_view", "page"),
        ({"event_name": "identify"}, "identify", "identify"),
        ({"type": "page"}, "page_view", "page"),
        ({"type": "identify"}, "identify", "identify"),
        ({"type": "screen"}, "screen_view", "screen"),
        ({"type": "group"}, "group", "group"),
        ({"type": "alias"}, "alias", "alias"),
        ({"event": "message.received", "type": "track"}, "message.received", "track"),
    ],
)
def test_a_missing_type_follows_the_name_and_a_missing_name_the_type(
    project: Project, sent: dict[str, Any], name: str, kind: str
) -> None:
    assert project.send({"anonymous_id": "a", **sent}).status == 200
    assert (project.event.event_name, project.event.event_type) == (name, kind)


def test_ids_that_are_no_uuids_are_kept_as_they_are(project: Project) -> None:
    assert (
        project.send(event(event_id="wamid.HBgM=", anonymous_id="+254 700 000 001", session_id="chat/7")).status == 200
    )
    stored = project.event
    assert (stored.event_id, stored.anonymous_id, stored.session_id) == ("wamid.HBgM=", "+254 700 000 001", "chat/7")


def test_a_user_without_an_anonymous_id_is_their_own_anonymous_id(project: Project) -> None:
    assert project.send(event(anonymous_id=None, user_id="A012345678X")).status == 200
    assert (project.event.anonymous_id, project.event.user_id) == ("A012345678X", "A012345678X")


def test_a_retry_is_a_duplicate_and_changes_nothing(project: Project) -> None:
    body = {"batch": [event(), event()]}
    first, second = project.send(body), project.send(body)
    assert first.json == {"status": "success", "accepted": 2, "duplicate": 0, "rejected": []}
    assert second.json == {"status": "success", "accepted": 0, "duplicate": 2, "rejected": []}
    assert len(project.events) == 2
    assert project.ledger.received == 4
    assert project.ledger.duplicate == 2


def test_an_event_without_an_id_gets_one_that_its_retry_gets_too(project: Project) -> None:
    sent = event(event_id=None, timestamp="2026-01-15T10:00:00Z", properties={"amount": 5})
    assert project.send(sent).json["accepted"] == 1
    assert project.send({"batch": [sent]}).json["duplicate"] == 1
    assert project.send({**sent, "properties": {"amount": 6}}).json["accepted"] == 1
    assert [uuid.UUID(e.event_id).version for e in project.events] == [8, 8]


def test_the_message_id_stands_in_for_a_missing_event_id(project: Project) -> None:
    assert project.send(event(event_id=None, messageId="m-1")).status == 200
    assert (project.event.event_id, project.event.message_id) == ("m-1", "m-1")


def test_alike_events_of_one_request_without_a_time_are_several_and_their_retry_is_none(project: Project) -> None:
    body = {"batch": [event(event_id=None)] * 3}
    assert project.send(body).json["accepted"] == 3
    assert project.send(body).json["duplicate"] == 3
    assert len({e.event_id for e in project.events}) == 3


def test_the_order_is_the_clients_seq_or_else_the_place_in_the_batch(project: Project) -> None:
    assert project.send({"batch": [event(), event(seq=4_294_967_295), event(), event(seq=0)]}).status == 200
    assert [e.seq for e in project.events] == [0, 4_294_967_295, 2, 0]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-01-15T10:00:00.123Z", 1_768_471_200_123),
        ("2026-01-15T13:00:00+03:00", 1_768_471_200_000),
        ("2026-01-15 10:00:00", 1_768_471_200_000),
        ("2026-01-15T10:00Z", 1_768_471_200_000),
        ("2026-01-15", 1_768_435_200_000),
        (1_768_471_200_123, 1_768_471_200_123),
        (1_768_471_200_123.9, 1_768_471_200_123),
        ("", 0),
        ("2000-01-01T00:00:00Z", 946_684_800_000),
        ("2099-12-31T23:59:59Z", 4_102_444_799_000),
    ],
)
def test_times_are_read_in_every_accepted_form(project: Project, sent: object, stored: int) -> None:
    assert project.send(event(timestamp=sent)).status == 200
    assert project.event.timestamp == stored


def test_good_events_of_a_batch_are_kept_and_bad_ones_named_by_place(project: Project) -> None:
    answer = project.send({"batch": [event(), event(event_name=7), event(), "no", event(anonymous_id=None)]})
    assert answer.status == 200
    assert answer.json == {
        "status": "success",
        "accepted": 2,
        "duplicate": 0,
        "rejected": [
            {
                "index": 1,
                "reason": "invalid_type",
                "message": "batch[1].event_name is a number; it must be a string",
            },
            {"index": 3, "reason": "not_an_object", "message": "batch[3] is a string; an event is an object"},
            {
                "index": 4,
                "reason": "missing_identity",
                "message": "batch[4].anonymous_id is missing, and so is user_id; one is needed",
            },
        ],
    }
    sums = project.ledger
    assert (sums.received, sums.pending, sum(sums.rejected.values())) == (5, 2, 3)
    assert sums.rejected == {"invalid_type": 1, "not_an_object": 1, "missing_identity": 1}


def test_a_batch_without_a_valid_event_is_400_in_the_same_shape_and_still_in_the_ledger(project: Project) -> None:
    answer = project.send({"batch": [event(event_name=""), 5]})
    assert answer.status == 400
    assert answer.json == {
        "status": "error",
        "error": {"code": "no_valid_event", "message": "none of the 2 events is valid"},
        "accepted": 0,
        "duplicate": 0,
        "rejected": [
            {"index": 0, "reason": "missing_event_name", "message": "batch[0].event_name is missing or empty"},
            {"index": 1, "reason": "not_an_object", "message": "batch[1] is a number; an event is an object"},
        ],
    }
    assert project.ledger.received == 2


def test_paths_in_messages_begin_where_the_client_put_the_event(project: Project) -> None:
    bad = event(user_id=1)
    assert project.send({"batch": [bad]}).messages[0].startswith("batch[0].user_id ")
    assert project.send([bad]).messages[0].startswith("[0].user_id ")
    assert project.send(bad).messages[0].startswith("user_id ")


def test_a_hundred_events_are_taken_and_a_hundred_and_one_are_too_many(project: Project) -> None:
    assert project.send({"batch": [event() for _ in range(MAX_EVENTS_PER_REQUEST)]}).json["accepted"] == 100
    answer = project.send({"batch": [event() for _ in range(MAX_EVENTS_PER_REQUEST + 1)]})
    assert (answer.status, answer.code) == (413, "too_many_events")
    assert (project.send([5] * 101).code, project.send([event()] * 101).status) == ("too_many_events", 413)
    assert project.ledger.received == 100


@pytest.mark.parametrize(("body", "place"), [({"batch": []}, "batch"), ([], "the body")])
def test_an_empty_batch_is_400(project: Project, body: object, place: str) -> None:
    answer = project.send(body)
    assert (answer.status, answer.code) == (400, "empty_batch")
    assert answer.json["error"]["message"] == f"{place} is empty; it must hold at least one event"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/v1/capture", "/v1/identify"])
def test_other_methods_are_405_and_say_which_are_allowed(capture_server: CaptureServer, method: str, path: str) -> None:
    answer = capture_server.request(method, path)
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "method_not_allowed", "POST, OPTIONS")


def test_unknown_paths_are_404_in_the_same_shape(capture_server: CaptureServer) -> None:
    answer = capture_server.request("POST", "/v1/capture/x", b"{}")
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.json["rejected"] == []
