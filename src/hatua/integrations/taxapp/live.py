"""A gentle trickle of visitors in real time, so that a demo's Real time page is alive."""

import asyncio
import heapq
import logging
import random
from collections import defaultdict

import msgspec

from hatua.base.clock import Clock, system_clock
from hatua.base.errors import HatuaError
from hatua.base.log import fields
from hatua.integrations.taxapp.traffic.chance import Random
from hatua.integrations.taxapp.traffic.client import CaptureClient, CaptureRefused
from hatua.integrations.taxapp.traffic.recorder import Event
from hatua.integrations.taxapp.traffic.rhythm import HOUR_MS
from hatua.integrations.taxapp.traffic.stories import Parcel, encounter

log = logging.getLogger("hatua.demo")

TICK_S = 1.0
PATIENCE_S = 5.0
ARRIVALS_PER_TICK = 0.085
"""Visitors and conversations a second; each sends about 20 events over some minutes: together 1 to 3 a second."""

WARM_UP_MS = 240_000
"""At the start some visitors are already in the middle of theirs: the page need not be empty for minutes."""

MAX_WAITING = 2_000
"""Events of visits under way; past that nobody new arrives."""


class Due(msgspec.Struct, frozen=True, order=True):
    """One event on its way; ordered by `at`, Unix ms, then by `number`."""

    at: int
    number: int
    ip: str
    user_agent: str
    event: Event


async def run_live(
    base_url: str, write_key: str, stop: asyncio.Event, *, clock: Clock = system_clock, tick_s: float = TICK_S
) -> None:
    """Sends events as they happen until `stop` is set; returns within a tick of it. Survives a server that is away;
    ends, with a line in the log, when the server refuses the key."""
    trickle = Trickle(random.SystemRandom(), clock())
    try:
        async with CaptureClient(base_url, write_key, patience_s=PATIENCE_S) as client:
            while not stop.is_set():
                for parcel in trickle.tick(clock()):
                    await _send(client, parcel)
                try:
                    async with asyncio.timeout(tick_s):
                        await stop.wait()
                except TimeoutError:
                    continue
    except CaptureRefused as problem:
        log.error("live demo traffic stopped: it was refused", extra=fields(error=str(problem)))


async def _send(client: CaptureClient, parcel: Parcel) -> None:
    try:
        await client.send(parcel)
    except CaptureRefused:
        raise
    except HatuaError as problem:
        log.warning("live demo traffic could not be sent", extra=fields(error=str(problem)))


class Trickle:
    """Who is on the site just now. Pure: time is what `tick` is told."""

    def __init__(self, rng: Random, now: int) -> None:
        self._rng = rng
        self._waiting: list[Due] = []
        self._numbers = 0
        for _ in range(int(ARRIVALS_PER_TICK * WARM_UP_MS / 1000)):
            self._arrive(now - rng.randrange(WARM_UP_MS), not_before=now)

    def tick(self, now: int) -> list[Parcel]:
        """What happened until `now`, Unix ms, and was not given out yet: one parcel a client."""
        if self._rng.random() < ARRIVALS_PER_TICK:
            self._arrive(now, not_before=0)
        due: dict[tuple[str, str], list[Event]] = defaultdict(list)
        while self._waiting and self._waiting[0].at <= now:
            item = heapq.heappop(self._waiting)
            due[item.ip, item.user_agent].append(item.event)
        return [Parcel(ip, agent, events) for (ip, agent), events in due.items()]

    def _arrive(self, at: int, not_before: int) -> None:
        for ip, agent, events in encounter(Random(self._rng.getrandbits(64)), at):
            for moment, event in events:
                if not_before <= moment <= at + HOUR_MS and len(self._waiting) < MAX_WAITING:
                    self._numbers += 1
                    heapq.heappush(self._waiting, Due(moment, self._numbers, ip, agent, event))
