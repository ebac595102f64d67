"""In how many buckets of the range people were active."""

from string import Template
from typing import Any

from hatua.analytics.actors import actors_of
from hatua.analytics.cohort_buckets import cohort_buckets, in_buckets
from hatua.analytics.cohort_shapes import (
    PeopleBehind,
    Stickiness,
    StickinessBar,
    StickinessPeopleQuestion,
    StickinessQuestion,
)
from hatua.analytics.people_list import people_behind
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import Buckets
from hatua.warehouse.sql import load


def answer(reader: Reader, question: StickinessQuestion) -> Stickiness:
    """A bar for each number of buckets, 1 to all of them. Raises InvalidQuestion, and what the warehouse raises."""
    buckets = cohort_buckets(question, question.interval)
    persons, parameters = _people(question, buckets, actors_of(question.per).key)
    sql = Template(load("hatua.analytics", "sql/stickiness.sql")).substitute(people=persons)
    exactly = {row["buckets"]: row["people"] for row in reader.rows(sql, parameters)}
    most = len(buckets.edges) - 1
    return Stickiness(
        interval=question.interval,
        timezone=buckets.range.zone.key,
        per=question.per,
        bars=[
            StickinessBar(
                buckets=count,
                people=sum(exactly.get(more, 0) for more in range(count, most + 1 if question.at_least else count + 1)),
            )
            for count in range(1, most + 1)
        ],
    )


def people(reader: Reader, question: StickinessPeopleQuestion) -> PeopleBehind:
    """Who is behind one bar. Raises InvalidQuestion, and what the warehouse raises."""
    who = actors_of(question.per).name
    persons, parameters = _people(question, cohort_buckets(question, question.interval), who)
    compares = ">=" if question.at_least else "="
    sql = f"SELECT {who} AS name FROM ({persons}) WHERE buckets {compares} {{active:UInt64}}"
    return people_behind(reader, sql, {**parameters, "active": question.buckets}, question.limit, question.cursor)


def _people(question: StickinessQuestion, buckets: Buckets, who: str) -> tuple[str, dict[str, Any]]:
    activity = in_buckets(question, buckets, question.event, "event")
    sql = Template(load("hatua.analytics", "sql/stickiness_people.sql")).substitute(activity=activity.sql, who=who)
    return sql, {**activity.parameters, "minimum": question.minimum_times}
