"""The differential tests notice: each of these small mistakes in the SQL makes the two sources disagree.

A mutant stands between the product and the engine and changes every statement that passes; no module is patched. Left
out, since they change no answer: a return in the bucket of the start (no cell asks for that row).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from random import Random
from typing import Any, NamedTuple, cast

import pytest

from hatua.warehouse.client import Keeper, Warehouse
from tests.integration import test_analytics_cohorts_oracle as cohorts
from tests.integration import test_analytics_funnel_oracle as funnels
from tests.integration import test_analytics_journeys_oracle as journeys
from tests.integration import test_analytics_oracle as numbers
from tests.integration import test_analytics_paths_oracle as paths
from tests.oracle.compare import same, store
from tests.oracle.generate import generate_dense_history, generate_filters, generate_history
from tests.oracle.history import History

MOST = 500
"""Histories that a mutant may survive before it counts as missed."""

BATCH = 10

Question = dict[str, Any]
Ask = Callable[..., Any]


class Case(NamedTuple):
    project: str
    history: History
    question: Question


class Mutant(NamedTuple):
    """What it gets wrong, the kind of question that shows it, and the change: every `right` becomes `wrong`."""

    mistake: str
    kind: str
    right: str
    wrong: str


MUTANTS = (
    Mutant(
        "the first link wins",
        "overview",
        "toUInt64(toUnixTimestamp64Milli(linked_at) + 4503599627370496)",
        "toUInt64(4503599627370496 - toUnixTimestamp64Milli(linked_at))",
    ),
    Mutant("undone links still count", "overview", "AND NOT revoked", ""),
    Mutant("links do not make users known", "overview", "OR l.linked_key != 0 AS known", "OR 0 AS known"),
    Mutant("an event's own user is ignored", "overview", "if(e.user_key != 0, e.user_key", "if(0, e.user_key"),
    Mutant("a visit of two users is of one", "overview", "length(v.user_keys) <= 1", "length(v.user_keys) <= 9"),
    Mutant("a visit of two browsers is of one", "overview", "v.anonymous_keys) <= 1", "v.anonymous_keys) <= 9"),
    Mutant(
        "a user with a stranger's browser is one",
        "overview",
        "AND l.linked_key != f.user_key)",
        "AND l.linked_key = 0)",
    ),
    Mutant("a visit counts once a quarter of an hour", "timeseries", "nth -> nth = 1", "nth -> 1"),
    Mutant("who comes again is somebody else", "overview", "p.person AS person", "f.number AS person"),
    Mutant("two people make a visit two", "overview", "place = 1 AS first", "1 AS first"),
    Mutant(
        "a goal of another visit does not count", "breakdown", "p.converted AS converted", "f.achieved AS converted"
    ),
    Mutant(
        "filters choose the goals too",
        "overview",
        "AS person, person_key IN (SELECT person_key",
        "AS person, max(achieved) AND person_key IN (SELECT person_key",
    ),
    Mutant(
        "a visit is as many others as it has pages",
        "breakdown",
        "uniqExactIf(session_key, NOT alone)",
        "countIf(NOT alone)",
    ),
    Mutant("the end of a range is inside", "events", "e.timestamp < from", "e.timestamp <= from"),
    Mutant("the start of a range is outside", "events", "e.timestamp >= from", "e.timestamp > from"),
    Mutant("nothing but heartbeats is a bounce", "overview", "non_heartbeat_events = 1", "non_heartbeat_events <= 1"),
    Mutant("a visit that ends at the edge is inside", "overview", "v.ended_at < from", "v.ended_at <= from"),
    Mutant("visits over the start are left out", "overview", "ended_at >= from", "started_at >= from"),
    Mutant(
        "the lower median", "overview", "quantileExactInclusiveIf(0.5)(duration", "quantileExactLowIf(0.5)(duration"
    ),
    Mutant("is not means is", "overview", " NOT IN {f", " IN {f"),
    Mutant("does not contain means contains", "events", "NOT multiSearchAny", "multiSearchAny"),
    Mutant("exists means missing", "events", "!= '')", "= '')"),
    Mutant("visits without UTM are shown", "breakdown", " WHERE value != ''", ""),
    Mutant("who saw no page entered on one", "breakdown", "pageviews > 0 OR has(pages, '')", "1"),
    Mutant("pages bounce for all who saw them", "breakdown", " AND value = entry_page", ""),
    Mutant("weeks of the heat map start on Sunday", "heatmap", ", 0, {tz", ", 3, {tz"),
    Mutant("the heat map ignores the zone", "heatmap", "'UTC'), {tz:String})", "'UTC'), 'UTC')"),
    Mutant(
        "a goal counts where filters leave its visitor out",
        "timeseries",
        "WHERE (value, person_key) IN",
        "WHERE 1 OR (value, person_key) IN",
    ),
    Mutant("goals are counted, not who has them", "timeseries", "uniqExact(person_key) AS conv", "count() AS conv"),
    Mutant(
        "a page leaves out what ties with the last row",
        "events",
        "(e.timestamp, e.seq, e.event_id) <",
        "(e.timestamp, e.seq, '~') <",
    ),
    Mutant("ties of events are listed by no rule", "events", "e.seq DESC, e.event_id DESC", "e.event_id ASC"),
    Mutant("search minds capitals", "values", "positionCaseInsensitiveUTF8", "positionUTF8"),
    Mutant(
        "sessions are found by who is behind the browser no more",
        "sessions",
        "if(l.linked_user != '', l.linked_user, c.anonymous_id)",
        "c.anonymous_id",
    ),
    Mutant("sessions are not found by their users", "sessions", "OR arrayExists(id ->", "OR 0 AND arrayExists(id ->"),
    Mutant("the total of sessions grows from row to row", "sessions", "OVER ()", "OVER (ORDER BY started_at)"),
    Mutant("the window is exclusive", "funnel", "start >= t - window_ms", "start > t - window_ms"),
    Mutant("the first attempt's window is exclusive", "funnel", "t >= opens", "t > opens"),
    Mutant("one event serves two steps", "funnel", "place > p1", "place >= p1"),
    Mutant("ordered is strict", "funnel", "arrayFill(x -> x != none, s1)", "s1"),
    Mutant("ties are not searched", "funnel", "arrayExists((t, s, m, next_t", "0 AND arrayExists((t, s, m, next_t"),
    Mutant("nothing is excluded", "funnel", "arrayExists((t, s, x, place) ->", "0 AND arrayExists((t, s, x, place) ->"),
    Mutant("first touch is the last", "funnel", "argMinIf(touched", "argMaxIf(touched"),
    Mutant("any order closes its window early", "funnel", "<= t + window_ms", "< t + window_ms"),
    Mutant("dropped forgets who left at the step", "funnel", "reached + 1 =", "reached + 2 ="),
    Mutant(
        "first ever is first in range",
        "retention",
        "e.timestamp >= fromUnixTimestamp64Milli(0",
        "e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}",
    ),
    Mutant("once more than the minimum", "retention", ">= {minimum:UInt32}", "> {minimum:UInt32}"),
    Mutant("the returning have come back", "lifecycle", "'returning', 'resurrecting'", "'resurrecting', 'returning'"),
    Mutant("nobody goes dormant", "lifecycle", "NOT has(active, n + 1)", "0"),
    Mutant("who was there before is new", "lifecycle", ", 0, active[1]) AS first", ", active[1], active[1]) AS first"),
    Mutant(
        "a visit that goes on into the range tells nothing of before",
        "lifecycle",
        "(NOT (v.ended_at <",
        "(0 AND NOT (v.ended_at <",
    ),
    Mutant(
        "whoever is in the range by a visit that began before was there before",
        "lifecycle",
        "WHERE v.ended_at < from",
        "WHERE v.started_at < from",
    ),
    Mutant("a bucket counts with one event too few", "stickiness", ">= {minimum:UInt32}", "+ 1 >= {minimum:UInt32}"),
    Mutant(
        "sessions come back as their browsers",
        "lifecycle",
        "e.session_key AS actor_key",
        "e.anonymous_key AS actor_key",
    ),
    Mutant("sessions are listed as their browsers", "retention", "e.session_id AS actor", "e.anonymous_id AS actor"),
    Mutant(
        "values of a property that are as long are one", "stickiness", "cityHash64(actor)", "cityHash64(length(actor))"
    ),
    Mutant(
        "events without the property come back too",
        "retention",
        "{actor_property:String}, 'String') != ''",
        "{actor_property:String}, 'String') != '-'",
    ),
    Mutant("equal neighbours are told twice", "paths", "here.4 != before.4", "1"),
    Mutant("a path that was cut stops", "paths", "AND NOT goes_on", ""),
    Mutant("what comes next is where it was", "reach", "nodes[after] AS next", "nodes[after - 1] AS next"),
    Mutant("who goes on was never here", "reach", "depth >= {step:UInt8}", "depth = {step:UInt8}"),
    Mutant("who stops goes on to others", "reach", "AND next != '' AND next NOT IN", "AND next NOT IN"),
    Mutant("the pause is inclusive", "journeys", "x.1 - before.1 > {idle_ms", "x.1 - before.1 >= {idle_ms"),
    Mutant("a journey of another name goes on", "journeys", "OR was.2 != x.5", ""),
    Mutant("bots are agents", "journeys", "'agentId', 'String') != ''", "'agentId', 'String') != 'x'"),
    Mutant("running journeys are dropped", "journeys", "end_ms + {idle_ms:Int64} >= {now_ms", "0 >= {now_ms"),
)


QUICKLY_NOTICED = (
    "dropped forgets who left at the step",
    "links do not make users known",
    "pages bounce for all who saw them",
    "nobody goes dormant",
)


class MutatedReader:
    """Passes statements on with the mistake in them, and knows whether any had the place for it."""

    def __init__(self, warehouse: Warehouse, mutant: Mutant) -> None:
        self._warehouse = warehouse
        self._mutant = mutant
        self.changed = False

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        return self._warehouse.rows(self.mutated(sql), parameters, settings)

    @contextmanager
    def keeping(self) -> Iterator["MutatedKeeper"]:
        with self._warehouse.keeping() as keeper:
            yield MutatedKeeper(self, keeper)

    def mutated(self, sql: str) -> str:
        wrong = sql.replace(self._mutant.right, self._mutant.wrong)
        self.changed = self.changed or wrong != sql
        return wrong


class MutatedKeeper:
    def __init__(self, reader: MutatedReader, keeper: Keeper) -> None:
        self._reader = reader
        self._keeper = keeper

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        return self._keeper.rows(self._reader.mutated(sql), parameters, settings)

    def keep(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> str:
        return self._keeper.keep(self._reader.mutated(sql), parameters, settings)

    def forget(self, name: str) -> None:
        self._keeper.forget(name)


def cases(kind: str) -> Iterator[Case]:
    """Endless random cases of one kind of question."""
    random = Random(f"mutants of {kind}")
    number = 0
    while True:
        name = f"{kind}-{number}"
        number += 1
        dense = kind in ("funnel", "paths", "reach", "journeys")
        history, zone, day = (generate_dense_history if dense else generate_history)(random, name)
        if kind == "journeys":
            history = journeys.with_journeys(random, history)
        yield Case(name, history, question_of(kind, random, zone, day, history))


def question_of(kind: str, random: Random, zone: str, day: date, history: History) -> Question:
    if kind == "funnel":
        return funnels.generate_funnel(random, zone, day, history)
    if kind in cohorts.KINDS:
        return cohorts.generate_question(random, zone, day, cohorts.KINDS[kind][2])
    if kind == "paths":
        values = ("/", "/mri", "/tot/")
        anchor = random.choice(({}, {"start": random.choice(values)}, {"end": random.choice(values)}))
        return {**paths.whole_days(day, zone), "filters": [], "steps": random.randint(2, 4), **anchor}
    if kind == "reach":
        sequence = [random.choice(("/", "/mri", "/tot/")) for _ in range(random.randint(1, 3))]
        return {**paths.whole_days(day, zone), "sequence": sequence, "top": random.choice((1, 9))}
    if kind == "journeys":
        filters = generate_filters(random, 1) if random.random() < 0.3 else []
        return {**paths.whole_days(day, zone), "filters": filters, "idle_s": random.choice((60, 120, 1800, 7200))}
    return numbers.generate_question(random, zone, day, numbers.KINDS[kind][2])


def sources(kind: str) -> tuple[Ask, Ask]:
    """(the product's answer, the second source's)."""
    others: dict[str, tuple[Ask, Ask]] = {
        "funnel": (funnels.ask, funnels.expect),
        "paths": (paths.ask, paths.expect),
        "reach": (paths.ask_reach, paths.expect_reach),
        "journeys": (journeys.ask, journeys.expect),
    }
    if kind in others:
        return others[kind]
    return (cohorts.KINDS[kind] if kind in cohorts.KINDS else numbers.KINDS[kind])[:2]


def is_noticed(warehouse: Warehouse, mutant: Mutant) -> bool:
    """Asks both sources, a batch of histories after the other, until they disagree."""
    ask, expect = sources(mutant.kind)
    made = cases(mutant.kind)
    reader = MutatedReader(warehouse, mutant)
    for _ in range(MOST // BATCH):
        batch = list(islice(made, BATCH))
        store(warehouse, [(case.project, case.history) for case in batch])
        for case in batch:
            try:
                answered = ask(cast(Warehouse, reader), case.project, case.question)
            except AssertionError:  # a list that is not as long as its number says
                return reader.changed
            if not same(answered, expect(case.history, case.question)):
                return reader.changed
    assert reader.changed, f"no statement of {mutant.kind} has the place for this mistake"
    return False


@pytest.mark.parametrize("mistake", QUICKLY_NOTICED)
def test_a_mistake_is_noticed_at_once(warehouse: Warehouse, mistake: str) -> None:
    assert is_noticed(warehouse, next(mutant for mutant in MUTANTS if mutant.mistake == mistake))


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.mistake for mutant in MUTANTS])
def test_every_mistake_is_noticed(warehouse: Warehouse, mutant: Mutant) -> None:
    assert is_noticed(warehouse, mutant)
