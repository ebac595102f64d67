"""The ledger and the dead letters through the API: a real log, a real processor, a real warehouse."""

import asyncio
import base64
from collections.abc import Iterator

import httpx
import pytest

from hatua.contract.event import RawEvent, encode_event
from hatua.contract.record import Envelope, Tally
from hatua.registry.model import Role
from hatua.streams.sqlite_admin import SqliteAdmin
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.pipeline import NOON, Pipeline, event

MINUTE = NOON // 60_000
RANGE = {"from_minute": str(MINUTE), "to_minute": str(MINUTE + 1)}
POISON = b"\xff\x00 not an event"


class Site:
    """The API over the pipeline's log, with what a collector and a processor would do."""

    def __init__(self, pipeline: Pipeline, server: DashboardServer) -> None:
        self.pipeline = pipeline
        self.server = server
        self.project = server.project_id

    def receive(self, *ids: str, rejected: int = 0, at: int = NOON, project: str = "") -> None:
        """Events as a collector appends them, with its tally."""
        project = project or self.project
        bodies = {one: encode_event(event(one, project_id=project, received_at=at)) for one in ids}
        self._append(project, bodies, rejected, at)

    def receive_poison(self, *ids: str, body: bytes = POISON, project: str = "") -> None:
        self._append(project or self.project, dict.fromkeys(ids, body), 0, NOON)

    def _append(self, project: str, bodies: dict[str, bytes], rejected: int, at: int) -> None:
        async def append() -> None:
            tally = Tally(project, at // 60_000, len(bodies) + rejected, {"invalid_text": rejected} if rejected else {})
            envelopes = [Envelope(project, one, "a1", at, body) for one, body in bodies.items()]
            await self.pipeline.log.writer().append(envelopes, [tally])

        asyncio.run(append())

    def client(self, role: Role = "admin") -> httpx.Client:
        return self.server.signed_in(role)


@pytest.fixture
def site(pipeline: Pipeline, start_dashboard: StartDashboard) -> Iterator[Site]:
    admin: SqliteAdmin = pipeline.log.admin()
    yield Site(pipeline, start_dashboard(log=admin, clock=pipeline.clock))
    admin.close()


def _ledger(client: httpx.Client, site: Site, **query: str) -> dict[str, object]:
    answer = client.get("/api/dashboard/ledger", params={"project": site.project, **RANGE, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_the_ledger_says_where_every_received_event_is(site: Site) -> None:
    site.receive("e1", "e2", "e3", rejected=2)
    site.receive("e3")
    site.receive_poison("bad")
    site.pipeline.drain()
    site.receive("e4")
    found = _ledger(site.client("analyst"), site)
    line = {
        "received": 8,
        "stored": 3,
        "duplicate": 1,
        "rejected": {"invalid_text": 2},
        "pending": 1,
        "dead": 1,
        "gap": 0,
        "erased": 0,
    }
    assert found["minutes"] == [{"project_id": site.project, "minute": MINUTE, **line}]
    assert found["totals"] == line
    assert found["balanced"] is True


def test_a_row_that_is_gone_from_the_warehouse_is_a_gap(site: Site) -> None:
    site.receive("e1", "e2")
    site.pipeline.drain()
    site.pipeline.warehouse.execute("ALTER TABLE events DELETE WHERE event_text = 'e1' SETTINGS mutations_sync = 2")
    found = _ledger(site.client(), site)
    assert found["balanced"] is False
    assert found["totals"]["gap"] == 1  # type: ignore[index]


def test_a_range_may_be_said_in_instants_and_the_lines_by_the_hour(site: Site) -> None:
    site.receive("e1")
    site.receive("e2", at=NOON + 60_000)
    site.receive("e3", at=NOON + 3_600_000)
    site.pipeline.drain()
    said = {"from": "2026-03-13T12:00:00Z", "to": "2026-03-13T14:00:00Z", "interval": "hour"}
    answer = site.client().get("/api/dashboard/ledger", params={"project": site.project, **said})
    found = answer.json()
    assert [(one["minute"], one["stored"]) for one in found["minutes"]] == [(MINUTE, 2), (MINUTE + 60, 1)]
    assert (found["from_minute"], found["to_minute"], found["interval"]) == (MINUTE, MINUTE + 120, "hour")


def test_without_a_range_the_last_day_is_shown(site: Site) -> None:
    site.receive("e1", at=NOON - 86_340_000)
    site.receive("old", at=NOON - 86_400_000)
    found = site.client().get("/api/dashboard/ledger", params={"project": site.project}).json()
    assert (found["from_minute"], found["to_minute"]) == (MINUTE - 1439, MINUTE + 1)
    assert found["totals"]["pending"] == 1


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"from_minute": "5", "to_minute": "5"}, "query.to_minute"),
        ({"from_minute": "0", "to_minute": "10081"}, "query.from_minute"),
        ({"from_minute": "0", "to_minute": "50401", "interval": "hour"}, "query.from_minute"),
        ({"from_minute": "-1"}, "query.from_minute"),
        ({"from": "2026-03-13"}, "query.to"),
        ({"to": "2026-03-13"}, "query.from"),
        ({"from": "2026-03-13", "to": "2026-03-13", "to_minute": "7"}, "query.from_minute"),
        ({"filters": '[{"dimension":"country","operator":"exists"}]'}, "query.filters"),
        ({"interval": "day"}, "query.interval"),
    ],
)
def test_a_ledger_question_that_makes_no_sense_is_refused_by_name(site: Site, query: dict[str, str], path: str) -> None:
    answer = site.client().get("/api/dashboard/ledger", params={"project": site.project, **query})
    assert (answer.status_code, answer.json()["error"]["path"]) == (400, path), answer.text


