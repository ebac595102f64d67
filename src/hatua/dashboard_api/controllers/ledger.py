"""The ledger, and the events that could not be processed."""

import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import JSONBody

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import Question
from hatua.analytics.timerange import range_of
from hatua.contract.ledger import LedgerLine, by_hour, join, settled, totals
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.ledger_shapes import (
    ChosenLetters,
    DeadLetters,
    DeadLettersQuestion,
    Ledger,
    LedgerQuestion,
    LedgerTotals,
    Purged,
    Replayed,
    letter_of,
)
from hatua.dashboard_api.log_admin import LogAdmin, letter_ids
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import question_of
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.warehouse.ledger import counts_by_minute

AnyRequest = Request[Any, Any, Any]

MAX_MINUTES = 35 * 24 * 60
"""The log on Redis keeps its counts for 35 days."""

MAX_LINES = 10_080
"""A week of minutes; longer by the hour."""

DEFAULT_MINUTES = 24 * 60

LOOKS = 4
SETTLE_S = 0.3
"""What is on its way from the log to the warehouse shows as a gap for as long as one insert takes."""


class LedgerController(Controller):
    path = "/api/dashboard"
    tags = ("ledger",)

    @get(
        "/ledger",
        operation_id="getLedger",
        operation_class=asks(LedgerQuestion, "filters"),
        summary="received = stored + duplicate + rejected + pending + dead + erased, minute by minute",
        responses=PROBLEMS,
    )
    async def ledger(self, request: AnyRequest) -> Ledger:
        rooms, question = rooms_of(request), await question_of(request, LedgerQuestion)
        log = _log(rooms)
        span = _span(question, rooms.clock())
        lines = await rooms.desk.ask(_lines, rooms, log, question.project, span)
        sums = totals(lines)
        return Ledger(
            from_minute=span.start,
            to_minute=span.stop,
            interval=question.interval,
            minutes=lines if question.interval == "minute" else by_hour(lines),
            totals=LedgerTotals(
                received=sums.received,
                stored=sums.stored,
                duplicate=sums.duplicate,
                rejected=sums.rejected,
                pending=sums.pending,
                dead=sums.dead,
                erased=sums.erased,
                gap=sums.gap,
            ),
            balanced=not any(line.gap for line in lines),
        )

    @get(
        "/dead-letters",
        operation_id="listDeadLetters",
        operation_class=asks(DeadLettersQuestion, "tz", "filters"),
        summary="Events that could not be processed, as they arrived",
        responses=PROBLEMS,
    )
    async def dead_letters(self, request: AnyRequest) -> DeadLetters:
        rooms, question = rooms_of(request), await question_of(request, DeadLettersQuestion)
        return await rooms.desk.ask(_letters, _log(rooms), question)

    @post(
        "/dead-letters/replay",
        operation_id="replayDeadLetters",
        summary="Put them back into the log, after a fix",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def replay(self, request: AnyRequest, data: JSONBody[ChosenLetters]) -> Replayed:
        return Replayed(replayed=await _act(request, data, "replayed", lambda log, ids: log.replay(ids)))

    @post(
        "/dead-letters/purge",
        operation_id="purgeDeadLetters",
        summary="Delete them for good; the ledger goes on counting them as dead",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def purge(self, request: AnyRequest, data: JSONBody[ChosenLetters]) -> Purged:
        return Purged(purged=await _act(request, data, "purged", lambda log, ids: log.purge(ids)))


def _log(rooms: Rooms) -> LogAdmin:
    if rooms.log is None:
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE, "no_log", "This process does not know the event log: set REDIS_URL."
        )
    return rooms.log


def _span(question: LedgerQuestion, now_ms: int) -> range:
    """The minutes asked for. Raises InvalidQuestion."""
    if question.filters:
        raise InvalidQuestion("filters", "the ledger counts all events of a project; it takes no filters")
    if (question.from_ is None) != (question.to is None):
        raise InvalidQuestion("to" if question.to is None else "from", "is missing")
    if question.from_ is not None and question.to is not None:
        if question.from_minute is not None or question.to_minute is not None:
            raise InvalidQuestion("from_minute", "give minutes or from and to, not both")
        asked = range_of(Question(project=question.project, tz=question.tz, from_=question.from_, to=question.to))
        span = range(asked.from_ms // 60_000, -(-asked.to_ms // 60_000))
    else:
        stop = now_ms // 60_000 + 1 if question.to_minute is None else question.to_minute
        span = range(max(stop - DEFAULT_MINUTES, 0) if question.from_minute is None else question.from_minute, stop)
    if not span:
        raise InvalidQuestion("to_minute", f"{span.stop} is not after from_minute {span.start}")
    limit = MAX_LINES if question.interval == "minute" else MAX_MINUTES
    if len(span) > limit:
        raise InvalidQuestion(
            "from_minute",
            f"the range has {len(span):,} minutes; the limit is {limit:,} with interval={question.interval}",
        )
    return span


def _lines(rooms: Rooms, log: LogAdmin, project_id: str, span: range) -> list[LedgerLine]:
    def looks() -> Iterator[list[LedgerLine]]:
        for look in range(LOOKS):
            if look:
                time.sleep(SETTLE_S)
            of_log = log.ledger(project_id, span.start, span.stop)
            stored = counts_by_minute(rooms.warehouse, project_id, span.start * 60_000, span.stop * 60_000)
            yield join(of_log, stored)

    return settled(looks())


def _letters(log: LogAdmin, question: DeadLettersQuestion) -> DeadLetters:
    try:
        found = log.dead_letters(question.project, question.limit + 1, question.cursor)
    except ValueError:
        raise InvalidQuestion("cursor", f"{question.cursor!r} is not a cursor of this list") from None
    page = found[: question.limit]
    return DeadLetters(
        letters=[letter_of(one) for one in page],
        next_cursor=page[-1].letter_id if len(found) > len(page) else None,
    )


async def _act(
    request: AnyRequest, data: ChosenLetters, action: str, act: Callable[[LogAdmin, Sequence[str]], int]
) -> int:
    """Does it to those of the chosen letters that are the project's, and writes it into the audit trail."""
    rooms, caller = rooms_of(request), caller_of(request)
    log = _log(rooms)
    if data.all == bool(data.ids):
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid_request", "Say which: `ids`, or `all`.", "body.ids")
    project = await project_of(rooms, caller, data.project, "body.project")
    done = await rooms.in_thread(lambda: act(log, _chosen(log, project.project_id, None if data.all else data.ids)))
    if done:
        await rooms.in_thread(
            rooms.registry.note,
            caller.actor,
            f"dead_letters.{action}",
            tenant_id=caller.tenant_id,
            project_id=project.project_id,
            details={"events": done},
        )
    return done


def _chosen(log: LogAdmin, project_id: str, ids: Sequence[str] | None) -> list[str]:
    """All of the project's letters, or those of `ids` among them. Read to the end before anything is done to them:
    what is replayed may fail again and come back."""
    if ids is None:
        return list(letter_ids(log, project_id))
    wanted, found = set(ids), []
    for one in letter_ids(log, project_id):
        if one in wanted:
            found.append(one)
            if len(found) == len(wanted):
                break
    return found
