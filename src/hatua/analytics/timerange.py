"""From what a person asks ("last week, Nairobi time") to instants: ranges, buckets, the period to compare with.

All edges are computed here, from the zone's own calendar, and handed to the engine as numbers, so that one source of
time-zone rules decides. A local day has 23, 24 or 25 hours; a midnight that does not exist is the first instant after.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import Compare, Interval, Question
from hatua.analytics.shapes import RangeAnswer

MAX_BUCKETS = 10_000
"""More points than any screen has pixels; a year of hours is 8,784."""

DEFAULT_DAYS = 30
"""Asked for where a question names no range; today is the last of them."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?")
_FIRST_YEAR, _LAST_YEAR = 1971, 2199  # the engine's DateTime64 ends in 2299; a day of room on both sides


Q = TypeVar("Q", bound=Question)


class Range(NamedTuple):
    """[from_ms, to_ms), Unix ms, read in `zone`."""

    from_ms: int
    to_ms: int
    zone: ZoneInfo

    def answer(self) -> RangeAnswer:
        return RangeAnswer(from_=iso_utc(self.from_ms), to=iso_utc(self.to_ms), timezone=self.zone.key)


class Buckets(NamedTuple):
    """`edges`: n + 1 ascending instants of n buckets. `cut`: what of them the range covers."""

    edges: list[int]
    range: Range

    def label(self, index: int) -> str:
        """ISO local time with offset of the bucket's start."""
        return datetime.fromtimestamp(self.edges[index] / 1000, self.range.zone).isoformat(timespec="seconds")

    def incomplete(self, index: int, now_ms: int) -> bool:
        start, end = self.edges[index], self.edges[index + 1]
        return end > now_ms or start < self.range.from_ms or end > self.range.to_ms


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name, or InvalidQuestion."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidQuestion("tz", f"unknown time zone {name!r}") from None


def range_of(question: Question) -> Range:
    """The range a question asks for. Dates are whole local days, both inclusive; instants are [from, to)."""
    zone = zone_of(question.tz)
    start = _instant("from", question.from_, zone, end_of_day=False)
    end = _instant("to", question.to, zone, end_of_day=True)
    if end <= start:
        raise InvalidQuestion("to", f"{question.to!r} is not after from {question.from_!r}")
    return Range(start, end, zone)


def with_range(question: Q, now_ms: int) -> Q:
    """The question with what its range leaves out: `to` is today, `from` 30 days before the end, in its zone."""
    if question.from_ and question.to:
        return question
    zone = zone_of(question.tz)
    to = question.to or local(now_ms, zone).date().isoformat()
    from_ = question.from_
    if not from_:
        first = local(_instant("to", to, zone, end_of_day=True), zone) - timedelta(days=DEFAULT_DAYS)
        from_ = first.date().isoformat() if _DATE.fullmatch(to) else iso_utc(_unix_ms(first))
    return msgspec.structs.replace(question, from_=from_, to=to)


def widened(asked: Range, interval: Interval) -> Range:
    """Whole weeks (Monday) or months around the range; days and hours stay as asked."""
    if interval not in ("week", "month"):
        return asked
    first = _bucket_day(local(asked.from_ms, asked.zone).date(), interval)
    last = _bucket_day(local(asked.to_ms - 1, asked.zone).date(), interval)
    return Range(midnight(first, asked.zone), midnight(_next_day(last, interval), asked.zone), asked.zone)


