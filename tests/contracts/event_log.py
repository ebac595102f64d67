"""What every EventLog engine must do: one suite, run by each engine against the real thing.

An engine's test module derives `EventLogContract` and gives the fixture `engine`."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

import pytest

from hatua.contract.record import DeadLetter, Delivery, Envelope, LedgerRow, LogDepth, Tally
from hatua.streams.port import LogAdmin, LogFull, LogReader, LogUnavailable, LogWriter

MINUTE = 29_000_000
NOW_MS = MINUTE * 60_000
WINDOW_MS = 3_600_000
PROMPT_S = 30.0
"""A test that waits for another thread gives up after this; nothing is claimed about the time itself."""


class OpenLog(Protocol):
    """One opening of a log: what a process would have."""

    def writer(self) -> LogWriter: ...
    def reader(self, consumer: str) -> LogReader: ...
    def admin(self) -> LogAdmin: ...
    def close(self) -> None: ...


class Engine(Protocol):
    """A place where a log can be opened, closed and opened again."""

    def open(self, *, max_events: int = 100_000) -> OpenLog:
        """Opens the one log of this engine, with a dedup window of WINDOW_MS and the engine's clock."""

    def age(self, ms: int) -> None:
        """Lets that much time pass for the open log, as far as its dedup window and its leases can tell."""


class Life:
    """A log with its event loop: one life of the processes that use it."""

    def __init__(self, engine: Engine, *, max_events: int = 100_000) -> None:
        self.runner = asyncio.Runner()
        self.log = engine.open(max_events=max_events)
        self.writer = self.log.writer()
        self.readers: dict[str, LogReader] = {}
        self.admin = self.log.admin()

    def append(self, *events: Envelope, tallies: Sequence[Tally] | None = None, tallied: bool = True) -> list[bool]:
        """Appends in one call, with the tally that a collector would send."""
        if tallies is None:
            tallies = tally(events) if tallied else ()
        return self.runner.run(self.writer.append(events, tallies))

    def append_together(self, *calls: Sequence[Envelope]) -> list[list[bool]]:
        """Appends in concurrent calls."""

        async def together() -> list[list[bool]]:
            return await asyncio.gather(*(self.writer.append(c, tally(c)) for c in calls))

        return self.runner.run(together())

    def reader(self, consumer: str = "c1") -> LogReader:
        if consumer not in self.readers:
            self.readers[consumer] = self.log.reader(consumer)
        return self.readers[consumer]

    def read(self, max_events: int = 1_000, consumer: str = "c1") -> list[Delivery]:
        return self.reader(consumer).read(max_events, 0)

    def read_all(self, consumer: str = "c1") -> list[Delivery]:
        found: list[Delivery] = []
        while part := self.read(consumer=consumer):
            found += part
        return found

    def depth(self) -> LogDepth:
        return self.runner.run(self.writer.depth())

    def ledger(self, project_id: str | None = None) -> list[LedgerRow]:
        return self.admin.ledger(project_id, MINUTE - 1_000, MINUTE + 1_000)

    def end(self) -> None:
        for reader in self.readers.values():
            reader.close()
        self.runner.run(self.writer.close())
        self.log.close()
        self.runner.close()


def event(
    event_id: str, project_id: str = "p1", *, who: str = "anon-1", minute: int = MINUTE, body: bytes = b""
) -> Envelope:
    return Envelope(project_id, event_id, who, minute * 60_000, body or f'{{"id":"{event_id}"}}'.encode())


