"""Several metrics side by side, with formulas over them."""

from collections.abc import Sequence
from typing import Any

from hatua.analytics.combined_shapes import LETTERS, Combined, CombinedColumn, CombinedQuestion
from hatua.analytics.counts import Ask, Asked, Counts, Table
from hatua.analytics.formula import Formula
from hatua.analytics.grouping import grouping_of
from hatua.analytics.groups import Group
from hatua.analytics.metrics import METRICS
from hatua.analytics.overview import counts_for, metric_of
from hatua.analytics.plan import Plan
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Number
from hatua.analytics.timerange import Range

_DEFINITIONS = {each.key: each.definition for each in METRICS}


def answer(reader: Reader, question: CombinedQuestion) -> Combined:
    """Raises InvalidQuestion with the path of what is wrong, and what the warehouse raises."""
    return plan(question).answer(reader)


def plan(question: CombinedQuestion) -> Plan[Combined]:
    """Raises InvalidQuestion."""
    letters = LETTERS[: len(question.series)]
    formulas = [
        Formula(each.expression, letters, f"formulas[{index}].expression")
        for index, each in enumerate(question.formulas)
    ]
    asked, buckets, group = grouping_of(question)

    def finish(tables: Sequence[Table]) -> Combined:
        found = [_by_key(table, group) for table in tables]
        keys: list[Any] = buckets.edges[:-1] if buckets else [""]
        if question.dimension is not None:
            keys = sorted({key for counts in found for key in counts})
        rows: list[list[str | Number]] = []
        for place, key in enumerate(keys):
            values = [
                metric_of(each.metric, counts.get(key, {})) for each, counts in zip(question.series, found, strict=True)
            ]
            named = dict(zip(letters, values, strict=True))
            label = [buckets.label(place)] if buckets else [str(key)] if question.dimension is not None else []
            rows.append([*label, *values, *(formula.value(named) for formula in formulas)])
        if question.dimension is not None:
            rows.sort(key=lambda row: _rank(row[1]))
        return Combined(
            range=asked.answer(), columns=_columns(question), rows=rows[: question.limit], total_rows=len(rows)
        )

    return Plan([_ask(question, index, asked, group) for index in range(len(question.series))], finish)


def _ask(question: CombinedQuestion, index: int, asked: Range, group: Group) -> Ask:
    each = question.series[index]
    counted = Asked(question.project, asked, (*question.filters, *each.filters), group, each.goal)
    return Ask(counted, counts_for(each.metric))


def _by_key(table: Table, group: Group) -> dict[Any, Counts]:
    return {int(row["grouped"]) if group.bucket else row["grouped"]: row for row in table.rows}


def _columns(question: CombinedQuestion) -> list[CombinedColumn]:
    columns: list[CombinedColumn] = []
    if question.interval is not None:
        columns.append(CombinedColumn(name="bucket", type="bucket", definition=f"Start of the {question.interval}."))
    if question.dimension is not None:
        columns.append(CombinedColumn(name=question.dimension, type="text", definition="Value of the dimension."))
    columns += [
        CombinedColumn(name=each.name or each.metric, type="number", definition=_DEFINITIONS[each.metric])
        for each in question.series
    ]
    columns += [
        CombinedColumn(name=each.name or each.expression, type="number", definition=each.expression)
        for each in question.formulas
    ]
    return columns


def _rank(value: str | Number) -> float:
    """Largest first, undefined ones last; the sort is stable, so equal ones stay by value."""
    return 1.0 if value is None else -float(value)
