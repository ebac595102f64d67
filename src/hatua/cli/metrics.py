"""What a process says to Prometheus besides the collector's own counters. docs/operations.md explains every name."""

import asyncio
import logging
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import hatua
from hatua.base.clock import Clock
from hatua.base.errors import HatuaError, Unavailable
from hatua.base.log import fields
from hatua.contract.ledger import LedgerLine
from hatua.processor.counters import Counters
from hatua.streams.port import LogWriter

log = logging.getLogger("hatua.metrics")

Part = Callable[[], Awaitable[list[str]]]
"""Lines of the text format."""

LEDGER_MINUTES = 60
LEDGER_AGE_MS = 60_000
"""The last hour is recounted at most once a minute: 36 million events at 10,000 a second are 0.1 s of ClickHouse."""

LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


async def rendered(parts: Iterable[Part]) -> bytes:
    """Prometheus text format, version 0.0.4."""
    lines = [line for part in parts for line in await part()]
    return ("\n".join(lines) + "\n").encode()


def build_info(role: str) -> Part:
    """Which build runs in which role."""

    async def part() -> list[str]:
        labels = f'version="{hatua.__version__}",role="{role}"'
        return ["# TYPE hatua_build_info gauge", f"hatua_build_info{{{labels}}} 1"]

    return part


def log_depth(writer: LogWriter, clock: Clock) -> Part:
    """How much waits in the log, and for how long already."""

    async def part() -> list[str]:
        try:
            depth = await writer.depth()
        except Unavailable:
            return gauge("hatua_log_up", 0)
        age_ms = max(clock() - depth.oldest_received_at, 0) if depth.oldest_received_at else 0
        return [
            *gauge("hatua_log_up", 1),
            *gauge("hatua_log_waiting_events", depth.waiting),
            *gauge("hatua_log_oldest_event_age_seconds", age_ms / 1000),
            *gauge("hatua_log_dead_letters", depth.dead_letters),
        ]

    return part


def processor_counts(counters: Counters, alive: Callable[[], bool]) -> Part:
    """What the processor of this process has done."""

    async def part() -> list[str]:
        return [
            "# TYPE hatua_processor_events_total counter",
            f'hatua_processor_events_total{{outcome="inserted"}} {counters.inserted}',
            f'hatua_processor_events_total{{outcome="duplicate"}} {counters.duplicates}',
            f'hatua_processor_events_total{{outcome="dead"}} {counters.dead}',
            f'hatua_processor_events_total{{outcome="erased"}} {counters.erased}',
            *counter("hatua_processor_links_total", counters.links),
            *counter("hatua_processor_batches_total", counters.batches),
            *counter("hatua_processor_retries_total", counters.retries),
            *gauge("hatua_processor_lag_seconds", counters.lag_ms / 1000),
            *gauge("hatua_processor_last_flush_timestamp_seconds", counters.last_flush_at / 1000),
            *gauge("hatua_processor_store_away", int(counters.store_away)),
            *gauge("hatua_processor_halted", int(counters.halted or not alive())),
        ]

    return part


class LedgerWatch:
    """Recounts the ledger of the last hour when somebody reads the metrics, in a thread, and not for each reader. One
    reading shows what the recount before it found."""

    def __init__(self, look: Callable[[int, int], list[LedgerLine]], clock: Clock) -> None:
        """`look(from_minute, to_minute)` blocks, and looks again until nothing that was on its way shows as a gap."""
        self._look = look
        self._clock = clock
        self._gap = 0
        self._checked_at = 0
        self._asked_at = 0
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self) -> list[str]:
        now = self._clock()
        if self._looking is None and now - self._asked_at >= LEDGER_AGE_MS:
            self._asked_at = now
            self._looking = asyncio.create_task(self._recount(now // 60_000 + 1))
        if not self._checked_at:
            return []
        return [
            *gauge("hatua_ledger_gap_events", self._gap),
            *gauge("hatua_ledger_checked_timestamp_seconds", self._checked_at / 1000),
        ]

    async def settle(self) -> None:
        """Returns when no recount is under way."""
        if self._looking is not None:
            await self._looking

    async def _recount(self, to_minute: int) -> None:
        try:
            lines = await asyncio.to_thread(self._look, to_minute - LEDGER_MINUTES, to_minute)
        except HatuaError as fact:
            log.warning("the ledger cannot be recounted now: %s", fact)
        else:
            self._gap, self._checked_at = sum(abs(line.gap) for line in lines), self._clock()
            for line in lines:
                if line.gap:
                    what = {"project": line.project_id, "minute": line.minute, "gap": line.gap}
                    log.error("the ledger does not balance", extra=fields(**what))
        finally:
            self._looking = None


class RequestCounts:
    """Requests of one HTTP side by status, and how long they took. Live streams are counted, not timed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._by_status: Counter[int] = Counter()
        self._buckets = [0] * (len(LATENCY_BUCKETS_S) + 1)
        self._sum_s = 0.0

    def answered(self, status: int, took_s: float | None) -> None:
        """Counts one; `took_s` None: it had no end to wait for."""
        self._by_status[status] += 1
        if took_s is not None:
            self._buckets[bisect_left(LATENCY_BUCKETS_S, took_s)] += 1
            self._sum_s += took_s

    async def __call__(self) -> list[str]:
        seconds = f"{self._name}_request_seconds"
        lines = [f"# TYPE {self._name}_requests_total counter"]
        lines += [f'{self._name}_requests_total{{status="{s}"}} {n}' for s, n in sorted(self._by_status.items())]
        lines.append(f"# TYPE {seconds} histogram")
        total = 0
        for bound, count in zip((*LATENCY_BUCKETS_S, "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'{seconds}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{seconds}_sum {self._sum_s:.6f}", f"{seconds}_count {total}"]


def gauge(name: str, value: float) -> list[str]:
    """Its type and its value."""
    return [f"# TYPE {name} gauge", f"{name} {value:.15g}"]


def counter(name: str, value: float) -> list[str]:
    """Its type and its value."""
    return [f"# TYPE {name} counter", f"{name} {value:.15g}"]
