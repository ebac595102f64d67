"""The log on Redis where it differs from other engines: a server that dies, is slow or full, and several consumers."""

import asyncio
import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret
from hatua.contract.record import Envelope
from hatua.streams.port import LogFull, LogUnavailable
from hatua.streams.redis_client import Shards
from hatua.streams.redis_reader import RedisReader
from hatua.streams.redis_streams import RedisLog
from hatua.streams.redis_writer import RedisWriter
from hatua.streams.settings import StreamsSettings
from tests.contracts.event_log import NOW_MS, Life, OpenLog, event, ids, tally
from tests.fixtures.lossy import LossyProxy
from tests.fixtures.ports import free_port
from tests.fixtures.redis import RedisServer

PROMPT_S = 60.0


def settings_for(url: str, **changes: Any) -> StreamsSettings:
    changes = {"stream_key": f"test:{uuid.uuid4().hex}", "shards": 4, "redis_lease_ms": 30_000, **changes}
    return StreamsSettings(redis_url=Secret(url), **changes)


class OneLog:
    """An engine for `Life`: one log, opened with the options of the test."""

    def __init__(self, settings: StreamsSettings, *, by_hand: bool = True) -> None:
        self.settings = settings
        self.now_ms = NOW_MS
        self.by_hand = by_hand

    def log(self) -> RedisLog:
        clock = (lambda: self.now_ms) if self.by_hand else None
        return RedisLog(self.settings, clock=clock, keep_alive=not self.by_hand)

    def open(self, *, max_events: int = 0) -> OpenLog:
        return self.log()

    def age(self, ms: int) -> None:
        self.now_ms += ms


@pytest.fixture
def engine(redis_server: RedisServer) -> OneLog:
    return OneLog(settings_for(redis_server.url))


@pytest.fixture
def life(engine: OneLog) -> Iterator[Life]:
    life = Life(engine)
    yield life
    life.end()


def people(shards: int) -> list[str]:
    """One person for each shard, by its number."""
    found: dict[int, str] = {}
    choice = Shards("any", shards)
    for number in itertools.count():
        found.setdefault(choice.of("p1", f"anon-{number}"), f"anon-{number}")
        if len(found) == shards:
            return [found[shard] for shard in range(shards)]
    raise AssertionError


# --- the server dies, is away, is slow, is full ---


def test_nothing_acknowledged_is_lost_or_doubled_when_redis_is_killed(redis_to_kill: RedisServer) -> None:
    engine = OneLog(settings_for(redis_to_kill.url, redis_timeout_ms=2_000), by_hand=False)
    runner = asyncio.Runner()
    writer = engine.log().writer()
    admitted: set[str] = set()
    retried: set[str] = set()

    async def client(who: str, stop: asyncio.Event) -> None:
        for number in itertools.count():
            sent = [event(f"{who}-{number}-{i}", who=who) for i in range(1 + number % 4)]
            for attempt in itertools.count():
                try:
                    answer = await writer.append(sent, tally(sent))
                except LogUnavailable:
                    retried.update(ids(sent))
                    await asyncio.sleep(0.05)
                    continue
                assert all(answer) or attempt
                admitted.update(ids(sent))
                break
            if stop.is_set():
                return

    async def rounds() -> None:
        stop = asyncio.Event()
        clients = [asyncio.ensure_future(client(f"w{i}-{uuid.uuid4().hex}", stop)) for i in range(12)]
        for acknowledged in (300, 900, 1_500):
            while len(admitted) < acknowledged:
                assert not [c for c in clients if c.done()]
                await asyncio.sleep(0.01)
            await asyncio.to_thread(redis_to_kill.kill)
            await asyncio.to_thread(redis_to_kill.start)
        stop.set()
        await asyncio.gather(*clients)
        await writer.close()

    runner.run(rounds())
    runner.close()
    assert retried
    life = Life(engine)
    there = ids(life.read_all())
    assert len(there) == len(set(there))
    assert set(there) == admitted
    [row] = life.ledger()
    assert row.received == row.duplicate + len(there)
    assert row.pending == len(there) == life.depth().waiting
    life.end()


