import pytest

from hatua.processor.failures import DeadReason, FailureGate, ProcessorHalted, failure
from tests.unit.processor.drafts import delivery, raw_event


def gate() -> FailureGate:
    return FailureGate(most_in_a_row=1_000, highest_share=0.2)


def test_a_fifth_of_the_last_thousand_may_fail_and_one_more_halts() -> None:
    watched = gate()
    watched.succeeded(5_000)
    for _ in range(200):
        watched.failed("boom")
    with pytest.raises(ProcessorHalted, match="201 of the last 1000 events failed; the last: the end"):
        watched.failed("the end")


def test_old_failures_are_forgotten() -> None:
    watched = gate()
    for _ in range(50):
        watched.succeeded(800)
        for _ in range(200):
            watched.failed("boom")
        watched.succeeded(1_000)


def test_a_few_failures_at_the_start_do_not_halt() -> None:
    watched = gate()
    for _ in range(300):
        watched.failed("boom")
    watched.succeeded(1)


def test_a_thousand_failures_in_a_row_halt_from_the_start() -> None:
    watched = FailureGate(most_in_a_row=1_000, highest_share=1.0)
    for _ in range(999):
        watched.failed("boom")
    with pytest.raises(ProcessorHalted, match="1000 events in a row"):
        watched.failed("boom")


def test_one_success_breaks_the_row() -> None:
    watched = FailureGate(most_in_a_row=3, highest_share=1.0)
    for _ in range(5):
        watched.failed("boom")
        watched.failed("boom")
        watched.succeeded(1)
    watched.succeeded(0)
    watched.failed("boom")
    watched.failed("boom")
    watched.succeeded(0)
    with pytest.raises(ProcessorHalted):
        watched.failed("boom")


def test_a_failure_names_the_step_and_the_fact_and_is_not_longer_than_a_line() -> None:
    sent = delivery(raw_event())
    one = failure(sent, DeadReason.STEP_FAILED, ValueError("no such place"), "put_geo")
    assert (one.delivery, one.reason, one.error) == (sent, "step_failed", "put_geo: ValueError: no such place")
    assert len(failure(sent, DeadReason.UNDECODABLE, ValueError("x" * 5_000)).error) == 1_000
