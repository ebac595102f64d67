"""A sealed cursor says nothing, comes back whole, and cannot be made or changed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hatua.dashboard_api.sealing import Seal

SEAL = Seal("k" * 64)


@given(st.text(max_size=400))
def test_what_is_closed_opens_to_the_same_text(text: str) -> None:
    sealed = SEAL.close(text)
    assert SEAL.open(sealed) == text
    assert sealed.isascii()
    assert "=" not in sealed
    assert SEAL.close(text) == sealed


@given(st.text(min_size=8, max_size=100))
def test_nothing_of_the_text_shows(text: str) -> None:
    raw = base64.urlsafe_b64decode(SEAL.close(text) + "==")
    assert text.encode() not in raw


@given(st.text(min_size=1, max_size=100), st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_opens_nothing(text: str, place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(SEAL.close(text) + "=="))
    raw[place % len(raw)] ^= change
    assert SEAL.open(base64.urlsafe_b64encode(bytes(raw)).decode()) is None


@pytest.mark.parametrize("foreign", ["", "x", "é", "====", "WyJBMDEyMzQ1Njc4WCJd", Seal("j" * 64).close("a")])
def test_what_this_seal_did_not_close_does_not_open(foreign: str) -> None:
    assert SEAL.open(foreign) is None