def test_while_redis_is_away_the_log_is_unavailable_and_says_no_secret(redis_to_kill: RedisServer) -> None:
    redis_to_kill.client.config_set("requirepass", "hush-hush")
    url = redis_to_kill.url.replace("redis://", "redis://:hush-hush@")
    life = Life(OneLog(settings_for(url)))
    assert life.append(event("e1")) == [True]
    redis_to_kill.kill()
    for attempt in (lambda: life.append(event("e2")), life.depth, life.read, life.ledger):
        with pytest.raises(LogUnavailable) as caught:
            attempt()
        assert "hush" not in str(caught.value)
    life.end()


def test_the_log_works_again_when_redis_is_back(redis_to_kill: RedisServer) -> None:
    life = Life(OneLog(settings_for(redis_to_kill.url)))
    life.append(event("e1"))
    [held] = life.read()
    redis_to_kill.kill()
    with pytest.raises(LogUnavailable):
        life.append(event("e2"))
    with pytest.raises(LogUnavailable):
        life.reader().acknowledge([held.position])
    redis_to_kill.start()
    life.reader().acknowledge([held.position])
    assert life.append(event("e1"), event("e2")) == [False, True]
    assert ids(life.read_all()) == ["e2"]
    life.end()


@pytest.fixture
def proxy(redis_server: RedisServer) -> Iterator[LossyProxy]:
    proxy = LossyProxy(redis_server.port)
    yield proxy
    proxy.close()


def test_an_append_whose_answer_was_lost_is_found_by_its_retry(proxy: LossyProxy) -> None:
    life = Life(OneLog(settings_for(f"redis://127.0.0.1:{proxy.port}/0")))
    life.append(event("e0"))
    proxy.lose_answers.set()
    with pytest.raises(LogUnavailable):
        life.append(event("e1"))
    assert proxy.lost.is_set()
    proxy.lose_answers.clear()
    assert life.append(event("e1")) == [False]
    assert ids(life.read_all()) == ["e0", "e1"]
    [row] = life.ledger()
    assert (row.received, row.duplicate, row.pending) == (3, 1, 2)
    life.end()


def test_events_whose_delivery_was_lost_come_again_and_may_have_been_seen(proxy: LossyProxy) -> None:
    life = Life(OneLog(settings_for(f"redis://127.0.0.1:{proxy.port}/0", shards=1)))
    life.append(event("e0"))
    assert ids(life.read()) == ["e0"]
    life.append(event("e1"))
    proxy.lose_answers.set()
    with pytest.raises(LogUnavailable):
        life.read()
    assert proxy.lost.is_set()
    proxy.lose_answers.clear()
    life.append(event("e2"))
    assert [(e.event_id, e.maybe_seen) for e in life.read_all()] == [("e1", True), ("e2", False)]
    life.end()


def test_an_acknowledgement_whose_answer_was_lost_counts_once(proxy: LossyProxy) -> None:
    life = Life(OneLog(settings_for(f"redis://127.0.0.1:{proxy.port}/0")))
    life.append(event("e0"), event("e1"))
    done, bad = life.read()
    proxy.lose_answers.set()
    with pytest.raises(LogUnavailable):
        life.reader().acknowledge([done.position])
    with pytest.raises(LogUnavailable):
        life.reader().dead_letter([(bad, "r", "x")])
    proxy.lose_answers.clear()
    life.reader().acknowledge([done.position])
    life.reader().dead_letter([(bad, "r", "x")])
    assert len(life.admin.dead_letters(None, 10)) == 1
    [row] = life.ledger()
    assert (row.received, row.pending, row.dead) == (2, 0, 1)
    life.end()


