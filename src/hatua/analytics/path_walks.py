"""What every question about ways stands on: the walk of each visit."""

from string import Template
from typing import Any

from hatua.analytics.event_match import path_sql, without_slash
from hatua.analytics.path_shapes import PathOf
from hatua.analytics.question import Question
from hatua.analytics.seen import PAGE_VIEW, seen
from hatua.analytics.timerange import range_of
from hatua.warehouse.sql import load


def walks_of(question: Question, of: PathOf) -> tuple[str, dict[str, Any]]:
    """A SELECT of (session_id, nodes, times), a row a visit, and its parameters. Filters choose visits; of a chosen
    visit, all of its path in the range counts. Raises InvalidQuestion."""
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
    return path_template("path_walks.sql", nodes=nodes.sql, chosen=chosen), parameters


def node_of(of: PathOf, value: str) -> str:
    """A page or event that a question names, as walks tell it."""
    return without_slash(value) if of == "pages" else value


def path_template(name: str, **parts: str) -> str:
    """One of the `path_*.sql` files with its parts."""
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
