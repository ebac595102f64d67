"""The columns of kept visits: what the groups of some panels need of each, from its row or from its events; and each
panel's rows out of them."""

from collections.abc import Sequence

from hatua.analytics.groups import QUARTER_MS, Group, bucket_of

_TEXTS = "Array(LowCardinality(String))"
_QUARTERS = ("quarters", "quarter_events", "quarter_views")
_BEFORE_ALL = "toInt32(-2000000000)"
_OWN = "arrayFilter((one, by) -> by = who, {values}, persons)"
_ONCE = "arrayMap(nth -> nth = 1, arrayEnumerateUniq({values}))"


class Columns:
    """Of every visit: session_key, events, pageviews, non_heartbeat_events, duration (ms), entry_page, achieved; and
    what the groups are about. A row of the table gives that as it has it. By events, one row a visit and person, there
    are also first (of the rows of a visit) and enters (counts for a bounce rate), and for a group by what single events
    say, arrays with an element an event: its value, and whether the visit counts there for the value.

    `of_visit`: columns of the sessions table that groups are about. `decided`: conditions on a visit (alias v) to be
    told by its row."""

    def __init__(self, groups: Sequence[Group], goals_by: Sequence[Group] = ()) -> None:
        """`goals_by`: those of the groups, buckets of time, by which goals are counted: of a visit with a goal and
        several buckets, the row does not tell in which it was."""
        self._goals = bool(goals_by)
        self._arrays: list[Group] = []
        for group in groups:
            if _is_array(group) and group not in self._arrays:
                self._arrays.append(group)
        self.of_visit = list(dict.fromkeys(group.visit_column for group in groups if group.visit_column))
        self.decided = [group.inside for group in self._arrays if group.bucket and not group.by_quarters]
        self.decided += [
            f"({group.inside} OR NOT has(v.names, {{goal:String}}))" for group in self._arrays if group in goals_by
        ]

    def told(self, duration: str, achieved: str) -> dict[str, str]:
        """Name -> expression over the visit's row (alias v)."""
        found = {
            "session_key": "v.session_key",
            "events": "v.events",
            "pageviews": "v.pageviews",
            "non_heartbeat_events": "v.non_heartbeat_events",
            "duration": duration,
            "entry_page": "toLowCardinality(v.entry_page)",
            "achieved": achieved,
            **self._values(),
        }
        for group in self._arrays:
            found |= {name: f"v.{name}" for name in _told_by(group)}
        return found

    def by_events(self, enters: str, *, listed: bool) -> dict[str, str]:
        """The same over what its events gave (alias p) and its row (alias v), which is one of `told` when it is
        `listed`; `enters`: a condition on it."""
        found = {
            "session_key": "p.session_key",
            "events": "toUInt32(p.events)",
            "pageviews": "toUInt32(p.pageviews)",
            "non_heartbeat_events": "v.non_heartbeat_events",
            "duration": "v.duration",
            "entry_page": "toLowCardinality(v.entry_page)",
            "achieved": "p.achieved",
            "first": "p.first",
            "enters": f"CAST({enters}, 'UInt8')",
            **({name: f"v.{name}" for name in self._values()} if listed else self._values()),
        }
        if self._arrays:
            found["views"] = "p.own_views"
        if self._goals:
            found["goals"] = "p.own_goals"
        for place, group in enumerate(self._arrays):
            values = f"p.own_values_{place}"
            found[f"values_{place}"] = values if group.bucket else f"CAST({values}, '{_TEXTS}')"
            found[f"onces_{place}"] = f"p.own_onces_{place}"
        return found

    def of_events(self) -> list[str]:
        """What is asked of each event (alias e)."""
        return [
            f"{f'toInt64({group.of_event})' if group.bucket else group.of_event} AS value_{place}"
            for place, group in enumerate(self._arrays)
        ]

    def collected(self) -> str:
        """... gathered by visit,"""
        return "".join(f",\n            groupArray(value_{n}) AS values_{n}" for n in range(len(self._arrays)))

    def own(self) -> str:
        """... and cut to the events of one person."""
        if not self._arrays:
            return ""
        parts = [f"{_OWN.format(values='views')} AS own_views"]
        if self._goals:
            parts.append(f"{_OWN.format(values='goals')} AS own_goals")
        for place in range(len(self._arrays)):
            values = f"values_{place}"
            parts.append(f"{_OWN.format(values=values)} AS own_{values}")
            parts.append(f"{_OWN.format(values=_ONCE.format(values=values))} AS own_onces_{place}")
        return "".join(f",\n        {part}" for part in parts)

    def rows_told(self, group: Group, table: str, columns: str) -> str:
        """A SELECT of (value, value_events, value_views, once, value_goal, and `columns`), one row a visit and value.
        `once`: the visit counts here for the value; `value_goal`: the goal was here, if the group is one of goals."""
        columns = f"achieved AS value_goal, {columns}"
        if not _is_array(group):
            return f"{self._of_visit(group, '1')}, {columns} FROM {table}{_present(group)}"
        values, *more = _told_by(group)
        if group.told_as:
            events, views = more
            arrays = f"{values} AS value, {events} AS value_events, {views} AS value_views"
            counts = "value_events, value_views, toUInt8(1) AS once"
            return f"SELECT value, {counts}, {columns} FROM {table} ARRAY JOIN {arrays}"
        if not group.by_quarters:
            value = f"toInt64({bucket_of(group, values)}) AS value"
            counts = "events AS value_events, pageviews AS value_views, toUInt8(1) AS once"
            return f"SELECT {value}, {counts}, {columns} FROM {table}"
        events, views = more
        arrays = f"{values} AS quarter, {events} AS value_events, {views} AS value_views"
        if group.ascends:
            # Quarters of a visit ascend, and so do their buckets: the first of each differs from the one before.
            arrays += f", arrayPushFront(arrayPopBack({values}), {_BEFORE_ALL}) AS quarter_before"
            once = f"quarter_before = {_BEFORE_ALL} OR value != {_bucket_of_quarter(group, 'quarter_before')}"
        else:
            cells = f"arrayMap(each -> {_bucket_of_quarter(group, 'each')}, {values})"
            arrays += f", arrayEnumerateUniq({cells}) AS nth"
            once = "nth = 1"
        value = f"{_bucket_of_quarter(group, 'quarter')} AS value"
        return f"SELECT {value}, value_events, value_views, {once} AS once, {columns} FROM {table} ARRAY JOIN {arrays}"

    def rows_by_events(self, group: Group, table: str, columns: str) -> str:
        """The same of visits by their events, one row a visit, person and value."""
        if not _is_array(group):
            columns = f"achieved AS value_goal, {columns}"
            return f"{self._of_visit(group, 'first')}, {columns} FROM {table}{_present(group)}"
        place = self._arrays.index(group)
        arrays = f"values_{place} AS value, views AS view, onces_{place} AS once"
        goal = "achieved"
        if self._goals:
            goal, arrays = "goal", f"{arrays}, goals AS goal"
        return (
            f"SELECT value, toUInt32(1) AS value_events, toUInt32(view) AS value_views, once, {goal} AS value_goal,"
            f" {columns} FROM {table} ARRAY JOIN {arrays}"
        )

    def _of_visit(self, group: Group, once: str) -> str:
        value = self._value(group.visit_column) if group.visit_column else "''"
        return f"SELECT {value} AS value, events AS value_events, pageviews AS value_views, toUInt8({once}) AS once"

    def _values(self) -> dict[str, str]:
        return {self._value(name): f"toLowCardinality(v.{name})" for name in self.of_visit}

    def _value(self, column: str) -> str:
        return f"value_{self.of_visit.index(column)}"


def _is_array(group: Group) -> bool:
    return bool(group.bucket or group.told_as)


def _told_by(group: Group) -> tuple[str, ...]:
    """The columns of a visit's row that tell its values."""
    if group.told_as:
        return group.told_as
    return _QUARTERS if group.by_quarters else ("started_at",)


def _bucket_of_quarter(group: Group, quarter: str) -> str:
    instant = f"fromUnixTimestamp64Milli(toInt64({quarter}) * {QUARTER_MS}, 'UTC')"
    return f"toInt64({bucket_of(group, instant)})"


def _present(group: Group) -> str:
    return " WHERE value != ''" if group.condition else ""
