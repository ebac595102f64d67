"""Filters as SQL conditions. Identifiers come from dimensions.py; every value is a server-side parameter."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from hatua.analytics.dimensions import Dimension, dimension_of
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import Filter, Operator

# Aliases that every statement of ours gives its tables.
EVENT, VISIT = "e", "v"


class Conditions(NamedTuple):
    """`sql`: conditions to be joined with AND. `needs_visit`: they read the visit's columns (alias `v`).
    `entry`: the page conditions said again of the visit's entry page, "" when no filter is about the page."""

    sql: list[str]
    parameters: dict[str, Any]
    needs_visit: bool
    entry: str


def value_sql(dimension: Dimension, parameter: str, table: str = EVENT) -> str:
    """The event's own value as text; of a property: its text, or its JSON where it is none; "" where it is missing."""
    if dimension.property_key:
        return f"JSONExtract({table}.properties, {{{parameter}:String}}, 'String')"
    return f"{table}.{dimension.event_column}"


def value_parameters(dimension: Dimension, parameter: str) -> dict[str, Any]:
    """What `value_sql` needs bound."""
    return {parameter: dimension.property_key} if dimension.property_key else {}


def conditions_of(filters: Sequence[Filter], first_event_sql: str, prefix: str = "f") -> Conditions:
    """All filters, to hold together on one event. `first_event_sql`: a SELECT of the session ids whose first event
    meets the condition put for `$condition`; used where the visit is asked about what its row does not carry."""
    found = Conditions([], {}, False, "")
    needs_visit = False
    entries: list[str] = []
    for index, each in enumerate(filters):
        path = f"filters[{index}]"
        dimension = dimension_of(each.dimension, f"{path}.dimension")
        scope = each.scope or dimension.belongs_to
        values, key = f"{prefix}{index}", f"{prefix}{index}_key"
        found.parameters.update(_values(each, values, path))
        if scope == "visit" or dimension.event_column is None:
            if dimension.visit_column is not None:
                needs_visit = True
                found.sql.append(_test(each, f"{VISIT}.{dimension.visit_column}", values))
                continue
            found.parameters.update(value_parameters(dimension, key))
            condition = _test(each, value_sql(dimension, key), values)
            found.sql.append(f"{EVENT}.session_id IN ({first_event_sql.replace('$condition', condition)})")
            continue
        found.parameters.update(value_parameters(dimension, key))
        found.sql.append(_test(each, value_sql(dimension, key), values))
        if dimension.key == "page_path":
            entries.append(_test(each, f"{VISIT}.entry_page", values))
    return found._replace(needs_visit=needs_visit, entry=" AND ".join(entries))


def _test(each: Filter, value: str, parameter: str) -> str:
    """One filter on one value. `is_not` and `not_contains` keep rows where the value is missing: "" is no exception."""
    return _TESTS[each.operator].format(value=value, parameter=parameter)


_TESTS: dict[Operator, str] = {
    "is": "({value} IN {{{parameter}:Array(String)}})",
    "is_not": "({value} NOT IN {{{parameter}:Array(String)}})",
    "contains": "multiSearchAny({value}, {{{parameter}:Array(String)}})",
    "not_contains": "NOT multiSearchAny({value}, {{{parameter}:Array(String)}})",
    "matches": "match({value}, {{{parameter}:String}})",
    "exists": "({value} != '')",
    "not_exists": "({value} = '')",
}


def _values(each: Filter, parameter: str, path: str) -> dict[str, Any]:
    if each.operator in ("exists", "not_exists"):
        return {}
    if each.operator in ("contains", "not_contains") and "" in each.values:
        where = f"{path}.values[{each.values.index('')}]"
        raise InvalidQuestion(where, "the empty text is contained in everything")
    if each.operator == "matches":
        return {parameter: wildcard_regex(each.values)}
    return {parameter: list(each.values)}


def wildcard_regex(patterns: Sequence[str]) -> str:
    """One RE2 expression for wildcards: `**` is anything, `*` anything but `/`; the whole value must match."""
    parts = ("".join(_wildcard(piece) for piece in re.split(r"(\*\*|\*)", text)) for text in patterns)
    return f"(?s)^(?:{'|'.join(parts)})$"


def _wildcard(piece: str) -> str:
    if piece == "**":
        return ".*"
    return "[^/]*" if piece == "*" else re.escape(piece)
