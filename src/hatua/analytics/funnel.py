"""How far people get through named steps, and who is behind each bar."""

from string import Template
from typing import Any

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.funnel_exact import Between, FunnelEvent, Rules, best_chain
from hatua.analytics.funnel_shapes import (
    Funnel,
    FunnelActor,
    FunnelGroup,
    FunnelPeople,
    FunnelPeopleQuestion,
    FunnelQuestion,
    FunnelStepResult,
    Outcome,
)
from hatua.analytics.funnel_sql import FunnelSql, funnel_sql, resolved_sql, window_s
from hatua.analytics.overview import ratio
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import iso_utc, range_of
from hatua.warehouse.sql import load

_OUTCOMES: dict[Outcome, str] = {
    "reached": "reached >= {step:UInt8}",
    "dropped": "reached > 0 AND reached + 1 = {step:UInt8}",
}
Resolved = list[tuple[int, list[int]]]
"""(actor's key, places of its chain from 1), as the engine takes them."""


def answer(reader: Reader, question: FunnelQuestion) -> Funnel:
    """Counts and times of each step, in all and by group. Raises InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    funnel = funnel_sql(question, asked)
    resolved: Resolved = []
    rows = _count(reader, question, funnel, resolved, by="''")
    if any(row["undecided_actors"] for row in rows):
        resolved = _search(reader, question, funnel)
        rows = _count(reader, question, funnel, resolved, by="''")
    groups: list[FunnelGroup] | None = None
    total: int | None = None
    if question.breakdown is not None:
        by_value = _count(reader, question, funnel, resolved, by="group", join="ARRAY JOIN groups AS group")
        by_value.sort(key=lambda row: (-row["count_1"], row["value"]))
        total = len(by_value)
        groups = [
            FunnelGroup(value=row["value"], steps=_steps(question, row)) for row in by_value[: question.breakdown.limit]
        ]
    return Funnel(
        range=asked.answer(),
        order=question.order,
        per=question.per,
        window_s=window_s(question),
        steps=_steps(question, rows[0] if rows else {}),
        groups=groups,
        total_groups=total,
    )


def people(reader: Reader, question: FunnelPeopleQuestion) -> FunnelPeople:
    """The actors of one bar, latest start first; as many as the bar says. Raises InvalidQuestion."""
    funnel = funnel_sql(question, range_of(question))
    resolved = _search(reader, question, funnel) if funnel.may_be_undecided else []
    parameters = {**funnel.parameters, "resolved": resolved, "step": question.step, "limit": question.limit + 1}
    outcome = (
        "reached >= {step:UInt8}" if question.outcome == "reached" else "reached > 0 AND reached + 1 = {step:UInt8}"
    )
    if question.group is not None:
        outcome += " AND has(groups, {group:String})"
        parameters["group"] = question.group
    after = "true"
    if question.cursor:
        started, actor = decode_cursor(question.cursor, (int, str))
        after = "(-step_times[1], actor) > (-{at_ms:Int64}, {at_actor:String})"
        parameters |= {"at_ms": started, "at_actor": actor}
    sql = Template(load("hatua.analytics", "sql/funnel_people.sql")).substitute(
        resolved=resolved_sql(funnel), outcome=outcome, after=after
    )
    rows = reader.rows(sql, parameters)
    page = rows[: question.limit]
    last = page[-1] if len(rows) > question.limit else None
    return FunnelPeople(
        people=[
            FunnelActor(key=row["actor"], reached=row["reached"], step_times=[iso_utc(at) for at in row["step_times"]])
            for row in page
        ],
        total=rows[0]["total"] if rows else 0,
        next_cursor=encode_cursor(last["step_times"][0], last["actor"]) if last else None,
    )


def _search(reader: Reader, question: FunnelQuestion, funnel: FunnelSql) -> Resolved:
    """Decides the actors that the engine could not."""
    rules = Rules(
        steps=len(question.steps),
        order=question.order,
        window_ms=funnel.parameters["window_ms"],
        exclusions=[Between(each.after_step, each.before_step) for each in question.exclusions],
    )
    sql = Template(load("hatua.analytics", "sql/funnel_undecided.sql")).substitute(chains=funnel.chains)
    resolved: Resolved = []
    for row in reader.rows(sql, funnel.parameters):
        events = [
            FunnelEvent(*values)
            for values in zip(
                row["times"],
                row["seqs"],
                row["steps"],
                row["step_values"] or [""] * len(row["times"]),
                row["excluded"] or [0] * len(row["times"]),
                strict=True,
            )
        ]
        resolved.append((row["actor_key"], [place + 1 for place in best_chain(events, rules)]))
    return resolved


def _count(
    reader: Reader, question: FunnelQuestion, funnel: FunnelSql, resolved: Resolved, *, by: str, join: str = ""
) -> list[dict[str, Any]]:
    sql = Template(load("hatua.analytics", "sql/funnel_steps.sql")).substitute(
        by=by, join=join, resolved=resolved_sql(funnel), counts=",\n    ".join(_counts(len(question.steps)))
    )
    return reader.rows(sql, {**funnel.parameters, "resolved": resolved})


def _counts(steps: int) -> list[str]:
    """Per step: who reached it; total and median time from the step before."""
    columns = []
    for step in range(1, steps + 1):
        columns.append(f"countIf(reached >= {step}) AS count_{step}")
        if step > 1:
            took = f"(step_times[{step}] - step_times[{step - 1}], reached >= {step})"
            columns.append(f"sumIf{took} AS took_{step}")
            columns.append(f"quantileExactInclusiveIf(0.5){took} AS median_{step}")
    return columns


def _steps(question: FunnelQuestion, row: dict[str, Any]) -> list[FunnelStepResult]:
    counts = [int(row.get(f"count_{step}", 0)) for step in range(1, len(question.steps) + 1)]
    found = []
    for index, each in enumerate(question.steps):
        count, before = counts[index], counts[max(index - 1, 0)]
        timed = index > 0 and count > 0
        found.append(
            FunnelStepResult(
                name=each.label(),
                count=count,
                conversion_from_start=ratio(count, counts[0]),
                conversion_from_previous=ratio(count, before),
                dropped=before - count,
                median_s=row[f"median_{index + 1}"] / 1000 if timed else None,
                mean_s=row[f"took_{index + 1}"] / count / 1000 if timed else None,
            )
        )
    return found
