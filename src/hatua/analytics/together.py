"""Several questions at once, each answered or told why not: what is counted of the same visits is counted from one look
at them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hatua.analytics.counting import tables
from hatua.analytics.errors import InvalidQuestion, NotFound
from hatua.analytics.kinds import Kind
from hatua.analytics.plan import Plan
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.base.errors import Unavailable
from hatua.warehouse.errors import QueryTooHeavy, SchemaMissing

FACTS = (InvalidQuestion, NotFound, QueryTooHeavy, SchemaMissing, Unavailable)
"""What is said of one question and leaves the others alone. Not QueryCancelled, after which nobody waits for any of
them, and no defect of ours."""

Answer = msgspec.Struct | Exception


def answers(reader: Reader, asked: Sequence[tuple[Kind[Any, Any], ProjectQuestion]], now_ms: int) -> list[Answer]:
    """In the order asked; one of FACTS in the place of an answer that there is none of. Raises everything else."""
    found: dict[int, Answer] = {}
    plans: list[tuple[int, Plan[Any]]] = []
    for place, (kind, question) in enumerate(asked):
        try:
            if kind.plan is None:
                found[place] = kind.answer(reader, question, now_ms)
            else:
                plans.append((place, kind.plan(question, now_ms)))
        except FACTS as fact:
            found[place] = fact
    found |= _counted(reader, plans)
    return [found[place] for place in range(len(asked))]


def _counted(reader: Reader, plans: Sequence[tuple[int, Plan[Any]]]) -> dict[int, Answer]:
    """By place. What is wrong or too heavy together is counted in halves, down to one by one."""
    if not plans:
        return {}
    try:
        counted = iter(tables(reader, [ask for _, plan in plans for ask in plan.asks]))
        return {place: plan.finish([next(counted) for _ in plan.asks]) for place, plan in plans}
    except FACTS as fact:
        if len(plans) > 1 and isinstance(fact, QueryTooHeavy | InvalidQuestion | NotFound):
            half = len(plans) // 2
            return _counted(reader, plans[:half]) | _counted(reader, plans[half:])
        # A warehouse that is away or busy is not asked a dozen times more.
        return {place: fact for place, _ in plans}