def compared(asked: Range, compare: Compare, interval: Interval = "day") -> Range | None:
    """The range to compare with: the one of equal length just before, or the same dates a year before.

    A range of whole local days moves by days, so that it stays whole days across a DST change. Series by month move
    by whole months; series by week are widened again after the step of a year.
    """
    if compare == "none":
        return None
    start, end = local(asked.from_ms, asked.zone), local(asked.to_ms, asked.zone)
    whole_days = is_midnight(asked.from_ms, asked.zone) and is_midnight(asked.to_ms, asked.zone)
    if compare == "year":
        if whole_days:
            moved = Range(
                midnight(_year_before(start.date()), asked.zone),
                midnight(_year_before(end.date()), asked.zone),
                asked.zone,
            )
        else:
            moved = Range(_wall_year_before(start), _wall_year_before(end), asked.zone)
        return widened(moved, interval)
    if interval == "month":
        months = (end.year - start.year) * 12 + end.month - start.month
        return Range(midnight(_months_before(start.date(), months), asked.zone), asked.from_ms, asked.zone)
    if whole_days:
        days = (end.date() - start.date()).days
        return Range(midnight(start.date() - timedelta(days=days), asked.zone), asked.from_ms, asked.zone)
    return Range(asked.from_ms - (asked.to_ms - asked.from_ms), asked.from_ms, asked.zone)


def buckets_of(asked: Range, interval: Interval) -> Buckets:
    """The buckets that cover a range (already widened), in order; InvalidQuestion when there would be too many."""
    days = (asked.to_ms - asked.from_ms) / 86_400_000
    expected = days * {"hour": 24.0, "day": 1.0, "week": 1 / 7, "month": 1 / 28}[interval]
    if expected > MAX_BUCKETS:
        raise InvalidQuestion(
            "interval", f"{interval} makes {expected:,.0f} buckets of this range; the limit is {MAX_BUCKETS:,}"
        )
    edges = _hour_edges(asked) if interval == "hour" else _day_edges(asked, interval)
    return Buckets(edges, asked)


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The wall clock of an instant."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(zone)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day, Unix ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000


def is_midnight(ms: int, zone: ZoneInfo) -> bool:
    """Whether a local day starts at this instant."""
    return midnight(local(ms, zone).date(), zone) == ms


def iso_utc(ms: int) -> str:
    """2026-01-15T10:00:00.000Z."""
    return local(ms, _UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


_UTC = ZoneInfo("UTC")
ALL_TIME = Range(0, 2**42, _UTC)
"""1970 to 2109: every event there is."""


def _instant(path: str, text: str, zone: ZoneInfo, *, end_of_day: bool) -> int:
    if not text:
        raise InvalidQuestion(path, "is missing")
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            _check_year(path, day.year)
            return midnight(day + timedelta(days=1 if end_of_day else 0), zone)
        if _INSTANT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            _check_year(path, moment.year)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            return _unix_ms(moment)
    except ValueError as problem:
        raise InvalidQuestion(path, f"{text!r} is no date: {problem}") from None
    raise InvalidQuestion(path, f"{text!r} is neither a date (2026-01-31) nor an instant (2026-01-31T10:00:00Z)")


def _unix_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _check_year(path: str, year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise InvalidQuestion(path, f"year {year} is outside {_FIRST_YEAR} to {_LAST_YEAR}")


def _bucket_day(day: date, interval: Interval) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def _next_day(day: date, interval: Interval) -> date:
    if interval == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if interval == "week" else 1)


def _day_edges(asked: Range, interval: Interval) -> list[int]:
    day = _bucket_day(local(asked.from_ms, asked.zone).date(), interval)
    edges = [midnight(day, asked.zone)]
    while edges[-1] < asked.to_ms:
        day = _next_day(day, interval)
        start = midnight(day, asked.zone)
        if start > edges[-1]:  # Samoa had no 30 December 2011
            edges.append(start)
    return edges


def _hour_edges(asked: Range) -> list[int]:
    first = local(asked.from_ms, asked.zone)
    past = (first.minute * 60 + first.second) * 1000 + first.microsecond // 1000
    edges = [asked.from_ms - past]
    while edges[-1] < asked.to_ms:
        here = local(edges[-1], asked.zone)
        edges.append(edges[-1] + (3600 - here.minute * 60 - here.second) * 1000)
    return edges


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _wall_year_before(moment: datetime) -> int:
    day = _year_before(moment.date())
    moved = moment.replace(year=day.year, month=day.month, day=day.day)
    return (moved - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
