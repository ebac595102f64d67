"""Who is known by a user id: by events, by links that count, and however many users share a session."""

import pytest

from hatua.analytics.known import MOST_IDS, known_among
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs


def test_users_of_events_and_of_links_that_count_are_known_and_nobody_else(warehouse: Warehouse) -> None:
    def link(anonymous_id: str, user_id: str, *, revoked: bool = False) -> LinkRow:
        return LinkRow(
            tenant_id="t", project_id="p", anonymous_id=anonymous_id, user_id=user_id, linked_at=NOON, revoked=revoked
        )

    EventWriter(warehouse).write(
        [
            event(user_id="U1"),
            event(anonymous_id="a2", session_id="s2"),
            event(project_id="other", user_id="U9"),
        ],
        [link("a2", "U2"), link("a3", "U3", revoked=True)],
    )
    names = ["U1", "U2", "U3", "U9", "a1", "a2", "", "it's {x}", "U1"]
    assert known_among(warehouse, "p", names) == {"U1", "U2"}
    assert known_among(warehouse, "p", []) == frozenset()
    assert known_among(warehouse, "p", ["nobody"]) == frozenset()


@pytest.mark.parametrize("users", [MOST_IDS - 1, MOST_IDS + 200])
def test_a_session_that_many_users_share_hides_none_of_them(warehouse: Warehouse, users: int) -> None:
    everybody = [f"U{number}" for number in range(users)]
    EventWriter(warehouse).write([event(user_id=each, anonymous_id="") for each in everybody], [])
    assert known_among(warehouse, "p", [*everybody, "a1"]) == set(everybody)
