"""What the questions about coming back share: their buckets, and who did an event in which of them."""

from collections.abc import Sequence

from hatua.analytics.actors import actors_of
from hatua.analytics.cohort_shapes import MAX_COHORT_BUCKETS, CohortInterval, CohortQuestion
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.event_match import matches
from hatua.analytics.groups import ALL, Group, by_bucket
from hatua.analytics.question import EventMatch, Question
from hatua.analytics.seen import Seen, seen
from hatua.analytics.timerange import Buckets, Range, buckets_of, range_of, widened


def cohort_buckets(question: Question, interval: CohortInterval) -> Buckets:
    """The whole buckets of the range; InvalidQuestion when there are too many for a matrix."""
    buckets = buckets_of(widened(range_of(question), interval), interval)
    count = len(buckets.edges) - 1
    if count > MAX_COHORT_BUCKETS:
        raise InvalidQuestion("interval", f"{interval} makes {count} buckets; the limit is {MAX_COHORT_BUCKETS}")
    return buckets


def doing(
    question: CohortQuestion,
    asked: Range,
    events: Sequence[EventMatch],
    path: str,
    *,
    group: Group = ALL,
    prefix: str = "m",
) -> Seen:
    """The question's events that are one of these, and have an actor."""
    found = matches([events], f"{path}[{{1}}]", prefix)
    actors = actors_of(question.per)
    return seen(
        question.project,
        asked,
        question.filters,
        group,
        condition=" AND ".join(filter(None, (found.sql[0], actors.condition))),
        parameters={**found.parameters, **actors.parameters},
        columns=("toUnixTimestamp64Milli(e.timestamp) AS ts", *actors.columns),
        needs_visit=found.needs_visit,
        persons=actors.persons,
    )


def in_buckets(
    question: CohortQuestion, buckets: Buckets, events: Sequence[EventMatch], path: str, prefix: str = "m"
) -> Seen:
    """The same, each grouped by the start of its bucket (Unix ms)."""
    return doing(question, buckets.range, events, path, group=by_bucket(buckets.edges), prefix=prefix)


def since_ever(chosen: Seen) -> str:
    """The same selection without a beginning: for what was first in all history."""
    return chosen.sql.replace("{from_ms:Int64}", "0")
