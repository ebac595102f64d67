"""One-time passwords against the vectors of RFC 6238, appendix B (SHA-1, cut to six digits)."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from hatua.registry.totp import code_at, new_recovery_codes, new_secret, plain_recovery_code, step_of, uri

SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30) == code
    assert step_of(SECRET, code, seconds * 1000) == seconds // 30


def test_a_code_counts_one_step_early_and_late_and_no_longer() -> None:
    now = 1_800_000_000_000
    step = now // 30_000
    for drift, counts in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert (step_of(SECRET, code_at(SECRET, step + drift), now) == step + drift) is counts


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٠٥٠٤٧١", "05 04 7", "-50471", "\x00" * 6])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert step_of(SECRET, typed, 1111111111_000) is None


def test_a_code_may_be_typed_with_a_gap() -> None:
    assert step_of(SECRET, "050 471", 1111111111_000) is not None


def test_secrets_and_recovery_codes_are_long_enough_and_never_the_same() -> None:
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(base64.b32decode(new_secret())) == 20
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert {len(code) for code in codes} == {19}


def test_a_recovery_code_may_be_typed_carelessly() -> None:
    code = new_recovery_codes()[0]
    assert plain_recovery_code(code.replace("-", " ").upper() + " ") == code
    assert plain_recovery_code(code.replace("-", "")) == code


def test_the_address_for_apps_names_us_and_the_account() -> None:
    parts = urlsplit(uri(SECRET, "a+b@example.org"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Hatua%3Aa%2Bb%40example.org")
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["Hatua"], "digits": ["6"], "period": ["30"]}
