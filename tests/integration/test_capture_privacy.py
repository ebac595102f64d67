"""Opt-out signals, counting without cookies, and retention at receipt, through the front door."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hatua.base.settings import Secret
from hatua.collector.settings import CollectorSettings
from hatua.registry.store import Registry
from tests.fixtures.capture import NOW, CaptureServer, Project, event, project_access, serving

DAY = 86_400_000
IDENTIFIED: dict[str, Any] = {
    "anonymous_id": "stored-in-the-browser",
    "user_id": "A012345678X",
    "session_id": "tab-7",
    "message_id": "m-1",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CaptureServer]:
    settings = CollectorSettings(
        rate_limit_max_requests=0, rate_limit_project_max_requests=0, trusted_proxies="127.0.0.0/8"
    )
    with serving(tmp_path, settings) as started:
        yield started


def names(project: Project) -> list[str]:
    return [one.anonymous_id for one in project.events]


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_a_visitor_who_opted_out_is_not_stored_where_the_project_drops_and_the_ledger_says_why(
    server: CaptureServer, header: str
) -> None:
    project = server.project(honour_gpc="drop")
    answer = project.send([event(), event()], **{header: "1"})
    assert (answer.status, answer.json["accepted"], answer.reasons) == (200, 0, ["opted_out", "opted_out"])
    assert project.ledger.rejected == {"opted_out": 2}
    assert project.ledger.received == 2
    assert project.events == []
    assert project.send(event(), **{header: "0"}).json["accepted"] == 1
    assert project.send(event()).json["accepted"] == 1


def test_a_visitor_who_opted_out_is_counted_without_identity_where_the_project_says_so(server: CaptureServer) -> None:
    project = server.project(honour_gpc="cookieless")
    assert project.send(event(**IDENTIFIED), sec_gpc="1").json["accepted"] == 1
    [stored] = project.events
    assert stored.cookieless
    assert stored.anonymous_id.startswith("d_")
    assert (stored.user_id, stored.session_id, stored.message_id) == ("", "", "")
    project.send(event(**IDENTIFIED))
    assert [one.anonymous_id for one in project.events][1:] == ["stored-in-the-browser"]


def test_the_signal_means_nothing_where_the_project_does_not_honour_it(server: CaptureServer) -> None:
    project = server.project()
    project.send(event(**IDENTIFIED), sec_gpc="1", dnt="1")
    assert (project.event.anonymous_id, project.event.user_id, project.event.cookieless) == (
        "stored-in-the-browser",
        "A012345678X",
        False,
    )


def test_a_cookieless_project_keeps_no_identity_of_anybody(server: CaptureServer) -> None:
    project = server.project(cookieless="always")
    project.send([event(**IDENTIFIED), event(anonymous_id=None), event(anonymous_id=None, userId="U")])
    first, *others = names(project)
    assert first.startswith("d_")
    assert others == [first, first]
    assert all(not one.user_id and not one.session_id for one in project.events)


def test_where_only_the_nameless_are_counted_so_the_others_keep_their_name(server: CaptureServer) -> None:
    project = server.project(cookieless="when_missing")
    project.send([event(anonymous_id=None), event(anonymous_id="mine"), event(anonymous_id=None, user_id="U")])
    nameless, mine, user = project.events
    assert (nameless.cookieless, nameless.anonymous_id[:2]) == (True, "d_")
    assert [(one.anonymous_id, one.user_id, one.cookieless) for one in (mine, user)] == [
        ("mine", "", False),
        ("U", "U", False),
    ]


def test_an_event_that_only_says_who_somebody_is_has_no_place_there(server: CaptureServer) -> None:
    project = server.project(cookieless="always")
    answer = project.send(
        [event(event_type="identify"), event(event_name="identify"), event(event_type="alias"), event()]
    )
    assert answer.reasons == ["identity_not_kept"] * 3
    assert project.send(event(), "/v1/identify").status == 400


def test_a_visitor_has_one_name_a_day_another_tomorrow_and_another_on_another_project(server: CaptureServer) -> None:
    project, other = server.project(cookieless="always"), server.project(cookieless="always")
    nokia: dict[str, str] = {"user_agent": "Nokia", "x_forwarded_for": "41.90.64.1"}
    project.send(event(), **nokia)
    project.send(event(), **nokia)
    project.send(event(), **{**nokia, "user_agent": "Samsung"})
    project.send(event(), **{**nokia, "x_forwarded_for": "41.90.64.2"})
    other.send(event(), **nokia)
    server.clock.now_ms += DAY
    project.send(event(), **nokia)
    first, second, another_agent, another_address, tomorrow = names(project)
    assert first == second
    assert len({first, another_agent, another_address, tomorrow, *names(other)}) == 5


def test_two_collectors_over_one_registry_give_a_visitor_the_same_name(tmp_path: Path) -> None:
    registry = Registry.open(str(tmp_path / "registry.db"), clock=lambda: NOW)
    found: list[str] = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        with serving(tmp_path / folder) as server:
            server.find_salt = registry.daily_salt
            project = server.project()
            server.access[project.key] = project_access("prj_same", cookieless="always")
            project.id = "prj_same"
            project.send(event(), user_agent="Nokia")
            found += names(project)
    assert found[0] == found[1]
    registry.close()


def test_the_same_event_sent_again_is_a_duplicate_though_address_or_day_have_changed(server: CaptureServer) -> None:
    project = server.project(cookieless="always")
    sent = event()
    assert project.send(sent, x_forwarded_for="41.90.64.1").json["accepted"] == 1
    assert project.send(sent, x_forwarded_for="41.90.64.2").json["duplicate"] == 1
    server.clock.now_ms += DAY // 2
    assert project.send(sent, x_forwarded_for="41.90.64.1").json["duplicate"] == 1


def test_two_visitors_who_send_the_same_without_any_id_are_two(server: CaptureServer) -> None:
    project = server.project(cookieless="always")
    same = {"event_name": "page_view"}
    for address in ("41.90.64.1", "41.90.64.2"):
        assert project.send(same, x_forwarded_for=address).json["accepted"] == 1
    assert project.send(same, x_forwarded_for="41.90.64.1").json["duplicate"] == 1


def test_without_the_salt_of_the_day_nothing_is_taken_and_the_client_keeps_it(server: CaptureServer) -> None:
    project, ordinary = server.project(cookieless="always"), server.project()

    def fails(_day: int) -> Secret:
        raise OSError("the registry is away")

    server.find_salt = fails
    refused = project.send(event())
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "keys_unavailable", "5")
    assert "registry" not in refused.json["error"]["message"]
    assert ordinary.send(event()).status == 200
    server.find_salt = lambda day: Secret(f"{day:064x}")
    assert project.send(event()).status == 200


@pytest.mark.parametrize(("days_ago", "taken"), [(0, True), (29, True), (30, False), (400, False)])
def test_an_event_older_than_its_project_keeps_events_is_refused_by_name(
    server: CaptureServer, days_ago: int, taken: bool
) -> None:
    project = server.project(retention_days=30)
    answer = project.send([event(timestamp=NOW - days_ago * DAY), event()])
    assert answer.status == 200
    assert answer.reasons == ([] if taken else ["timestamp_too_old"])
    if not taken:
        assert "this project keeps events since 2026-02-12T00:00:00Z" in answer.messages[0]
        assert project.ledger.rejected == {"timestamp_too_old": 1}


def test_a_clock_that_is_years_behind_is_corrected_before_that_is_decided(server: CaptureServer) -> None:
    project = server.project(retention_days=30)
    behind = NOW - 3_000 * DAY
    assert project.send({"batch": [event(timestamp=behind)], "sent_at": behind + 500}).json["accepted"] == 1


def test_what_is_kept_for_ever_may_be_as_old_as_it_likes(server: CaptureServer) -> None:
    project = server.project(retention_days=0)
    assert project.send(event(timestamp="2001-01-01T00:00:00Z")).json["accepted"] == 1
