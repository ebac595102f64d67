"""Day of the week by hour of the day, in the range's zone."""

from hatua.analytics.reader import Reader
from hatua.analytics.seen import by_week_cell, event_metrics, seen
from hatua.analytics.shapes import Heatmap, HeatmapQuestion
from hatua.analytics.timerange import range_of


def answer(reader: Reader, question: HeatmapQuestion) -> Heatmap:
    """A visitor or session counts once in each cell it has an event in. Raises InvalidQuestion."""
    asked = range_of(question)
    chosen = seen(question.project, asked, question.filters, by_week_cell(asked.zone.key))
    cells = [[0] * 24 for _ in range(7)]
    for row in event_metrics(reader, chosen):
        weekday, hour = divmod(int(row["grouped"]), 24)
        cells[weekday][hour] = int(row[question.metric])
    return Heatmap(metric=question.metric, timezone=asked.zone.key, cells=cells)
