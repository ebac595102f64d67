"""What a filter can be set to: the values of a dimension that occur in the range."""

from string import Template

from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import by_dimension
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen
from hatua.analytics.shapes import DimensionValue, DimensionValues, DimensionValuesQuestion
from hatua.analytics.timerange import range_of
from hatua.warehouse.sql import load


def answer(reader: Reader, question: DimensionValuesQuestion) -> DimensionValues:
    """Missing values are left out: a filter says `not_exists` for them. Raises InvalidQuestion."""
    group = by_dimension(dimension_of(question.dimension, "dimension"))
    chosen = seen(question.project, range_of(question), question.filters, group, persons=False)
    sql = Template(load("hatua.analytics", "sql/dimension_values.sql")).substitute(seen=chosen.sql)
    rows = reader.rows(sql, {**chosen.parameters, "search": question.search, "limit": question.limit})
    return DimensionValues(values=[DimensionValue(value=row["grouped"], events=row["events"]) for row in rows])
