"""One capture request from bytes to an answer: who, how often, what, to the log, and how it went."""

import logging
from collections.abc import Sequence

from hatua.base.clock import Clock
from hatua.base.errors import Unavailable
from hatua.base.rates import WindowLimiter
from hatua.collector.answers import Refusal, accepted
from hatua.collector.body import Receive, decompress, read_body
from hatua.collector.client_ip import rate_key
from hatua.collector.keys import KeyDirectory, KeysUnavailable
from hatua.collector.metrics import CollectorMetrics
from hatua.collector.origins import OriginRules
from hatua.collector.protocols.faults import BodyFault, Rejection
from hatua.collector.protocols.native import read_body as read_batch
from hatua.collector.protocols.take import Identity, RequestFacts, Taken, take_events
from hatua.collector.request import Request, check_media_type
from hatua.collector.room import BodyRoom, Visit
from hatua.collector.seldom import Seldom
from hatua.collector.visitors import Visitors
from hatua.contract.event import RawEvent, encode_event
from hatua.contract.event_time import oldest_kept
from hatua.contract.reasons import RejectReason, RequestError
from hatua.contract.record import Envelope, Tally
from hatua.registry.model import Cookieless, ProjectAccess
from hatua.streams.port import LogFull, LogWriter

log = logging.getLogger(__name__)

_IDENTITY: dict[Cookieless, Identity] = {"off": "own", "when_missing": "when_missing", "always": "never"}


class NoValidEvent(Refusal):
    """Every event of the request was refused, each by name."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        super().__init__(RequestError.NO_VALID_EVENT, f"none of the {len(rejections)} events is valid")
        self.rejections = rejections


class Capture:
    """`POST /v1/capture` and `/v1/identify`, apart from HTTP's own business (routes, CORS, status lines)."""

    def __init__(
        self,
        writer: LogWriter,
        keys: KeyDirectory,
        clock: Clock,
        *,
        metrics: CollectorMetrics,
        origins: OriginRules,
        per_ip: WindowLimiter,
        per_project: WindowLimiter,
        room: BodyRoom,
        visitors: Visitors,
    ) -> None:
        self._writer = writer
        self._trouble = Seldom(log, "the durable log takes no events", clock)
        self._keys = keys
        self._clock = clock
        self._metrics = metrics
        self._origins = origins
        self._per_ip = per_ip
        self._per_project = per_project
        self._room = room
        self._visitors = visitors

    async def answer(self, request: Request, receive: Receive, *, identify: bool) -> bytes:
        """The body of the 200: by then its events are durable. Raises Refusal; then nothing of it was accepted."""
        visit = self._room.visit()
        try:
            return await self._answer(request, receive, visit, identify=identify)
        finally:
            visit.end()

    async def _answer(self, request: Request, receive: Receive, visit: Visit, *, identify: bool) -> bytes:
        received_at = self._clock()
        wait_s = self._per_ip.take(rate_key(request.ip), received_at)
        # Read before any refusal: an answer to a body that is not read costs the client its connection.
        body = await read_body(receive, request.length, visit)
        _check_rate(wait_s, "this address")
        check_media_type(request.content_type)
        if request.encoding:
            body = decompress(body, request.encoding)
            visit.take(len(body))
        access = await self._authorised(request.write_key, request, received_at) if request.write_key else None
        try:
            batch = read_batch(body)
        except BodyFault as fault:
            raise Refusal(fault.error, fault.message) from None
        if access is None:
            access = await self._authorised(batch.write_key, request, received_at)
        taken = take_events(batch, await self._facts(access, request, received_at, identify=identify))
        return await self._log(access.project_id, received_at, taken)

    async def _facts(
        self, access: ProjectAccess, request: Request, received_at: int, *, identify: bool
    ) -> RequestFacts:
        """What the project says about a request like this one. Raises Refusal."""
        asked_not_to = request.opted_out and access.honour_gpc != "no"
        opted_out = asked_not_to and access.honour_gpc == "drop"
        identity: Identity = "never" if asked_not_to else _IDENTITY[access.cookieless]
        visitor = ""
        if identity != "own" and not opted_out:
            visitor = await self._visitors.name(access.project_id, request.ip, request.user_agent, received_at)
        return RequestFacts(
            access.tenant_id,
            access.project_id,
            received_at,
            request.ip,
            request.user_agent,
            identify,
            identity,
            visitor,
            opted_out,
            oldest_kept(access.retention_days, received_at),
        )

    async def may_send(self, request: Request) -> bool:
        """Whether the origin is allowed for the request's key; a key that is not known says nothing against it."""
        try:
            access = await self._keys.find(request.write_key)
        except KeysUnavailable:
            return True
        return access is None or self._origins.allows(request.origin.decode("latin-1"), access.allowed_origins)

    def log_refusal(self, problem: Unavailable) -> Refusal:
        """What a client is told when the log takes nothing; the details (a path, a host) are for the operator only."""
        self._trouble.error(problem)
        if isinstance(problem, LogFull):
            return Refusal(RequestError.LOG_FULL, "the event log is full", retry_after_s=problem.retry_after_s)
        return Refusal(
            RequestError.LOG_UNAVAILABLE, "the event log is unavailable", retry_after_s=problem.retry_after_s
        )

    async def _authorised(self, key: str, request: Request, now_ms: int) -> ProjectAccess:
        if not key:
            raise Refusal(
                RequestError.MISSING_WRITE_KEY,
                "no write key: send it as X-Write-Key, as write_key in the body, or as ?write_key=",
            )
        try:
            access = await self._keys.find(key)
        except KeysUnavailable as problem:
            raise Refusal(RequestError.KEYS_UNAVAILABLE, str(problem), retry_after_s=problem.retry_after_s) from problem
        if access is None:
            raise Refusal(RequestError.UNKNOWN_WRITE_KEY, "the write key is unknown or revoked")
        if request.origin and not self._origins.allows(request.origin.decode("latin-1"), access.allowed_origins):
            raise Refusal(
                RequestError.ORIGIN_NOT_ALLOWED,
                f"pages of {request.origin[:200].decode('latin-1')!r} may not send to this project",
            )
        _check_rate(self._per_project.take(access.project_id, now_ms), "this project")
        return access

    async def _log(self, project_id: str, received_at: int, taken: Taken) -> bytes:
        events, rejections = taken.events, taken.rejections
        by_reason: dict[str, int] = {}
        for rejection in rejections:
            by_reason[rejection.reason] = by_reason.get(rejection.reason, 0) + 1
        tally = Tally(project_id, received_at // 60_000, len(events) + len(rejections), by_reason)
        try:
            admitted = await self._writer.append([_envelope(event) for event in events], [tally])
        except Unavailable as problem:
            raise self.log_refusal(problem) from problem
        new = sum(admitted)
        self._metrics.accepted += new
        self._metrics.duplicate += len(events) - new
        if rejections:
            self._metrics.rejected.update(by_reason)
        if not events and any(one.reason != RejectReason.OPTED_OUT for one in rejections):
            raise NoValidEvent(rejections)
        return accepted(new, len(events) - new, rejections)


def _envelope(event: RawEvent) -> Envelope:
    # A nameless visitor has another name tomorrow, or from another address; a retry must meet the same dedup set.
    shard_key = event.event_id if event.cookieless else event.anonymous_id
    return Envelope(event.project_id, event.event_id, shard_key, event.received_at, encode_event(event))


def _check_rate(wait_s: int, whose: str) -> None:
    if wait_s:
        raise Refusal(
            RequestError.RATE_LIMITED, f"too many requests of {whose}; try again in {wait_s} s", retry_after_s=wait_s
        )
