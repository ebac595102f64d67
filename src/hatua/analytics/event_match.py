"""Which events a step, a cohort or a goal means: names, paths and filters as SQL conditions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hatua.analytics.conditions import conditions_of, wildcard_regex
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import EventMatch
from hatua.analytics.seen import first_event_sql

ANY_EVENT = "true"


class Matches(NamedTuple):
    """One condition an entry, over the event (alias e) and, if `needs_visit`, its visit (alias v)."""

    sql: list[str]
    parameters: dict[str, Any]
    needs_visit: bool


def matches(alternatives: Sequence[Sequence[EventMatch]], path: str, prefix: str) -> Matches:
    """For each entry: any of its events; of none at all: every event. `path`: where the entry stands in the question,
    `{}` for its number and that of the alternative. `prefix` keeps parameters apart. Raises InvalidQuestion."""
    found = Matches([], {}, False)
    needs_visit = False
    for index, events in enumerate(alternatives):
        either: list[str] = []
        for number, each in enumerate(events):
            name = f"{prefix}{index}_{number}"
            found.parameters[name] = each.event
            both = [f"e.event_name = {{{name}:String}}"]
            if each.path is not None:
                both.append(_path_sql(each.path, f"{name}_path", found.parameters))
            try:
                conditions = conditions_of(each.filters, first_event_sql(), f"{name}_f")
            except InvalidQuestion as problem:
                raise InvalidQuestion(f"{path.format(index, number)}.{problem.path}", problem.message) from None
            found.parameters.update(conditions.parameters)
            needs_visit = needs_visit or conditions.needs_visit
            either.append(f"({' AND '.join([*both, *conditions.sql])})")
        found.sql.append(f"({' OR '.join(either) or ANY_EVENT})")
    return found._replace(needs_visit=needs_visit)


def without_slash(path: str) -> str:
    """A path without its trailing slash, which does not matter; `/` is itself."""
    return path.rstrip("/") or "/"


def path_sql(column: str) -> str:
    """The same of a column."""
    return f"if(match({column}, '^/+$'), '/', trimRight({column}, '/'))"


def _path_sql(path: str, parameter: str, parameters: dict[str, Any]) -> str:
    trimmed = without_slash(path)
    page = path_sql("e.page_path")
    if "*" in trimmed:
        parameters[parameter] = wildcard_regex((trimmed,))
        return f"match({page}, {{{parameter}:String}})"
    parameters[parameter] = trimmed
    return f"{page} = {{{parameter}:String}}"
