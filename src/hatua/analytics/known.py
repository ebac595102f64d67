"""Which persons are known by a user id, and which are only an anonymous id."""

from collections.abc import Iterable

from hatua.analytics.reader import Reader
from hatua.warehouse.sql import load


def known_among(reader: Reader, project: str, persons: Iterable[str]) -> frozenset[str]:
    """Those of the persons that are user ids in this project. Raises what the warehouse raises."""
    names = sorted(set(persons) - {""})
    if not names:
        return frozenset()
    rows = reader.rows(load("hatua.analytics", "sql/known.sql"), {"project": project, "names": names})
    return frozenset(row["person"] for row in rows)
