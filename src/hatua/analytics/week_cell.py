"""The cell of a heat map as a condition: for whoever is behind it."""

from typing import Any

from hatua.analytics.timerange import Range


def in_week_cell(weekday: int | None, hour: int | None, asked: Range) -> tuple[str, dict[str, Any]]:
    """(condition over the event e, its parameters). `weekday`: 1 is Monday; `hour`: 0 to 23; both local to the range's
    zone; None: any. ("", {}) when neither is said."""
    conditions = []
    if weekday is not None:
        conditions.append("toDayOfWeek(e.timestamp, 0, {cell_tz:String}) = {weekday:UInt8}")
    if hour is not None:
        conditions.append("toHour(e.timestamp, {cell_tz:String}) = {hour:UInt8}")
    if not conditions:
        return "", {}
    parameters = {"cell_tz": asked.zone.key, "weekday": weekday or 0, "hour": hour or 0}
    return " AND ".join(conditions), parameters
