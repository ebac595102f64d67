"""Several questions at once: what is counted of the same visits is counted from one look at them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hatua.analytics.counting import tables
from hatua.analytics.kinds import Kind
from hatua.analytics.plan import Plan
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.base.errors import HatuaError
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy

Answer = msgspec.Struct | HatuaError


def answers(reader: Reader, asked: Sequence[tuple[Kind[Any, Any], ProjectQuestion]], now_ms: int) -> list[Answer]:
    """In the order asked; in the place of an answer, what its question raised alone. Raises QueryCancelled."""
    found: dict[int, Answer] = {}
    plans: list[tuple[int, Plan[Any]]] = []
    for place, (kind, question) in enumerate(asked):
        try:
            if kind.plan is None:
                found[place] = kind.answer(reader, question, now_ms)
            else:
                plans.append((place, kind.plan(question, now_ms)))
        except QueryCancelled:
            raise
        except HatuaError as problem:
            found[place] = problem
    found |= _counted(reader, plans)
    return [found[place] for place in range(len(asked))]


def _counted(reader: Reader, plans: Sequence[tuple[int, Plan[Any]]]) -> dict[int, Answer]:
    """By place. What is too heavy together is asked in halves, down to one by one."""
    if not plans:
        return {}
    try:
        counted = iter(tables(reader, [ask for _, plan in plans for ask in plan.asks]))
        return {place: plan.finish([next(counted) for _ in plan.asks]) for place, plan in plans}
    except QueryCancelled:
        raise
    except HatuaError as problem:
        if len(plans) == 1:
            return {plans[0][0]: problem}
        if not isinstance(problem, QueryTooHeavy):
            return {place: one for plan in plans for place, one in _counted(reader, [plan]).items()}
        half = len(plans) // 2
        return _counted(reader, plans[:half]) | _counted(reader, plans[half:])
