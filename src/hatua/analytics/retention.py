"""Of those who came, who came back, and when."""

from string import Template
from typing import Any

from hatua.analytics.actors import actors_of
from hatua.analytics.cohort_buckets import cohort_buckets, doing, in_buckets, since_ever
from hatua.analytics.cohort_shapes import (
    PeopleBehind,
    Retention,
    RetentionCell,
    RetentionCohort,
    RetentionPeopleQuestion,
    RetentionQuestion,
)
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.overview import ratio
from hatua.analytics.people_list import people_behind
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import Buckets
from hatua.warehouse.sql import load


def answer(reader: Reader, question: RetentionQuestion, now_ms: int) -> Retention:
    """A row a bucket of the range; cells as far as `periods` and the range go. Raises InvalidQuestion, and what the
    warehouse raises."""
    buckets = cohort_buckets(question, question.interval)
    who = actors_of(question.per).key
    parts, parameters = _parts(question, buckets, who)
    people: dict[tuple[int, int], int] = {
        (row["cohort"], row["returned"]): row["people"]
        for row in reader.rows(_sql("retention.sql", **parts, who=who), parameters)
    }
    starts = buckets.edges[:-1]
    cohorts = [
        RetentionCohort(
            bucket=buckets.label(index),
            size=people.get((start, 0), 0),
            cells=[
                _cell(question, buckets, people, (index, period), now_ms)
                for period in range(min(question.periods, len(starts) - 1 - index) + 1)
            ],
        )
        for index, start in enumerate(starts)
    ]
    periods = max(len(cohort.cells) for cohort in cohorts)
    return Retention(
        interval=question.interval,
        timezone=buckets.range.zone.key,
        per=question.per,
        cohorts=cohorts,
        curve=[_curve(cohorts, period) for period in range(periods)],
    )


def people(reader: Reader, question: RetentionPeopleQuestion) -> PeopleBehind:
    """Who is behind one cell. Raises InvalidQuestion, and what the warehouse raises."""
    buckets = cohort_buckets(question, question.interval)
    starts = buckets.edges[:-1]
    if question.cohort >= len(starts):
        raise InvalidQuestion("cohort", f"{question.cohort} is past the last cohort, {len(starts) - 1}")
    if question.cohort + question.period >= len(starts):
        last = len(starts) - 1 - question.cohort
        raise InvalidQuestion("period", f"{question.period} is past the last period of this cohort, {last}")
    who = actors_of(question.per).name
    parts, parameters = _parts(question, buckets, who)
    parameters["cohort"] = starts[question.cohort]
    parameters["returned"] = starts[question.cohort + question.period]
    sql = _sql("retention_people.sql", **parts, reaches=">=" if question.cumulative else "=", who=who)
    return people_behind(reader, sql, parameters, question.limit, question.cursor)


def _parts(question: RetentionQuestion, buckets: Buckets, who: str) -> tuple[dict[str, str], dict[str, Any]]:
    """SELECTs of (`who`, bucket): who started, who returned."""
    starts = in_buckets(question, buckets, question.start, "start", "s")
    returns = in_buckets(question, buckets, question.returning, "return", "r")
    if question.kind == "first_ever":
        ever = since_ever(doing(question, buckets.range, question.start, "start", prefix="s"))
        started = _sql("retention_first_starts.sql", starts=starts.sql, ever=ever, who=who)
    else:
        started = _sql("retention_starts.sql", starts=starts.sql, who=who)
    name = "retention_last_return.sql" if question.cumulative else "retention_returns.sql"
    returned = _sql(name, returns=returns.sql, who=who)
    parameters = {**starts.parameters, **returns.parameters, "minimum": question.minimum_times}
    return {"starts": started, "returns": returned}, parameters


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)


def _cell(
    question: RetentionQuestion,
    buckets: Buckets,
    people: dict[tuple[int, int], int],
    place: tuple[int, int],
    now_ms: int,
) -> RetentionCell:
    index, period = place
    starts = buckets.edges[:-1]
    size = people.get((starts[index], 0), 0)
    if period == 0:
        count = size
    elif question.cumulative:
        count = sum(people.get((starts[index], later), 0) for later in starts[index + period :])
    else:
        count = people.get((starts[index], starts[index + period]), 0)
    return RetentionCell(people=count, rate=ratio(count, size), incomplete=buckets.incomplete(index + period, now_ms))


def _curve(cohorts: list[RetentionCohort], period: int) -> float | None:
    over = [cohort for cohort in cohorts if len(cohort.cells) > period and not cohort.cells[period].incomplete]
    return ratio(sum(cohort.cells[period].people for cohort in over), sum(cohort.size for cohort in over))
