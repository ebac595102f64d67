"""The made-up traffic, looked at as a whole: it must be the same every time, and look like the real thing."""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from hatua.contract.limits import MAX_EVENTS_PER_REQUEST
from hatua.integrations.taxapp.journeys import MRI
from hatua.integrations.taxapp.seed import batches
from hatua.integrations.taxapp.traffic.rhythm import DAY_MS, HOUR_MS, NAIROBI_MS, Rhythm
from hatua.integrations.taxapp.traffic.stories import SERVER_IP, Parcel, story_of

NOW = 1_795_518_000_000
"""2026-11-24T11:00:00Z, Unix ms."""

VISITORS = 1500
Event = dict[str, Any]


@cache
def parcels(seed: int = 1, now: int = NOW, days: int = 30, visitors: int = VISITORS) -> list[Parcel]:
    rhythm = Rhythm(now, days)
    return list(batches(story_of(seed, rhythm, number) for number in range(visitors)))


def events(**arguments: int) -> list[Event]:
    return [event for parcel in parcels(**arguments) for event in parcel.events]


def at(event: Event) -> int:
    return int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1000 + 0.5)


def share(matching: Iterable[object], of: Iterable[object]) -> float:
    return len(list(matching)) / len(list(of))


def browsers() -> dict[str, tuple[Parcel, Event]]:
    """anonymous_id -> one request of it and its first event; browsers only."""
    return {p.events[0]["anonymous_id"]: (p, p.events[0]) for p in parcels() if p.ip != SERVER_IP}


def test_the_same_seed_on_the_same_day_gives_the_same_events_and_another_seed_gives_others() -> None:
    again = [
        event for parcel in batches(story_of(1, Rhythm(NOW, 30), n) for n in range(200)) for event in parcel.events
    ]
    assert again == events(visitors=200)
    assert {e["event_id"] for e in events(seed=2, visitors=200)}.isdisjoint(e["event_id"] for e in again)


def test_a_later_hour_of_the_day_only_adds_events() -> None:
    before = {e["event_id"]: e for e in events(visitors=600)}
    after = {e["event_id"]: e for e in events(visitors=600, now=NOW + 8 * HOUR_MS)}
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_another_day_is_another_crowd() -> None:
    tomorrow = {e["event_id"] for e in events(visitors=200, now=NOW + DAY_MS)}
    assert tomorrow.isdisjoint(e["event_id"] for e in events(visitors=200))


def test_everything_happened_within_the_days_asked_for_and_nothing_in_the_future() -> None:
    for days in (1, 7, 30):
        moments = [at(event) for event in events(days=days, visitors=400)]
        assert max(moments) <= NOW
        assert min(moments) >= Rhythm(NOW, days).start_ms - 1


def test_every_id_is_unique_and_no_request_is_over_the_limit() -> None:
    ids = [event["event_id"] for event in events()]
    assert len(set(ids)) == len(ids)
    assert all(1 <= len(parcel.events) <= MAX_EVENTS_PER_REQUEST for parcel in parcels())


def test_each_browser_has_one_address_and_sends_apart_from_others() -> None:
    for parcel in parcels():
        if parcel.ip != SERVER_IP:
            assert {e["context"]["userAgent"] for e in parcel.events} == {parcel.user_agent}
            assert len({e["anonymous_id"] for e in parcel.events}) == 1
        assert ipaddress.ip_address(parcel.ip).is_global


def test_most_visitors_are_on_phones_and_a_few_are_robots() -> None:
    agents = [parcel.user_agent for parcel, _ in browsers().values()]
    robots = [agent for agent in agents if "bot" in agent.lower()]
    assert 0.015 < len(robots) / VISITORS < 0.04
    assert share((agent for agent in agents if "Mobile" in agent), agents) > 0.7


def test_a_visitor_uses_the_app_the_way_it_is_built() -> None:
    """Every click, form and page that is made up exists in the app's own files."""
    source = "".join(
        page.read_text() for page in resources.files("hatua.integrations.taxapp.site").joinpath("pages").iterdir()
    )
    for event in events():
        properties = event["properties"]
        if event["event_name"] == "click":
            stem = properties["element"]
            for code in ("mri", "tot", "nil"):
                stem = stem.replace(f"-{code}-", "-${journey.code}-")
            assert stem in source or stem.removeprefix("btn-") in source or _submit(stem) in source, stem
        if event["event_name"] == "form_submit":
            assert any(properties["form"].endswith(end) for end in ("-validation", "-otp", "-return", "-payment"))


