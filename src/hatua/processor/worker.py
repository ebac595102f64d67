"""The processor's loop: read, enrich, write, acknowledge. In that order, so that a crash anywhere loses nothing; and
what may have been read before is looked for in the warehouse first, so that it doubles nothing."""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from hatua.base.clock import Clock, system_clock
from hatua.base.errors import HatuaError
from hatua.base.log import fields
from hatua.contract.record import Delivery
from hatua.processor.backoff import Backoff
from hatua.processor.counters import Counters
from hatua.processor.draft import Draft
from hatua.processor.enrichment import Enrichment
from hatua.processor.erased import Erased
from hatua.processor.failures import DeadReason, Failure, FailureGate, ProcessorHalted, failure
from hatua.processor.identity import link_identity
from hatua.processor.settings import ProcessorSettings
from hatua.processor.storing import Refused, Until, store, store_links_that_can_be, store_what_can_be
from hatua.streams.port import LogReader, LogUnavailable
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter

_log = logging.getLogger("hatua.processor")

_IDLE_BLOCK_MS = 1_000
"""How long one read of an empty log waits: long enough to cost nothing, short enough to notice a stop."""

_LEAST_LINGER_MS = 50
"""Even after a quiet moment the first event waits this long: it seldom comes alone."""

_SLICE = 500
"""Events of one read. A batch is read in slices, so that it can end at a size in bytes as well: an event may have
80 KB."""

_MOST_BYTES = 32_000_000

_LINKS_REFUSED = "the warehouse refused identity links"

T = TypeVar("T")


class Stopping(Exception):
    """Asked to stop while something was unavailable: the batch stays in the log."""


class Lost(Exception):
    """Some of the batch is no longer ours: it goes back to the log, whose owner may have stored it already."""


