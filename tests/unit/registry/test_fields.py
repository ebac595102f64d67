"""What people type is stored in one spelling, or refused by field, limit and value."""

import pytest

from hatua.registry import fields
from hatua.registry.errors import InvalidField


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://App.Example.com", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_stored_as_a_browser_sends_it(typed: str, stored: str) -> None:
    assert fields.origins([typed]) == (stored,)


def test_an_origin_given_twice_is_stored_once_and_order_is_kept() -> None:
    assert fields.origins(["https://b.example", "https://a.example", "https://B.example/"]) == (
        "https://b.example",
        "https://a.example",
    )


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "*",
        "app.example.com",
        "ftp://app.example.com",
        "https://",
        "https://app.example.com/path",
        "https://app.example.com?x=1",
        "https://app.example.com#x",
        "https://user:secret@app.example.com",
        "https://app.example.com:99999",
        "https://app example.com",
        "https://app.example.com\x00",
        "javascript:alert(1)",
    ],
)
def test_what_is_not_an_origin_is_refused_by_index(typed: str) -> None:
    with pytest.raises(InvalidField, match=r"allowed_origins\[1\]") as refused:
        fields.origins(["https://fine.example", typed])
    assert refused.value.field == "allowed_origins[1]"


def test_the_number_of_origins_is_limited_on_both_sides() -> None:
    at_limit = [f"https://a{n}.example" for n in range(fields.MAX_ORIGINS)]
    assert len(fields.origins(at_limit)) == fields.MAX_ORIGINS
    with pytest.raises(InvalidField, match="101 entries; the limit is 100"):
        fields.origins([*at_limit, "https://one-more.example"])


def test_a_name_is_trimmed_and_limited_on_both_sides() -> None:
    assert fields.name("  Tax App ") == "Tax App"
    assert fields.name("x" * 100) == "x" * 100
    with pytest.raises(InvalidField, match="name has 101 characters; 1 to 100 are allowed"):
        fields.name("x" * 101)
    with pytest.raises(InvalidField, match="name has 0 characters"):
        fields.name("   ")


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\ud800b"])
def test_a_name_that_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="control characters or invalid text"):
        fields.name(text)


def test_an_email_is_stored_in_lower_case() -> None:
    assert fields.email(" Wanjiku@Example.CO.KE ") == "wanjiku@example.co.ke"


@pytest.mark.parametrize(
    "text", ["", "wanjiku", "@example.com", "a@b", "a b@c.de", "a@b.c\ud800", "a@" + "b" * 260 + ".c"]
)
def test_what_is_not_an_email_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="is not an e-mail address"):
        fields.email(text)


@pytest.mark.parametrize("zone", ["Africa/Nairobi", "UTC", "America/Argentina/Buenos_Aires"])
def test_iana_zones_are_taken(zone: str) -> None:
    assert fields.timezone(zone) == zone


@pytest.mark.parametrize("zone", ["", "Nairobi", "../../etc/passwd", "/etc/localtime", "Africa", "a\x00b", "x" * 5000])
def test_other_zones_are_refused(zone: str) -> None:
    with pytest.raises(InvalidField, match="is not an IANA time zone"):
        fields.timezone(zone)


def test_retention_is_limited_on_both_sides() -> None:
    assert fields.retention_days(0) == 0
    assert fields.retention_days(36_500) == 36_500
    for days in (-1, 36_501):
        with pytest.raises(InvalidField, match=f"retention_days is {days}"):
            fields.retention_days(days)


def test_an_origin_may_stand_for_every_subdomain() -> None:
    given = [
        "https://*.Example.com/",
        "http://*.example.com:8080",
        "https://*.a.b.example:443",
        "https://*.example.com",
    ]
    assert fields.origins(given) == (
        "https://*.example.com",
        "http://*.example.com:8080",
        "https://*.a.b.example",
    )


@pytest.mark.parametrize(
    "origin",
    ["https://*", "https://*.com", "*.example.com", "https://a.*.com", "https://*example.com", "https://*.*.com", "*"],
)
def test_a_wildcard_stands_only_before_a_whole_domain(origin: str) -> None:
    with pytest.raises(InvalidField):
        fields.origins([origin])
