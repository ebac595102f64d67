"""Whom a question counts: persons, sessions, or the values of a property (an account, a PIN)."""

from typing import Any, NamedTuple

from hatua.analytics.conditions import value_parameters, value_sql
from hatua.analytics.dimensions import PROPERTY_PREFIX, dimension_of


class Actors(NamedTuple):
    """How `seen` tells them apart. `key`: the column to count by; `name`: the one to list them by. `columns`: what a
    selection needs to have both; `condition`: which events have an actor at all, "" for every event. `persons`: whether
    it must find out the person of each event."""

    key: str
    name: str
    columns: tuple[str, ...]
    condition: str
    parameters: dict[str, Any]
    persons: bool = False


def refuse_unknown(per: str) -> None:
    """ValueError for what no actor is."""
    if per not in ("person", "session") and not per.startswith(PROPERTY_PREFIX):
        raise ValueError(f"per {per!r} is none of person, session, property:<key>")


def actors_of(per: str) -> Actors:
    """Events without the property have no actor and take no part. Raises InvalidQuestion where it names none."""
    if per == "person":
        return Actors("person_key", "person", (), "", {}, persons=True)
    if per == "session":
        return Actors("actor_key", "actor", ("e.session_id AS actor", "e.session_key AS actor_key"), "", {})
    dimension = dimension_of(per, "per")
    value = value_sql(dimension, "actor_property")
    return Actors(
        "actor_key",
        "actor",
        (f"{value} AS actor", "cityHash64(actor) AS actor_key"),
        f"{value} != ''",
        value_parameters(dimension, "actor_property"),
    )
