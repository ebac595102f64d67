"""Paths by brute force."""

import statistics
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from hatua.analytics.path_shapes import PathReachQuestion, PathReachSessionsQuestion, PathsQuestion
from hatua.analytics.question import Question
from tests.oracle import calendar
from tests.oracle.funnels import slashless
from tests.oracle.history import History, is_page_view, order
from tests.oracle.numbers import days_of

Walk = list[tuple[str, int]]


def walks(history: History, question: Question, of: str) -> dict[str, Walk]:
    """(node, when reached) in order, of every visit that the filters choose."""
    start, end = calendar.days_range(*days_of(question), question.tz)
    chosen = {event.session_id for event in history.chosen(start, end, question.filters)}
    found: dict[str, Walk] = {}
    for event in sorted(history.between(start, end), key=order):
        if event.session_id not in chosen:
            continue
        if of == "pages":
            node = slashless(event.page_path) if is_page_view(event) else ""
        else:
            node = event.event_name if event.event_name != "heartbeat" else ""
        walk = found.setdefault(event.session_id, [])
        if node and (not walk or walk[-1][0] != node):
            walk.append((node, event.timestamp))
    return {session: walk for session, walk in found.items() if walk}


def cut(history: History, question: PathsQuestion) -> dict[str, tuple[Walk, bool]]:
    """The part asked for, turned so that step 0 comes first; and whether the visit's path goes on after it."""
    found = {}
    for session, walk in walks(history, question, question.of).items():
        line = walk if question.end is None else walk[::-1]
        anchor = question.start if question.end is None else question.end
        if anchor is not None:
            wanted = slashless(anchor) if question.of == "pages" else anchor
            while line and line[0][0] != wanted:
                line = line[1:]
        if line:
            found[session] = (line[: question.steps], len(line) > question.steps)
    return found


def shown(history: History, question: PathsQuestion) -> set[tuple[int, str]]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for path, _ in cut(history, question).values():
        for step, (node, _) in enumerate(path):
            counts[step][node] += 1
    return {
        (step, node)
        for step, counter in counts.items()
        for node, _ in sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[: question.top]
    }


def edges(history: History, question: PathsQuestion) -> dict[tuple[int, str | None, str | None], dict[str, int]]:
    """(step, from, to) in order of time -> session -> ms."""
    tops = shown(history, question)
    found: dict[tuple[int, str | None, str | None], dict[str, int]] = defaultdict(dict)
    for session, (path, _) in cut(history, question).items():
        for step in range(len(path) - 1):
            here = path[step][0] if (step, path[step][0]) in tops else None
            there = path[step + 1][0] if (step + 1, path[step + 1][0]) in tops else None
            took = abs(path[step + 1][1] - path[step][1])
            if question.end is None:
                found[step, here, there][session] = took
            else:
                found[-step - 1, there, here][session] = took
    return dict(found)


def nodes(history: History, question: PathsQuestion) -> dict[tuple[int, str | None], tuple[int, int]]:
    """(step, value) -> (visits, visits that stop there)."""
    tops = shown(history, question)
    found: dict[tuple[int, str | None], tuple[int, int]] = {}
    for path, goes_on in cut(history, question).values():
        for step, (node, _) in enumerate(path):
            at = (step if question.end is None else -step, node if (step, node) in tops else None)
            visits, stops = found.get(at, (0, 0))
            found[at] = (visits + 1, stops + (step == len(path) - 1 and not goes_on))
    return found


def mean_s(took: dict[str, int]) -> float:
    return statistics.fmean(took.values()) / 1000


def reach(history: History, question: PathReachQuestion) -> Any:
    """(visits of each prefix, [(next, visits, mean s)], others, stops)."""
    found = reached(history, question)
    rows = [(node, len(took), mean_s(took)) for node, took in found.following[: question.top]]
    others = sum(len(took) for _, took in found.following[question.top :])
    return [len(visits) for visits in found.prefixes], rows, others, len(found.stops)


def reach_sessions(history: History, question: PathReachSessionsQuestion) -> set[str]:
    """The visits behind one of these numbers."""
    found = reached(history, question)
    if question.next is not None:
        wanted = slashless(question.next) if question.of == "pages" else question.next
        return {visit for node, took in found.following if node == wanted for visit in took}
    if question.then == "others":
        return {visit for _, took in found.following[question.top :] for visit in took}
    return found.stops if question.then == "stops" else found.prefixes[question.step - 1]


class Reached(NamedTuple):
    """`prefixes[n]`: visits that walk the first n + 1. `following`: of those that walk all, by what comes next (visit
    -> ms until then), most visits first. `stops`: those with nothing next."""

    prefixes: list[set[str]]
    following: list[tuple[str, dict[str, int]]]
    stops: set[str]


def reached(history: History, question: PathReachQuestion) -> Reached:
    sequence = [slashless(value) if question.of == "pages" else value for value in question.sequence]
    prefixes: list[set[str]] = [set() for _ in sequence]
    following: dict[str, dict[str, int]] = defaultdict(dict)
    stops = set()
    for visit, walk in walks(history, question, question.of).items():
        names = [node for node, _ in walk]
        for length in range(1, len(sequence) + 1):
            at = next((n for n in range(len(names)) if names[n : n + length] == sequence[:length]), None)
            if at is None:
                break
            prefixes[length - 1].add(visit)
            after = at + length
            if length == len(sequence):
                if after == len(walk):
                    stops.add(visit)
                else:
                    following[names[after]][visit] = walk[after][1] - walk[after - 1][1]
    return Reached(prefixes, sorted(following.items(), key=lambda pair: (-len(pair[1]), pair[0])), stops)
