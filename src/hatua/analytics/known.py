"""Which persons are known by a user id, and which are only an anonymous id."""

from collections.abc import Iterable

from hatua.analytics.reader import Reader
from hatua.warehouse.sql import load

MOST_IDS = 1_000
"""The sessions table keeps so many user ids of a session."""


def known_among(reader: Reader, project: str, persons: Iterable[str]) -> frozenset[str]:
    """Those of the persons that are user ids in this project. Visits are asked, a twelfth of the rows; events only
    where a visit has too many users to keep. Raises what the warehouse raises."""
    names = sorted(set(persons) - {""})
    if not names:
        return frozenset()
    asked = {"project": project, "names": names}
    row = reader.rows(load("hatua.analytics", "sql/known.sql"), {**asked, "most_ids": MOST_IDS})[0]
    known = frozenset(row["known"])
    if not row["cut"] or len(known) == len(names):
        return known
    rows = reader.rows(load("hatua.analytics", "sql/known_of_events.sql"), asked)
    return known | {each["person"] for each in rows}
