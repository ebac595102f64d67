"""The ways visits take: for a Sankey from a start or back from an end, and along a given sequence."""

from string import Template
from typing import Any

from hatua.analytics.event_match import path_sql, without_slash
from hatua.analytics.path_shapes import (
    PathEdge,
    PathNext,
    PathNode,
    PathOf,
    PathReach,
    PathReachQuestion,
    Paths,
    PathSessionsQuestion,
    PathsQuestion,
    SessionsBehind,
)
from hatua.analytics.people_list import sessions_behind
from hatua.analytics.question import Question
from hatua.analytics.reader import Reader
from hatua.analytics.seen import PAGE_VIEW, seen
from hatua.analytics.timerange import range_of
from hatua.warehouse.sql import load

Shown = list[tuple[int, str]]


def answer(reader: Reader, question: PathsQuestion) -> Paths:
    """Nodes and edges by step. Raises InvalidQuestion, and what the warehouse raises."""
    cut, parameters = _cut(question)
    sign = -1 if question.end is not None else 1
    shown = _shown(reader, cut, parameters)
    sql = _sql("path_edges.sql", steps=_sql("path_steps.sql", cut=cut))
    rows = reader.rows(sql, {**parameters, "shown": shown})
    nodes: dict[tuple[int, str], list[int]] = {}
    edges: list[PathEdge] = []
    for row in rows:
        count = nodes.setdefault((row["step"], row["node"]), [0, 0])
        count[0] += row["visits"]
        count[1] += row["stops"]
        if not row["last"]:
            edges.append(_edge(row, sign))
    return Paths(
        of=question.of,
        direction="forward" if sign > 0 else "backward",
        visits=sum(visits for (step, _), (visits, _) in nodes.items() if step == 0),
        nodes=[
            PathNode(step=sign * step, value=node or None, visits=visits, stops=stops)
            for (step, node), (visits, stops) in sorted(
                nodes.items(), key=lambda item: (item[0][0], -item[1][0], item[0])
            )
        ],
        edges=edges,
    )


def sessions(reader: Reader, question: PathSessionsQuestion) -> SessionsBehind:
    """The visits behind one edge, as many as it says. Raises InvalidQuestion, and what the warehouse raises."""
    cut, parameters = _cut(question)
    shown = _shown(reader, cut, parameters)
    step, node, towards = question.step, question.from_node or "", question.to_node or ""
    if question.end is not None:
        step, node, towards = -question.step - 1, towards, node
    steps = _sql("path_steps.sql", cut=cut)
    sql = (
        f"SELECT session_id FROM ({steps}) WHERE step = {{step:Int16}} AND NOT last "
        "AND node = {from_node:String} AND next = {to_node:String}"
    )
    bound = {**parameters, "shown": shown, "step": step, "from_node": node, "to_node": towards}
    return sessions_behind(reader, sql, bound, question.limit, question.cursor)


def reach(reader: Reader, question: PathReachQuestion) -> PathReach:
    """How many visits walk the sequence. Raises InvalidQuestion, and what the warehouse raises."""
    walks, parameters = _walks(question, question.of)
    sequence = [_value(question.of, value) for value in question.sequence]
    hits = ["arrayMap(x -> x = sought[1], nodes) AS h1"]
    for length in range(2, len(sequence) + 1):
        shifted = f"arrayResize(arraySlice(nodes, {length}), length(nodes))"
        hits.append(f"arrayMap((h, x) -> h AND x = sought[{length}], h{length - 1}, {shifted}) AS h{length}")
    firsts = ", ".join(f"arrayFirstIndex(h -> h, h{length})" for length in range(1, len(sequence) + 1))
    sql = _sql("path_reach.sql", walks=walks, hits=", ".join(hits), firsts=firsts)
    rows = reader.rows(sql, {**parameters, "sequence": sequence})
    whole = [row for row in rows if row["depth"] == len(sequence)]
    going = sorted((row for row in whole if row["next"]), key=lambda row: (-row["visits"], row["next"]))
    return PathReach(
        of=question.of,
        visits=[sum(row["visits"] for row in rows if row["depth"] > index) for index in range(len(sequence))],
        next=[
            PathNext(value=row["next"], visits=row["visits"], mean_s=row["took_ms"] / row["visits"] / 1000)
            for row in going[: question.top]
        ],
        others=sum(row["visits"] for row in going[question.top :]),
        stops=sum(row["visits"] for row in whole if not row["next"]),
    )


def _edge(row: dict[str, Any], sign: int) -> PathEdge:
    one, other = row["node"] or None, row["next"] or None
    return PathEdge(
        step=row["step"] if sign > 0 else -row["step"] - 1,
        from_=one if sign > 0 else other,
        to=other if sign > 0 else one,
        visits=row["visits"],
        mean_s=row["took_ms"] / row["visits"] / 1000,
    )


def _walks(question: Question, of: PathOf) -> tuple[str, dict[str, Any]]:
    """Filters choose visits; of a chosen visit, all of its path in the range counts."""
    asked = range_of(question)
    node = path_sql("e.page_path") if of == "pages" else "toString(e.event_name)"
    nodes = seen(
        question.project,
        asked,
        (),
        condition=PAGE_VIEW if of == "pages" else "e.event_name != 'heartbeat'",
        columns=(
            "toUnixTimestamp64Milli(e.timestamp) AS ts",
            "e.seq AS seq",
            "e.event_id AS event_id",
            f"{node} AS node",
        ),
    )
    chosen = ""
    parameters = nodes.parameters
    if question.filters:
        visits = seen(question.project, asked, question.filters)
        chosen = f"AND session_id IN (SELECT session_id FROM ({visits.sql}))"
        parameters = {**visits.parameters, **parameters}
    return _sql("path_walks.sql", nodes=nodes.sql, chosen=chosen), parameters


def _cut(question: PathsQuestion) -> tuple[str, dict[str, Any]]:
    walks, parameters = _walks(question, question.of)
    back = question.end is not None
    anchor = question.end if back else question.start
    turned_nodes = "arrayReverse(nodes)" if back else "nodes"
    cut = _sql(
        "path_cut.sql",
        walks=walks,
        turned_nodes=turned_nodes,
        turned_times="arrayReverse(times)" if back else "times",
        place="1" if anchor is None else f"indexOf({turned_nodes}, {{anchor:String}})",
    )
    parameters = {**parameters, "steps": question.steps, "top": question.top}
    if anchor is not None:
        parameters["anchor"] = _value(question.of, anchor)
    return cut, parameters


def _shown(reader: Reader, cut: str, parameters: dict[str, Any]) -> Shown:
    return [(row["step"], row["node"]) for row in reader.rows(_sql("path_tops.sql", cut=cut), parameters)]


def _value(of: PathOf, value: str) -> str:
    return without_slash(value) if of == "pages" else value


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
