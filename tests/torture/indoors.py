"""A torture that fits into one process and a few seconds: a real log, processor and warehouse, whose lives end by an
exception where SIGKILL would end them, and clients whose answers get lost."""

import asyncio
import contextlib
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from hatua.collector.protocols.native import read_body
from hatua.collector.protocols.take import RequestFacts, take_events
from hatua.contract.event import encode_event
from hatua.contract.record import Delivery, Envelope, Tally
from hatua.processor.worker import Processor
from hatua.streams.port import LogReader
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import WarehouseUnavailable
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.pipeline import NOON, Crash, Pipeline, WrappedReader
from tests.torture.client import Books, Key
from tests.torture.evidence import gather
from tests.torture.judge import Verdict, judge
from tests.torture.story import SPAN_MS, Story

PROJECTS = ("p", "q")


class Dice:
    """Decides at every place where something can go wrong whether it does."""

    def __init__(self, seed: int) -> None:
        self.lot = random.Random(f"indoors {seed}")
        self.calm = False

    def crash(self, chance: float) -> None:
        """Raises Crash."""
        if not self.calm and self.lot.random() < chance:
            raise Crash

    def fails(self, chance: float) -> bool:
        return not self.calm and self.lot.random() < chance


class DyingReader(WrappedReader):
    """The process dies before an acknowledgement, or after it; or stands still before an insert, while another
    processor takes some of its batch over and stores it."""

    def __init__(self, reader: LogReader, dice: Dice, overtaken: Callable[[], None]) -> None:
        super().__init__(reader)
        self._dice = dice
        self._overtaken = overtaken

    def acknowledge(self, positions: Sequence[str]) -> None:
        self._dice.crash(0.2)
        self._reader.acknowledge(positions)
        self._dice.crash(0.05)

    def owned_until(self, positions: Sequence[str]) -> int:
        until = self._reader.owned_until(positions)
        if self._dice.fails(0.2):
            self._overtaken()
            until = self._reader.owned_until(positions)
        return until


class DyingWriter(EventWriter):
    """The process dies before an insert, or before its links and sessions; or an insert's answer is lost."""

    def __init__(self, warehouse: Warehouse, dice: Dice) -> None:
        super().__init__(warehouse)
        self._dice = dice

    def write(self, rows: Sequence[EventRow], links: Sequence[LinkRow] = (), until_ms: int = 0) -> None:
        self._dice.crash(0.05)
        super().write(rows, links, until_ms)
        if self._dice.fails(0.15):
            raise WarehouseUnavailable("the answer was lost")

    def refresh_sessions(self, keys: Iterable[tuple[str, str]]) -> None:
        self._dice.crash(0.1)
        super().refresh_sessions(keys)


def torture_indoors(folder: Path, warehouse: Warehouse, seed: int, *, events: int = 260) -> Verdict:
    """One seed; the warehouse must be empty."""
    return _Run(folder, warehouse, seed).run(events)


class _Run:
    def __init__(self, folder: Path, warehouse: Warehouse, seed: int) -> None:
        self._dice = Dice(seed)
        self._story = Story(seed, NOON - SPAN_MS)
        self._pipeline = Pipeline(folder, warehouse)
        self._pipeline.settings = self._pipeline.settings.__class__(batch_size=50)
        self._books = Books()
        self._numbers = itertools.count()

    def run(self, events: int) -> Verdict:
        waiting: list[Key] = []
        processor = self._processor()
        while len(self._books.sent) < events or waiting:
            waiting = self._post(waiting, new=len(self._books.sent) < events)
            if self._dice.lot.random() < 0.25:
                processor = self._live(processor)
        self._dice.calm = True
        self._pipeline.restart()
        self._pipeline.drain(self._processor())
        with contextlib.closing(self._pipeline.log.admin()) as admin:
            evidence = gather(self._pipeline.warehouse, admin, self._pipeline.waiting())
        self._pipeline.close()
        return judge(self._story, self._books, evidence)

    def _live(self, processor: Processor) -> Processor:
        """The processor works once; when it dies the log is opened again, and another begins."""
        try:
            processor.run_once()
        except Crash:
            self._pipeline.restart()
            return self._processor()
        return processor

    def _processor(self) -> Processor:
        reader = DyingReader(self._pipeline.reader(), self._dice, self._overtake)
        return self._pipeline.processor(reader=reader, writer=DyingWriter(self._pipeline.warehouse, self._dice))

    def _overtake(self) -> None:
        """Another processor takes over some of what is in the first one's hands, and is quick."""
        heir = self._pipeline.log.reader("heir")
        taken = heir.claim_stale(0, self._dice.lot.randint(1, 20))
        self._pipeline.processor(reader=_Given(heir, taken)).run_once()
        heir.close()

    def _post(self, waiting: list[Key], *, new: bool) -> list[Key]:
        """One request; what has to be sent again."""
        lot, books = self._dice.lot, self._books
        project = waiting[0][0] if waiting else lot.choice(PROJECTS)
        keys = [key for key in waiting if key[0] == project]
        left = [key for key in waiting if key[0] != project]
        if new:
            keys += [(project, self._story.event_id(next(self._numbers))) for _ in range(lot.randint(1, 3))]
        if books.promised and lot.random() < 0.3:
            keys += [key for key in lot.sample(sorted(books.promised), 1) if key[0] == project]
        keys = list(dict.fromkeys(keys))
        books.retries += bool(waiting)
        books.sent.update(keys)
        rejected = self._capture(project, keys)
        if self._dice.fails(0.1):
            return left + keys  # the answer is lost
        books.answers[200] += 1
        books.refused.update(keys[index] for index in rejected)
        books.promised.update(key for index, key in enumerate(keys) if index not in rejected)
        return left

    def _capture(self, project: str, keys: Sequence[Key]) -> set[int]:
        """What the collector does between a request's body and its answer; the places of refused events."""
        body = json.dumps({"batch": [self._story.tell(event_id).wire for _, event_id in keys]}).encode()
        now = self._pipeline.now
        taken = take_events(read_body(body), RequestFacts("t", project, now))
        envelopes = [
            Envelope(project, one.event_id, one.anonymous_id, one.received_at, encode_event(one))
            for one in taken.events
        ]
        reasons = Counter(one.reason for one in taken.rejections)
        tally = Tally(project, now // 60_000, len(keys), reasons)

        async def append() -> list[bool]:
            return await self._pipeline.log.writer().append(envelopes, [tally])

        admitted = asyncio.run(append())
        self._books.accepted += sum(admitted)
        return {one.index for one in taken.rejections}


class _Given(WrappedReader):
    """A reader with a first batch that is known, and no other."""

    def __init__(self, reader: LogReader, batch: list[Delivery]) -> None:
        super().__init__(reader)
        self._batch = batch

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        batch, self._batch = self._batch, []
        return batch
