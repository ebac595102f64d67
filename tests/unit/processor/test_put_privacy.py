import json
from typing import Any

import pytest

from hatua.base.settings import Secret
from hatua.processor.steps.put_privacy import PhoneHasher, kept_ip, put_privacy
from tests.unit.processor.drafts import draft, project

PHONES = PhoneHasher(Secret("pepper"))
HASH = PHONES.hash("254712345678")


@pytest.mark.parametrize(
    ("keep", "ip", "kept"),
    [
        ("none", "41.90.64.17", ""),
        ("truncated", "41.90.64.17", "41.90.64.0"),
        ("full", "41.90.64.17", "41.90.64.17"),
        ("truncated", "2c0f:fe38:2101:5::1", "2c0f:fe38:2101::"),
        ("full", "2C0F:FE38:0:0::1", "2c0f:fe38::1"),
        ("truncated", "::ffff:41.90.64.17", "41.90.64.0"),
        ("full", "", ""),
        ("full", "unknown", ""),
    ],
)
def test_the_ip_is_kept_as_the_project_says(keep: str, ip: str, kept: str) -> None:
    one = draft(of=project(keep_ip=keep), ip=ip)
    put_privacy(PHONES)(one)
    assert one.ip == kept


def test_an_ip_of_version_6_is_cut_to_48_bits_and_one_of_version_4_to_24() -> None:
    assert kept_ip("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", False) == "2001:db8:ffff::"
    assert kept_ip("203.0.113.255", False) == "203.0.113.0"


def hashed(properties: Any) -> Any:
    return json.loads(PHONES.hash_in(json.dumps(properties)))


@pytest.mark.parametrize(
    "key",
    [
        "phone",
        "Phone",
        "phone_number",
        "phoneNumber",
        "customer_phone",
        "customerPhone",
        "msisdn",
        "waId",
        "mobile",
        "tel",
    ],
)
def test_a_number_under_a_phones_name_is_hashed_however_it_is_written(key: str) -> None:
    for number in ("254712345678", "+254 712 345678", "+254-712-345-678", 254712345678):
        assert hashed({key: number}) == {key: HASH}


def test_an_international_number_is_hashed_wherever_it_stands() -> None:
    assert hashed({"note": "+254712345678", "list": [{"deep": "+254712345678"}]}) == {
        "note": HASH,
        "list": [{"deep": HASH}],
    }
    assert hashed({"phones": {"phone": ["254712345678"]}}) == {"phones": {"phone": [HASH]}}


@pytest.mark.parametrize(
    "properties",
    [
        {"amount": 254712345678, "prn": "254712345678"},
        {"phone_masked": "2547*****678", "phone": "2547*****678"},
        {"microphone": "254712345678", "phones": 3},
        {"mobile": True, "phone": "", "tel": "12345"},
        {"note": "call +254712345678 now"},
    ],
)
def test_what_is_no_phone_number_stays_as_it_is(properties: Any) -> None:
    assert hashed(properties) == properties


def test_the_step_hashes_properties_and_context_only_where_the_project_says_so() -> None:
    fields: dict[str, Any] = {"properties": {"phone": "254712345678"}, "context": {"caller": {"phone": "254712345678"}}}
    plain, private = draft(**fields), draft(of=project(hash_phones=True), **fields)
    put_privacy(PHONES)(plain)
    put_privacy(PHONES)(private)
    assert json.loads(plain.properties) == {"phone": "254712345678"}
    assert json.loads(private.properties) == {"phone": HASH}
    assert json.loads(private.rest) == {"caller": {"phone": HASH}}


def test_properties_without_a_number_keep_the_very_bytes_of_the_client() -> None:
    document = '{"a" : 1.50, "b":"x"}'
    assert PHONES.hash_in(document) == document


def test_another_pepper_gives_another_hash_and_none_is_refused() -> None:
    assert PhoneHasher(Secret("other")).hash("254712345678") != HASH
    assert HASH.startswith("ph_")
    assert len(HASH) == 35
    with pytest.raises(ValueError, match="pepper"):
        PhoneHasher(Secret(""))


def test_an_event_without_identity_keeps_nothing_that_could_give_it_one_whatever_the_project_says() -> None:
    one = draft(
        of=project(keep_ip="full", hash_phones=False),
        context={
            "page": {
                "path": "/mri",
                "url": "https://tax.example/mri?hs_token=secret&email=a@b.c#top",
                "referrer": "https://mail.example/?to=amina",
                "search": "?hs_token=secret",
            },
            "externalId": "254712345678",
            "handshakeToken": "secret",
            "traits": {"name": "Amina"},
        },
        properties={"phone": "254712345678", "amount": 5},
        cookieless=True,
        ip="41.90.64.77",
    )
    one.handshake_token = "secret"
    put_privacy(PHONES)(one)
    assert one.ip == ""
    assert one.handshake_token == ""
    assert one.rest == "{}"
    assert (one.context.external_id, one.context.handshake_token, one.context.rest) == ("", "", "{}")
    page = one.context.page
    assert (page.path, page.url, page.search) == ("/mri", "https://tax.example/mri", "")
    assert page.referrer == "https://mail.example/"
    assert json.loads(one.properties) == {"phone": HASH, "amount": 5}
