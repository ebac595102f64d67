"""Ranges and buckets at the edges of the calendar."""

import pytest

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import Compare, Interval, Question, read
from hatua.analytics.shapes import OverviewQuestion
from hatua.analytics.timerange import buckets_of, compared, iso_utc, range_of, widened, with_range

HOUR = 3_600_000


def ask(start: str, end: str, tz: str = "UTC") -> Question:
    return Question(project="p", from_=start, to=end, tz=tz)


def between(start: str, end: str, tz: str = "UTC") -> tuple[str, str]:
    found = range_of(ask(start, end, tz))
    return iso_utc(found.from_ms), iso_utc(found.to_ms)


def test_dates_are_whole_local_days_both_inclusive() -> None:
    expected = ("2026-11-22T21:00:00.000Z", "2026-11-24T21:00:00.000Z")
    assert between("2026-11-23", "2026-11-24", "Africa/Nairobi") == expected


def test_instants_are_half_open_and_read_in_the_zone_unless_they_name_one() -> None:
    expected = ("2026-11-23T07:00:00.000Z", "2026-11-23T12:30:00.500Z")
    assert between("2026-11-23T10:00", "2026-11-23T12:30:00.500Z", "Africa/Nairobi") == expected


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Africa/Cairo", "2026-04-24", 23),  # midnight does not exist
        ("America/Havana", "2026-11-01", 25),  # 01:00 falls back to midnight
        ("Africa/Nairobi", "2026-03-29", 24),
    ],
)
def test_a_local_day_has_the_hours_it_has(tz: str, day: str, hours: int) -> None:
    found = range_of(ask(day, day, tz))
    assert found.to_ms - found.from_ms == hours * HOUR
    assert len(buckets_of(found, "hour").edges) == hours + 1


def test_a_shift_of_half_an_hour_makes_one_bucket_of_half_an_hour() -> None:
    buckets = buckets_of(range_of(ask("2026-10-04", "2026-10-04", "Australia/Lord_Howe")), "hour")
    lengths = [end - start for start, end in zip(buckets.edges, buckets.edges[1:], strict=False)]
    assert sorted(set(lengths)) == [HOUR // 2, HOUR]
    assert sum(lengths) == 23.5 * HOUR


def test_a_day_that_a_zone_left_out_makes_no_bucket() -> None:
    buckets = buckets_of(range_of(ask("2011-12-29", "2011-12-31", "Pacific/Apia")), "day")
    assert [buckets.label(index)[:10] for index in range(len(buckets.edges) - 1)] == ["2011-12-29", "2011-12-31"]


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [("week", "2026-11-23", "2026-12-06"), ("month", "2026-11-01", "2026-12-31"), ("day", "2026-11-25", "2026-12-02")],
)
def test_weeks_and_months_widen_the_range(interval: Interval, start: str, end: str) -> None:
    assert widened(range_of(ask("2026-11-25", "2026-12-02")), interval) == range_of(ask(start, end))


@pytest.mark.parametrize(
    ("compare", "start", "end", "expected"),
    [
        ("previous", "2026-03-30", "2026-03-31", ("2026-03-28", "2026-03-29")),  # across a day of 23 hours
        ("year", "2024-02-29", "2024-03-01", ("2023-02-28", "2023-03-01")),
        ("year", "2026-11-23", "2026-11-24", ("2025-11-23", "2025-11-24")),
    ],
)
def test_the_period_to_compare_with_is_whole_days_too(
    compare: Compare, start: str, end: str, expected: tuple[str, str]
) -> None:
    asked = range_of(ask(start, end, "Europe/Berlin"))
    assert compared(asked, compare) == range_of(ask(*expected, "Europe/Berlin"))


@pytest.mark.parametrize(
    ("start", "end", "tz", "path"),
    [
        ("2026-02-30", "2026-03-01", "UTC", "from"),
        ("yesterday", "2026-03-01", "UTC", "from"),
        ("20260101", "2026-03-01", "UTC", "from"),
        ("0001-01-01", "2026-03-01", "UTC", "from"),
        ("2026-03-01", "9999-12-31", "UTC", "to"),
        ("2026-03-02", "2026-03-01", "UTC", "to"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "UTC", "to"),
        ("2026-03-01", "2026-03-01", "Africa/Atlantis", "tz"),
        ("2026-03-01", "2026-03-01", "../../etc/passwd", "tz"),
    ],
)
def test_what_is_no_range_is_refused_by_its_path(start: str, end: str, tz: str, path: str) -> None:
    with pytest.raises(InvalidQuestion) as refused:
        range_of(ask(start, end, tz))
    assert refused.value.path == path


def test_more_buckets_than_a_screen_can_show_are_refused() -> None:
    with pytest.raises(InvalidQuestion, match="the limit is 10,000"):
        buckets_of(range_of(ask("2020-01-01", "2026-01-01")), "hour")


@pytest.mark.parametrize(
    ("given", "from_", "to"),
    [
        ({}, "2026-03-01", "2026-03-30"),
        ({"to": "2026-03-10"}, "2026-02-09", "2026-03-10"),
        ({"from": "2026-03-29"}, "2026-03-29", "2026-03-30"),
        ({"to": "2026-03-10T12:00:00Z"}, "2026-02-08T12:00:00.000Z", "2026-03-10T12:00:00Z"),
        ({"from": "2026-01-01", "to": "2026-01-02"}, "2026-01-01", "2026-01-02"),
    ],
)
def test_what_a_range_leaves_out_is_the_thirty_days_up_to_today(given: dict[str, str], from_: str, to: str) -> None:
    question = read(OverviewQuestion, {"project": "p", "tz": "Africa/Nairobi", **given})
    filled = with_range(question, 1_774_900_800_000)  # 2026-03-30T23:00 in Nairobi
    assert (filled.from_, filled.to) == (from_, to)
    span = range_of(filled)
    if "from" not in given:
        assert span.to_ms - span.from_ms == 30 * 86_400_000


def test_thirty_days_over_a_change_of_the_clock_are_thirty_days_of_the_calendar() -> None:
    question = read(OverviewQuestion, {"project": "p", "tz": "Europe/Berlin", "to": "2026-04-10"})
    span = range_of(with_range(question, 0))
    assert (span.to_ms - span.from_ms) / 3_600_000 == 30 * 24 - 1


def test_a_range_that_nobody_filled_in_is_said_to_be_missing() -> None:
    with pytest.raises(InvalidQuestion, match="from: is missing"):
        range_of(read(OverviewQuestion, {"project": "p"}))