def _submit(stem: str) -> str:
    return f"submit(`{stem.removeprefix('btn-')}`"


def test_days_before_the_20th_are_the_busiest_and_nights_are_quiet() -> None:
    local = [datetime.fromtimestamp((at(event) + NAIROBI_MS) / 1000, UTC) for event in events()]
    days = Counter(moment.date() for moment in local)
    hours = Counter(moment.hour for moment in local)
    assert {day.day for day, _ in days.most_common(3)} == {18, 19, 20}
    assert hours[10] > 8 * hours[3]
    weekdays = Counter(moment.weekday() for moment in local if moment.day < 15)
    assert weekdays[1] > 1.5 * weekdays[6]


def test_the_funnel_narrows_at_every_step_and_some_finish() -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for event in events():
        properties = event["properties"]
        for step, here in {
            "start": properties.get("element") == "btn-mri-start",
            "validation": event["event_name"] == "validation_success" and properties["obligation_type"] == "mri",
            "otp": event["event_name"] == "otp_verified" and properties["service"] == "mri",
            "form": event["event_name"] == "page_view" and event["context"]["page"]["path"] == MRI.return_path,
            "filed": event["event_name"] == "return_filed" and properties["obligation_type"] == "mri",
            "paying": event["event_name"] == "payment_initiated" and properties["obligation_type"] == "mri",
            "paid": event["event_name"] == "payment_success" and properties["obligation_type"] == "mri",
        }.items():
            if here:
                reached[step].add(event["anonymous_id"])
    counts = [len(reached[step]) for step in ("start", "validation", "otp", "form", "filed", "paying", "paid")]
    assert all(later < earlier for earlier, later in pairwise(counts)), counts
    assert 0.2 < counts[-1] / counts[0] < 0.7


def test_events_of_a_session_are_in_order_and_start_with_a_page_view() -> None:
    sessions: dict[str, list[Event]] = defaultdict(list)
    for event in events():
        if "session_id" in event:
            sessions[event["session_id"]].append(event)
    assert len(sessions) > VISITORS
    for session in sessions.values():
        assert session[0]["event_name"] == "page_view"
        assert [e["seq"] for e in session] == sorted(e["seq"] for e in session)
        assert [at(e) for e in session] == sorted(at(e) for e in session)


def test_people_come_back() -> None:
    sessions: dict[str, set[str]] = defaultdict(set)
    for event in events():
        if "session_id" in event:
            sessions[event["anonymous_id"]].add(event["session_id"])
    assert 0.2 < share((s for s in sessions.values() if len(s) > 1), sessions) < 0.6


def test_a_link_in_a_conversation_is_opened_by_one_browser_which_completes_the_handshake_after_it() -> None:
    issued = {e["context"]["handshakeToken"]: e for e in events() if e["event_name"] == "webview_opened"}
    completed = {e["context"]["handshakeToken"]: e for e in events() if e["event_name"] == "handshake_complete"}
    assert len(completed) > 50
    assert completed.keys() <= issued.keys()
    for token, completion in completed.items():
        assert at(completion) > at(issued[token])
        assert completion["context"]["channel"] == "webview"
        assert issued[token]["context"]["channel"] == "whatsapp"


def test_every_event_of_the_contract_happens() -> None:
    names = Counter(event["event_name"] for event in events())
    expected = (
        *("page_view", "click", "form_submit", "identify", "app_error", "validation_success", "otp_verified"),
        *("filing_started", "return_filed", "payment_initiated", "payment_success", "process_complete"),
        *("message.received", "message.sent", "message.delivered", "message.read", "message.failed"),
        *("chat.resolved", "contact.created", "agent.handoff", "agent.assigned", "conversation_started"),
        *("webview_opened", "handshake_complete", "ai.classification", "ai.generation", "ai.error", "csat_submitted"),
    )
    assert names.keys() >= set(expected)
    flags = Counter((e["event_name"], e.get("journey_start", False), e.get("journey_end", False)) for e in events())
    assert flags["process_complete", False, True] == names["process_complete"]
    assert flags["click", True, False] > names["process_complete"]


def test_phone_numbers_in_payments_are_masked() -> None:
    masked = [e["properties"]["phone_masked"] for e in events() if e["event_name"] == "payment_initiated"]
    assert masked
    assert all(len(phone) == 10 and phone[2:8] == "******" for phone in masked)