class Processor:
    """Takes events off one log into one warehouse. One thread; any number of processors may share the log."""

    def __init__(
        self,
        reader: LogReader,
        writer: EventWriter,
        enrichment: Enrichment,
        settings: ProcessorSettings,
        clock: Clock = system_clock,
        *,
        erased: Erased | None = None,
        backoff: Callable[[threading.Event], Backoff] = Backoff,
    ) -> None:
        self.counters = Counters()
        self._reader = reader
        self._writer = writer
        self._enrichment = enrichment
        self._settings = settings
        self._clock = clock
        self._erased = erased
        self._new_backoff = backoff
        self._stop = threading.Event()
        self._backoff = backoff(self._stop)
        self._gate = FailureGate(settings.halt_failures_in_a_row, settings.halt_failure_share)
        self._claimed_at = clock()

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set, then finishes the batch at hand and returns: within about a second, or at once
        while something is unavailable. Raises ProcessorHalted when too many events fail; nothing else but a
        defect."""
        self._stop = stop
        self._backoff = self._new_backoff(stop)
        _log.info("processor started", extra=fields(batch_size=self._settings.batch_size))
        try:
            while not stop.is_set():
                self.run_once(_IDLE_BLOCK_MS, self._settings.flush_interval_ms)
        except Stopping:
            pass
        except BaseException as problem:
            self.counters.halted = True
            _log.error("processor halted: %s", problem, extra=fields(dead=self.counters.dead))
            raise
        _log.info("processor stopped", extra=fields(processed=self.counters.processed))

    def run_once(self, block_ms: int = 0, linger_ms: int = 0) -> int:
        """One batch, from the log to the acknowledgement; returns how many events left the log. Waits `block_ms`
        for the first event and, unless there are many, for others to join it: until `linger_ms` after the last
        flush, which after a quiet moment is at once but for 50 ms."""
        deliveries = self._patiently(lambda: self._gather(block_ms, linger_ms))
        if not deliveries:
            self.counters.lag_ms = 0
            return 0
        try:
            return self._process(deliveries)
        except Lost:
            _log.warning("a batch was not ours for long enough; it goes back", extra=fields(events=len(deliveries)))
            self._reader.give_back()
            return 0

    def _process(self, deliveries: Sequence[Delivery]) -> int:
        outcomes: Sequence[Draft | Failure] = self._patiently(lambda: self._enrichment.each(deliveries))
        held_back = len(outcomes)
        if (erased := self._erased) is not None:
            outcomes = self._patiently(lambda: erased.part(outcomes))
        held_back -= len(outcomes)
        failures = self._failures(outcomes)
        drafts = self._patiently(lambda: self._unlike([one for one in outcomes if isinstance(one, Draft)]))
        rows, links = self._patiently(lambda: self._enrichment.together(drafts))
        failures += self._store(drafts, rows, links, self._until(deliveries))
        links += self._join(drafts, failures)
        if erased is not None:
            self.counters.erased += self._patiently(lambda: erased.settle(drafts))
        self._patiently(lambda: self._leave(deliveries, failures))
        self._count(deliveries, rows, links, failures)
        self.counters.duplicates -= held_back
        return len(deliveries)

    def _gather(self, block_ms: int, linger_ms: int) -> list[Delivery]:
        size = self._settings.batch_size
        now = self._clock()
        if now - self._claimed_at >= self._settings.claim_idle_ms // 2:
            self._claimed_at = now
            if stale := self._reader.claim_stale(self._settings.claim_idle_ms, size):
                _log.warning("took over events of another processor", extra=fields(events=len(stale)))
                return stale
        batch = self._reader.read(min(size, _SLICE), block_ms)
        if batch and len(batch) < min(size, _SLICE) and linger_ms > 0:
            since = max(self._clock() - self.counters.last_flush_at, 0)
            self._stop.wait(max(linger_ms - since, min(linger_ms, _LEAST_LINGER_MS)) / 1000)
        with contextlib.suppress(LogUnavailable):  # what is in hand goes on
            self._fill(batch, size)
        return batch

    def _fill(self, batch: list[Delivery], size: int) -> None:
        """More of what is waiting, up to `size` events or 32 MB."""
        taken = sum(len(one.body) for one in batch)
        while batch and len(batch) < size and taken < _MOST_BYTES:
            some = self._reader.read(min(size - len(batch), _SLICE), 0)
            if not some:
                return
            batch += some
            taken += sum(len(one.body) for one in some)

    def _failures(self, outcomes: Sequence[Draft | Failure]) -> list[Failure]:
        """Tells the gate of each, in order, before any of them becomes a dead letter."""
        failures: list[Failure] = []
        well = 0
        for one in outcomes:
            if isinstance(one, Draft):
                well += 1
                continue
            self._gate.succeeded(well)
            well = 0
            failures.append(one)
            self._gate.failed(one.error)
        self._gate.succeeded(well)
        return failures

    def _unlike(self, drafts: list[Draft]) -> list[Draft]:
        """Drafts of different events, those marked that the warehouse holds already."""
        unlike: dict[tuple[str, str], Draft] = {}
        for draft in drafts:
            key = draft.raw.project_id, draft.raw.event_id
            if key not in unlike or draft.delivery.maybe_seen:
                unlike[key] = draft
        seen = [draft for draft in unlike.values() if draft.delivery.maybe_seen]
        if seen:
            received = [draft.raw.received_at for draft in seen]
            ids = [(draft.raw.project_id, draft.raw.event_id) for draft in seen]
            stored = self._writer.already_stored(ids, min(received), max(received))
            for draft, key in zip(seen, ids, strict=True):
                draft.stored = key in stored
        return list(unlike.values())

    def _until(self, deliveries: Sequence[Delivery]) -> Until:
        """Tells how long the batch is ours; what it raises when it is not gets through `_patiently`."""
        positions = [one.position for one in deliveries]

        def until() -> int:
            moment = self._reader.owned_until(positions)
            if moment <= self._clock():
                raise Lost
            return moment

        return until

    def _store(
        self, drafts: Sequence[Draft], rows: list[EventRow], links: list[LinkRow], until: Until
    ) -> list[Failure]:
        refused: list[Refused] = []
        lost_links = 0
        if not self._patiently(self._attempts(drafts, rows, links, until)):
            refused = self._patiently(lambda: store_what_can_be(self._writer, rows, until))
            bad = {(one.row.project_id, one.row.event_id) for one in refused}
            kept = [draft for draft in drafts if (draft.raw.project_id, draft.raw.event_id) not in bad]
            lost_links = self._patiently(lambda: store_links_that_can_be(self._writer, link_identity(kept)))
        if stored := [draft for draft in drafts if draft.stored]:
            keys = [(draft.raw.project_id, draft.session_id) for draft in stored]
            self._patiently(lambda: self._writer.refresh_sessions(keys))
        if lost_links:
            _log.error(_LINKS_REFUSED, extra=fields(links=lost_links))
        if not refused:
            return []
        by_id = {(draft.raw.project_id, draft.raw.event_id): draft.delivery for draft in drafts}
        failures = [
            failure(by_id[one.row.project_id, one.row.event_id], DeadReason.REFUSED_BY_WAREHOUSE, one.problem)
            for one in refused
        ]
        for one in failures:
            self._gate.failed(one.error)
        return failures

    def _join(self, drafts: Sequence[Draft], failures: Sequence[Failure]) -> list[LinkRow]:
        """Stores the links of the handshakes that these events are part of, and returns them. A crash before it is
        mended when the batch is read again."""
        dead = {one.delivery.position for one in failures}
        kept = [draft for draft in drafts if draft.delivery.position not in dead]
        links = self._patiently(lambda: self._enrichment.handshakes(kept))
        if links and (lost := self._patiently(lambda: store_links_that_can_be(self._writer, links))):
            _log.error(_LINKS_REFUSED, extra=fields(links=lost))
        return links

    def _attempts(
        self, drafts: Sequence[Draft], rows: Sequence[EventRow], links: Sequence[LinkRow], until: Until
    ) -> Callable[[], bool]:
        """One call, one attempt to store. All but the first look afterwards whether everything is there; also the
        first, when an earlier life of a processor may have made attempts."""
        before = any(draft.delivery.maybe_seen for draft in drafts)

        def attempt() -> bool:
            nonlocal before
            look, before = before, True
            done = store(self._writer, rows, links, until)
            if done and look and (missing := self._writer.complete(rows, until())):
                _log.warning("an earlier insert had left its token without its rows", extra=fields(events=missing))
            return done

        return attempt

    def _leave(self, deliveries: Sequence[Delivery], failures: Sequence[Failure]) -> None:
        if failures:
            self._reader.dead_letter([(one.delivery, one.reason.value, one.error) for one in failures])
        dead = {one.delivery.position for one in failures}
        self._reader.acknowledge([one.position for one in deliveries if one.position not in dead])

    def _count(
        self,
        deliveries: Sequence[Delivery],
        rows: Sequence[EventRow],
        links: Sequence[LinkRow],
        failures: list[Failure],
    ) -> None:
        refused = sum(one.reason is DeadReason.REFUSED_BY_WAREHOUSE for one in failures)
        counters = self.counters
        now = self._clock()
        counters.processed += len(deliveries)
        counters.inserted += len(rows) - refused
        counters.dead += len(failures)
        counters.duplicates += len(deliveries) - len(failures) - (len(rows) - refused)
        counters.links += len(links)
        counters.batches += 1
        counters.lag_ms = max(now - min(one.received_at for one in deliveries), 0)
        counters.last_flush_at = now
        for one in failures:
            _log.error(
                "event is a dead letter",
                extra=fields(
                    project=one.delivery.project_id, event=one.delivery.event_id, reason=one.reason, error=one.error
                ),
            )

    def _patiently(self, act: Callable[[], T]) -> T:
        """Does it, again and again while a store is away. Raises Stopping when asked to stop meanwhile."""
        while True:
            try:
                done = act()
            except ProcessorHalted:
                raise
            except HatuaError as problem:
                self.counters.retries += 1
                self.counters.store_away = True
                level = logging.WARNING if self._backoff.tries < 5 else logging.ERROR
                _log.log(level, "waiting: %s", problem, extra=fields(tries=self._backoff.tries + 1))
                if self._backoff.wait():
                    raise Stopping from problem
            else:
                self._backoff.reset()
                self.counters.store_away = False
                return done
