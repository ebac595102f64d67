"""Personal data is replaced wherever it hides, the same value by the same pseudonym, and nothing else is touched."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatua.analytics.event import Event
from hatua.dashboard_api.masking import Masker, names_personal_data, personal_dimension

MASKER = Masker("k" * 64)
UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
UUID_OF_DIGITS = "12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("0712345678", "phone", "0712345678"),
        ("254712345678", "phone", "254712345678"),
        ("+254 712 345 678", "phone", "+254 712 345 678"),
        ("+254-712-345-678", "phone", "+254-712-345-678"),
        ("call 0712345678 now", "phone", "0712345678"),
        ("wa-254712345678", "phone", "254712345678"),
        ("whatsapp:254712345678", "phone", "254712345678"),
        ("user_254712345678", "phone", "254712345678"),
        ("A012345678X", "pin", "A012345678X"),
        ("pin=a012345678x;", "pin", "a012345678x"),
        ("wanjiku.k+tax@example.co.ke", "email", "wanjiku.k+tax@example.co.ke"),
        ("/reset/wanjiku@example.co.ke/done", "email", "wanjiku@example.co.ke"),
    ],
)
def test_what_is_personal_is_replaced_inside_any_text(text: str, kind: str, hidden: str) -> None:
    assert MASKER.text(text) == text.replace(hidden, MASKER.pseudonym(kind, hidden))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/mri/rental-income",
        UUID,
        UUID_OF_DIGITS,
        f"/file/{UUID_OF_DIGITS}/edit",
        "2026-01-15",
        "2026-01-15T10:00:00.000Z",
        "2026-01-15 10:00:00",
        "12,500.00",
        "3.14159265358979",
        "12345678",
        "1234567890123456",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Mozilla/5.0 (Linux; Android 14; SM-A146P) AppleWebKit/537.36 Chrome/126.0.6478.122 Mobile Safari/537.36",
        "Nairobi",
        "A12345678X",
    ],
)
def test_what_is_not_personal_is_left_alone(text: str) -> None:
    assert MASKER.text(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "phone", "Phone", "phone_number", "phoneNumber", "phone_masked", "customer_phone", "taxpayer.email",
        "userEmail",
        "pin", "kra_pin", "kraPin", "name", "first_name", "fullName", "nationalId", "id_number", "msisdn", "ip",
        "handshakeToken", "hs_token", "externalId", "user_id", "feedback", "receipt_number", "wa_id",
    ],
)  # fmt: skip
def test_keys_that_name_personal_data_are_known(key: str) -> None:
    assert names_personal_data(key)
    assert personal_dimension(f"property:{key}")


@pytest.mark.parametrize(
    "key",
    [
        "obligation_type", "amount", "element", "label", "form", "service", "method", "error_code", "period", "rating",
        "event_name", "template_name", "opinion", "spin", "zip", "shipping", "hostname_kind", "latency_ms", "model",
    ],
)  # fmt: skip
def test_keys_that_do_not_are_left_open(key: str) -> None:
    assert not names_personal_data(key)
    assert not personal_dimension(f"property:{key}")


def test_a_plain_dimension_is_never_personal() -> None:
    assert not personal_dimension("event_name")
    assert not personal_dimension("page_path")


def test_a_pseudonym_is_stable_under_a_key_and_different_under_another() -> None:
    assert MASKER.user("A012345678X") == MASKER.user("A012345678X")
    assert MASKER.user("A012345678X") != MASKER.user("A012345678Y")
    assert MASKER.user("A012345678X") != Masker("j" * 64).user("A012345678X")
    assert MASKER.user("") == ""


def event(**fields: Any) -> Event:
    text = dict.fromkeys(Event.__struct_fields__, "")
    rest = {"seq": 0, "journey_start": False, "journey_end": False, "properties": {}, "context": {}}
    return Event(**{**text, **rest, **fields})


def test_nothing_of_a_known_person_is_left_in_an_event() -> None:
    secrets = ["A012345678X", "254712345678", "wanjiku@example.co.ke", "Wanjiku Kamau", "tok-123", "198.51.100.7"]
    shown = MASKER.event(
        event(
            user_id="A012345678X",
            anonymous_id="254712345678",
            person="A012345678X",
            session_id="254712345678-1",
            page_path="/people/A012345678X",
            page_title="Return of A012345678X",
            page_url="https://tax.example/file?hs_token=tok-123&phone=254712345678#wanjiku@example.co.ke",
            properties={
                "phone": 254712345678,
                "payer": {"name": "Wanjiku Kamau", "contacts": ["wanjiku@example.co.ke", {"note": "254712345678"}]},
                "obligation_type": "mri",
                "amount": 500,
                "paid": True,
                "nothing": None,
                "A012345678X": 1,
            },
            context={
                "page": {"url": "https://tax.example/?hs_token=tok-123", "path": "/x"},
                "library": {"name": "hatua-js", "version": "1.0.0"},
                "handshakeToken": "tok-123",
                "externalId": "254712345678",
                "ip": "198.51.100.7",
            },
        )
    )
    told = json.dumps({name: getattr(shown, name) for name in Event.__struct_fields__})
    assert [secret for secret in secrets if secret in told] == []
    assert shown.person == shown.user_id
    assert shown.properties["obligation_type"] == "mri"
    assert (shown.properties["amount"], shown.properties["paid"], shown.properties["nothing"]) == (500, True, None)
    assert shown.context["library"] == {"name": "hatua-js", "version": "1.0.0"}
    assert shown.page_url == "https://tax.example/file"


def test_an_anonymous_visitor_stays_who_they_are() -> None:
    shown = MASKER.event(event(anonymous_id=UUID, person=UUID, session_id=UUID_OF_DIGITS))
    assert (shown.anonymous_id, shown.person, shown.session_id) == (UUID, UUID, UUID_OF_DIGITS)


def test_a_person_known_by_a_link_is_masked_like_their_user_id() -> None:
    linked = MASKER.event(event(anonymous_id=UUID, person="A012345678X"))
    known = MASKER.event(event(anonymous_id=UUID, user_id="A012345678X", person="A012345678X"))
    assert linked.person == known.person == known.user_id


@given(st.integers(0, 10**15), st.text(max_size=8), st.text(max_size=8))
def test_no_phone_number_survives_between_any_neighbours_that_are_not_letters_or_digits(
    number: int, before: str, after: str
) -> None:
    digits = str(number).rjust(9, "7")
    left = "".join(c for c in before if not (c.isalnum() or c in ".+-() "))
    right = "".join(c for c in after if not (c.isalnum() or c in ".+-() "))
    if len(digits) <= 15:
        assert digits not in MASKER.text(left + digits + right)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_can_be_masked_and_keeps_its_shape(value: Any) -> None:
    masked = MASKER.value(value)
    assert type(masked) is type(value) or isinstance(value, int)
    if isinstance(value, list):
        assert len(masked) == len(value)
    json.dumps(masked)
