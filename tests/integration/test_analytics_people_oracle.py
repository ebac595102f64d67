"""People, profiles and errors on random small histories, against the brute-force second source."""

import json
import os
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest

from hatua.analytics import errors_list, people, people_page
from hatua.analytics.errors import NotFound
from hatua.analytics.known import MOST_IDS
from hatua.analytics.people_shapes import (
    ErrorsQuestion,
    PeopleQuestion,
    PersonEventsQuestion,
    PersonQuestion,
)
from hatua.analytics.question import read
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow, link_version
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs
from tests.oracle import persons
from tests.oracle.compare import agree, store
from tests.oracle.generate import generate_filters, generate_history, generate_range, iso
from tests.oracle.history import History

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "20"))
ALL = 3_000

Question = dict[str, Any]
TRAITS: tuple[Question, ...] = (
    {"name": "Wanjiru Kamau"},
    {"phone": 254700000001},
    {"email": "w@example.com", "name": ""},
    {"pin": "A01"},
)
ERRORS: tuple[Question, ...] = (
    {"error_code": "E1", "message": "no"},
    {"error_code": "E1", "message": "NO"},
    {"error_code": 5},
    {},
)
PERSON = (
    "person",
    "known",
    "first_seen",
    "last_seen",
    "sessions",
    "events",
    "channels",
    "country_code",
    "device_type",
)


def with_identifies_and_errors(random: Random, history: History) -> History:
    """Makes some of the events identifies with traits, some errors."""
    events = []
    for each in history.events:
        row = each
        if random.random() < 0.25:
            text = json.dumps(random.choice(TRAITS))
            row = msgspec.structs.replace(each, event_name="identify", event_type="identify", properties=text)
        elif random.random() < 0.3:
            text = json.dumps(random.choice(ERRORS))
            row = msgspec.structs.replace(each, event_name="app_error", event_type="track", properties=text)
        events.append(row)
    return History(events, history.links)


def ask_people(warehouse: Warehouse, project: str, question: Question) -> Any:
    found: list[Any] = []
    cursor = ""
    while True:
        asked = {**question, "project": project, "limit": 2, "cursor": cursor}
        page = people.answer(warehouse, read(PeopleQuestion, asked))
        found += page.people
        if page.next_cursor is None:
            assert page.total == len(found)
            break
        cursor = page.next_cursor
    rows = [{name: getattr(one, name) for name in PERSON} for one in found]
    return rows, [profile_of(warehouse, project, one.person) for one in found[:2]]


def profile_of(warehouse: Warehouse, project: str, person: str) -> Any:
    found = people.profile(warehouse, PersonQuestion(project=project, person=person))
    timeline: list[str] = []
    cursor = ""
    while True:
        asked = PersonEventsQuestion(project=project, person=person, limit=3, cursor=cursor)
        page = people.events(warehouse, asked)
        assert all(event.person == person for event in page.events)
        timeline += [event.event_id for event in page.events]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    return {
        "known": found.known,
        "traits": found.traits,
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
        "sessions": found.sessions,
        "events": found.events,
        "pageviews": found.pageviews,
        "channels": [(each.value, each.events) for each in found.channels],
        "countries": [(each.value, each.events) for each in found.countries],
        "timeline": timeline,
    }


def told(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "first_seen": iso(found["first_seen"]), "last_seen": iso(found["last_seen"])}


def expect_people(history: History, question: Question) -> Any:
    rows = persons.listed(history, read(PeopleQuestion, {**question, "project": "-"}))
    return [told(row) for row in rows], [told(persons.profile(history, row["person"])) for row in rows[:2]]


def ask_errors(warehouse: Warehouse, project: str, question: Question) -> Any:
    answer = errors_list.answer(warehouse, read(ErrorsQuestion, {**question, "project": project}))
    assert answer.total_rows == len(answer.rows)
    return [msgspec.structs.asdict(row) for row in answer.rows]


def expect_errors(history: History, question: Question) -> Any:
    rows = persons.errors(history, read(ErrorsQuestion, {**question, "project": "-"}))
    return [told(row) for row in rows]


Make = Callable[[Random], Question]
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Make]] = {
    "people": (
        ask_people,
        expect_people,
        lambda random: {
            "search": random.choice(("", "", "A1", "kamau", "2547", "example", "u", "nothing")),
            "known": random.choice((None, None, True, False)),
            "converted": random.choice((None, None, True, False)),
            "goal": random.choice(("return_filed", "click")),
            "weekday": random.choice((None, None, None, 1, 5, 7)),
            "hour": random.choice((None, None, None, 0, 23)),
        },
    ),
    "errors": (ask_errors, expect_errors, lambda random: {}),
}


def generate_question(random: Random, zone: str, day: date, make: Make) -> Question:
    return {**generate_range(random, day, zone), "filters": generate_filters(random, 1), **make(random)}


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = []
    for name in (f"{seed}-{n}" for n in range(histories)):
        history, zone, day = generate_history(random, name)
        made.append((name, with_identifies_and_errors(random, history), zone, day))
    store(warehouse, [(project, history) for project, history, _, _ in made])
    ask, expect, make = KINDS[seed.partition("-")[0]]
    for project, history, zone, day in made:
        agree(warehouse, project, history, generate_question(random, zone, day, make), ask, expect)


