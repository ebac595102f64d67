from hypothesis import given
from hypothesis import strategies as st

from hatua.contract.limits import SESSION_IDLE_MS
from hatua.processor.sessions import Timeline, new_session_id

IDLE = SESSION_IDLE_MS

SESSION_OF_E1 = "b137f416-18b1-5c3c-b1da-be4c7b743058"
"""Written down: another value would cut every open session of every installation at its next start."""


def test_an_event_joins_the_session_up_to_thirty_minutes_before_it() -> None:
    timeline = Timeline()
    timeline.add(0, "s")
    assert timeline.session_at(IDLE) == "s"
    assert timeline.session_at(IDLE + 1) == ""


def test_a_late_event_joins_the_session_up_to_thirty_minutes_after_it() -> None:
    timeline = Timeline()
    timeline.add(IDLE, "s")
    assert timeline.session_at(0) == "s"
    assert timeline.session_at(-1) == ""


def test_between_two_sessions_the_earlier_one_wins() -> None:
    timeline = Timeline()
    timeline.add(0, "early")
    timeline.add(IDLE + 10, "late")
    assert timeline.session_at(IDLE) == "early"
    assert timeline.session_at(IDLE + 1) == "late"


def test_of_two_sessions_at_one_moment_the_first_by_name_wins_in_any_order() -> None:
    for names in (("x", "y"), ("y", "x")):
        timeline = Timeline()
        for name in names:
            timeline.add(0, name)
        assert timeline.session_at(0) == timeline.session_at(5) == timeline.session_at(-5) == "x"


def test_a_session_id_depends_on_the_key_and_the_first_event_and_nothing_else() -> None:
    key = ("p", "a", "web")
    assert new_session_id(key, "e1") == SESSION_OF_E1
    ids = {
        new_session_id(key, "e1"),
        new_session_id(key, "e2"),
        new_session_id(("p", "a", "whatsapp"), "e1"),
        new_session_id(("p", "b", "web"), "e1"),
        new_session_id(("q", "a", "web"), "e1"),
    }
    assert len(ids) == 5


@given(st.lists(st.integers(0, 6 * IDLE), min_size=1, max_size=30))
def test_in_order_the_sessions_are_the_runs_without_a_gap_of_thirty_minutes(times: list[int]) -> None:
    times.sort()
    timeline = Timeline()
    found: list[str] = []
    for index, at in enumerate(times):
        session = timeline.session_at(at) or str(index)
        timeline.add(at, session)
        found.append(session)
    starts = [index for index, at in enumerate(times) if index == 0 or at - times[index - 1] > IDLE]
    expected = [str(max(start for start in starts if start <= index)) for index in range(len(times))]
    assert found == expected
