"""Asks both sources the same question. A disagreement is shrunk to a small history and printed as a ready test case."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

import msgspec

from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter
from tests.oracle.history import History

Ask = Callable[[Warehouse, str, dict[str, Any]], Any]
"""(warehouse, project, question) -> the product's answer, as plain comparable data."""
Expect = Callable[[History, dict[str, Any]], Any]
"""(history, question) -> the same, by brute force."""

_fresh = count()


def store(warehouse: Warehouse, histories: Iterable[tuple[str, History]]) -> None:
    """All histories in two writes, the second with what came late; and the first of them again, as a retry would."""
    rows, links = [], []
    for project, history in histories:
        rows += [msgspec.structs.replace(event, project_id=project) for event in history.events]
        links += [msgspec.structs.replace(link, project_id=project) for link in history.links]
    writer = EventWriter(warehouse)
    writer.write(rows[::2], links[::2])
    writer.write(rows[1::2], links[1::2])
    writer.write(rows[::2], links[::2])


def same(one: Any, other: Any) -> bool:
    """Equal, floats to 9 digits."""
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def agree(
    warehouse: Warehouse, project: str, history: History, question: dict[str, Any], ask: Ask, expect: Expect
) -> None:
    """Raises AssertionError with the smallest disagreeing case that leaving out events, links and filters finds."""
    if same(ask(warehouse, project, question), expect(history, question)):
        return
    history, question = _shrink(warehouse, history, question, ask, expect)
    small = f"shrunk{next(_fresh)}"
    store(warehouse, [(small, history)])
    raise AssertionError(
        f"two sources disagree on {json.dumps(question)}\n"
        + "\n".join([*map(_as_code, history.events), *map(_as_code, history.links)])
        + f"\n{difference(ask(warehouse, small, question), expect(history, question))}"
    )


def difference(answered: Any, expected: Any, path: str = "answer") -> str:
    """The first place where they differ."""
    if isinstance(answered, dict) and isinstance(expected, dict) and answered.keys() == expected.keys():
        pairs = [(repr(key), answered[key], expected[key]) for key in answered]
    elif isinstance(answered, list | tuple) and isinstance(expected, list | tuple) and len(answered) == len(expected):
        pairs = [(repr(n), a, b) for n, (a, b) in enumerate(zip(answered, expected, strict=True))]
    else:
        return f"at {path}: answered {answered!r}, expected {expected!r}"
    return next((difference(a, b, f"{path}[{key}]") for key, a, b in pairs if not same(a, b)), "")


def _shrink(
    warehouse: Warehouse, history: History, question: dict[str, Any], ask: Ask, expect: Expect
) -> tuple[History, dict[str, Any]]:
    def disagrees(events: Sequence[EventRow], links: Sequence[LinkRow], asked: dict[str, Any]) -> bool:
        smaller, name = History(list(events), list(links)), f"shrunk{next(_fresh)}"
        store(warehouse, [(name, smaller)])
        return not same(ask(warehouse, name, asked), expect(smaller, asked))

    events, links, filters = list(history.events), list(history.links), list(question.get("filters", []))
    for index in reversed(range(len(filters))):
        fewer_filters = filters[:index] + filters[index + 1 :]
        if disagrees(events, links, {**question, "filters": fewer_filters}):
            filters = fewer_filters
    question = {**question, "filters": filters}
    for index in reversed(range(len(links))):
        fewer_links = links[:index] + links[index + 1 :]
        if disagrees(events, fewer_links, question):
            links = fewer_links
    for index in reversed(range(len(events))):
        fewer = events[:index] + events[index + 1 :]
        if fewer and disagrees(fewer, links, question):
            events = fewer
    return History(events, links), question


def _as_code(row: EventRow | LinkRow) -> str:
    skipped = ("tenant_id", "project_id", "received_at", "processed_at")
    said = {
        name: value
        for name, value in msgspec.structs.asdict(row).items()
        if name not in skipped and value not in ("", 0, False, "{}")
    }
    return f"{type(row).__name__}({', '.join(f'{name}={value!r}' for name, value in said.items())})"