@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree_on_people_and_errors(warehouse: Warehouse, kind: str) -> None:
    run(warehouse, f"{kind}-quick", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree_on_people_and_errors_in_thousands_of_histories(warehouse: Warehouse, kind: str) -> None:
    for batch in range(ALL // 500):
        run(warehouse, f"{kind}-{batch}", 500)


def test_a_person_of_another_project_is_not_found(warehouse: Warehouse) -> None:
    store(warehouse, [("theirs", History([event(project_id="theirs", user_id="u1")], []))])
    with pytest.raises(NotFound, match="no person 'u1' in this project"):
        people.profile(warehouse, PersonQuestion(project="ours", person="u1"))


def everyone(warehouse: Warehouse, limit: int, **asked: Any) -> list[str]:
    """The persons of all pages, each of which says the same total."""
    found: list[str] = []
    cursor = ""
    day = {"from": "2026-03-13", "to": "2026-03-13", "project": "p", "limit": limit}
    while True:
        page = people.answer(warehouse, read(PeopleQuestion, {**day, **asked, "cursor": cursor}))
        found += [one.person for one in page.people]
        if page.next_cursor is None:
            assert page.total == len(found)
            return found
        cursor = page.next_cursor


@both_rungs
@pytest.mark.parametrize("most", [4, 2_000])
def test_people_last_seen_at_one_moment_are_listed_once_each_by_their_ids(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(people_page, "_MOST", most)
    names = [f"a{number:02d}" for number in range(30)]
    events = [event(anonymous_id=name, session_id=f"s-{name}") for name in names]
    later = [event(anonymous_id=f"b{number}", session_id=f"t{number}", timestamp=NOON + 1) for number in range(3)]
    store(warehouse, [("p", History([*events, *later], []))])
    assert everyone(warehouse, 2) == ["b0", "b1", "b2", *names]
    assert everyone(warehouse, 7, search="A1") == names[10:20]
    assert everyone(warehouse, 1, search="b") == ["b0", "b1", "b2"]


def test_search_finds_a_person_by_an_id_that_only_its_link_tells(warehouse: Warehouse) -> None:
    link = LinkRow(tenant_id="t", project_id="p", anonymous_id="a1", user_id="Zuhura", linked_at=NOON, version=2)
    undone = LinkRow(
        tenant_id="t", project_id="p", anonymous_id="a2", user_id="Zuhra", linked_at=NOON, revoked=True, version=2
    )
    events = [event(anonymous_id="a1"), event(anonymous_id="a2", session_id="s2")]
    store(warehouse, [("p", History(events, [link, undone]))])
    assert everyone(warehouse, 5, search="zuh") == ["Zuhura"]
    assert everyone(warehouse, 5, search="A") == ["Zuhura", "a2"]


@both_rungs
def test_a_session_with_more_ids_than_its_row_keeps_hides_nobody(warehouse: Warehouse) -> None:
    users = [event(user_id=f"u{n:04d}", timestamp=NOON + n) for n in range(MOST_IDS + 2)]
    browsers = [event(anonymous_id=f"b{n:04d}", session_id="s2", timestamp=NOON + n) for n in range(MOST_IDS + 2)]
    own = event(user_id="u0000", session_id="s3", timestamp=NOON + 3_600_000)
    store(warehouse, [("p", History([*users, *browsers, own], []))])
    (row,) = warehouse.rows(
        "SELECT groupUniqArrayArray(arrayConcat(user_ids, anonymous_ids)) AS kept FROM sessions FINAL"
    )
    names = {f"u{n:04d}" for n in range(MOST_IDS + 2)} | {f"b{n:04d}" for n in range(MOST_IDS + 2)}
    hidden = sorted(names - set(row["kept"]))
    assert len(hidden) >= 2
    for name in (*hidden, "u0000"):
        expected = [each for each in (own, *users, *browsers) if name in (each.user_id or each.anonymous_id)]
        found = people.profile(warehouse, PersonQuestion(project="p", person=name))
        assert (found.events, found.sessions) == (len(expected), len({each.session_id for each in expected}))
        page = people.events(warehouse, PersonEventsQuestion(project="p", person=name))
        assert [each.event_id for each in page.events] == [each.event_id for each in expected]


def test_a_link_gives_a_person_the_events_of_before_and_its_undoing_takes_them_back(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(anonymous_id="a1"), event(user_id="u1", session_id="s2", timestamp=NOON + 1)], [])
    asked = PersonQuestion(project="p", person="u1")
    assert people.profile(warehouse, asked).events == 1
    link = LinkRow(tenant_id="t", project_id="p", anonymous_id="a1", user_id="u1", linked_at=NOON + 2)
    writer.write([], [link])
    found = people.profile(warehouse, asked)
    assert (found.events, found.sessions, found.anonymous_ids) == (2, 2, ["a1", "u1"])
    writer.write([], [msgspec.structs.replace(link, revoked=True, version=link_version(NOON + 3))])
    found = people.profile(warehouse, asked)
    assert (found.events, found.known, found.anonymous_ids) == (1, True, ["u1"])
    assert people.profile(warehouse, PersonQuestion(project="p", person="a1")).events == 1
