from hatua.contract.limits import CLOCK_SKEW_TOLERANCE_MS, MIN_TIMESTAMP_MS
from hatua.processor.steps.put_times import event_time, put_times
from tests.unit.processor.drafts import NOON, draft

HOUR = 3_600_000
TOLERANCE = CLOCK_SKEW_TOLERANCE_MS


def test_a_client_without_a_time_gets_the_time_of_receipt() -> None:
    assert event_time(0, 0, NOON) == NOON
    assert event_time(0, NOON - HOUR, NOON) == NOON


def test_clocks_that_agree_within_five_seconds_leave_the_client_its_own_time() -> None:
    assert event_time(NOON - 2 * HOUR, NOON - TOLERANCE, NOON) == NOON - 2 * HOUR
    assert event_time(NOON - 2 * HOUR, NOON + TOLERANCE, NOON) == NOON - 2 * HOUR


def test_clocks_further_apart_are_corrected_by_their_difference() -> None:
    slow = TOLERANCE + 1
    assert event_time(NOON - 2 * HOUR - slow, NOON - slow, NOON) == NOON - 2 * HOUR
    assert event_time(NOON - 1_000 + HOUR, NOON + HOUR, NOON) == NOON - 1_000


def test_an_event_kept_offline_for_a_day_keeps_its_age() -> None:
    day = 24 * HOUR
    assert event_time(NOON - day, NOON - 200, NOON) == NOON - day


def test_the_future_ends_at_receipt() -> None:
    assert event_time(NOON + HOUR, 0, NOON) == NOON
    assert event_time(NOON + HOUR, NOON - 10, NOON) == NOON


def test_a_correction_into_the_last_century_is_not_made() -> None:
    assert event_time(NOON - HOUR, 4_070_908_800_000, NOON) == NOON - HOUR
    assert event_time(MIN_TIMESTAMP_MS, NOON - HOUR, NOON) == MIN_TIMESTAMP_MS + HOUR


def test_the_step_fills_in_the_time_of_the_draft() -> None:
    one = draft(timestamp=NOON - 5 * HOUR, sent_at=NOON - HOUR)
    put_times(one)
    assert one.timestamp == NOON - 4 * HOUR
