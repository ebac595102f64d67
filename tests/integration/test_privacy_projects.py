"""A project is deleted whole: nothing of it is left or comes back, the ledger adds up, nobody else loses anything."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hatua.base.id_hashes import IdHasher
from hatua.base.settings import Secret
from hatua.contract.ledger import LedgerLine, join, totals
from hatua.contract.record import Envelope, Tally
from hatua.privacy.projects import ProjectDeleting
from hatua.privacy.upkeep import Upkeep
from hatua.processor.erased import Erased
from hatua.processor.worker import Processor
from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import Actor
from hatua.registry.store import Registry
from hatua.warehouse.erasing import Erasing
from hatua.warehouse.errors import WarehouseUnavailable
from hatua.warehouse.ledger import counts_by_minute
from hatua.warehouse.writer import EventWriter
from tests.fixtures.pipeline import Meanwhile, Pipeline, event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs
MINUTE = time.time_ns() // 60_000_000_000 - 1
NOW = MINUTE * 60_000  # not a time long ago: what the ledger no longer keeps is not counted
ADMIN = Actor("user", "usr_admin", "203.0.113.7")
NOTHING = {"events": 0, "sessions": 0, "session_hours": 0, "links": 0}


class Site:
    """Two projects of one organisation over one log; the test deletes the first."""

    def __init__(self, pipeline: Pipeline, registry: Registry) -> None:
        self.pipeline = pipeline
        self.registry = registry
        self.tenant = registry.create_tenant("Revenue").id
        self.doomed = registry.create_project("Doomed", self.tenant).id
        self.kept = registry.create_project("Kept", self.tenant).id
        self.admin = pipeline.log.admin()
        self.deleting = ProjectDeleting(pipeline.warehouse, self.admin, registry)

    def receive(self, project: str, *names: str, bad: Sequence[str] = ()) -> None:
        """Events of a user each, and some whose bodies cannot be read."""
        self.pipeline.append(
            *(
                event(
                    name,
                    project_id=project,
                    user_id=f"U-{name}",
                    session_id=f"s-{name}",
                    received_at=NOW,
                    timestamp=NOW,
                )
                for name in names
            )
        )
        self.pipeline.append_bodies([Envelope(project, name, name, NOW, b"{") for name in bad])
        self.pipeline.append_tallies([Tally(project, MINUTE, len(names) + len(bad))])

    def processor(self, writer: EventWriter | None = None) -> Processor:
        erased = Erased(self.registry, IdHasher(Secret("pepper")), Erasing(self.pipeline.warehouse))
        return self.pipeline.processor(writer=writer, erased=erased)

    def process(self, writer: EventWriter | None = None) -> None:
        self.pipeline.drain(self.processor(writer))

    def delete(self) -> Any:
        return self.deleting.delete(self.doomed, "Doomed", tenant_id=self.tenant, by=ADMIN)

    def left(self, project: str) -> dict[str, int]:
        return Erasing(self.pipeline.warehouse).counts_of_project(project)

    def ledger(self, project: str) -> LedgerLine:
        stored = counts_by_minute(self.pipeline.warehouse, project, MINUTE * 60_000, (MINUTE + 1) * 60_000)
        lines = join(self.admin.ledger(project, MINUTE, MINUTE + 1), stored)
        assert not any(line.gap for line in lines)
        return totals(lines)

    def trail(self) -> list[tuple[str, dict[str, Any]]]:
        return [(one.action, one.details) for one in self.registry.audit(self.tenant) if one.project_id == self.doomed]


@pytest.fixture
def site(pipeline: Pipeline, tmp_path: Path) -> Iterator[Site]:
    pipeline.now = NOW + 10_000
    registry = Registry.open(str(tmp_path / "registry.db"), clock=pipeline.clock)
    made = Site(pipeline, registry)
    yield made
    made.admin.close()
    registry.close()


def test_everything_of_the_project_goes_and_the_ledger_says_where_to(site: Site) -> None:
    site.receive(site.doomed, "a", "b", "c", bad=["x"])
    site.receive(site.kept, "k", bad=["y"])
    site.process()
    before = site.left(site.kept)
    receipt = site.delete()
    assert (receipt.events, receipt.sessions, receipt.links, receipt.dead_letters) == (3, 3, 3, 1)
    assert site.left(site.doomed) == NOTHING
    assert site.left(site.kept) == before
    assert [one.project_id for one in site.pipeline.dead_letters()] == [site.kept]
    line = site.ledger(site.doomed)
    assert (line.received, line.stored, line.erased, line.dead, line.pending) == (4, 0, 3, 1, 0)
    assert site.ledger(site.kept).erased == 0
    (finished, counts), (begun, said) = site.trail()[:2]
    assert (finished, begun) == ("project.data_deleted", "project.deleted")
    assert counts == {"name": "Doomed", "events": 3, "sessions": 3, "links": 3, "dead_letters": 1}
    assert said == {"name": "Doomed"}
    assert site.registry.audit(site.tenant)[0].address == "203.0.113.7"


def test_what_waits_in_the_queue_is_not_stored_whether_it_is_good_or_bad(site: Site) -> None:
    site.receive(site.doomed, "a", "b", bad=["x"])
    site.receive(site.kept, "k")
    site.delete()
    site.process()
    assert site.left(site.doomed) == NOTHING
    assert site.pipeline.dead_letters() == []
    assert (site.ledger(site.doomed).erased, site.ledger(site.doomed).pending) == (3, 0)
    assert site.ledger(site.kept).stored == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_batch_in_hand_while_the_project_is_deleted_is_taken_out_again(site: Site, moment: str) -> None:
    site.receive(site.doomed, "a", "b")
    site.receive(site.kept, "k")
    site.process(Meanwhile(site.pipeline, **{"before": None, "after": None, moment: site.delete}))
    assert site.left(site.doomed) == NOTHING
    assert (site.ledger(site.doomed).erased, site.ledger(site.kept).stored) == (2, 1)
    assert site.left(site.kept)["events"] == 1


class Broken(Erasing):
    """A warehouse that goes away in the middle of a deletion."""

    def erase_project(self, project_id: str, ledger_from_ms: int, job: str) -> None:
        self.erase_expired(project_id, NOW + 60_000, ledger_from_ms, job)
        raise WarehouseUnavailable("gone")


def test_a_deletion_that_was_broken_off_is_finished_by_upkeep(site: Site) -> None:
    site.receive(site.doomed, "a", bad=["x"])
    site.process()
    site.deleting._erasing = Broken(site.pipeline.warehouse)
    with pytest.raises(WarehouseUnavailable):
        site.delete()
    assert site.registry.project(site.doomed) is None
    assert [one.project_id for one in site.registry.unfinished_deletions()] == [site.doomed]
    with pytest.raises(UnknownRecord):
        site.delete()

    deleting = ProjectDeleting(site.pipeline.warehouse, site.admin, site.registry)
    Upkeep(site.registry, site.pipeline.warehouse, site.pipeline.clock, deleting).run_once()
    assert site.left(site.doomed) == NOTHING
    assert site.registry.unfinished_deletions() == []
    assert site.pipeline.dead_letters() == []
    assert (site.ledger(site.doomed).erased, site.ledger(site.doomed).dead) == (1, 1)
    assert deleting.finish_all() == 0
    assert [action for action, _ in site.trail()].count("project.data_deleted") == 1


def test_only_its_own_name_deletes_a_project_and_only_for_its_own_tenant(site: Site) -> None:
    with pytest.raises(InvalidField, match="not the project's name"):
        site.deleting.delete(site.doomed, "doomed")
    others = site.registry.create_tenant("Others").id
    for project, tenant in ((site.doomed, others), ("prj_nobody", site.tenant), ("", site.tenant)):
        with pytest.raises(UnknownRecord):
            site.deleting.delete(project, "Doomed", tenant_id=tenant)
    assert site.registry.project(site.doomed) is not None
    assert site.registry.unfinished_deletions() == []


def test_its_keys_and_funnels_go_with_it_at_once_and_its_name_is_free_again(site: Site) -> None:
    registry = site.registry
    write_key = registry.create_write_key(site.doomed).key
    _, api_key = registry.create_api_key(site.doomed, ("manage",))
    registry.create_funnel(site.doomed, "Mine", {"steps": []})
    site.delete()
    assert registry.write_key(write_key) is None
    assert registry.api_key(api_key) is None
    assert [one.name for one in registry.projects(site.tenant)] == ["Kept"]
    assert registry.find_project("Doomed") is None
    assert registry.create_project("Doomed", site.tenant).id != site.doomed
    assert site.trail()[1][1] == {"name": "Doomed", "write_keys": 1, "api_keys": 1, "funnels": 1}
