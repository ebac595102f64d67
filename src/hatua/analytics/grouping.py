"""Questions whose rows are the whole range, its buckets, or the values of a dimension."""

from hatua.analytics.combined_shapes import CombinedQuestion
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import ALL, Group, by_bucket, by_dimension
from hatua.analytics.measure_shapes import MeasureQuestion
from hatua.analytics.timerange import Buckets, Range, buckets_of, range_of, widened


def grouping_of(question: CombinedQuestion | MeasureQuestion) -> tuple[Range, Buckets | None, Group]:
    """What is counted by: the range, widened to whole buckets when there is an interval; the buckets, if any; the
    group. Raises InvalidQuestion."""
    asked = range_of(question)
    if question.interval is not None:
        asked = widened(asked, question.interval)
        buckets = buckets_of(asked, question.interval)
        return asked, buckets, by_bucket(buckets.edges)
    if question.dimension is not None:
        return asked, None, by_dimension(dimension_of(question.dimension, "dimension"))
    return asked, None, ALL
