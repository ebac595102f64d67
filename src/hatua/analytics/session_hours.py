"""Where the events of some sessions are."""

from string import Template

from hatua.warehouse.sql import load


def hours_of(sessions: str) -> str:
    """A SELECT of (project_id, hour, session_id), with which the sort key of events begins. `sessions`: a SELECT of
    their ids."""
    return Template(load("hatua.analytics", "sql/session_hours.sql")).substitute(sessions=sessions)
