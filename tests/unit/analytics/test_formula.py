"""Formulas: what they compute, and that nothing but arithmetic gets through."""

import pytest

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.formula import Formula


@pytest.mark.parametrize(
    ("text", "expected"),
    [("A / B * 100", 25.0), ("(A + B) * -2", -50.0), ("A", 5.0), ("1.5", 1.5), ("A - B - 1", -16.0)],
)
def test_a_formula_follows_the_rules_of_arithmetic(text: str, expected: float) -> None:
    assert Formula(text, "AB", "f").value({"A": 5, "B": 20}) == expected


def test_what_is_undefined_stays_undefined() -> None:
    assert Formula("A / B", "AB", "f").value({"A": 5, "B": 0}) is None
    assert Formula("1 + A", "A", "f").value({"A": None}) is None


REFUSED = (
    *("", "A +", "C", "AB", "A ** B", "A % B", "A // B", "A if B else A", "A and B", "\x00", "(" * 150),
    *("__import__('os')", "A.real", "A[0]", "f(A)", "[A]", "'x'", "True", "1e300", "lambda: 1"),
)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_by_its_path(text: str) -> None:
    with pytest.raises(InvalidQuestion) as refused:
        Formula(text, "AB", "formulas[0].expression")
    assert refused.value.path == "formulas[0].expression"
