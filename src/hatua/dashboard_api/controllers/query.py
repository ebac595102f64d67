"""One address for every kind of question, for scripts: the question by name, the answer as it is and as columns."""

import time
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Controller, Request, post

from hatua.analytics.question import Question
from hatua.analytics.shapes import RangeAnswer
from hatua.analytics.tables import Column, columns_of
from hatua.analytics.timerange import range_of
from hatua.dashboard_api.batches import BatchAnswer, answer_batch
from hatua.dashboard_api.examples import BATCHES, QUERIES
from hatua.dashboard_api.openapi import BATCH, PROBLEMS, QUERY, takes
from hatua.dashboard_api.questions import MAX_QUESTION_BYTES, answer_with, body_of, named
from hatua.dashboard_api.rooms import rooms_of

AnyRequest = Request[Any, Any, Any]


class AnswerMeta(msgspec.Struct, frozen=True, kw_only=True):
    """`definition`: what the numbers mean. `exact`: nothing was sampled or sketched; ids are told apart by their 64-bit
    hashes, so a count of ten million is off by one with a chance of three in a million. `range`: the one that was asked
    for, defaults filled in; null for questions without one. `rows_read`: stored rows that the engine read. `ms`: from
    the first look to the answer, waiting included."""

    definition: str
    exact: bool
    range: RangeAnswer | None
    rows_read: int
    ms: float


class AnyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`columns`: the main list of the answer, all equally long. `answer`: as the question's own address gives it."""

    question: str
    meta: AnswerMeta
    columns: list[Column]
    answer: dict[str, Any]


class QueryController(Controller):
    path = "/api/query"
    tags = ("query",)
    request_max_body_size = MAX_QUESTION_BYTES

    @post(
        "/",
        operation_id="query",
        operation_class=takes(QUERY, QUERIES),
        summary="Any question: as columns, in its own shape, and what it cost",
        status_code=HTTPStatus.OK,
        responses=PROBLEMS,
    )
    async def query(self, request: AnyRequest) -> AnyAnswer:
        kind, question = await named(request, await body_of(request), "body")
        began = time.monotonic()
        async with rooms_of(request).askings.opened() as asking:
            answer = await answer_with(request, asking, kind, question)
            rows_read = asking.rows_read
        took_ms = (time.monotonic() - began) * 1000
        asked = range_of(question).answer() if isinstance(question, Question) else None
        return AnyAnswer(
            question=kind.name,
            meta=AnswerMeta(
                definition=kind.definition, exact=True, range=asked, rows_read=rows_read, ms=round(took_ms, 1)
            ),
            columns=columns_of(answer),
            answer=msgspec.to_builtins(answer),
        )

    @post(
        "/batch",
        operation_id="queryBatch",
        operation_class=takes(BATCH, BATCHES),
        summary="Up to 50 questions at once; what is wrong with one leaves the others alone",
        status_code=HTTPStatus.OK,
        responses=PROBLEMS,
    )
    async def batch(self, request: AnyRequest) -> BatchAnswer:
        return await answer_batch(request)
