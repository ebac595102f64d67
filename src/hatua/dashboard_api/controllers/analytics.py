"""Aggregated questions: query string -> question -> answer, in a thread of the desk."""

from typing import Any

from litestar import Controller, Request, get

from hatua.analytics import kinds
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
from hatua.dashboard_api.questions import answer_query
from hatua.dashboard_api.revalidation import BRIEFLY, FOR_A_WHILE

AnyRequest = Request[Any, Any, Any]


class AnalyticsController(Controller):
    path = "/api/dashboard"
    tags = ("analytics",)

    @get(
        "/definitions",
        operation_id="getDefinitions",
        summary="What every metric means, and every dimension",
        responses=PROBLEMS,
        after_request=FOR_A_WHILE,
    )
    async def definitions(self) -> Definitions:
        return definitions()

    @get(
        "/overview",
        operation_id="getOverview",
        operation_class=asks(OverviewQuestion),
        summary="All metrics of one range, beside the range compared with",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def overview(self, request: AnyRequest) -> Overview:
        return await answer_query(request, kinds.OVERVIEW)

    @get(
        "/timeseries",
        operation_id="getTimeseries",
        operation_class=asks(TimeseriesQuestion),
        summary="Metrics by hour, day, week or month",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def timeseries(self, request: AnyRequest) -> Timeseries:
        return await answer_query(request, kinds.TIMESERIES)

    @get(
        "/breakdown",
        operation_id="getBreakdown",
        operation_class=asks(BreakdownQuestion),
        summary="The top values of one dimension, and the rest as one row",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def breakdown(self, request: AnyRequest) -> Breakdown:
        return await answer_query(request, kinds.BREAKDOWN)

    @get(
        "/heatmap",
        operation_id="getHeatmap",
        operation_class=asks(HeatmapQuestion),
        summary="Day of the week by hour of the day, Monday first",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def heatmap(self, request: AnyRequest) -> Heatmap:
        return await answer_query(request, kinds.HEATMAP)

    @get(
        "/dimension-values",
        operation_id="getDimensionValues",
        operation_class=asks(DimensionValuesQuestion),
        summary="What a filter can be set to",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def dimension_values(self, request: AnyRequest) -> DimensionValues:
        return await answer_query(request, kinds.DIMENSION_VALUES)
