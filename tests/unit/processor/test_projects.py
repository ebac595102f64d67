import pytest

from hatua.base.errors import Unavailable
from hatua.processor.projects import FRESH_FOR_MS, Projects
from hatua.registry.model import ProjectAccess
from tests.unit.processor.drafts import project


class Store:
    """A metadata store with one project, which counts the questions."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 0
        self.found: ProjectAccess | None = project()

    def find(self, _project_id: str) -> ProjectAccess | None:
        self.asked += 1
        return self.found

    def clock(self) -> int:
        return self.now


def test_a_project_is_asked_for_once_in_fifteen_seconds() -> None:
    store = Store()
    projects = Projects(store.find, store.clock)
    assert projects.get("t", "p") is projects.get("t", "p")
    store.now = FRESH_FOR_MS - 1
    projects.get("t", "p")
    assert store.asked == 1
    store.found = project(keep_ip="full")
    store.now = FRESH_FOR_MS
    assert projects.get("t", "p").keep_ip == "full"
    assert store.asked == 2


def test_the_events_of_a_deleted_project_get_the_strictest_privacy() -> None:
    store = Store()
    store.found = None
    access = Projects(store.find, store.clock).get("t", "gone")
    assert (access.tenant_id, access.project_id, access.keep_ip, access.hash_phones) == ("t", "gone", "none", True)
    assert access.retention_days == 730


def test_an_unavailable_store_is_not_a_deleted_project() -> None:
    def down(_project_id: str) -> ProjectAccess | None:
        raise Unavailable("the metadata store is down")

    with pytest.raises(Unavailable):
        Projects(down, lambda: 0).get("t", "p")
