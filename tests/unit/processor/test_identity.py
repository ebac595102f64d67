from hatua.processor.draft import Draft
from hatua.processor.identity import link_identity
from hatua.warehouse.rows import LinkRow
from tests.unit.processor.drafts import NOON, draft


def event(
    user: str, at: int = 0, *, anonymous: str = "a1", kind: str = "track", seq: int = 0, event_id: str = "e1"
) -> Draft:
    return draft(
        event_id=event_id,
        event_type=kind,
        anonymous_id=anonymous,
        user_id=user,
        timestamp=NOON + at,
        seq=seq,
        received_at=NOON * 2,
    )


def pairs(links: list[LinkRow]) -> list[tuple[str, str, int]]:
    return [(link.anonymous_id, link.user_id, link.linked_at - NOON) for link in links]


def test_an_identify_links_the_anonymous_id_to_the_user() -> None:
    (link,) = link_identity([event("u1", 5, kind="identify", seq=3)])
    assert link == LinkRow(
        tenant_id="t",
        project_id="p",
        anonymous_id="a1",
        user_id="u1",
        linked_at=NOON + 5,
        seq=3,
        source="identify",
        event_id="e1",
    )


def test_any_other_event_that_names_both_is_a_log_in() -> None:
    assert [link.source for link in link_identity([event("u1")])] == ["login"]
    assert [link.source for link in link_identity([event("u1", kind="alias")])] == ["alias"]


def test_an_event_with_one_id_or_twice_the_same_links_nothing() -> None:
    drafts = [event(""), event("u1", anonymous=""), event("a1", anonymous="a1", kind="identify")]
    assert link_identity(drafts) == []


def test_a_batch_says_each_pair_once_with_its_latest_moment() -> None:
    in_order = [event("u1", at) for at in range(100)]
    assert pairs(link_identity(in_order)) == [("a1", "u1", 99)]
    assert pairs(link_identity(reversed(in_order))) == [("a1", "u1", 99)]


def test_every_batch_says_what_it_saw_whatever_was_said_before() -> None:
    assert pairs(link_identity([event("u1", 1)])) == [("a1", "u1", 1)]
    assert pairs(link_identity([event("u1", 2)])) == [("a1", "u1", 2)]


def test_two_users_of_one_anonymous_id_are_two_links() -> None:
    links = link_identity([event("u1", 100), event("u1", 200), event("u2", 150)])
    assert pairs(links) == [("a1", "u1", 200), ("a1", "u2", 150)]


def test_of_events_at_one_moment_the_highest_seq_then_the_highest_id_counts() -> None:
    assert [link.seq for link in link_identity([event("u1", seq=2), event("u1", seq=1)])] == [2]
    same = [event("u1", event_id="e2"), event("u1", event_id="e1")]
    assert [link.event_id for link in link_identity(same)] == ["e2"]


def test_projects_do_not_share_links() -> None:
    other = draft(project_id="q", anonymous_id="a1", user_id="u1", event_type="track")
    assert len(link_identity([event("u1"), other])) == 2
