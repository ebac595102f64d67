"""Events of erased people on their way: from the queue, from dead letters, in the very batch during which somebody is
erased. Whatever happens, nothing of them is stored in the end and the ledger adds up."""

from typing import Any

import pytest

from hatua.base.id_hashes import IdHasher
from hatua.base.settings import Secret
from hatua.contract.event import RawEvent
from hatua.contract.ledger import LedgerLine, join
from hatua.contract.record import Tally
from hatua.processor.erased import Erased, OtherSecret
from hatua.processor.worker import Processor
from hatua.registry.store import Registry
from hatua.warehouse.erasing import Erasing
from hatua.warehouse.ledger import counts_by_minute
from hatua.warehouse.writer import EventWriter
from tests.fixtures.pipeline import NOON, Crash, Meanwhile, Pipeline, Running, event

HASHER = IdHasher(Secret("pepper"))


class People:
    """A project of a real registry, whose people the test erases; its clock is the pipeline's."""

    def __init__(self, pipeline: Pipeline, registry: Registry) -> None:
        self.pipeline = pipeline
        self.registry = registry
        self.project = registry.create_project("Tax").id

    def event(self, event_id: str, **fields: Any) -> RawEvent:
        return event(event_id, project_id=self.project, **fields)

    def append(self, *events: RawEvent) -> None:
        """With the tally that the collector would give."""
        self.pipeline.append(*events)
        tally = Tally(self.project, NOON // 60_000, len(events))
        self.pipeline.append_tallies([tally])

    def erase(self, *ids: str, hasher: IdHasher = HASHER) -> None:
        hashes = [hasher.hash(self.project, one) for one in ids]
        self.registry.begin_erasure(self.project, hashes, hasher.check)

    def processor(self, writer: EventWriter | None = None) -> Processor:
        return self.pipeline.processor(
            writer=writer, erased=Erased(self.registry, HASHER, Erasing(self.pipeline.warehouse))
        )

    def stored(self) -> list[str]:
        return sorted(row["event_id"] for row in self.pipeline.events("event_id"))

    def ledger(self) -> LedgerLine:
        minute = NOON // 60_000
        admin = self.pipeline.log.admin()
        try:
            of_log = admin.ledger(self.project, minute, minute + 1)
        finally:
            admin.close()
        stored = counts_by_minute(self.pipeline.warehouse, self.project, minute * 60_000, (minute + 1) * 60_000)
        [line] = join(of_log, stored)
        return line


@pytest.fixture
def people(pipeline: Pipeline, tmp_path: Any) -> Any:
    pipeline.now = NOON + 10_000
    registry = Registry.open(str(tmp_path / "registry.db"), clock=pipeline.clock)
    yield People(pipeline, registry)
    registry.close()


def test_what_waits_in_the_queue_when_a_person_is_erased_is_not_stored_and_the_ledger_says_erased(
    people: People,
) -> None:
    people.append(
        people.event("of-user", user_id="U"),
        people.event("of-browser", anonymous_id="a1"),
        people.event("of-conversation", anonymous_id="conv", context={"externalId": "254712345678"}),
        people.event("another-user-same-browser", user_id="V", anonymous_id="a1"),
        people.event("somebody-else", anonymous_id="b"),
    )
    people.erase("U", "a1", "+254 712 345678")

    processor = people.pipeline.drain(people.processor())

    assert people.stored() == ["another-user-same-browser", "somebody-else"]
    assert people.pipeline.links() == [("a1", "V", "login")]
    line = people.ledger()
    assert (line.received, line.stored, line.erased, line.pending, line.gap) == (5, 2, 3, 0, 0)
    assert (processor.counters.erased, processor.counters.inserted, processor.counters.duplicates) == (3, 2, 0)


def test_who_comes_back_after_having_been_erased_is_measured_again_but_not_what_they_did_before(
    people: People,
) -> None:
    people.erase("U")
    before, after = people.pipeline.now - 1, people.pipeline.now + 60_000
    people.pipeline.now = after
    people.append(
        people.event("kept-by-the-client-until-now", user_id="U", timestamp=before, received_at=NOON),
        people.event("new", user_id="U", timestamp=after, received_at=NOON),
    )
    people.append(people.event("at-the-moment", user_id="U", timestamp=before + 1, received_at=after))
    people.pipeline.drain(people.processor())
    assert people.stored() == []  # received at NOON: an event is never later than its receipt

    people.append(people.event("new-again", user_id="U", timestamp=after, received_at=after))
    people.pipeline.drain(people.processor())
    assert people.stored() == ["new-again"]


def test_a_dead_letter_that_is_replayed_after_the_erasure_is_not_stored(people: People) -> None:
    people.pipeline.append_bodies([])
    people.append(people.event("bad", user_id="U", properties={"a": 1}))
    reader = people.pipeline.reader()
    reader.dead_letter([(one, "step_failed", "told") for one in reader.read(10, 0)])
    reader.close()
    people.erase("U")
    admin = people.pipeline.log.admin()
    assert admin.replay([one.letter_id for one in people.pipeline.dead_letters()]) == 1
    admin.close()
    people.pipeline.drain(people.processor())
    assert people.stored() == []
    assert (people.ledger().erased, people.ledger().gap) == (1, 0)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_person_erased_while_their_batch_is_being_stored_is_taken_out_again(people: People, moment: str) -> None:
    people.append(
        people.event("hers", user_id="U", anonymous_id="a1", session_id="shared"),
        people.event("his", user_id="V", anonymous_id="b1", session_id="shared"),
    )
    writer = Meanwhile(people.pipeline, **{"before": None, "after": None, moment: lambda: people.erase("U")})
    people.pipeline.drain(people.processor(writer))

    assert people.stored() == ["his"]
    assert people.pipeline.links() == [("b1", "V", "login")]
    [session] = people.pipeline.sessions()
    assert (session["events"], session["user_ids"]) == (1, ["V"])
    assert (people.ledger().stored, people.ledger().erased, people.ledger().gap) == (1, 1, 0)


def test_a_crash_between_the_insert_and_the_second_look_leaves_nothing_after_the_restart(people: People) -> None:
    people.append(people.event("hers", user_id="U", session_id="s"), people.event("his", user_id="V", session_id="s"))

    def crash() -> None:
        people.erase("U")
        raise Crash

    with pytest.raises(Crash):
        people.pipeline.drain(people.processor(Meanwhile(people.pipeline, None, crash)))
    assert people.stored() == ["hers", "his"]

    people.pipeline.restart()
    people.pipeline.drain(people.processor())
    assert people.stored() == ["his"]
    assert [(one["events"], one["user_ids"]) for one in people.pipeline.sessions()] == [(1, ["V"])]
    assert (people.ledger().stored, people.ledger().erased, people.ledger().gap) == (1, 1, 0)


def test_a_processor_with_another_secret_stores_nothing_rather_than_bring_somebody_back(people: People) -> None:
    people.append(people.event("hers", user_id="U"))
    people.erase("U", hasher=IdHasher(Secret("another")))
    with pytest.raises(OtherSecret, match="another JWT_SECRET"):
        Erased(people.registry, HASHER, Erasing(people.pipeline.warehouse)).part([])
    running = Running(processor := people.processor())
    while not processor.counters.retries:
        assert not running.join(0.01)
    running.stop.set()
    assert running.join()
    assert people.stored() == []
    people.pipeline.restart()
    assert people.pipeline.waiting() == 1


def test_nobody_was_ever_erased_costs_one_question_a_batch(people: People) -> None:
    asked: list[str] = []

    class Counting:
        def erasures_begun(self) -> int:
            asked.append("begun")
            return 0

        def erased_ids(self) -> list[Any]:
            raise AssertionError("not asked while nobody is erased")

        def deleted_projects(self) -> frozenset[str]:
            raise AssertionError("not asked while nothing was deleted")

    people.append(*(people.event(f"e{n}") for n in range(50)))
    erased = Erased(Counting(), HASHER, Erasing(people.pipeline.warehouse))
    people.pipeline.drain(people.pipeline.processor(erased=erased))
    assert len(people.stored()) == 50
    assert len(asked) == 2  # before and after
