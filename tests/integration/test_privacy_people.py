"""Find, export and erase, over a real log, a real warehouse and a real registry, filled through the real processor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hatua.base.id_hashes import IdHasher
from hatua.base.settings import Secret
from hatua.contract.ledger import join, totals
from hatua.contract.record import Tally
from hatua.privacy.people import People
from hatua.privacy.shapes import AmbiguousPerson, Count, InvalidId
from hatua.processor.erased import Erased
from hatua.processor.steps.put_privacy import PhoneHasher
from hatua.registry.errors import UnknownRecord
from hatua.registry.model import Actor
from hatua.registry.store import Registry
from hatua.warehouse.erasing import Erasing
from hatua.warehouse.ledger import counts_by_minute
from hatua.warehouse.rebuild import rebuild_sessions
from tests.fixtures.pipeline import NOON, Pipeline, event
from tests.fixtures.warehouse import both_rungs

PEPPER = Secret("pepper")
pytestmark = both_rungs
MINUTE = 60_000
DPO = Actor("user", "usr_dpo")


class Site:
    """One project with some visitors."""

    def __init__(self, pipeline: Pipeline, registry: Registry) -> None:
        self.pipeline = pipeline
        self.registry = registry
        self.project = registry.create_project("Tax").id
        self.admin = pipeline.log.admin()
        self.people = People(
            pipeline.warehouse,
            self.admin,
            registry,
            IdHasher(PEPPER),
            hash_phone=PhoneHasher(PEPPER).hash,
            pause=lambda _: None,
        )

    def receive(self, *events: Any, process: bool = True) -> None:
        self.pipeline.append(*events)
        self.pipeline.append_tallies([Tally(self.project, NOON // MINUTE, len(events))])
        if process:
            self.process()

    def event(self, event_id: str, **fields: Any) -> Any:
        fields.setdefault("received_at", NOON)
        return event(event_id, project_id=self.project, **fields)

    def process(self) -> None:
        erased = Erased(self.registry, IdHasher(PEPPER), Erasing(self.pipeline.warehouse))
        self.pipeline.drain(self.pipeline.processor(erased=erased))

    def stored(self) -> list[str]:
        return sorted(row["event_id"] for row in self.pipeline.events("event_id"))

    def balance(self) -> tuple[int, int, int, int, int, int]:
        """received, stored, erased, pending, dead, gap."""
        first = NOON // MINUTE
        lines = join(
            self.admin.ledger(self.project, first, first + 10),
            counts_by_minute(self.pipeline.warehouse, self.project, first * MINUTE, (first + 10) * MINUTE),
        )
        assert not any(line.gap for line in lines)
        sums = totals(lines)
        return sums.received, sums.stored, sums.erased, sums.pending, sums.dead, sums.gap

    def export(self, asked: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.people.export(self.project, asked)]


@pytest.fixture
def site(pipeline: Pipeline, tmp_path: Path) -> Iterator[Site]:
    pipeline.now = NOON + 5_000
    registry = Registry.open(str(tmp_path / "registry.db"), clock=pipeline.clock)
    made = Site(pipeline, registry)
    yield made
    made.admin.close()
    registry.close()


def visit(site: Site) -> None:
    """U on a phone and a desktop, V beside her in one session and on the desktop once; W apart; a conversation."""
    site.receive(
        site.event("u-page", anonymous_id="phone-browser", session_id="s1"),
        site.event(
            "u-identify",
            anonymous_id="phone-browser",
            user_id="A012345678X",
            event_type="identify",
            event_name="identify",
            session_id="s1",
            properties={"email": "Amina@Example.co.ke", "phone": "+254 712 345678"},
        ),
        site.event("v-in-her-session", anonymous_id="v-browser", user_id="V", session_id="s1"),
        site.event("u-desktop", anonymous_id="desktop", user_id="A012345678X", session_id="s2", timestamp=NOON - 2_000),
        site.event("v-desktop", anonymous_id="desktop", user_id="V", session_id="s3", timestamp=NOON - 1_000),
        site.event("desktop-anonymous", anonymous_id="desktop", session_id="s3"),
        site.event("w", anonymous_id="w-browser", user_id="W", session_id="s4"),
        site.event("chat", anonymous_id="conv-1", context={"externalId": "254700000009", "channel": "whatsapp"}),
    )


ALL_OF_VISIT = ["chat", "desktop-anonymous", "u-desktop", "u-identify", "u-page", "v-desktop", "v-in-her-session", "w"]


@pytest.mark.parametrize(
    "asked", ["A012345678X", "phone-browser", "amina@example.co.ke", "254712345678", "+254 712 345 678"]
)
def test_a_person_is_found_by_any_id_and_only_with_the_browsers_that_are_theirs(site: Site, asked: str) -> None:
    visit(site)
    found = site.people.find(site.project, asked)
    assert found.user_ids == ["A012345678X"]
    assert found.anonymous_ids == ["phone-browser"], "the desktop was last used by V"
    assert (found.events, found.sessions, found.links, found.letters) == (3, 2, 2, 0)
    assert (found.first_seen, found.last_seen) == (NOON - 2_000, NOON)


def test_other_users_of_the_same_browsers_are_named_as_related_and_stay(site: Site) -> None:
    visit(site)
    found = site.people.find(site.project, "V")
    assert (found.anonymous_ids, found.related) == (["desktop", "v-browser"], ["A012345678X"])


def test_a_conversation_is_found_by_its_phone_number_however_it_is_written(site: Site) -> None:
    visit(site)
    for asked in ("254700000009", "+254700000009", "conv-1"):
        found = site.people.find(site.project, asked)
        assert (found.user_ids, found.anonymous_ids, found.events) == ([], ["conv-1"], 1)


def test_a_phone_that_was_hashed_in_properties_is_found_by_its_number(site: Site) -> None:
    hashed = PhoneHasher(PEPPER).hash("254711111111")
    site.receive(
        site.event("i", user_id="H", event_type="identify", event_name="identify", properties={"phone": hashed})
    )
    assert site.people.find(site.project, "+254 711 111111").user_ids == ["H"]


def test_an_address_that_two_people_gave_names_both_and_erases_neither(site: Site) -> None:
    for user in ("P", "Q"):
        site.receive(
            site.event(
                f"i-{user}",
                user_id=user,
                anonymous_id=f"b-{user}",
                event_type="identify",
                event_name="identify",
                properties={"email": "shared@example.co.ke"},
            )
        )
    with pytest.raises(AmbiguousPerson, match="belongs to 2 people: P, Q") as problem:
        site.people.erase(site.project, "shared@example.co.ke")
    assert problem.value.people == ["P", "Q"]
    assert site.stored() == ["i-P", "i-Q"]
    assert site.registry.erasures_begun() == 0


def test_nobody_is_found_by_an_id_that_nobody_has(site: Site) -> None:
    visit(site)
    assert site.people.find(site.project, "nobody").nothing
    for wrong in ("", "  ", "x" * 201, "a\x00b"):
        with pytest.raises(InvalidId):
            site.people.find(site.project, wrong)


def test_the_export_holds_everything_of_the_person_and_nothing_of_others(site: Site) -> None:
    visit(site)
    site.receive(site.event("poison", user_id="A012345678X"), process=False)
    bury(site)
    lines = site.export("A012345678X")
    assert [line["kind"] for line in lines] == [
        *("person", "link", "link", "session", "session", "event", "event", "event", "dead_letter")
    ]
    events = [line for line in lines if line["kind"] == "event"]
    assert [one["event_id"] for one in events] == ["u-desktop", "u-identify", "u-page"]
    assert events[1]["properties"] == {"email": "Amina@Example.co.ke", "phone": "+254 712 345678"}
    assert events[0]["timestamp"] == "2026-03-13T11:59:58+00:00"
    assert "poison" in lines[-1]["body"]
    text = json.dumps(lines[1:])
    for foreign in ("v-in-her-session", "v-desktop", "w-browser", "conv-1"):
        assert foreign not in text


def test_an_export_of_many_events_comes_whole_page_by_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hatua.privacy.people.EXPORT_PAGE", 7)
    site.receive(*(site.event(f"e{n:03}", user_id="U", timestamp=NOON - n % 5) for n in range(50)))
    exported = [line["event_id"] for line in site.export("U") if line["kind"] == "event"]
    assert sorted(exported) == [f"e{n:03}" for n in range(50)]


def bury(site: Site) -> None:
    """What waits becomes dead letters."""
    reader = site.pipeline.reader()
    reader.dead_letter([(one, "step_failed", "told") for one in reader.read(100, 0)])
    reader.close()


def test_an_erased_person_is_gone_from_every_store_and_the_others_are_as_they_were(site: Site) -> None:
    visit(site)
    site.receive(site.event("dead", user_id="A012345678X"), site.event("dead-v", user_id="V"), process=False)
    bury(site)
    site.receive(site.event("waiting", user_id="A012345678X"), process=False)

    receipt = site.people.erase(site.project, "A012345678X", by=DPO)

    assert (receipt.events, receipt.sessions, receipt.links, receipt.dead_letters) == (
        Count(3, 0),
        Count(2, 0),
        Count(2, 0),
        Count(1, 0),
    )
    assert site.people.find(site.project, "A012345678X").nothing
    assert site.people.find(site.project, "phone-browser").nothing
    assert site.stored() == ["chat", "desktop-anonymous", "v-desktop", "v-in-her-session", "w"]
    sessions = {one["session_id"]: (one["events"], one["user_ids"]) for one in site.pipeline.sessions()}
    assert sessions["s1"] == (1, ["V"])
    assert "s2" not in sessions
    assert sessions["s3"] == (2, ["V"])
    assert site.pipeline.links() == [
        ("desktop", "V", "login"),
        ("v-browser", "V", "login"),
        ("w-browser", "W", "login"),
    ]
    assert [one.event_id for one in site.pipeline.dead_letters()] == ["dead-v"]

    site.process()
    assert "waiting" not in site.stored()
    assert site.balance() == (11, 5, 4, 0, 2, 0)


def test_the_receipt_and_the_audit_trail_say_what_was_done_by_whom_and_name_nobody(site: Site) -> None:
    visit(site)
    receipt = site.people.erase(site.project, "A012345678X", by=DPO)
    [kept] = site.registry.erasures(site.project)
    assert (kept.id, kept.finished_at) == (receipt.erasure_id, receipt.finished_at)
    assert kept.receipt["events"] == {"before": 3, "after": 0}
    trail = site.registry.audit(kept.tenant_id)
    assert [(one.action, one.actor_id) for one in trail[:2]] == [
        ("person.erased", "usr_dpo"),
        ("person.erasure_begun", "usr_dpo"),
    ]
    assert trail[0].subject_id == receipt.erasure_id
    for secret in ("A012345678X", "phone-browser", "Amina", "254712345678"):
        assert secret not in repr(trail) + repr(kept)


def test_nothing_that_clickhouse_keeps_of_the_erasure_names_the_person(site: Site) -> None:
    visit(site)
    site.people.erase(site.project, "A012345678X")
    commands = site.pipeline.warehouse.rows(
        "SELECT command FROM system.mutations WHERE database = currentDatabase() AND command LIKE '%DELETE%'"
    )
    assert len(commands) >= 3
    notes = site.pipeline.warehouse.rows("SELECT * FROM erased")
    for personal in ("A012345678X", "phone-browser", "u-page", "s1"):
        assert personal not in repr([row["command"].replace("hours1", "") for row in commands])
        assert personal not in repr([{**row, "project_id": ""} for row in notes])


def test_erasing_again_finds_nothing_more_and_changes_nothing(site: Site) -> None:
    visit(site)
    site.people.erase(site.project, "A012345678X")
    before = site.stored(), site.pipeline.links(), site.balance()
    again = site.people.erase(site.project, "A012345678X")
    assert (again.events, again.links) == (Count(0, 0), Count(0, 0))
    assert (site.stored(), site.pipeline.links(), site.balance()) == before


def test_an_erasure_that_was_broken_off_is_finished_by_running_it_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(site)

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("the process ends here")

    for broken in ("_delete", "reset_sessions", "erase_links"):
        with monkeypatch.context() as patch:
            patch.setattr(Erasing, broken, crash)
            with pytest.raises(RuntimeError):
                site.people.erase(site.project, "A012345678X")
    unfinished = [one for one in site.registry.erasures(site.project) if one.finished_at is None]
    assert len(unfinished) == 3
    site.people.erase(site.project, "A012345678X")
    assert site.people.find(site.project, "A012345678X").nothing
    assert site.pipeline.links() == [
        ("desktop", "V", "login"),
        ("v-browser", "V", "login"),
        ("w-browser", "W", "login"),
    ]
    assert {one["session_id"] for one in site.pipeline.sessions()} >= {"s1", "s3", "s4"}
    assert site.balance()[:3] == (8, 5, 3)


def test_a_rebuild_of_the_sessions_brings_nobody_back(site: Site) -> None:
    visit(site)
    site.people.erase(site.project, "A012345678X")
    rebuild_sessions(site.pipeline.warehouse)
    assert all("A012345678X" not in one["user_ids"] for one in site.pipeline.sessions())
    assert site.people.find(site.project, "A012345678X").nothing


def test_an_import_of_the_same_events_under_new_ids_brings_nobody_back_but_a_new_visit_is_kept(site: Site) -> None:
    visit(site)
    site.people.erase(site.project, "A012345678X")
    site.pipeline.now += 3_600_000
    later = site.pipeline.now
    site.receive(
        site.event("imported-1", user_id="A012345678X", timestamp=NOON - 2_000),
        site.event("imported-2", anonymous_id="phone-browser", timestamp=NOON),
        site.event("new-visit", user_id="A012345678X", timestamp=later, received_at=later),
    )
    assert [one for one in site.stored() if one.startswith(("imported", "new"))] == ["new-visit"]


def test_somebody_of_whom_only_the_queue_knows_is_erased_all_the_same(site: Site) -> None:
    site.receive(site.event("waiting", user_id="Z"), process=False)
    receipt = site.people.erase(site.project, "Z")
    assert receipt.events == Count(0, 0)
    site.process()
    assert site.stored() == []
    assert site.balance() == (1, 0, 1, 0, 0, 0)


def test_a_person_of_the_same_name_in_another_project_is_another_person(site: Site) -> None:
    visit(site)
    other = site.registry.create_project("Other").id
    site.pipeline.append(event("theirs", project_id=other, user_id="A012345678X"))
    site.process()
    site.people.erase(site.project, "A012345678X")
    assert "theirs" in site.stored()
    with pytest.raises(UnknownRecord):
        site.people.erase(other, "A012345678X", tenant_id="ten_another")
    assert "theirs" in site.stored()
