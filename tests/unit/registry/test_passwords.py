"""Passwords are argon2id hashes; nobody's password takes as long to check as somebody's."""

import pytest

from hatua.registry.errors import InvalidField
from hatua.registry.passwords import hash_password, matches, wants_rehash


def test_a_password_matches_its_own_hash_only() -> None:
    stored = hash_password("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert matches(stored, "correct horse battery")
    assert not matches(stored, "correct horse batterz")
    assert not matches(None, "correct horse battery")
    assert not wants_rehash(stored)


def test_length_is_limited_on_both_sides() -> None:
    assert matches(hash_password("x" * 10), "x" * 10)
    assert matches(hash_password("x" * 200), "x" * 200)
    for length in (9, 201):
        with pytest.raises(InvalidField, match=f"has {length} characters; 10 to 200"):
            hash_password("x" * length)


def test_text_that_is_not_text_is_refused_when_set_and_wrong_when_tried() -> None:
    stored = hash_password("0123456789")
    with pytest.raises(InvalidField, match="not valid text"):
        hash_password("0123456789\ud800")
    assert not matches(stored, "0123456789\ud800")
    assert not matches("not a hash", "0123456789")


def test_a_weaker_hash_wants_to_be_renewed() -> None:
    assert wants_rehash("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43)
