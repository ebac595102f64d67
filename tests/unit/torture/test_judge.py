"""The judge sees every kind of fault, and none where there is none."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hatua.contract.ledger import LedgerLine
from hatua.processor.sessions import new_session_id
from tests.torture.client import Books
from tests.torture.judge import Evidence, described, judge, judge_letters
from tests.torture.story import Story, Told, start_of_month_ms

PROJECT = "p"
STORY = Story(7, start_of_month_ms())
ALL = [STORY.tell(STORY.event_id(number)) for number in range(400)]
VALID = [told for told in ALL if told.fate != "invalid"]


def session_of(told: Told) -> str:
    """As the processor names it; of a person whose client names none, after its first event."""
    if told.session_id:
        return told.session_id
    first = next(one for one in VALID if one.person == told.person and not one.session_id)
    return new_session_id((PROJECT, first.row["anonymous_id"], first.row["channel"]), first.event_id)


def books() -> Books:
    keys = {told.event_id: (PROJECT, told.event_id) for told in ALL}
    return Books(
        sent=set(keys.values()),
        promised={keys[told.event_id] for told in VALID},
        refused={keys[told.event_id] for told in ALL if told.fate == "invalid"},
        answers=Counter({200: 150, 0: 5}),
        accepted=len(VALID),
        retries=5,
    )


def evidence() -> Evidence:
    """What must be in the stores after these events."""
    events = [
        {
            **told.row,
            "project_id": PROJECT,
            "event_id": told.event_id,
            "session_id": session_of(told),
            "properties": json.dumps(told.row["properties"]),
        }
        for told in VALID
    ]
    visits: dict[str, list[Told]] = {}
    links: dict[tuple[str, str], Told] = {}
    for told in VALID:
        visits.setdefault(session_of(told), []).append(told)
        row = told.row
        if row["user_id"] and row["user_id"] != row["anonymous_id"]:
            pair = row["anonymous_id"], row["user_id"]
            if pair not in links or links[pair].row["timestamp"] < row["timestamp"]:
                links[pair] = told
    refused = len(ALL) - len(VALID)
    return Evidence(
        events=events,
        sessions=[{"project_id": PROJECT, "session_id": name, **described(of)} for name, of in visits.items()],
        links=[
            {
                "project_id": PROJECT,
                "anonymous_id": anonymous_id,
                "user_id": user_id,
                "linked_at": told.row["timestamp"],
                "seq": told.row["seq"],
                "event_id": told.event_id,
            }
            for (anonymous_id, user_id), told in links.items()
        ],
        ledger=[LedgerLine(PROJECT, 1, len(ALL), len(VALID), 0, {"event_name_too_long": refused}, 0, 0, 0)],
        dead=0,
        waiting=0,
    )


def faults(change: Callable[[Evidence], object]) -> set[str]:
    found = evidence()
    change(found)
    return set(judge(STORY, books(), found).faults)


def test_what_is_as_it_was_promised_is_clean() -> None:
    verdict = judge(STORY, books(), evidence())
    assert verdict.clean, str(verdict)
    assert verdict.counts["stored"] == len(VALID)


def test_an_event_that_is_not_there_is_missing() -> None:
    assert "missing" in faults(lambda found: found.events.pop())


def test_an_event_that_is_there_twice_is_doubled() -> None:
    assert "doubled" in faults(lambda found: found.events.append(found.events[0]))


def test_an_event_that_nobody_was_promised_is_invented() -> None:
    stranger = STORY.tell(STORY.event_id(9_999))
    row = {**stranger.row, "project_id": PROJECT, "event_id": stranger.event_id, "session_id": stranger.session_id}
    row["properties"] = json.dumps(row["properties"])
    assert "invented" in faults(lambda found: found.events.append(row))


@pytest.mark.parametrize("column", sorted(ALL[0].row))
def test_an_event_with_another_value_in_any_column_is_corrupted(column: str) -> None:
    def change(found: Evidence) -> None:
        value: Any = found.events[3][column]
        found.events[3][column] = '{"n": 1}' if column == "properties" else f"{value}!"

    assert "corrupted" in faults(change)


@pytest.mark.parametrize("column", sorted(described(VALID[:1])))
def test_a_session_with_another_value_in_any_column_is_wrong(column: str) -> None:
    assert faults(lambda found: found.sessions[0].update({column: "other"})) == {"sessions"}


def test_a_session_too_many_or_too_few_is_wrong() -> None:
    assert faults(lambda found: found.sessions.pop()) == {"sessions"}
    assert faults(lambda found: found.sessions.append({**found.sessions[0], "session_id": "x"})) == {"sessions"}


def test_a_visit_that_was_cut_in_two_is_wrong() -> None:
    unnamed = {told.event_id for told in VALID if not told.session_id}

    def cut(found: Evidence) -> None:
        next(row for row in found.events if row["event_id"] in unnamed)["session_id"] = "another"

    assert "sessions" in faults(cut)


def test_a_link_that_is_missing_invented_or_of_another_moment_is_wrong() -> None:
    assert faults(lambda found: found.links.pop()) == {"links"}
    assert faults(lambda found: found.links.append({**found.links[0], "user_id": "x"})) == {"links"}
    assert faults(lambda found: found.links[0].update(linked_at=1)) == {"links"}


def test_a_ledger_with_a_gap_or_another_sum_is_wrong() -> None:
    def changed(**values: int) -> Callable[[Evidence], object]:
        def change(found: Evidence) -> None:
            found.ledger[0] = msgspec.structs.replace(found.ledger[0], **values)

        return change

    assert faults(changed(gap=1)) == {"ledger"}
    assert faults(changed(pending=1)) == {"ledger"}
    assert faults(changed(stored=len(VALID) - 1)) == {"ledger"}
    assert faults(changed(received=3)) == {"ledger"}


def test_a_run_without_acknowledgements_or_without_a_retry_is_void() -> None:
    few, calm = books(), books()
    few.answers = Counter({200: 99})
    calm.retries = 0
    assert "void" in judge(STORY, few, evidence()).faults
    assert "void" in judge(STORY, calm, evidence()).faults


def test_an_event_that_was_never_answered_is_told() -> None:
    open_books = books()
    open_books.sent.add((PROJECT, "e"))
    assert set(judge(STORY, open_books, evidence()).faults) == {"unanswered"}


def letters() -> list[tuple[str, str, bytes]]:
    return [
        (PROJECT, told.event_id, json.dumps({"properties": told.row["properties"]}).encode())
        for told in VALID
        if told.fate == "poison"
    ]


def test_the_poison_must_lie_among_the_dead_letters_once_with_its_bytes() -> None:
    def said(found: list[tuple[str, str, bytes]]) -> set[str]:
        verdict = judge(STORY, books(), evidence())
        judge_letters(verdict, STORY, books(), found)
        return set(verdict.faults)

    right = letters()
    assert right
    assert said(right) == set()
    assert said(right[1:]) == {"dead letters"}
    assert said([*right, right[0]]) == {"dead letters"}
    assert said([(PROJECT, right[0][1], b'{"properties":{}}'), *right[1:]]) == {"dead letters"}
    healthy = next(told for told in VALID if told.fate == "stored")
    assert said([*right, (PROJECT, healthy.event_id, b"{}")]) == {"dead letters"}
