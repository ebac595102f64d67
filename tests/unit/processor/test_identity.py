from hatua.processor.draft import Draft
from hatua.processor.identity import IdentityLinks
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
    (link,) = IdentityLinks().link_identity([event("u1", 5, kind="identify", seq=3)])
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
    assert [link.source for link in IdentityLinks().link_identity([event("u1")])] == ["login"]
    assert [link.source for link in IdentityLinks().link_identity([event("u1", kind="alias")])] == ["alias"]


def test_an_event_with_one_id_or_twice_the_same_links_nothing() -> None:
    drafts = [event(""), event("u1", anonymous=""), event("a1", anonymous="a1", kind="identify")]
    assert IdentityLinks().link_identity(drafts) == []


def test_a_signed_in_visitors_many_events_are_one_link_until_the_user_changes() -> None:
    links = IdentityLinks()
    assert pairs(links.link_identity([event("u1", at) for at in range(100)])) == [("a1", "u1", 0)]
    assert pairs(links.link_identity([event("u1", 200)])) == []
    assert pairs(links.link_identity([event("u2", 300), event("u2", 301)])) == [("a1", "u2", 300)]
    assert pairs(links.link_identity([event("u1", 400)])) == [("a1", "u1", 400)]


def test_an_identify_is_always_a_link_even_if_it_repeats() -> None:
    links = IdentityLinks()
    assert len(links.link_identity([event("u1", 1, kind="identify"), event("u1", 2, kind="identify")])) == 2


def test_a_late_event_of_another_user_does_not_become_the_latest() -> None:
    links = IdentityLinks()
    links.link_identity([event("u1", 100, event_id="e1"), event("u1", 200, event_id="e2")])
    late = links.link_identity([event("u2", 150, event_id="e3")])
    assert pairs(late) == [("a1", "u2", 150), ("a1", "u1", 200)]
    assert late[1].event_id == "e2"
    assert links.link_identity([event("u1", 250)]) == []


def test_projects_do_not_share_what_they_know() -> None:
    links = IdentityLinks()
    other = draft(project_id="q", anonymous_id="a1", user_id="u1", event_type="track")
    assert len(links.link_identity([event("u1"), other])) == 2


def test_what_is_forgotten_is_said_again() -> None:
    links = IdentityLinks(capacity=2)
    links.link_identity([event("u", anonymous="a1"), event("u", anonymous="a2"), event("u", anonymous="a3")])
    assert pairs(links.link_identity([event("u", 1, anonymous="a3")])) == []
    assert pairs(links.link_identity([event("u", 1, anonymous="a1")])) == [("a1", "u", 1)]
    links.forget()
    assert pairs(links.link_identity([event("u", 2, anonymous="a1")])) == [("a1", "u", 2)]