def test_redis_out_of_memory_is_a_full_log(redis_to_kill: RedisServer) -> None:
    life = Life(OneLog(settings_for(redis_to_kill.url)))
    life.append(event("e1"))
    before = life.ledger()
    redis_to_kill.client.config_set("maxmemory", 1)
    with pytest.raises(LogFull, match="maxmemory"):
        life.append(event("e2"))
    assert life.ledger() == before
    [held] = life.read()
    life.reader().acknowledge([held.position])
    redis_to_kill.client.config_set("maxmemory", 0)
    assert life.append(event("e1"), event("e2")) == [False, True]
    life.end()


def test_an_event_that_cannot_be_encoded_fails_its_own_append_only(life: Life) -> None:
    async def together() -> list[object]:
        calls = (life.writer.append([event(e, body=b"{}")], []) for e in ("good", "lone \ud800 surrogate", "fine"))
        return await asyncio.gather(*calls, return_exceptions=True)

    good, bad, fine = life.runner.run(together())
    assert (good, fine) == ([True], [True])
    assert isinstance(bad, UnicodeEncodeError)
    assert sorted(ids(life.read())) == ["fine", "good"]


# --- settings ---


def test_a_log_is_not_opened_with_another_number_of_shards(engine: OneLog, life: Life) -> None:
    life.append(event("e1"))
    other = OneLog(msgspec.structs.replace(engine.settings, shards=5))
    with pytest.raises(InvalidSetting, match="HATUA_REDIS_SHARDS is 5, but this log was made with 4 shards"):
        other.log().check()
    wrong = Life(other)
    for attempt in (lambda: wrong.append(event("e2")), wrong.read):
        with pytest.raises(LogUnavailable, match="made with 4 shards"):
            attempt()
    wrong.end()
    engine.log().check()


def test_a_malformed_url_is_refused_without_being_shown() -> None:
    with pytest.raises(InvalidSetting, match="REDIS_URL") as caught:
        RedisLog(settings_for("http://user:hush@nowhere")).check()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("appendonly", "appendfsync", "expected"),
    [("yes", "always", "always"), ("yes", "everysec", "everysec"), ("yes", "no", "none"), ("no", "always", "none")],
)
def test_durability_is_what_the_server_is_set_to(
    redis_to_kill: RedisServer, appendonly: str, appendfsync: str, expected: str
) -> None:
    redis_to_kill.client.config_set("appendfsync", appendfsync)
    redis_to_kill.client.config_set("appendonly", appendonly)
    assert RedisLog(settings_for(redis_to_kill.url)).durability() == expected


def test_durability_is_unknown_when_the_server_keeps_it_to_itself(redis_to_kill: RedisServer) -> None:
    redis_to_kill.client.execute_command("ACL SETUSER hatua on >secret ~* &* +@all -config")
    url = redis_to_kill.url.replace("redis://", "redis://hatua:secret@")
    assert RedisLog(settings_for(url)).durability() == "unknown"


def test_durability_of_a_cluster_is_that_of_its_weakest_node(redis_cluster: list[RedisServer]) -> None:
    log = RedisLog(settings_for(redis_cluster[0].url, redis_cluster=True))
    assert log.durability() == "always"
    redis_cluster[2].client.config_set("appendfsync", "everysec")
    assert log.durability() == "everysec"
    redis_cluster[2].client.config_set("appendfsync", "always")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    log = RedisLog(settings_for(f"redis://127.0.0.1:{free_port()}/0"))
    with pytest.raises(LogUnavailable):
        log.check()
    with pytest.raises(LogUnavailable):
        log.durability()


# --- several writers, several consumers ---


def test_an_id_sent_to_two_collectors_at_once_is_admitted_once(engine: OneLog) -> None:
    async def both() -> list[list[bool]]:
        writers: list[RedisWriter] = [engine.log().writer() for _ in range(2)]
        answers = await asyncio.gather(*(w.append([event(f"e{i}")], []) for i in range(50) for w in writers))
        for writer in writers:
            await writer.close()
        return answers

    answers = asyncio.run(both())
    assert [a + b for a, b in zip(answers[::2], answers[1::2], strict=True)].count([False, False]) == 0
    assert sum(a == [True] for a in answers) == 50


