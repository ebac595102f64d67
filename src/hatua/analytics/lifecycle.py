"""Who is new, who returns, who is back after a gap, and who has gone, bucket by bucket."""

from string import Template
from typing import Any

from hatua.analytics.actors import actors_of
from hatua.analytics.cohort_before import actors_before
from hatua.analytics.cohort_buckets import cohort_buckets, doing
from hatua.analytics.cohort_shapes import (
    Lifecycle,
    LifecycleBucket,
    LifecyclePeopleQuestion,
    LifecycleQuestion,
    PeopleBehind,
)
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.groups import by_bucket
from hatua.analytics.people_list import people_behind
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import Buckets, Range, buckets_of
from hatua.warehouse.sql import load


def answer(reader: Reader, question: LifecycleQuestion, now_ms: int) -> Lifecycle:
    """Raises InvalidQuestion, and what the warehouse raises."""
    buckets = cohort_buckets(question, question.interval)
    stages, parameters = _stages(question, buckets, actors_of(question.per).key)
    sql = Template(load("hatua.analytics", "sql/lifecycle.sql")).substitute(stages=stages)
    people = {(row["bucket"] - 2, row["stage"]): row["people"] for row in reader.rows(sql, parameters)}
    return Lifecycle(
        interval=question.interval,
        timezone=buckets.range.zone.key,
        per=question.per,
        buckets=[
            LifecycleBucket(
                bucket=buckets.label(index),
                new=people.get((index, "new"), 0),
                returning=people.get((index, "returning"), 0),
                resurrecting=people.get((index, "resurrecting"), 0),
                dormant=people.get((index, "dormant"), 0),
                incomplete=buckets.incomplete(index, now_ms),
            )
            for index in range(len(buckets.edges) - 1)
        ],
    )


def people(reader: Reader, question: LifecyclePeopleQuestion) -> PeopleBehind:
    """Who is behind one number. Raises InvalidQuestion, and what the warehouse raises."""
    buckets = cohort_buckets(question, question.interval)
    count = len(buckets.edges) - 1
    if question.bucket >= count:
        raise InvalidQuestion("bucket", f"{question.bucket} is past the last bucket, {count - 1}")
    who = actors_of(question.per).name
    stages, parameters = _stages(question, buckets, who)
    sql = f"SELECT {who} AS name FROM ({stages}) WHERE bucket = {{bucket:UInt64}} AND stage = {{stage:String}}"
    parameters |= {"bucket": question.bucket + 2, "stage": question.stage}
    return people_behind(reader, sql, parameters, question.limit, question.cursor)


def _stages(question: LifecycleQuestion, buckets: Buckets, who: str) -> tuple[str, dict[str, Any]]:
    shown = buckets.range
    previous = buckets_of(Range(shown.from_ms - 1, shown.from_ms, shown.zone), question.interval).edges[0]
    wider = Range(previous, shown.to_ms, shown.zone)
    edges = [previous, *buckets.edges]
    activity = doing(question, wider, question.event, "event", group=by_bucket(edges))
    before = actors_before(question, wider, question.event, "event")
    stages = Template(load("hatua.analytics", "sql/lifecycle_stages.sql")).substitute(
        activity=activity.sql, before=before, who=who, key=actors_of(question.per).key
    )
    return stages, {**activity.parameters, "buckets": len(buckets.edges) - 1}
