"""A funnel as SQL: step conditions as bits of one number, chains as arrays an actor at a time.

Every event that matters gets `steps` (bit k - 1: it matches step k) and `excluded`. Of each actor the engine makes
sorted arrays and walks them once per step; what that cannot decide it marks `undecided` (see funnel_exact.py).
"""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import value_parameters, value_sql
from hatua.analytics.dimensions import Dimension, dimension_of
from hatua.analytics.event_match import matches, without_slash
from hatua.analytics.funnel_shapes import FunnelQuestion
from hatua.analytics.question import EventMatch
from hatua.analytics.seen import seen
from hatua.analytics.timerange import Range
from hatua.warehouse.sql import load

PERSON_WINDOW_S = 14 * 86_400
EMPTY = "''"
_NEVER = -(2**62)
_UNBOUNDED_MS = 2**61
"""Longer than any range; t - this stays above _NEVER."""


class FunnelSql(NamedTuple):
    """`chains`: a SELECT of one row an actor. `may_be_undecided`: whether the question can have such actors at all."""

    chains: str
    groups: str
    parameters: dict[str, Any]
    may_be_undecided: bool


def window_s(question: FunnelQuestion) -> int | None:
    """The window that counts; None: only the session bounds a chain."""
    if question.window_s is not None or question.per == "session":
        return question.window_s
    return PERSON_WINDOW_S


def funnel_sql(question: FunnelQuestion, asked: Range) -> FunnelSql:
    """Raises InvalidQuestion with the path of what cannot be asked."""
    steps = matches([each.any_of for each in question.steps], "steps[{}].any_of[{}]", "s")
    excluded = matches([(each,) for each in question.exclusions], "exclusions[{}]", "x")
    by_first_step = _by_first_step(question)
    actor, actor_parameters = _actor(question.per)
    value, value_parameters_, value_needs_visit = _value(question)
    events = seen(
        question.project,
        asked,
        question.filters,
        columns=(
            "toUnixTimestamp64Milli(e.timestamp) AS ts",
            "e.seq AS seq",
            "e.event_id AS event_id",
            f"{_bits(steps.sql)} AS steps",
            f"{_bits(excluded.sql)} AS excluded",
            f"toString({value}) AS touched",
            f"{'touched' if by_first_step else EMPTY} AS step_value",
            f"toString({actor}) AS actor_property",
        ),
        condition=_only_named(question),
        parameters={
            **steps.parameters,
            **excluded.parameters,
            **actor_parameters,
            **value_parameters_,
            "names": _names(question),
            "none": _NEVER,
            "window_ms": _window_ms(question),
        },
        needs_visit=steps.needs_visit or excluded.needs_visit or value_needs_visit,
    )
    chains = Template(load("hatua.analytics", "sql/funnel_chains.sql")).substitute(
        actor={"person": "person", "session": "session_id"}.get(question.per, "actor_property"),
        actor_key={"person": "person_key", "session": "session_key"}.get(
            question.per, "if(actor_property = '', 0, cityHash64(actor_property))"
        ),
        columns="ts, seq, steps" + ", step_value" * by_first_step + ", excluded" * bool(excluded.sql),
        step_values="found.4" if by_first_step else "emptyArrayString()",
        excluded=f"found.{4 + by_first_step}" if excluded.sql else "emptyArrayUInt32()",
        kept="true" if question.order == "strict" else "steps + excluded != 0",
        needed=str(2 ** len(question.steps) - 1) if question.order == "any" else "1",
        groups=_touched(question),
        events=events.sql,
    )
    for columns in [*_layers(question), [f"{_undecided(question)} AS undecided"]]:
        chains = f"SELECT *, {', '.join(columns)} FROM ({chains})"
    groups = "if(notEmpty(chain), [c.step_values[chain[1]]], [])" if _by_first_step(question) else "c.groups"
    return FunnelSql(chains, groups, events.parameters, _may_be_undecided(question))


def resolved_sql(funnel: FunnelSql) -> str:
    """One row an actor: actor, undecided, chain, reached, step_times (Unix ms), groups. Needs `resolved` bound."""
    return Template(load("hatua.analytics", "sql/funnel_resolved.sql")).substitute(
        chains=funnel.chains, groups=funnel.groups
    )