def test_the_bound_holds_for_what_other_collectors_appended(redis_server: RedisServer) -> None:
    engine = OneLog(settings_for(redis_server.url, max_events=10))
    first, second = Life(engine), Life(engine)
    second.append(event("e0"))
    first.append(*(event(f"e{i}") for i in range(1, 10)))
    first.end()
    second.runner.run(second.writer.close())
    second.writer = second.log.writer()  # a running one knows within a second
    with pytest.raises(LogFull):
        second.append(event("e10"))
    second.end()


def owned_by(reader: RedisReader) -> set[int]:
    return {shard.number for shard in reader._ownership.readable()}


def test_two_consumers_share_the_shards_and_one_that_leaves_gives_its_own_back(engine: OneLog) -> None:
    first, second = engine.log().reader("c1"), engine.log().reader("c2")
    first.read(10, 0)
    assert owned_by(first) == {0, 1, 2, 3}
    second.read(10, 0)
    assert owned_by(second) == set()
    engine.age(10_000)
    first.read(10, 0)
    assert len(owned_by(first)) == 2
    engine.age(10_000)
    second.read(10, 0)
    assert owned_by(first) | owned_by(second) == {0, 1, 2, 3}
    assert len(owned_by(second)) == 2
    first.close()
    engine.age(10_000)
    second.read(10, 0)
    assert owned_by(second) == {0, 1, 2, 3}
    second.close()


def test_a_shard_is_given_up_only_when_nothing_of_it_is_in_hand(engine: OneLog, life: Life) -> None:
    life.append(*(event(f"e{i}", who=who) for i, who in enumerate(people(4))))
    first, second = engine.log().reader("c1"), engine.log().reader("c2")
    held = first.read(10, 0)
    assert len(held) == 4
    second.read(10, 0)
    life.append(*(event(f"f{i}", who=who) for i, who in enumerate(people(4))))
    engine.age(10_000)
    newer = first.read(10, 0)  # no longer from the two shards that are to go
    assert len(newer) == 2
    assert second.read(10, 0) == []
    first.acknowledge([e.position for e in held])
    engine.age(10_000)
    moved = second.read(10, 0)
    assert sorted(ids(moved) + ids(newer)) == ["f0", "f1", "f2", "f3"]
    assert not any(e.maybe_seen for e in moved)
    first.close()
    second.close()


def test_after_a_consumer_died_its_events_come_before_newer_ones_of_the_same_people(engine: OneLog, life: Life) -> None:
    life.append(*(event(f"e{i}") for i in range(5)))
    dead = engine.log().reader("c1")
    assert len(dead.read(100, 0)) == 5
    life.append(*(event(f"e{i}") for i in range(5, 8)))
    heir = engine.log().reader("c2")
    assert heir.read(100, 0) == []
    engine.age(30_001)
    got = [e for _ in range(3) for e in heir.read(2, 0)] + heir.read(100, 0)
    assert [(e.event_id, e.maybe_seen) for e in got] == [(f"e{i}", i < 5) for i in range(8)]
    assert dead.read(100, 0) == []
    dead.close()
    heir.close()


def test_a_consumer_that_comes_back_under_its_name_waits_for_its_former_life_to_be_over(
    engine: OneLog, life: Life
) -> None:
    life.append(event("e0"), event("e1"))
    killed = engine.log().reader("pod-1")
    assert len(killed.read(1, 0)) == 1
    risen = engine.log().reader("pod-1")
    assert risen.read(10, 0) == []
    engine.age(30_001)
    assert [(e.event_id, e.maybe_seen) for e in risen.read(10, 0)] == [("e0", True), ("e1", False)]
    assert killed.read(10, 0) == []
    risen.close()
    killed.close()


