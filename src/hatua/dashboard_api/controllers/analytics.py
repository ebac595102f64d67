"""Aggregated questions: query string -> question -> answer, in a thread of the desk."""

from typing import Any

import msgspec
from litestar import Controller, Request, get

from hatua.analytics import breakdown, dimension_values, heatmap, overview, timeseries
from hatua.analytics.metrics import definitions
from hatua.analytics.shapes import (
    Breakdown,
    BreakdownQuestion,
    Definitions,
    DimensionValues,
    DimensionValuesQuestion,
    Heatmap,
    HeatmapQuestion,
    Overview,
    OverviewQuestion,
    Timeseries,
    TimeseriesQuestion,
)
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import masker_of, question_of
from hatua.dashboard_api.rooms import rooms_of

AnyRequest = Request[Any, Any, Any]


class AnalyticsController(Controller):
    path = "/api/dashboard"
    tags = ("analytics",)

    @get(
        "/definitions",
        operation_id="getDefinitions",
        summary="What every metric means, and every dimension",
        responses=PROBLEMS,
    )
    async def definitions(self) -> Definitions:
        return definitions()

    @get(
        "/overview",
        operation_id="getOverview",
        operation_class=asks(OverviewQuestion),
        summary="All metrics of one range, beside the range compared with",
        responses=PROBLEMS,
    )
    async def overview(self, request: AnyRequest) -> Overview:
        rooms, question = rooms_of(request), await question_of(request, OverviewQuestion)
        return await rooms.desk.ask(overview.answer, rooms.warehouse, question)

    @get(
        "/timeseries",
        operation_id="getTimeseries",
        operation_class=asks(TimeseriesQuestion),
        summary="Metrics by hour, day, week or month",
        responses=PROBLEMS,
    )
    async def timeseries(self, request: AnyRequest) -> Timeseries:
        rooms, question = rooms_of(request), await question_of(request, TimeseriesQuestion)
        return await rooms.desk.ask(timeseries.answer, rooms.warehouse, question, rooms.clock())

    @get(
        "/breakdown",
        operation_id="getBreakdown",
        operation_class=asks(BreakdownQuestion),
        summary="The top values of one dimension, and the rest as one row",
        responses=PROBLEMS,
    )
    async def breakdown(self, request: AnyRequest) -> Breakdown:
        rooms, question = rooms_of(request), await question_of(request, BreakdownQuestion)
        answer = await rooms.desk.ask(breakdown.answer, rooms.warehouse, question)
        masker = await masker_of(request)
        if masker is None:
            return answer
        rows = [msgspec.structs.replace(row, value=masker.text(row.value)) for row in answer.rows]
        return msgspec.structs.replace(answer, rows=rows)

    @get(
        "/heatmap",
        operation_id="getHeatmap",
        operation_class=asks(HeatmapQuestion),
        summary="Day of the week by hour of the day, Monday first",
        responses=PROBLEMS,
    )
    async def heatmap(self, request: AnyRequest) -> Heatmap:
        rooms, question = rooms_of(request), await question_of(request, HeatmapQuestion)
        return await rooms.desk.ask(heatmap.answer, rooms.warehouse, question)

    @get(
        "/dimension-values",
        operation_id="getDimensionValues",
        operation_class=asks(DimensionValuesQuestion),
        summary="What a filter can be set to",
        responses=PROBLEMS,
    )
    async def dimension_values(self, request: AnyRequest) -> DimensionValues:
        rooms, question = rooms_of(request), await question_of(request, DimensionValuesQuestion)
        answer = await rooms.desk.ask(dimension_values.answer, rooms.warehouse, question)
        masker = await masker_of(request)
        if masker is None:
            return answer
        return DimensionValues(
            values=[msgspec.structs.replace(each, value=masker.text(each.value)) for each in answer.values]
        )