def _bits(conditions: Sequence[str]) -> str:
    if not conditions:
        return "toUInt32(0)"
    return " + ".join(f"bitShiftLeft(toUInt32({sql}), {bit})" for bit, sql in enumerate(conditions))


def _actor(per: str) -> tuple[str, dict[str, Any]]:
    if per in ("person", "session"):
        return EMPTY, {}
    dimension = dimension_of(per, "per")
    return value_sql(dimension, "actor_key"), value_parameters(dimension, "actor_key")


def _value(question: FunnelQuestion) -> tuple[str, dict[str, Any], bool]:
    """The breakdown's value of an event: of the event itself, or of its visit."""
    if question.breakdown is None:
        return EMPTY, {}, False
    dimension: Dimension = dimension_of(question.breakdown.dimension, "breakdown.dimension")
    if dimension.belongs_to == "visit":
        return f"v.{dimension.visit_column}", {}, True
    return value_sql(dimension, "touched_key"), value_parameters(dimension, "touched_key"), False


def _by_first_step(question: FunnelQuestion) -> bool:
    return question.breakdown is not None and question.breakdown.touch == "first_step"


def _touched(question: FunnelQuestion) -> str:
    place = "(ts, seq, event_id)"
    match question.breakdown.touch if question.breakdown else "first_step":
        case "first":
            return f"[argMinIf(touched, {place}, touched != '')]"
        case "last":
            return f"[argMaxIf(touched, {place}, touched != '')]"
        case "all":
            return "if(empty(groupUniqArrayIf(touched, touched != '')), [''], groupUniqArrayIf(touched, touched != ''))"
        case "first_step":
            return "['']"


def _names(question: FunnelQuestion) -> list[str]:
    every = [each.event for step in question.steps for each in step.any_of] + [x.event for x in question.exclusions]
    return sorted(set(every))


def _only_named(question: FunnelQuestion) -> str:
    """Events of other names matter to strict order and to first and last touch only."""
    touches = question.breakdown is not None and not _by_first_step(question)
    return "" if question.order == "strict" or touches else "e.event_name IN {names:Array(String)}"


def _window_ms(question: FunnelQuestion) -> int:
    seconds = window_s(question)
    return _UNBOUNDED_MS if seconds is None else seconds * 1000


def _layers(question: FunnelQuestion) -> list[list[str]]:
    """Columns that find the chain, each layer from those before it. Layers, since the engine's analysis of one flat
    SELECT grows exponentially with columns that name each other: 1.2 s instead of 0.1 s for eight steps."""
    count = len(question.steps)
    if question.order == "any":
        return _any_layers(count)
    layers = [["arrayMap((t, m) -> if(bitTest(m, 0), t, none), times, steps) AS s1"]]
    for step in range(2, count + 1):
        before = f"s{step - 1}" if question.order == "strict" else f"arrayFill(x -> x != none, s{step - 1})"
        layers.append(
            [
                f"arrayMap((t, m, start) -> if(bitTest(m, {step - 1}) AND start >= t - window_ms, start, none), "
                f"times, steps, arrayPopBack(arrayPushFront({before}, none))) AS s{step}"
            ]
        )
    firsts = ", ".join(f"arrayFirstIndex(x -> x != none, s{step})" for step in range(1, count + 1))
    layers += [
        [f"[{firsts}] AS firsts"],
        ["arrayCount(x -> x > 0, firsts) AS furthest"],
        ["firsts[furthest] AS last_place"],
    ]
    if question.order == "strict":
        run = "arrayMap(n -> toUInt32(last_place - furthest + n), range(1, toUInt32(furthest + 1)))"
        return [*layers, [f"{run} AS greedy"]]
    layers += [
        ["times[last_place] - window_ms AS opens"],
        ["arrayFirstIndex((t, m) -> bitTest(m, 0) AND t >= opens, times, steps) AS p1"],
    ]
    for step in range(2, count + 1):
        layers.append(
            [
                f"if(furthest < {step}, 0, arrayFirstIndex((m, place) -> bitTest(m, {step - 1}) "
                f"AND place > p{step - 1}, steps, places)) AS p{step}"
            ]
        )
    places = ", ".join(f"toUInt32(p{step})" for step in range(1, count + 1))
    return [*layers, [f"arraySlice([{places}], 1, furthest) AS greedy"]]