def test_what_was_read_is_surely_ours_until_before_the_lease_ends(engine: OneLog, life: Life) -> None:
    life.append(event("e0"), event("e1"))
    slow, heir = engine.log().reader("c1"), engine.log().reader("c2")
    held = slow.read(10, 0)
    positions = [one.position for one in held]
    lease = engine.settings.redis_lease_ms
    assert slow.owned_until(positions) == engine.now_ms + lease * 4 // 5
    engine.age(lease + 1)
    assert slow.owned_until(positions) < engine.now_ms
    taken = heir.read(10, 0)
    assert heir.owned_until([one.position for one in taken]) > engine.now_ms
    slow.read(10, 0)  # learns of its loss
    assert slow.owned_until(positions) == 0
    assert slow.owned_until([]) > engine.now_ms
    slow.close()
    heir.close()


def test_a_shard_that_was_lost_and_came_back_is_not_the_same_as_one_that_was_kept(engine: OneLog, life: Life) -> None:
    life.append(event("e0"))
    slow, other = engine.log().reader("c1"), engine.log().reader("c2")
    [held] = slow.read(10, 0)
    engine.age(engine.settings.redis_lease_ms + 1)
    assert [one.event_id for one in other.read(10, 0)] == ["e0"]  # ... and stores it, and dies before it says so
    engine.age(engine.settings.redis_lease_ms + 1)
    [again] = slow.read(10, 0)
    assert again.maybe_seen
    assert again.position == held.position
    slow.close()
    other.close()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PROMPT_S
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_consumer_that_is_busy_for_longer_than_its_lease_keeps_its_shards(redis_server: RedisServer) -> None:
    engine = OneLog(settings_for(redis_server.url, redis_lease_ms=1_000, shards=1), by_hand=False)
    life = Life(engine)
    life.append(event("e0"))
    [held] = life.read()  # and now it inserts, for a long time
    owner = f"{{{engine.settings.stream_key}:0}}:owner"
    first = int(redis_server.client.hget(owner, "deadline"))
    other = engine.log().reader("c2")
    eventually(lambda: int(redis_server.client.hget(owner, "deadline")) > first + 1_500)
    assert other.read(10, 0) == []
    assert other.claim_stale(0, 10) == []
    life.reader().acknowledge([held.position])
    other.close()
    life.end()


def test_a_late_acknowledgement_after_the_shard_was_lost_still_counts(engine: OneLog, life: Life) -> None:
    life.append(event("e0"))
    slow, heir = engine.log().reader("c1"), engine.log().reader("c2")
    [held] = slow.read(10, 0)
    engine.age(30_001)
    [taken] = heir.read(10, 0)
    assert slow.read(10, 0) == []  # has learned of its loss
    slow.acknowledge([held.position])
    assert life.depth().waiting == 0
    heir.acknowledge([taken.position])
    [row] = life.ledger()
    assert (row.received, row.pending, row.dead) == (1, 0, 0)
    slow.close()
    heir.close()


# --- memory ---


def test_a_remembered_id_costs_little_more_than_its_eight_bytes(redis_to_kill: RedisServer) -> None:
    engine = OneLog(settings_for(redis_to_kill.url, shards=1))
    life = Life(engine)
    client = redis_to_kill.client
    count = 120_000

    def fill() -> None:
        for start in range(0, count, 1_000):
            sent = [Envelope("p1", f"{start + i}", "a", NOW_MS, b"") for i in range(1_000)]
            life.append(*sent, tallied=False)
            client.xtrim(f"{{{engine.settings.stream_key}:0}}", maxlen=0, approximate=False)

    life.append(event("first"))
    before = client.info("memory")["used_memory"]
    fill()
    assert (client.info("memory")["used_memory"] - before) / count < 16
    keys = client.keys("*:seen:*")
    assert {client.object("encoding", key) for key in keys} == {b"intset"}
    assert all(client.ttl(key) > 0 for key in keys)
    life.end()