def tally(events: Sequence[Envelope]) -> list[Tally]:
    counts: dict[tuple[str, int], int] = {}
    for one in events:
        key = (one.project_id, one.received_at // 60_000)
        counts[key] = counts.get(key, 0) + 1
    return [Tally(project, minute, n) for (project, minute), n in counts.items()]


def ids(events: Sequence[Delivery] | Sequence[DeadLetter] | Sequence[Envelope]) -> list[str]:
    return [e.event_id for e in events]


class RandomHistory:
    """Random operations on a log beside a model of it: a dict that says where each event is."""

    IDLE_MS = 60_000

    def __init__(self, engine: Engine, rng: random.Random) -> None:
        self.engine = engine
        self.rng = rng
        self.life = Life(engine)
        self.place: dict[tuple[str, str], str] = {}  # waiting | held by c1 | held by c2 | stored | dead | purged
        self.minute: dict[tuple[str, str], int] = {}
        self.held: dict[str, dict[tuple[str, str], Delivery]] = {"c1": {}, "c2": {}}
        self.received: Counter[tuple[str, int]] = Counter()
        self.duplicate: Counter[tuple[str, int]] = Counter()

    def run(self, steps: int) -> None:
        moves = [self.append] * 4 + [self.read] * 4 + [self.acknowledge] * 2
        moves += [self.bury, self.claim, self.replay, self.purge, self.restart]
        for _ in range(steps):
            self.rng.choice(moves)()
        self.check_counts()
        self.restart()
        rest = {(e.project_id, e.event_id) for e in self.life.read_all()}
        assert rest == {key for key, place in self.place.items() if place == "waiting"}
        self.check_counts()
        self.life.end()

    def append(self) -> None:
        sent = [
            event(
                f"e{self.rng.randrange(150)}",
                f"p{self.rng.randrange(2)}",
                minute=MINUTE + self.rng.randrange(3),
            )
            for _ in range(self.rng.choice((1, 1, 2, 30)))
        ]
        expected = []
        for one in sent:
            key = (one.project_id, one.event_id)
            bucket = (one.project_id, one.received_at // 60_000)
            self.received[bucket] += 1
            expected.append(key not in self.place)
            if key in self.place:
                self.duplicate[bucket] += 1
            else:
                self.place[key] = "waiting"
                self.minute[key] = bucket[1]
        assert self.life.append(*sent) == expected

    def read(self) -> None:
        consumer = self.rng.choice(("c1", "c2"))
        for got in self.life.read(self.rng.choice((1, 3, 50)), consumer):
            key = (got.project_id, got.event_id)
            if (holder := self.place[key]) != "waiting":
                # Allowed where a consumer owns whole shards: the owner was silent for IDLE_MS and has lost this one.
                assert got.maybe_seen
                self.held[holder].pop(key, None)
            self._hold(consumer, key, got)

    def claim(self) -> None:
        consumer, other = self.rng.sample(("c1", "c2"), 2)
        self.engine.age(self.IDLE_MS)
        for got in self.life.reader(consumer).claim_stale(self.IDLE_MS, self.rng.choice((1, 100))):
            key = (got.project_id, got.event_id)
            assert got.maybe_seen
            # waiting: held by a reader that was closed in a restart; consumer: it had lost the event before
            assert self.place[key] in (other, "waiting", consumer)
            self.held[other].pop(key, None)
            self._hold(consumer, key, got)

    def _hold(self, consumer: str, key: tuple[str, str], got: Delivery) -> None:
        assert got.received_at == self.minute[key] * 60_000
        self.place[key] = consumer
        self.held[consumer][key] = got

    def _some_held(self, consumer: str) -> list[Delivery]:
        held = self.held[consumer]
        keys = self.rng.sample(sorted(held), self.rng.randint(0, len(held)))
        return [held.pop(key) for key in keys]

    def acknowledge(self) -> None:
        consumer = self.rng.choice(("c1", "c2"))
        done = self._some_held(consumer)
        self.life.reader(consumer).acknowledge([e.position for e in done])
        self.place.update({(e.project_id, e.event_id): "stored" for e in done})

    def bury(self) -> None:
        consumer = self.rng.choice(("c1", "c2"))
        done = self._some_held(consumer)
        self.life.reader(consumer).dead_letter([(e, "r", "x") for e in done])
        self.place.update({(e.project_id, e.event_id): "dead" for e in done})

    def _some_letters(self) -> list[DeadLetter]:
        letters = self.life.admin.dead_letters(None, 10_000)
        keys = {(e.project_id, e.event_id) for e in letters}
        assert keys == {key for key, place in self.place.items() if place == "dead"}
        return self.rng.sample(letters, self.rng.randint(0, len(letters)))

    def replay(self) -> None:
        some = self._some_letters()
        assert self.life.admin.replay([e.letter_id for e in some]) == len(some)
        self.place.update({(e.project_id, e.event_id): "waiting" for e in some})

    def purge(self) -> None:
        some = self._some_letters()[:2]
        assert self.life.admin.purge([e.letter_id for e in some]) == len(some)
        self.place.update({(e.project_id, e.event_id): "purged" for e in some})

    def restart(self) -> None:
        self.check_counts()
        self.life.end()
        self.life = Life(self.engine)
        self.held = {"c1": {}, "c2": {}}
        for key, place in self.place.items():
            if place in ("c1", "c2"):
                self.place[key] = "waiting"

    def check_counts(self) -> None:
        places = Counter(self.place.values())
        depth = self.life.depth()
        assert depth.waiting == places["waiting"] + places["c1"] + places["c2"]
        assert depth.dead_letters == places["dead"]
        now: dict[tuple[str, int], Counter[str]] = {bucket: Counter() for bucket in self.received}
        for key, place in self.place.items():
            now[key[0], self.minute[key]][place] += 1
        assert {(r.project_id, r.minute): r for r in self.life.ledger()} == {
            bucket: LedgerRow(
                *bucket,
                received,
                self.duplicate[bucket],
                {},
                now[bucket]["waiting"] + now[bucket]["c1"] + now[bucket]["c2"],
                now[bucket]["dead"] + now[bucket]["purged"],
            )
            for bucket, received in self.received.items()
        }


class EventLogContract:
    """Derive, give `engine`; pytest collects the rest."""

    @pytest.fixture
    def engine(self) -> Engine:
        raise NotImplementedError

    @pytest.fixture
    def life(self, engine: Engine) -> Iterator[Life]:
        life = Life(engine)
        yield life
        life.end()

    # --- append and read ---

    def test_an_event_comes_out_with_everything_that_went_in(self, life: Life) -> None:
        body = bytes(range(256)) * 2_000
        sent = Envelope("p-ü-☃", "id with spaces ☃", "254700000001", NOW_MS + 1, body)
        assert life.append(sent) == [True]
        [got] = life.read()
        assert (got.project_id, got.event_id, got.received_at, got.body) == (
            sent.project_id,
            sent.event_id,
            sent.received_at,
            sent.body,
        )
        assert got.maybe_seen is False

    def test_events_of_one_person_come_in_the_order_they_were_appended(self, life: Life) -> None:
        for start in range(0, 40, 4):
            life.append(*(event(f"e{i}") for i in range(start, start + 4)))
        assert ids(life.read_all()) == [f"e{i}" for i in range(40)]

    def test_every_event_of_many_people_comes_once(self, life: Life) -> None:
        sent = [event(f"e{i}", who=f"anon-{i % 17}") for i in range(500)]
        life.append_together(*(sent[i : i + 7] for i in range(0, 500, 7)))
        got = life.read_all()
        assert sorted(ids(got)) == sorted(ids(sent))
        place = {e.event_id: n for n, e in enumerate(got)}
        for who in range(17):
            order = [place[f"e{i}"] for i in range(who, 500, 17)]
            assert order == sorted(order)

    def test_a_read_gives_at_most_what_was_asked_for(self, life: Life) -> None:
        life.append(*(event(f"e{i}") for i in range(10)))
        assert ids(life.read(3)) == ["e0", "e1", "e2"]
        assert ids(life.read(100)) == [f"e{i}" for i in range(3, 10)]
        assert life.read() == []

    def test_a_read_of_an_empty_log_comes_back_with_nothing_when_its_time_is_over(self, life: Life) -> None:
        assert life.reader().read(10, 20) == []

    def test_a_waiting_read_wakes_when_an_event_is_appended(self, life: Life) -> None:
        got: list[Delivery] = []
        reader = life.reader()
        waiting = threading.Thread(target=lambda: got.extend(reader.read(10, int(PROMPT_S * 1_000) * 2)))
        waiting.start()
        life.append(event("e1"))
        waiting.join(PROMPT_S)
        assert not waiting.is_alive()
        assert ids(got) == ["e1"]

    def test_an_append_of_nothing_is_allowed(self, life: Life) -> None:
        assert life.append() == []
        assert life.read() == []

    # --- once ---

    def test_an_id_seen_before_is_a_duplicate(self, life: Life) -> None:
        assert life.append(event("e1"), event("e2")) == [True, True]
        assert life.append(event("e2"), event("e3")) == [False, True]
        assert sorted(ids(life.read_all())) == ["e1", "e2", "e3"]

    def test_an_id_twice_in_one_call_is_admitted_once(self, life: Life) -> None:
        first, second = event("e1", body=b"1"), event("e1", body=b"2")
        assert life.append(first, second, event("e2")) == [True, False, True]
        assert [e.body for e in life.read_all() if e.event_id == "e1"] == [b"1"]

    def test_of_concurrent_calls_with_one_id_exactly_one_is_admitted(self, life: Life) -> None:
        answers = life.append_together(*([event("same")] for _ in range(20)))
        assert sorted(answers) == [[False]] * 19 + [[True]]
        assert ids(life.read_all()) == ["same"]

    def test_one_id_in_two_projects_is_two_events(self, life: Life) -> None:
        assert life.append(event("e1", "p1"), event("e1", "p2")) == [True, True]
        assert sorted(e.project_id for e in life.read_all()) == ["p1", "p2"]

    def test_an_id_stays_known_after_its_event_left_the_log(self, life: Life) -> None:
        life.append(event("e1"))
        life.reader().acknowledge([e.position for e in life.read()])
        assert life.append(event("e1")) == [False]
        assert life.read() == []

    def test_an_id_stays_known_after_a_restart(self, engine: Engine) -> None:
        life = Life(engine)
        life.append(event("e1"))
        life.end()
        life = Life(engine)
        assert life.append(event("e1"), event("e2")) == [False, True]
        life.end()

    def test_an_id_is_known_to_the_end_of_the_window(self, engine: Engine, life: Life) -> None:
        life.append(event("e1"))
        for _ in range(4):
            engine.age(WINDOW_MS // 4 - 1)
            life.append(event(f"other-{_}"))
        assert life.append(event("e1")) == [False]

    def test_an_id_is_forgotten_some_time_after_the_window(self, engine: Engine, life: Life) -> None:
        life.append(event("e1"))
        for step in range(16):
            engine.age(WINDOW_MS // 4)
            life.append(event(f"other-{step}"))
        assert life.append(event("e1")) == [True]

    def test_a_cancelled_append_is_whole_or_not_at_all_and_its_retry_comes_once(self, life: Life) -> None:
        async def give_up() -> None:
            task = asyncio.ensure_future(life.writer.append([event("e1"), event("e2")], []))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        life.runner.run(give_up())
        answer = life.append(event("e1"), event("e2"))
        assert answer in ([True, True], [False, False])
        assert sorted(ids(life.read_all())) == ["e1", "e2"]

    # --- acknowledge, restart, claim ---

    def test_an_acknowledged_event_never_comes_again(self, engine: Engine) -> None:
        life = Life(engine)
        life.append(*(event(f"e{i}") for i in range(6)))
        got = life.read()
        life.reader().acknowledge([e.position for e in got if e.event_id in ("e0", "e2", "e5")])
        life.end()
        life = Life(engine)
        assert sorted(ids(life.read_all())) == ["e1", "e3", "e4"]
        life.end()

    def test_acknowledging_twice_changes_nothing(self, life: Life) -> None:
        life.append(event("e1"), event("e2"))
        got = life.read()
        life.reader().acknowledge([got[0].position])
        life.reader().acknowledge([got[0].position])
        assert life.depth().waiting == 1
        [row] = life.ledger()
        assert row.pending == 1

    def test_unacknowledged_events_come_first_after_a_restart_and_may_have_been_seen(self, engine: Engine) -> None:
        life = Life(engine)
        life.append(event("e1"), event("e2"))
        assert len(life.read()) == 2
        life.end()
        life = Life(engine)
        life.append(event("e3"))
        got = life.read_all()
        assert ids(got) == ["e1", "e2", "e3"]
        assert [e.maybe_seen for e in got] == [True, True, False]
        assert [e.body for e in got] == [b'{"id":"e1"}', b'{"id":"e2"}', b'{"id":"e3"}']
        life.reader().acknowledge([e.position for e in got])
        assert life.depth().waiting == 0
        life.end()

    def test_what_a_closed_reader_held_goes_to_the_next_reader_of_its_name(self, life: Life) -> None:
        life.append(event("e1"), event("e2"))
        assert len(life.read(1)) == 1
        life.reader().close()
        del life.readers["c1"]
        got = life.read_all()
        assert ids(got) == ["e1", "e2"]
        assert got[0].maybe_seen

    def test_two_consumers_never_hold_the_same_event(self, life: Life) -> None:
        sent = [event(f"e{i}", who=f"anon-{i}") for i in range(200)]
        life.append(*sent)
        got: dict[str, list[str]] = {"c1": [], "c2": []}
        for _ in range(400):
            for consumer in got:
                got[consumer] += ids(life.read(5, consumer))
        assert sorted(got["c1"] + got["c2"]) == sorted(ids(sent))

    def test_a_stale_event_is_claimed_by_another_consumer_and_may_have_been_seen(
        self, engine: Engine, life: Life
    ) -> None:
        life.append(event("e1"), event("e2"))
        held = life.read(consumer="c1")
        other = life.reader("c2")
        assert other.claim_stale(60_000, 100) == []
        engine.age(60_000)
        claimed = other.claim_stale(60_000, 100)
        assert ids(claimed) == ["e1", "e2"]
        assert all(e.maybe_seen for e in claimed)
        assert [e.body for e in claimed] == [e.body for e in held]
        assert other.claim_stale(60_000, 100) == []
        other.acknowledge([e.position for e in claimed])
        assert life.depth().waiting == 0

    def test_a_consumer_does_not_claim_from_itself(self, engine: Engine, life: Life) -> None:
        life.append(event("e1"))
        assert len(life.read()) == 1
        engine.age(60_000)
        assert life.reader().claim_stale(60_000, 100) == []

    def test_a_claim_takes_at_most_what_was_asked_for(self, engine: Engine, life: Life) -> None:
        life.append(*(event(f"e{i}") for i in range(5)))
        life.read(consumer="c1")
        engine.age(60_000)
        first = life.reader("c2").claim_stale(60_000, 2)
        rest = life.reader("c2").claim_stale(60_000, 100)
        assert (len(first), len(rest)) == (2, 3)
        assert sorted(ids(first) + ids(rest)) == [f"e{i}" for i in range(5)]

    def test_a_late_acknowledgement_of_a_claimed_event_counts_once(self, engine: Engine, life: Life) -> None:
        life.append(event("e1"))
        [slow] = life.read(consumer="c1")
        engine.age(60_000)
        [claimed] = life.reader("c2").claim_stale(60_000, 100)
        life.reader("c1").acknowledge([slow.position])
        life.reader("c2").acknowledge([claimed.position])
        [row] = life.ledger()
        assert (row.received, row.pending, row.dead) == (1, 0, 0)
        assert life.depth().waiting == 0

    def test_what_was_read_is_ours_for_a_while_and_no_longer_after_another_claimed_it(
        self, engine: Engine, life: Life
    ) -> None:
        life.append(event("e0"))
        slow, fast = life.reader("c1"), life.reader("c2")
        [held] = slow.read(100, 0)
        assert slow.owned_until([held.position]) > NOW_MS
        engine.age(60_000)
        [claimed] = fast.claim_stale(30_000, 100)
        assert fast.owned_until([claimed.position]) > NOW_MS + 60_000
        slow.claim_stale(30_000, 100)  # an engine whose consumers live apart learns of the loss when it asks
        assert slow.owned_until([held.position]) == 0

    def test_an_acknowledged_event_is_nobodys(self, life: Life) -> None:
        life.append(event("e0"))
        [held] = life.read()
        life.reader().acknowledge([held.position])
        assert life.reader().owned_until([held.position]) == 0

    def test_what_was_given_back_comes_again_and_may_have_been_seen(self, life: Life) -> None:
        life.append(event("e0"), event("e1"))
        first = life.read()
        life.reader().give_back()
        assert life.reader().owned_until([first[0].position]) == 0
        again = life.read()
        assert [one.event_id for one in again] == ["e0", "e1"]
        assert all(one.maybe_seen for one in again)
        life.reader().acknowledge([one.position for one in again])
        assert life.depth().waiting == 0

    # --- bounds ---

    def test_a_full_log_refuses_and_has_done_nothing(self, engine: Engine) -> None:
        life = Life(engine, max_events=10)
        life.append(*(event(f"e{i}") for i in range(8)))
        before = life.ledger()
        with pytest.raises(LogFull):
            life.append(event("e8"), event("e9"), event("e10"))
        assert life.ledger() == before
        assert life.append(event("e8"), event("e9")) == [True, True]
        with pytest.raises(LogFull):
            life.append(event("e10"))
        got = life.read_all()
        assert sorted(ids(got)) == sorted(f"e{i}" for i in range(10))
        life.reader().acknowledge([e.position for e in got])
        assert life.append(event("e10")) == [True]
        life.end()

    def test_a_full_log_still_counts_refused_events(self, engine: Engine) -> None:
        life = Life(engine, max_events=1)
        life.append(event("e1"))
        life.append(tallies=[Tally("p1", MINUTE, 2, {"invalid_type": 2})])
        [row] = life.ledger()
        assert (row.received, row.rejected) == (3, {"invalid_type": 2})
        life.end()

    def test_a_full_log_is_full_after_a_restart_too(self, engine: Engine) -> None:
        life = Life(engine, max_events=2)
        life.append(event("e1"), event("e2"))
        life.end()
        life = Life(engine, max_events=2)
        with pytest.raises(LogFull):
            life.append(event("e3"))
        life.end()

    def test_a_closed_writer_refuses(self, engine: Engine) -> None:
        life = Life(engine)
        life.runner.run(life.writer.close())
        with pytest.raises(LogUnavailable):
            life.append(event("e1"))
        life.end()

    def test_depth_says_how_much_waits_and_since_when(self, life: Life) -> None:
        assert life.depth() == LogDepth(0, 0, 0)
        life.append(event("e1", minute=MINUTE))
        life.append(event("e2", minute=MINUTE + 1), event("e3", minute=MINUTE + 2))
        assert life.depth() == LogDepth(3, NOW_MS, 0)
        got = life.read()
        assert life.depth() == LogDepth(3, NOW_MS, 0)
        life.reader().acknowledge([e.position for e in got if e.event_id in ("e1", "e2")])
        assert life.depth() == LogDepth(1, NOW_MS + 2 * 60_000, 0)
        life.reader().dead_letter([(e, "r", "") for e in got if e.event_id == "e3"])
        assert life.depth() == LogDepth(0, 0, 1)

    # --- dead letters ---

    def test_a_dead_letter_keeps_the_event_with_its_reason(self, engine: Engine) -> None:
        life = Life(engine)
        life.append(event("bad", body=b"\x00\xffnot json"), event("good"))
        got = {e.event_id: e for e in life.read()}
        life.reader().dead_letter([(got["bad"], "undecodable", "expected { at 0")])
        life.reader().acknowledge([got["good"].position])
        life.end()
        life = Life(engine)
        assert life.read() == []
        [letter] = life.admin.dead_letters(None, 10)
        assert (letter.project_id, letter.event_id, letter.received_at) == ("p1", "bad", NOW_MS)
        assert (letter.reason, letter.error, letter.body) == (
            "undecodable",
            "expected { at 0",
            b"\x00\xffnot json",
        )
        assert letter.failed_at >= NOW_MS
        life.end()

    def _bury(self, life: Life, *events: Envelope) -> list[DeadLetter]:
        life.append(*events)
        life.reader().dead_letter([(e, "r", "x") for e in life.read_all()])
        return life.admin.dead_letters(None, 1_000)

    def test_dead_letters_are_paged_oldest_first(self, life: Life) -> None:
        letters = self._bury(life, *(event(f"e{i}", f"p{i % 2}") for i in range(10)))
        assert len(letters) == 10
        paged: list[DeadLetter] = []
        while page := life.admin.dead_letters(None, 3, paged[-1].letter_id if paged else ""):
            assert len(page) <= 3
            paged += page
        assert paged == letters
        assert ids(life.admin.dead_letters("p1", 10)) == [f"e{i}" for i in (1, 3, 5, 7, 9)]
        assert ids(life.admin.dead_letters("p1", 2)) == ["e1", "e3"]

    def test_a_dead_letter_is_written_once_however_often_it_is_named(self, life: Life) -> None:
        life.append(event("e1"))
        [got] = life.read()
        life.reader().dead_letter([(got, "r", "1"), (got, "r", "2")])
        life.reader().dead_letter([(got, "r", "3")])
        life.reader().acknowledge([got.position])
        assert [letter.error for letter in life.admin.dead_letters(None, 10)] == ["1"]
        [row] = life.ledger()
        assert (row.pending, row.dead) == (0, 1)

    def test_a_replayed_letter_comes_again_and_may_have_been_seen(self, life: Life) -> None:
        letters = self._bury(life, event("e1"), event("e2"), event("e3"))
        life.append(event("e4"))
        assert life.admin.replay([letters[0].letter_id, letters[2].letter_id]) == 2
        assert life.depth().waiting == 3
        got = life.read_all()
        assert sorted(ids(got)) == ["e1", "e3", "e4"]
        assert {e.event_id: e.maybe_seen for e in got} == {"e1": True, "e3": True, "e4": False}
        assert {e.event_id: e.body for e in got}["e1"] == letters[0].body
        assert ids(life.admin.dead_letters(None, 10)) == ["e2"]
        [row] = life.ledger()
        assert (row.received, row.pending, row.dead) == (4, 3, 1)
        life.reader().acknowledge([e.position for e in got])
        [row] = life.ledger()
        assert (row.received, row.pending, row.dead) == (4, 0, 1)
        assert life.depth() == LogDepth(0, 0, 1)

    def test_a_letter_is_replayed_once(self, life: Life) -> None:
        [letter] = self._bury(life, event("e1"))
        assert life.admin.replay([letter.letter_id]) == 1
        assert life.admin.replay([letter.letter_id]) == 0
        assert len(life.read_all()) == 1

    def test_a_replayed_letter_survives_a_restart(self, engine: Engine) -> None:
        life = Life(engine)
        [letter] = self._bury(life, event("e1"))
        life.admin.replay([letter.letter_id])
        life.end()
        life = Life(engine)
        assert life.depth().waiting == 1
        [got] = life.read_all()
        assert (got.event_id, got.maybe_seen) == ("e1", True)
        life.end()

    def test_a_purged_letter_is_gone_but_still_counted(self, life: Life) -> None:
        letters = self._bury(life, event("e1"), event("e2"))
        assert life.admin.purge([letters[0].letter_id]) == 1
        assert life.admin.purge([letters[0].letter_id]) == 0
        assert life.admin.replay([letters[0].letter_id]) == 0
        assert ids(life.admin.dead_letters(None, 10)) == ["e2"]
        [row] = life.ledger()
        assert (row.received, row.pending, row.dead) == (2, 0, 2)

    def test_many_letters_are_replayed(self, life: Life) -> None:
        letters = self._bury(life, *(event(f"e{i}", who=f"anon-{i}") for i in range(700)))
        assert len(letters) == 700
        assert life.admin.replay([letter.letter_id for letter in letters]) == 700
        assert sorted(ids(life.read_all())) == sorted(f"e{i}" for i in range(700))

    # --- everything at once ---

    @pytest.mark.parametrize("seed", range(6))
    def test_a_random_history_agrees_with_a_model(self, engine: Engine, seed: int) -> None:
        RandomHistory(engine, random.Random(seed)).run(steps=120)

    # --- ledger ---

    def test_the_ledger_tells_where_every_event_went(self, engine: Engine) -> None:
        life = Life(engine)
        life.append(
            *(event(f"e{i}", who=f"anon-{i}") for i in range(6)),
            event("e0", who="anon-0"),
            tallies=[Tally("p1", MINUTE, 9, {"invalid_type": 1, "id_too_long": 1})],
        )
        life.append(event("e1", who="anon-1"), event("x", "p2"))
        got = {e.event_id: e for e in life.read_all()}
        life.reader().acknowledge([got["e0"].position, got["e1"].position])
        life.reader().dead_letter([(got["e2"], "r", "x")])
        expected = [
            LedgerRow("p1", MINUTE, 10, 2, {"invalid_type": 1, "id_too_long": 1}, 3, 1),
            LedgerRow("p2", MINUTE, 1, 0, {}, 1, 0),
        ]
        assert life.ledger() == expected
        assert life.ledger("p2") == expected[1:]
        life.end()
        life = Life(engine)
        assert life.ledger() == expected
        life.end()

    def test_the_ledger_is_by_minute_of_receipt_oldest_first(self, life: Life) -> None:
        for minute in (MINUTE + 2, MINUTE, MINUTE + 1):
            life.append(event(f"e{minute}", minute=minute))
        life.append(event(f"e{MINUTE}", minute=MINUTE + 3))
        assert [(r.minute, r.received, r.duplicate) for r in life.ledger()] == [
            (MINUTE, 1, 0),
            (MINUTE + 1, 1, 0),
            (MINUTE + 2, 1, 0),
            (MINUTE + 3, 1, 1),
        ]
        assert [r.minute for r in life.admin.ledger(None, MINUTE + 1, MINUTE + 3)] == [MINUTE + 1, MINUTE + 2]
        assert [r.minute for r in life.admin.ledger("p1", MINUTE, MINUTE + 1)] == [MINUTE]
        assert life.admin.ledger("nobody", MINUTE, MINUTE + 10) == []

    def test_refused_events_alone_are_counted(self, life: Life) -> None:
        life.append(tallies=[Tally("p1", MINUTE, 3, {"invalid_type": 3}), Tally("p2", MINUTE, 1, {"a": 1})])
        life.append(tallies=[Tally("p1", MINUTE, 1, {"invalid_type": 1})])
        assert life.ledger() == [
            LedgerRow("p1", MINUTE, 4, 0, {"invalid_type": 4}, 0, 0),
            LedgerRow("p2", MINUTE, 1, 0, {"a": 1}, 0, 0),
        ]
        assert life.depth().waiting == 0
