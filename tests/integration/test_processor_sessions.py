"""Sessions that the processor finds do not depend on batches, restarts or workers."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatua.contract.limits import SESSION_IDLE_MS
from hatua.processor.sessions import new_session_id
from tests.fixtures.pipeline import NOON, Pipeline, WrappedReader, event

IDLE = SESSION_IDLE_MS
MINUTE = 60_000

_fresh = itertools.count()
"""Each example has a project of its own, which is cheaper than a warehouse of its own."""

Event = tuple[int, str, str, str]
"""(minute, anonymous_id, channel, session_id that the client names or "")."""

events = st.tuples(
    st.integers(0, 240),
    st.sampled_from("ab"),
    st.sampled_from(["web", "whatsapp"]),
    st.sampled_from(["", "", "", "mine"]),
)
cuts = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["go on", "restart", "crash"])), max_size=8)


def processed(pipeline: Pipeline, history: list[Event], plan: list[tuple[int, str]]) -> list[str]:
    """The sessions of a history, in its order, when it is processed in batches of the planned sizes."""
    project = f"p{next(_fresh)}"
    waiting = [
        event(
            f"e{index:03}",
            project_id=project,
            timestamp=NOON + minute * MINUTE,
            anonymous_id=anonymous,
            context={"channel": channel},
            session_id=session,
        )
        for index, (minute, anonymous, channel, session) in enumerate(history)
    ]
    processor = pipeline.processor()
    for size, then in [*plan, (len(waiting), "go on")]:
        batch, waiting = waiting[:size], waiting[size:]
        pipeline.append(*batch)
        if then == "crash":  # stored, not acknowledged: it comes again
            pipeline.processor(reader=Deaf(pipeline.reader())).run_once()
        if then != "go on":
            pipeline.restart()
            processor = pipeline.processor()
        while processor.run_once():
            pass
    rows = pipeline.warehouse.rows(
        "SELECT event_id, session_id FROM events WHERE project_id = {project:String} ORDER BY event_id",
        {"project": project},
    )
    return [row["session_id"].replace(project, "p") for row in rows]


class Deaf(WrappedReader):
    def acknowledge(self, positions: object) -> None:
        return


def groups(sessions: list[str]) -> list[int]:
    """Sessions by the index of their first event: their names differ from project to project."""
    return [sessions.index(one) for one in sessions]


def fold(history: list[Event]) -> list[int]:
    """The rule said once more, naively: all earlier arrivals are looked at, one by one."""
    found: list[str] = []
    for index, (minute, anonymous, channel, session) in enumerate(history):
        if not session:
            known = [
                (history[other][0], found[other])
                for other in range(index)
                if history[other][1:3] == (anonymous, channel) and abs(history[other][0] - minute) <= IDLE // MINUTE
            ]
            before = [at for at, _ in known if at <= minute]
            nearest = max(before) if before else min((at for at, _ in known), default=None)
            found.append(min((name for at, name in known if at == nearest), default=f"s{index:03}"))
        else:
            found.append(session)
    return groups(found)


_slow = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_slow
@given(st.lists(events, min_size=1, max_size=14), cuts, cuts)
def test_any_split_of_a_history_with_restarts_gives_the_same_sessions(
    pipeline: Pipeline, history: list[Event], one: list[tuple[int, str]], other: list[tuple[int, str]]
) -> None:
    """Also when events come late: what counts is the order of arrival, not how it was cut."""
    assert groups(processed(pipeline, history, one)) == groups(processed(pipeline, history, other))


@_slow
@given(st.lists(st.integers(0, 240), min_size=1, max_size=14), cuts)
def test_in_order_the_sessions_are_the_runs_without_a_gap_of_thirty_minutes(
    pipeline: Pipeline, minutes: list[int], plan: list[tuple[int, str]]
) -> None:
    minutes.sort()
    starts = [index for index, at in enumerate(minutes) if index == 0 or at - minutes[index - 1] > 30]
    expected = [max(start for start in starts if start <= index) for index in range(len(minutes))]
    assert groups(processed(pipeline, [(at, "a", "whatsapp", "") for at in minutes], plan)) == expected


def test_a_session_is_named_after_the_event_that_opened_it(pipeline: Pipeline) -> None:
    pipeline.append(event("e1", timestamp=NOON), event("e2", timestamp=NOON + 30 * MINUTE))
    pipeline.append(event("e3", timestamp=NOON + 60 * MINUTE + 1))
    pipeline.drain()
    first, last = (new_session_id(("p", "a1", "web"), opened_by) for opened_by in ("e1", "e3"))
    assert [row["session_id"] for row in pipeline.events("session_id")] == [first, first, last]
    assert [(row["session_id"], row["events"]) for row in pipeline.sessions()] == sorted([(first, 2), (last, 1)])


def test_a_late_event_joins_the_session_that_began_up_to_thirty_minutes_after_it(pipeline: Pipeline) -> None:
    pipeline.append(event("e1", timestamp=NOON))
    pipeline.drain()
    pipeline.append(event("late", timestamp=NOON - 30 * MINUTE), event("too-late", timestamp=NOON - 60 * MINUTE - 1))
    pipeline.drain()
    sessions = {row["event_id"]: row["session_id"] for row in pipeline.events("event_id, session_id")}
    assert sessions["late"] == sessions["e1"] != sessions["too-late"]


def test_an_event_between_two_sessions_joins_the_earlier_and_they_stay_two(pipeline: Pipeline) -> None:
    for name, minute in (("early", 0), ("late", 40), ("between", 20)):
        pipeline.append(event(name, timestamp=NOON + minute * MINUTE))
        pipeline.drain()
    sessions = {row["event_id"]: row["session_id"] for row in pipeline.events("event_id, session_id")}
    assert sessions["between"] == sessions["early"] != sessions["late"]


def test_an_event_joins_the_session_that_the_clients_sdk_named(pipeline: Pipeline) -> None:
    pipeline.append(event("page", session_id="sdk", timestamp=NOON))
    pipeline.drain()
    pipeline.append(event("backend", timestamp=NOON + MINUTE, context={"channel": "web"}))
    pipeline.append(event("elsewhere", timestamp=NOON + MINUTE, context={"channel": "server"}))
    pipeline.drain()
    sessions = {row["event_id"]: row["session_id"] for row in pipeline.events("event_id, session_id")}
    assert sessions["backend"] == "sdk" != sessions["elsewhere"]


def test_a_person_known_by_user_id_alone_has_sessions_too(pipeline: Pipeline) -> None:
    pipeline.append(event("e1", anonymous_id="", user_id="u", timestamp=NOON))
    pipeline.drain()
    pipeline.append(event("e2", anonymous_id="", user_id="u", timestamp=NOON + MINUTE))
    pipeline.append(event("e3", anonymous_id="", user_id="v", timestamp=NOON + MINUTE))
    pipeline.drain()
    sessions = {row["event_id"]: row["session_id"] for row in pipeline.events("event_id, session_id")}
    assert sessions["e1"] == sessions["e2"] != sessions["e3"]


def test_the_naive_rule_agrees(pipeline: Pipeline) -> None:
    history: list[Event] = [
        (10, "a", "web", ""),
        (50, "a", "web", ""),
        (30, "a", "web", ""),
        (20, "a", "web", "mine"),
        (45, "b", "web", ""),
        (21, "a", "web", ""),
        (5, "a", "whatsapp", ""),
        (100, "a", "web", ""),
        (70, "a", "web", ""),
        (120, "b", "web", ""),
    ]
    assert groups(processed(pipeline, history, [(3, "restart")])) == fold(history)
