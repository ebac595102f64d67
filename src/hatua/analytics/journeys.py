"""Journeys: how many start, get to their end, stop on the way, and how many need an agent."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import conditions_of, value_parameters, value_sql
from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.event_match import Matches, matches
from hatua.analytics.journey_shapes import (
    HandoffStep,
    Journey,
    JourneyBucket,
    JourneyCounts,
    JourneyList,
    JourneyListQuestion,
    Journeys,
    JourneysQuestion,
    NamedJourneys,
)
from hatua.analytics.overview import ratio
from hatua.analytics.question import EventMatch
from hatua.analytics.reader import Reader
from hatua.analytics.seen import first_event_sql, seen
from hatua.analytics.timerange import Range, buckets_of, iso_utc, range_of, widened
from hatua.warehouse.sql import load

LONGEST_MS = 86_400_000
"""A journey that starts in the range is followed for a day after it."""

_ALL, _BUCKET, _NAME, _STEP_OF_HANDOFF = 7, 3, 5, 6
"""What grouping() says of each part: a bit is set for what a row is not grouped by."""

_HANDOFF = "e.event_name = 'agent.handoff'"
_AGENT = f"({_HANDOFF} OR (e.event_name = 'message.sent' AND JSONExtract(e.properties, 'agentId', 'String') != ''))"
_STEP = "if(startsWith(e.event_name, 'message.') OR startsWith(e.event_name, 'agent.'), '', toString(e.event_name))"


class _Parts(NamedTuple):
    journeys: str
    parameters: dict[str, Any]


def answer(reader: Reader, question: JourneysQuestion, now_ms: int) -> Journeys:
    """Raises InvalidQuestion, and what the warehouse raises. `week` and `month` widen the range."""
    asked = widened(range_of(question), question.interval)
    buckets = buckets_of(asked, question.interval)
    parts = _parts(question, asked, now_ms)
    sql = _sql("journey_counts.sql", journeys=parts.journeys)
    parted: dict[int, list[dict[str, Any]]] = {_ALL: [], _BUCKET: [], _NAME: [], _STEP_OF_HANDOFF: []}
    for row in reader.rows(sql, {**parts.parameters, "edges": buckets.edges}):
        parted[row["part"]].append(row)
    counted = {row["bucket"]: row for row in parted[_BUCKET]}
    names = sorted(parted[_NAME], key=lambda row: (-row["started"], row["name"]))
    steps = [row for row in parted[_STEP_OF_HANDOFF] if row["handed_off"]]
    steps.sort(key=lambda row: (-row["handed_off"], row["handoff_step"]))
    return Journeys(
        range=asked.answer(),
        interval=question.interval,
        all=_counts(parted[_ALL][0] if parted[_ALL] else {}),
        by_name=[NamedJourneys(name=row["name"], counts=_counts(row)) for row in names],
        handoff_steps=[HandoffStep(step=row["handoff_step"], journeys=row["handed_off"]) for row in steps],
        trend=[
            JourneyBucket(
                bucket=buckets.label(index),
                started=counted.get(start, {}).get("started", 0),
                completed=counted.get(start, {}).get("completed", 0),
                dropped=counted.get(start, {}).get("dropped", 0),
                incomplete=buckets.incomplete(index, now_ms),
            )
            for index, start in enumerate(buckets.edges[:-1])
        ],
    )


def listed(reader: Reader, question: JourneyListQuestion, now_ms: int) -> JourneyList:
    """The journeys behind a number, as many as it says. Raises InvalidQuestion, and what the warehouse raises."""
    parts = _parts(question, widened(range_of(question), question.interval), now_ms)
    parameters: dict[str, Any] = {**parts.parameters, "limit": question.limit + 1}
    narrowed = ["true"]
    if question.outcome is not None:
        narrowed.append("outcome = {outcome:String}")
        parameters["outcome"] = question.outcome
    if question.assisted is not None:
        narrowed.append("assisted" if question.assisted else "NOT assisted")
    if question.handed_off is not None:
        narrowed.append("handed_off" if question.handed_off else "NOT handed_off")
    if question.name is not None:
        narrowed.append("name = {name:String}")
        parameters["name"] = question.name
    after = "true"
    if question.cursor:
        at_ms, at_person, at_id = decode_cursor(question.cursor, (int, str, str))
        after = "(-start_ms, person, start_id) > (-{at_ms:Int64}, {at_person:String}, {at_id:String})"
        parameters |= {"at_ms": at_ms, "at_person": at_person, "at_id": at_id}
    sql = _sql("journey_list.sql", journeys=parts.journeys, narrowed=" AND ".join(narrowed), after=after)
    rows = reader.rows(sql, parameters)
    page = rows[: question.limit]
    last = page[-1] if len(rows) > question.limit else None
    return JourneyList(
        journeys=[_journey(row) for row in page],
        total=rows[0]["total"] if rows else 0,
        next_cursor=encode_cursor(last["start_ms"], last["person"], last["start_id"]) if last else None,
    )


def _parts(question: JourneysQuestion, asked: Range, now_ms: int) -> _Parts:
    """A SELECT of one row a journey."""
    start = _mark(question.start, "e.journey_start", "start")
    end = _mark(question.end, "e.journey_end", "end")
    dimension = dimension_of(question.named_by, "named_by")
    if dimension.event_column is None:
        raise InvalidQuestion("named_by", f"{question.named_by} belongs to a visit, not to an event")
    chosen = conditions_of(question.filters, first_event_sql())
    starts = seen(question.project, asked, question.filters, condition=start.sql[0], needs_visit=start.needs_visit)
    events = seen(
        question.project,
        asked,
        (),
        columns=(
            "toUnixTimestamp64Milli(e.timestamp) AS ts",
            "e.seq AS seq",
            "e.event_id AS event_id",
            f"toUInt8({start.sql[0]}) + 2 * toUInt8({end.sql[0]}) AS mark",
            f"toString({value_sql(dimension, 'named_key')}) AS named",
            f"{_AGENT} AS agent",
            f"{_HANDOFF} AS handoff",
            f"{_STEP} AS step",
            f"({' AND '.join(chosen.sql) or 'true'}) AS chosen",
        ),
        needs_visit=start.needs_visit or end.needs_visit or chosen.needs_visit,
    )
    timed = ("toUnixTimestamp64Milli(e.timestamp) AS ts",)
    marked = f"({start.sql[0]} OR {end.sql[0]})"
    marks = seen(
        question.project, asked, (), condition=marked, columns=timed, needs_visit=start.needs_visit or end.needs_visit
    )
    handoffs = seen(question.project, asked, (), condition=_HANDOFF)
    parameters = {
        **starts.parameters,
        **start.parameters,
        **end.parameters,
        **value_parameters(dimension, "named_key"),
        "idle_ms": question.idle_s * 1000,
        "now_ms": now_ms,
        "last_start_ms": asked.to_ms,
        "followed_to_ms": asked.to_ms + LONGEST_MS,
    }
    sql = _sql(
        "journeys.sql",
        events=_followed(events.sql),
        starts=starts.sql,
        ties=f"SELECT cityHash64(person_key, ts) FROM ({_followed(marks.sql)})",
        handed_off=f"SELECT person_key FROM ({_followed(handoffs.sql)})",
    )
    return _Parts(sql, parameters)


def _followed(events: str) -> str:
    """The same events also after the range, as long as a journey is followed."""
    return events.replace("{to_ms:Int64}", "{followed_to_ms:Int64}")


def _mark(events: Sequence[EventMatch], flag: str, path: str) -> Matches:
    """The events that are said, else those that carry the flag."""
    if not events:
        return Matches([flag], {}, False)
    return matches([events], f"{path}[{{1}}]", path)


def _counts(row: dict[str, Any]) -> JourneyCounts:
    started, completed = row.get("started", 0), row.get("completed", 0)
    dropped, assisted = row.get("dropped", 0), row.get("assisted", 0)
    helped = row.get("assisted_completed", 0)
    mean_ms = ratio(row.get("took_ms", 0), completed)
    return JourneyCounts(
        started=started,
        completed=completed,
        dropped=dropped,
        in_progress=started - completed - dropped,
        self_serve=started - assisted,
        assisted=assisted,
        handed_off=row.get("handed_off", 0),
        completion_rate=ratio(completed, started),
        assisted_rate=ratio(assisted, started),
        handoff_rate=ratio(row.get("handed_off", 0), started),
        self_serve_completed=completed - helped,
        assisted_completed=helped,
        mean_s=None if mean_ms is None else mean_ms / 1000,
        median_s=row["median_ms"] / 1000 if completed else None,
    )


def _journey(row: dict[str, Any]) -> Journey:
    return Journey(
        person=row["person"],
        name=row["name"],
        started_at=iso_utc(row["start_ms"]),
        ended_at=iso_utc(row["end_ms"]),
        duration_s=(row["end_ms"] - row["start_ms"]) / 1000,
        outcome=row["outcome"],
        assisted=bool(row["assisted"]),
        handoff_step=row["handoff_step"] if row["handed_off"] else None,
    )


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
