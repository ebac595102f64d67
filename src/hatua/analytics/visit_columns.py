"""The columns of kept visits: what the groups of some panels need of each, from its row or from its events."""

from collections.abc import Sequence

from hatua.analytics.groups import QUARTER_MS, Group, bucket_of

_TEXTS = "Array(LowCardinality(String))"
_ONCE = "arrayMap(nth -> nth = 1, arrayEnumerateUniq({values}))"
_OWN = "arrayFilter((one, by) -> by = who, {values}, persons)"


class Columns:
    """`names`, in the order of the rows. Of every visit: session_key, events, pageviews, non_heartbeat_events, duration
    (ms), entry_page, achieved, first (of the rows of a visit), enters (counts for a bounce rate). For a group of visits
    a value; for any other four arrays: values, their events and page views, and whether this is where the visit
    counts for the value.

    `of_visit`: columns of the sessions table that groups are about. `decided`: conditions on a visit (alias v) to be
    told by its row."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._arrays: list[Group] = []
        for group in groups:
            if _is_array(group) and group not in self._arrays:
                self._arrays.append(group)
        self.of_visit = list(dict.fromkeys(group.visit_column for group in groups if group.visit_column))
        self.decided = [group.inside for group in self._arrays if group.bucket and not group.by_quarters]

    @property
    def names(self) -> list[str]:
        return list(self.by_events("true"))

    def rows_of(self, group: Group, table: str, columns: str) -> str:
        """A SELECT of (value, value_events, value_views, once, and `columns`), one row a visit, person and value."""
        if _is_array(group):
            place = self._arrays.index(group)
            arrays = ", ".join(
                f"{kind}_{place} AS {name}"
                for kind, name in zip(("values", "events", "views", "onces"), _OF_VALUE, strict=True)
            )
            return f"SELECT {', '.join(_OF_VALUE)}, {columns} FROM {table} ARRAY JOIN {arrays}"
        value = self._value(group.visit_column) if group.visit_column else "''"
        present = " WHERE value != ''" if group.condition else ""
        return (
            f"SELECT {value} AS value, events AS value_events, pageviews AS value_views, first AS once, {columns}"
            f" FROM {table}{present}"
        )

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
            "first": "toUInt8(1)",
            "enters": "toUInt8(1)",
            **{self._value(name): f"toLowCardinality(v.{name})" for name in self.of_visit},
        }
        for place, group in enumerate(self._arrays):
            found |= dict(zip(_array_names(place), _told_arrays(group), strict=True))
        return found

    def by_events(self, enters: str) -> dict[str, str]:
        """The same over what its events gave (alias p) and its row (alias v); `enters`: a condition on the latter."""
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
            **{self._value(name): f"toLowCardinality(v.{name})" for name in self.of_visit},
        }
        for place, group in enumerate(self._arrays):
            values = f"p.own_values_{place}"
            arrays = (
                values if group.bucket else f"CAST({values}, '{_TEXTS}')",
                f"arrayMap(one -> toUInt32(1), {values})",
                "arrayMap(one -> toUInt32(one), p.own_views)",
                f"p.own_onces_{place}",
            )
            found |= dict(zip(_array_names(place), arrays, strict=True))
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
        for place in range(len(self._arrays)):
            values = f"values_{place}"
            parts.append(f"{_OWN.format(values=values)} AS own_{values}")
            parts.append(f"{_OWN.format(values=_ONCE.format(values=values))} AS own_onces_{place}")
        return "".join(f",\n        {part}" for part in parts)

    def _value(self, column: str) -> str:
        return f"value_{self.of_visit.index(column)}"


_OF_VALUE = ("value", "value_events", "value_views", "once")


def _is_array(group: Group) -> bool:
    return bool(group.bucket or group.told_as)


def _array_names(place: int) -> tuple[str, str, str, str]:
    return f"values_{place}", f"events_{place}", f"views_{place}", f"onces_{place}"


def _told_arrays(group: Group) -> tuple[str, str, str, str]:
    if group.told_as:
        values, events, views = group.told_as
        return f"v.{values}", f"v.{events}", f"v.{views}", f"arrayMap(one -> toUInt8(1), v.{events})"
    if not group.by_quarters:
        return f"[toInt64({bucket_of(group, 'v.started_at')})]", "[v.events]", "[v.pageviews]", "[toUInt8(1)]"
    instant = f"fromUnixTimestamp64Milli(toInt64(quarter) * {QUARTER_MS}, 'UTC')"
    values = f"arrayMap(quarter -> toInt64({bucket_of(group, instant)}), v.quarters)"
    return values, "v.quarter_events", "v.quarter_views", _ONCE.format(values=values)