def _any_layers(count: int) -> list[list[str]]:
    """n<k>[i]: when the first event at or after i is step k (past the end: never); a window opens at each i."""
    every = range(1, count + 1)
    inside = " + ".join(f"(x{step} <= t + window_ms)" for step in every)
    arguments = ", ".join(f"x{step}" for step in every)
    arrays = ", ".join(f"arrayPopBack(n{step})" for step in every)
    places = ", ".join(f"q{step}" for step in every)
    return [
        ["arrayPushBack(times, window_ms + 1 + times[-1]) AS bounded", "arrayPushBack(steps, toUInt32(0)) AS marked"],
        [f"arrayReverseFill((t, m) -> bitTest(m, {step - 1}), bounded, marked) AS n{step}" for step in every],
        [f"arrayMap((t, m, {arguments}) -> if(m = 0, 0, {inside}), times, steps, {arrays}) AS depths"],
        ["arrayMax(depths) AS furthest"],
        ["indexOf(depths, furthest) AS p1"],
        [
            f"arrayFirstIndex((m, place) -> bitTest(m, {step - 1}) AND place >= p1, steps, places) AS q{step}"
            for step in every
        ],
        [
            "arraySort(arrayMap(q -> toUInt32(q), "
            f"arrayFilter(q -> q > 0 AND times[q] <= times[p1] + window_ms, [{places}]))) AS greedy"
        ],
    ]


def _may_be_undecided(question: FunnelQuestion) -> bool:
    return question.order == "strict" or bool(question.exclusions) or _steps_overlap(question)


def _steps_overlap(question: FunnelQuestion) -> bool:
    """Whether one event could be two steps, as far as names and plain paths tell."""
    seen_before: list[EventMatch] = []
    for step in question.steps:
        if any(_overlap(one, other) for one in step.any_of for other in seen_before):
            return True
        seen_before.extend(step.any_of)
    return False


def _overlap(one: EventMatch, other: EventMatch) -> bool:
    if one.event != other.event:
        return False
    if one.path is None or other.path is None or "*" in one.path + other.path:
        return True
    return without_slash(one.path) == without_slash(other.path)


def _undecided(question: FunnelQuestion) -> str:
    """Actors whose chain needs a search."""
    if not _may_be_undecided(question):
        return "false"
    tied = "t = next_t AND s = next_s AND m != next_m"
    match question.order:
        case "any":
            return "arrayExists(m -> bitCount(m) > 1, steps)"
        case "ordered":
            apart = f"{tied} AND m != 0 AND next_m != 0 AND bitCount(m) + bitCount(next_m) > 2"
        case "strict":
            apart = tied
    neighbours = (
        f"arrayExists((t, s, m, next_t, next_s, next_m) -> {apart}, arrayPopBack(times), arrayPopBack(seqs), "
        "arrayPopBack(steps), arrayPopFront(times), arrayPopFront(seqs), arrayPopFront(steps))"
    )
    return " OR ".join([neighbours, *(_voided(question, index) for index in range(len(question.exclusions)))])


def _voided(question: FunnelQuestion, index: int) -> str:
    """Whether an excluded event voids the chain that was found: then another may be the best."""
    each = question.exclusions[index]
    after, before = f"greedy[{each.after_step}]", f"greedy[{each.before_step}]"
    return (
        f"(length(greedy) >= {each.after_step} AND arrayExists((t, s, x, place) -> bitTest(x, {index}) "
        f"AND (t, s) > (times[{after}], seqs[{after}]) "
        f"AND if(length(greedy) >= {each.before_step}, (t, s) < (times[{before}], seqs[{before}]), "
        f"t <= times[greedy[1]] + window_ms) AND NOT has(greedy, place), times, seqs, excluded, places))"
    )
