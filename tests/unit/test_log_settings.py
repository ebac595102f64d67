"""Settings of the durable log, and how its parts on Redis are named and shared out."""

import asyncio

import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.settings import load
from hatua.contract.record import Envelope, Tally
from hatua.streams.packing import unpack_event
from hatua.streams.redis_batch import SCRIPT_EVENTS, Append, share_out
from hatua.streams.redis_client import Shards
from hatua.streams.settings import StreamsSettings


def test_the_customers_variables_keep_their_names() -> None:
    settings = load(
        StreamsSettings,
        {"REDIS_URL": "redis://:hush@r:6379/1", "REDIS_STREAM_KEY": "tax:events", "REDIS_CONSUMER_GROUP": "processors"},
    )
    assert settings.redis_url == "redis://:hush@r:6379/1"
    assert (settings.stream_key, settings.consumer_group) == ("tax:events", "processors")
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDIS_STREAM_KEY", "a{b}c"),
        ("HATUA_REDIS_SHARDS", "0"),
        ("HATUA_REDIS_SHARDS", "1025"),
        ("HATUA_REDIS_DURABILITY", "sometimes"),
        ("HATUA_REDIS_LEASE_MS", "999"),
        ("HATUA_DEDUP_WINDOW_MS", "59999"),
        ("HATUA_LOG_MAX_EVENTS", "none"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=variable):
        load(StreamsSettings, {variable: value})


def test_a_person_stays_on_one_shard_and_people_spread_evenly() -> None:
    shards = Shards("hatua:events", 8)
    of = [shards.of("p1", f"anon-{i}") for i in range(8_000)]
    assert of == [Shards("another", 8).of("p1", f"anon-{i}") for i in range(8_000)]
    assert all(850 < of.count(shard) < 1_150 for shard in range(8))
    assert shards.streams[3] == "{hatua:events:3}"


def appends(shards: Shards, *calls: tuple[list[Envelope], list[Tally]]) -> list[Append]:
    loop = asyncio.new_event_loop()
    made = [Append(events, tallies, shards, loop.create_future()) for events, tallies in calls]
    loop.close()
    return made


def test_each_shard_counts_as_received_the_events_it_gets_and_one_the_refused_ones() -> None:
    shards = Shards("k", 8)
    events = [Envelope("p1", f"e{i}", f"anon-{i}", 60_000, b"") for i in range(40)]
    batches = share_out(appends(shards, (events, [Tally("p1", 1, 43, {"invalid_type": 3})])))
    assert {b.shard for b in batches} == set(range(8))
    spare = [b.received[0] - len(b.places) for b in batches]
    assert sorted(spare) == [0] * 7 + [3]
    assert [b.rejected for b in batches if b.rejected] == [["p1", 1, "invalid_type", 3]]
    assert [b.received[0] - len(b.places) for b in batches if b.rejected] == [3]


def test_one_script_call_carries_a_bounded_number_of_events_in_order() -> None:
    shards = Shards("k", 1)
    events = [Envelope("p1", f"e{i}", "a", 60_000, b"") for i in range(SCRIPT_EVENTS * 2 + 1)]
    no_tallies: list[Tally] = []
    batches = share_out(appends(shards, *((events[i : i + 100], no_tallies) for i in range(0, len(events), 100))))
    assert [len(b.places) for b in batches] == [SCRIPT_EVENTS, SCRIPT_EVENTS, 1]
    packed = [b.events[i] for b in batches for i in range(3, len(b.events), 4)]
    assert [unpack_event(one)[1] for one in packed] == [e.event_id for e in events]
