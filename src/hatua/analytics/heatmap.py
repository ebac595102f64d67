"""Day of the week by hour of the day, in the range's zone."""

from hatua.analytics.counting import Asked, count
from hatua.analytics.groups import by_week_cell
from hatua.analytics.reader import Reader
from hatua.analytics.shapes import Heatmap, HeatmapQuestion
from hatua.analytics.timerange import range_of


def answer(reader: Reader, question: HeatmapQuestion) -> Heatmap:
    """A visitor or session counts once in each cell it has an event in. Raises InvalidQuestion."""
    asked = range_of(question)
    group = by_week_cell(asked.zone.key, asked.from_ms)
    cells = [[0] * 24 for _ in range(7)]
    for row in count(reader, Asked(question.project, asked, question.filters, group), [question.metric]):
        weekday, hour = divmod(int(row["grouped"]), 24)
        cells[weekday][hour] = int(row[question.metric])
    return Heatmap(metric=question.metric, timezone=asked.zone.key, cells=cells)
