"""The ways visits take, for a Sankey: from a start, or back from an end."""

from typing import Any

from hatua.analytics.path_shapes import (
    PathEdge,
    PathNode,
    Paths,
    PathSessionsQuestion,
    PathsQuestion,
    SessionsBehind,
)
from hatua.analytics.path_walks import node_of, path_template, walks_of
from hatua.analytics.people_list import sessions_behind
from hatua.analytics.reader import Reader

Shown = list[tuple[int, str]]


def answer(reader: Reader, question: PathsQuestion) -> Paths:
    """Nodes and edges by step. Raises InvalidQuestion, and what the warehouse raises."""
    cut, parameters = _cut(question)
    sign = -1 if question.end is not None else 1
    shown = _shown(reader, cut, parameters)
    sql = path_template("path_edges.sql", steps=path_template("path_steps.sql", cut=cut))
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
    steps = path_template("path_steps.sql", cut=cut)
    sql = (
        f"SELECT session_id FROM ({steps}) WHERE step = {{step:Int16}} AND NOT last "
        "AND node = {from_node:String} AND next = {to_node:String}"
    )
    bound = {**parameters, "shown": shown, "step": step, "from_node": node, "to_node": towards}
    return sessions_behind(reader, sql, bound, question.limit, question.cursor)


def _edge(row: dict[str, Any], sign: int) -> PathEdge:
    one, other = row["node"] or None, row["next"] or None
    return PathEdge(
        step=row["step"] if sign > 0 else -row["step"] - 1,
        from_=one if sign > 0 else other,
        to=other if sign > 0 else one,
        visits=row["visits"],
        mean_s=row["took_ms"] / row["visits"] / 1000,
    )


def _cut(question: PathsQuestion) -> tuple[str, dict[str, Any]]:
    walks, parameters = walks_of(question, question.of)
    back = question.end is not None
    anchor = question.end if back else question.start
    turned_nodes = "arrayReverse(nodes)" if back else "nodes"
    cut = path_template(
        "path_cut.sql",
        walks=walks,
        turned_nodes=turned_nodes,
        turned_times="arrayReverse(times)" if back else "times",
        place="1" if anchor is None else f"indexOf({turned_nodes}, {{anchor:String}})",
    )
    parameters = {**parameters, "steps": question.steps, "top": question.top}
    if anchor is not None:
        parameters["anchor"] = node_of(question.of, anchor)
    return cut, parameters


def _shown(reader: Reader, cut: str, parameters: dict[str, Any]) -> Shown:
    return [(row["step"], row["node"]) for row in reader.rows(path_template("path_tops.sql", cut=cut), parameters)]
