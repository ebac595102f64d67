"""What went wrong for people: `app_error` events by code."""

from string import Template

from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import by_dimension
from hatua.analytics.people_shapes import ErrorRow, Errors, ErrorsQuestion
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen
from hatua.analytics.timerange import iso_utc, range_of
from hatua.warehouse.sql import load

EVENT = "app_error"


def answer(reader: Reader, question: ErrorsQuestion) -> Errors:
    """Raises InvalidQuestion, and what the warehouse raises."""
    chosen = seen(
        question.project,
        range_of(question),
        question.filters,
        by_dimension(dimension_of("property:error_code", "dimension")),
        condition="e.event_name = {error_event:String}",
        parameters={"error_event": EVENT},
        columns=(
            "toUnixTimestamp64Milli(e.timestamp) AS ts",
            "e.seq AS seq",
            "e.event_id AS event_id",
            "JSONExtract(e.properties, 'message', 'String') AS message",
        ),
    )
    sql = Template(load("hatua.analytics", "sql/errors.sql")).substitute(seen=chosen.sql)
    rows = reader.rows(sql, {**chosen.parameters, "limit": question.limit, "offset": question.offset})
    return Errors(
        rows=[
            ErrorRow(
                code=row["code"],
                message=row["message"],
                events=row["events"],
                sessions=row["sessions"],
                people=row["people"],
                first_seen=iso_utc(row["first_ms"]),
                last_seen=iso_utc(row["last_ms"]),
            )
            for row in rows
        ],
        total_rows=rows[0]["total"] if rows else 0,
    )
