"""Day of the week by hour of the day, in the range's zone."""

from collections.abc import Sequence

from hatua.analytics.counts import Ask, Asked, Table
from hatua.analytics.groups import by_week_cell
from hatua.analytics.plan import Plan
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Heatmap, HeatmapQuestion
from hatua.analytics.timerange import range_of


def answer(reader: Reader, question: HeatmapQuestion) -> Heatmap:
    """A visitor or session counts once in each cell it has an event in. Raises InvalidQuestion."""
    return plan(question).answer(reader)


def plan(question: HeatmapQuestion) -> Plan[Heatmap]:
    """Raises InvalidQuestion."""
    asked = range_of(question)
    group = by_week_cell(asked.zone.key, asked.from_ms)

    def finish(tables: Sequence[Table]) -> Heatmap:
        cells = [[0] * 24 for _ in range(7)]
        for row in tables[0].rows:
            weekday, hour = divmod(int(row["grouped"]), 24)
            cells[weekday][hour] = int(row[question.metric])
        return Heatmap(metric=question.metric, timezone=asked.zone.key, cells=cells)

    return Plan([Ask(Asked(question.project, asked, question.filters, group), (question.metric,))], finish)
