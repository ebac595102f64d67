"""Cells of a CSV file that a spreadsheet opens as text, whatever a visitor wrote into them."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What makes a spreadsheet read a cell as a formula (or once did), full-width forms included."""

_NUMBER: Final = re.compile(r"[+-]?\d[\d ]*(?:[.,]\d+)?(?:[eE][+-]?\d+)?%?")
"""`-12.5` and `+254712345678` compute nothing; quoting them would only spoil them for every other program."""


def safe_cell(value: object) -> str:
    """The value as text; `'` before what could run as a formula, which is how spreadsheets themselves write "this is
    text". None is an empty cell; numbers stay as they are."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    begins = text.lstrip(" \u00a0\ufeff\u200b")
    return f"'{text}" if begins.startswith(_STARTS) and not _NUMBER.fullmatch(begins) else text


def csv_line(values: Iterable[object]) -> str:
    """One line of RFC 4180, with its CRLF; every cell safe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(value) for value in values])
    return out.getvalue()
