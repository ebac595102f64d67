"""How many visits walk a given sequence, what comes next, and which visits these are."""

from typing import Any, NamedTuple

from hatua.analytics.path_shapes import (
    PathNext,
    PathReach,
    PathReachQuestion,
    PathReachSessionsQuestion,
    SessionsBehind,
)
from hatua.analytics.path_walks import node_of, path_template, walks_of
from hatua.analytics.people_list import sessions_behind
from hatua.analytics.reader import Reader


class _Counted(NamedTuple):
    """Rows of (depth, next, visits, took_ms); those that go on after the whole sequence, largest first."""

    rows: list[dict[str, Any]]
    going: list[dict[str, Any]]


def answer(reader: Reader, question: PathReachQuestion) -> PathReach:
    """Raises InvalidQuestion, and what the warehouse raises."""
    reached, parameters = _reached(question)
    rows, going = _count(reader, question, reached, parameters)
    length = len(question.sequence)
    return PathReach(
        of=question.of,
        visits=[sum(row["visits"] for row in rows if row["depth"] > index) for index in range(length)],
        next=[
            PathNext(value=row["next"], visits=row["visits"], mean_s=row["took_ms"] / row["visits"] / 1000)
            for row in going[: question.top]
        ],
        others=sum(row["visits"] for row in going[question.top :]),
        stops=sum(row["visits"] for row in rows if row["depth"] == length and not row["next"]),
    )


def sessions(reader: Reader, question: PathReachSessionsQuestion) -> SessionsBehind:
    """The visits behind one number, as many as it says. Raises InvalidQuestion, and what the warehouse raises."""
    reached, parameters = _reached(question)
    parameters |= {"step": question.step}
    condition = "depth >= {step:UInt8}"
    if question.next is not None:
        condition += " AND next = {next:String}"
        parameters["next"] = node_of(question.of, question.next)
    elif question.then == "stops":
        condition += " AND next = ''"
    elif question.then == "others":
        going = _count(reader, question, reached, parameters).going
        condition += " AND next != '' AND next NOT IN {shown:Array(String)}"
        parameters["shown"] = [row["next"] for row in going[: question.top]]
    sql = f"SELECT session_id FROM ({reached}) WHERE {condition}"
    return sessions_behind(reader, sql, parameters, question.limit, question.cursor)


def _reached(question: PathReachQuestion) -> tuple[str, dict[str, Any]]:
    walks, parameters = walks_of(question, question.of)
    sequence = [node_of(question.of, value) for value in question.sequence]
    hits = ["arrayMap(x -> x = sought[1], nodes) AS h1"]
    for length in range(2, len(sequence) + 1):
        shifted = f"arrayResize(arraySlice(nodes, {length}), length(nodes))"
        hits.append(f"arrayMap((h, x) -> h AND x = sought[{length}], h{length - 1}, {shifted}) AS h{length}")
    firsts = ", ".join(f"arrayFirstIndex(h -> h, h{length})" for length in range(1, len(sequence) + 1))
    reached = path_template("path_reached.sql", walks=walks, hits=", ".join(hits), firsts=firsts)
    return reached, {**parameters, "sequence": sequence}


def _count(reader: Reader, question: PathReachQuestion, reached: str, parameters: dict[str, Any]) -> _Counted:
    rows = reader.rows(path_template("path_reach.sql", reached=reached), parameters)
    whole = [row for row in rows if row["depth"] == len(question.sequence) and row["next"]]
    return _Counted(rows, sorted(whole, key=lambda row: (-row["visits"], row["next"])))
