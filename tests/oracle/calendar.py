"""Ranges and buckets by walking the wall clock in steps of 15 minutes; independent of hatua.analytics.timerange."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

STEP = 15 * 60_000


def wall(ms: int, zone: str) -> datetime:
    return (datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)).astimezone(ZoneInfo(zone))


def in_cell(ms: int, weekday: int | None, hour: int | None, zone: str) -> bool:
    """Whether an instant lies in a cell of the week; 1 is Monday, None is any."""
    here = wall(ms, zone)
    return weekday in (None, here.isoweekday()) and hour in (None, here.hour)


@cache
def day_start(day: date, zone: str) -> int:
    """The first quarter of an hour whose local date is this day (or later, should the day be skipped)."""
    at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000 - 26 * 3_600_000
    while wall(at, zone).date() < day:
        at += STEP
    return at


def days_range(first: date, last: date, zone: str) -> tuple[int, int]:
    """Whole days, both inclusive."""
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)


def monday(day: date) -> date:
    while day.isoweekday() != 1:
        day -= timedelta(days=1)
    return day


def bucket(ms: int, interval: str, zone: str) -> str:
    """The label of the bucket of an instant: ISO local start with offset."""
    here = wall(ms, zone)
    if interval == "hour":
        return here.replace(minute=0, second=0, microsecond=0).isoformat()
    day = here.date()
    if interval == "week":
        day = monday(day)
    if interval == "month":
        day = date(day.year, day.month, 1)
    return wall(day_start(day, zone), zone).isoformat()


def buckets(start: int, end: int, interval: str, zone: str) -> list[tuple[str, int, int]]:
    """(label, start, end) of the buckets that touch [start, end), in order; edges to the quarter of an hour, and the
    first and last ones whole."""
    at = start - start % STEP
    label = bucket(at, interval, zone)
    while bucket(at - STEP, interval, zone) == label:
        at -= STEP
    found = []
    opened = at
    while opened < end:
        at += STEP
        here = bucket(at, interval, zone)
        if here != label:
            found.append((label, opened, at))
            label, opened = here, at
    return found


def widen(first: date, last: date, interval: str) -> tuple[date, date]:
    if interval == "week":
        return monday(first), monday(last) + timedelta(days=6)
    if interval == "month":
        end = last
        while (end + timedelta(days=1)).day != 1:
            end += timedelta(days=1)
        return date(first.year, first.month, 1), end
    return first, last


def year_before(day: date) -> date:
    try:
        return date(day.year - 1, day.month, day.day)
    except ValueError:
        return date(day.year - 1, day.month, 28)


def month_before(day: date) -> date:
    return date(day.year, day.month - 1, 1) if day.month > 1 else date(day.year - 1, 12, 1)
