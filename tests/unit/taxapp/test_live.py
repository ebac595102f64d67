"""The live trickle on a clock of its own."""

import random
from collections import Counter

from hatua.integrations.taxapp.live import MAX_WAITING, Trickle
from hatua.integrations.taxapp.traffic.recorder import iso

NOW = 1_795_518_000_000
"""2026-11-24T11:00:00Z, Unix ms."""


def run(trickle: Trickle, seconds: int) -> list[int]:
    """Events in each second."""
    return [sum(len(p.events) for p in trickle.tick(NOW + 1000 * second)) for second in range(seconds)]


def test_one_to_three_events_a_second_go_out_from_the_first_minute_on() -> None:
    for seed in range(3):
        per_second = run(Trickle(random.Random(seed), NOW), 1800)
        assert 1.0 <= sum(per_second) / len(per_second) <= 3.0
        assert sum(per_second[:60]) > 20
        assert max(per_second) < 40


def test_an_event_goes_out_once_at_its_own_time_and_never_before() -> None:
    trickle = Trickle(random.Random(4), NOW)
    seen: Counter[str] = Counter()
    for second in range(600):
        now = NOW + 1000 * second
        for parcel in trickle.tick(now):
            for event in parcel.events:
                seen[event["event_id"]] += 1
                assert iso(now - 1000) <= event["timestamp"] <= iso(now)
    assert set(seen.values()) == {1}


def test_while_the_server_is_away_the_crowd_does_not_grow_without_end() -> None:
    trickle = Trickle(random.Random(5), NOW)
    for _ in range(20_000):
        trickle.tick(NOW - 1)
    assert sum(len(p.events) for p in trickle.tick(NOW + 10**9)) <= MAX_WAITING
