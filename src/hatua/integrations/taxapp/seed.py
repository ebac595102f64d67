"""Back-fills plausible traffic of the Tax App through the front door: POST /v1/capture, like any client."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from hatua.base.errors import HatuaError
from hatua.contract.limits import MAX_EVENTS_PER_REQUEST
from hatua.integrations.taxapp.traffic.client import CaptureClient
from hatua.integrations.taxapp.traffic.devices import SERVER
from hatua.integrations.taxapp.traffic.recorder import Event
from hatua.integrations.taxapp.traffic.rhythm import Rhythm
from hatua.integrations.taxapp.traffic.stories import SERVER_IP, Parcel, Story, story_of

CONNECTIONS = 12
"""The server commits concurrent requests together, so a dozen at once cost about as much as one."""


class SeedReport(msgspec.Struct, frozen=True):
    """What the server answered, summed up. `rejected_reasons`: reason -> events."""

    visitors: int
    requests: int
    events: int
    accepted: int
    duplicate: int
    rejected: int
    rejected_reasons: dict[str, int]
    seconds: float


def seed(
    base_url: str,
    write_key: str,
    *,
    days: int,
    visitors: int,
    seed: int,
    progress: Callable[[int], None] | None,
    now: int,
) -> SeedReport:
    """Sends what `visitors` people did on the last `days` days (today included, in Nairobi) up to `now`, Unix ms.

    The same arguments on the same day give the same events with the same ids: a run that was cut short can be started
    again, and the server counts what it has as duplicate. `progress` is called with the number of visitors done.
    The server believes the visitors' addresses (X-Forwarded-For) only from a trusted proxy.
    Blocking; not to be called from a running event loop. Raises CaptureRefused or CaptureUnreachable.
    """
    if days < 1 or visitors < 0:
        raise ValueError(f"days is {days} and visitors is {visitors}; at least 1 and 0 are needed")
    rhythm = Rhythm(now, days)

    def stories() -> Iterator[Story]:
        for number in range(visitors):
            yield story_of(seed, rhythm, number)
            if progress is not None:
                progress(number + 1)

    return asyncio.run(_Seeding(base_url, write_key, batches(stories())).run(visitors))


class _Seeding:
    """One run: stories are told while a dozen connections carry them away."""

    def __init__(self, base_url: str, write_key: str, parcels: Iterator[Parcel]) -> None:
        self._base_url = base_url
        self._write_key = write_key
        self._parcels = parcels
        self._tally: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    async def run(self, visitors: int) -> SeedReport:
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as senders:
                for _ in range(CONNECTIONS):
                    senders.create_task(self._send_some())
        except* HatuaError as group:
            raise group.exceptions[0] from None
        return SeedReport(
            visitors=visitors,
            requests=self._tally["requests"],
            events=self._tally["events"],
            accepted=self._tally["accepted"],
            duplicate=self._tally["duplicate"],
            rejected=self._reasons.total(),
            rejected_reasons=dict(self._reasons),
            seconds=round(time.monotonic() - began, 3),
        )

    async def _send_some(self) -> None:
        async with CaptureClient(self._base_url, self._write_key) as client:
            for parcel in self._parcels:
                answer = await client.send(parcel)
                self._tally["requests"] += 1
                self._tally["events"] += len(parcel.events)
                self._tally["accepted"] += answer.accepted
                self._tally["duplicate"] += answer.duplicate
                self._reasons.update(rejection.reason for rejection in answer.rejected)


def batches(stories: Iterable[Story]) -> Iterator[Parcel]:
    """As few requests as the contract allows: a browser's events together, and the contact centre's server, which
    speaks for many, in full batches of its own."""
    from_server: list[Event] = []
    for story in stories:
        by_browser: dict[str, Parcel] = {}
        for parcel in story.parcels():
            if parcel.ip == SERVER_IP:
                from_server.extend(parcel.events)
            else:
                first = by_browser.setdefault(
                    parcel.events[0]["anonymous_id"], Parcel(parcel.ip, parcel.user_agent, [])
                )
                first.events.extend(parcel.events)
        for whole in by_browser.values():
            for start in range(0, len(whole.events), MAX_EVENTS_PER_REQUEST):
                yield Parcel(whole.ip, whole.user_agent, whole.events[start : start + MAX_EVENTS_PER_REQUEST])
        while len(from_server) >= MAX_EVENTS_PER_REQUEST:
            yield Parcel(SERVER_IP, SERVER.user_agent, from_server[:MAX_EVENTS_PER_REQUEST])
            del from_server[:MAX_EVENTS_PER_REQUEST]
    if from_server:
        yield Parcel(SERVER_IP, SERVER.user_agent, from_server)