def test_a_dead_letter_shows_reason_error_and_the_original_bytes(site: Site) -> None:
    readable = b'{"event_name": 5}'
    site.receive_poison("binary")
    site.receive_poison("readable", body=readable)
    site.pipeline.drain()
    client = site.client()
    first = client.get("/api/dashboard/dead-letters", params={"project": site.project, "limit": "1"}).json()
    (binary,) = first["letters"]
    assert (binary["event_id"], binary["reason"]) == ("binary", "undecodable")
    assert "DecodeError" in binary["error"] or "UnicodeDecodeError" in binary["error"]
    assert (binary["body"], base64.b64decode(binary["body_base64"])) == (None, POISON)
    assert binary["received_at"] == "2026-03-13T12:00:00.000Z"
    cursor = first["next_cursor"]
    rest = client.get("/api/dashboard/dead-letters", params={"project": site.project, "cursor": cursor}).json()
    assert [one["body"] for one in rest["letters"]] == [readable.decode()]
    assert rest["next_cursor"] is None


def test_a_cursor_that_is_none_is_refused(site: Site) -> None:
    answer = site.client().get("/api/dashboard/dead-letters", params={"project": site.project, "cursor": "x"})
    assert (answer.status_code, answer.json()["error"]["path"]) == (400, "query.cursor")


def test_a_replay_after_a_fix_stores_every_letter_and_the_ledger_balances(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.receive("e1", "e2", "e3")

    def broken(_: bytes) -> RawEvent:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "a defect of ours")

    with monkeypatch.context() as defect:
        defect.setattr("hatua.processor.enrichment.decode_event", broken)
        site.pipeline.drain()
    client = site.client()
    assert _ledger(client, site)["totals"]["dead"] == 3  # type: ignore[index]
    answer = client.post("/api/dashboard/dead-letters/replay", json={"project": site.project, "all": True})
    assert (answer.status_code, answer.json()) == (200, {"replayed": 3})
    site.pipeline.drain()
    assert [row["event_id"] for row in site.pipeline.events("event_id")] == ["e1", "e2", "e3"]
    found = _ledger(client, site)
    assert (found["balanced"], found["totals"]["stored"], found["totals"]["dead"]) == (True, 3, 0)  # type: ignore[index]
    (entry, *_) = site.server.registry.audit(site.server.set_up().project.tenant_id)
    assert (entry.action, entry.project_id, entry.details) == ("dead_letters.replayed", site.project, {"events": 3})


def test_chosen_letters_are_purged_and_stay_counted_as_dead(site: Site) -> None:
    site.receive_poison("one", "two")
    site.pipeline.drain()
    client = site.client()
    first, second = site.pipeline.dead_letters()
    purge = {"project": site.project, "ids": [first.letter_id, "no such letter"]}
    assert client.post("/api/dashboard/dead-letters/purge", json=purge).json() == {"purged": 1}
    assert [one.letter_id for one in site.pipeline.dead_letters()] == [second.letter_id]
    found = _ledger(client, site)
    assert (found["balanced"], found["totals"]["dead"]) == (True, 2)  # type: ignore[index]
    assert client.post("/api/dashboard/dead-letters/purge", json=purge).json() == {"purged": 0}


def test_letters_of_another_organisation_are_out_of_reach_by_any_id(site: Site) -> None:
    registry = site.server.registry
    theirs = registry.create_project("Theirs", registry.create_tenant("Others").id).id
    site.receive_poison("secret", project=theirs)
    site.pipeline.drain()
    (letter,) = site.pipeline.dead_letters()
    client = site.client()
    for action in ("replay", "purge"):
        mine = {"project": site.project, "ids": [letter.letter_id]}
        assert client.post(f"/api/dashboard/dead-letters/{action}", json=mine).json() in (
            {"replayed": 0},
            {"purged": 0},
        )
        foreign = client.post(f"/api/dashboard/dead-letters/{action}", json={"project": theirs, "all": True})
        unknown = client.post(f"/api/dashboard/dead-letters/{action}", json={"project": "prj_x", "all": True})
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.json() == unknown.json()
    assert len(site.pipeline.dead_letters()) == 1


@pytest.mark.parametrize("choice", [{}, {"ids": []}, {"ids": ["1"], "all": True}])
def test_a_choice_must_be_said(site: Site, choice: dict[str, object]) -> None:
    answer = site.client().post("/api/dashboard/dead-letters/purge", json={"project": site.project, **choice})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_only_admins_see_dead_letters_since_they_hold_personal_data(site: Site, role: Role) -> None:
    answer = site.client(role).get("/api/dashboard/dead-letters", params={"project": site.project})
    assert answer.status_code == 403
    by_key = site.server.with_key("read", "export", "manage")
    assert by_key.get("/api/dashboard/dead-letters", params={"project": site.project}).status_code == 403


def test_an_api_without_a_log_says_so(start_dashboard: StartDashboard) -> None:
    server = start_dashboard(log=None)
    answer = server.signed_in().get("/api/dashboard/ledger", params={"project": server.project_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_log")
