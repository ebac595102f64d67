"""From a click in a real browser to a number on the dashboard; offline, and with the server killed in the middle."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.browser import console_errors
from tests.fixtures.server import HatuaServer
from tests.fixtures.taxapp import MRI_EVENTS, walk_mri

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HatuaServer]:
    server = HatuaServer(tmp_path / "data", ["--demo", "--demo-visitors", "0", "--no-live"])
    server.start()
    yield server
    server.stop()


class Analyst:
    """Reads the API as the demo's admin does, with an API key."""

    def __init__(self, server: HatuaServer) -> None:
        self._server = server
        self.project = server.cli("projects", "list").split()[0]
        self._key = server.cli("keys", "create", "--project", self.project, "--scope", "read")

    def get(self, path: str) -> Any:
        separator = "&" if "?" in path else "?"
        status, answer = self._server.request(
            "GET",
            f"/api/dashboard/{path}{separator}project={self.project}&from=2020-01-01&to=2099-01-01",
            headers={"Authorization": f"Bearer {self._key}"},
        )
        assert status == 200, answer
        return answer

    def events(self) -> list[dict[str, Any]]:
        """All events, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"events?limit=200&cursor={cursor}" if cursor else "events?limit=200")
            found += page["events"]
            cursor = page["next_cursor"]
            if not cursor:
                return found[::-1]


def eventually(check: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Waits for the pipeline; the last look is an assertion of its own."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.1)
    assert check()


def _names(events: list[dict[str, Any]]) -> Counter[str]:
    return Counter(event["event_name"] for event in events)


def _sign_in(desk: BrowserContext, server: HatuaServer) -> Page:
    link = server.wait_for_line("/auth/open?token=").split(": ", 1)[1].strip()
    page = desk.new_page()
    page.goto(link.replace("localhost", "127.0.0.1"))
    return page


def test_a_walk_through_mri_shows_on_real_time_at_once_and_counts_once_on_overview(
    server: HatuaServer, phone: BrowserContext, desk: BrowserContext
) -> None:
    dashboard = _sign_in(desk, server)
    complaints = console_errors(dashboard)
    dashboard.goto(f"{server.url}/realtime")
    expect(dashboard.get_by_role("heading", name="Real time").first).to_be_visible()

    visitor = phone.new_page()
    receipt = walk_mri(visitor, server.url)
    assert receipt.startswith("MRI-")
    visitor.close()
    expect(dashboard.get_by_text("process_complete").first).to_be_visible(timeout=10_000)

    analyst = Analyst(server)
    eventually(lambda: _names(analyst.events())["process_complete"] == 1)
    names = _names(analyst.events())
    assert {name: names[name] for name in MRI_EVENTS} == dict.fromkeys(MRI_EVENTS, 1)
    paths = [e["page_path"] for e in analyst.events() if e["event_name"] == "page_view"]
    assert paths[0] == "/"
    assert "/mri/rental-income" in paths

    metrics = analyst.get("overview")["metrics"]
    assert metrics["visitors"]["value"] == 1
    assert metrics["sessions"]["value"] == 1
    assert metrics["conversions"]["value"] == 1
    assert metrics["conversion_rate"]["value"] == 1
    assert metrics["pageviews"]["value"] == len(paths)

    dashboard.goto(f"{server.url}/")
    expect(dashboard.get_by_text("Visitors").first).to_be_visible()
    expect(dashboard.get_by_text("/mri/rental-income").first).to_be_visible()
    assert complaints == []


def test_clicks_made_offline_arrive_once_when_the_network_is_back(server: HatuaServer, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{server.url}/demo/")
    analyst = Analyst(server)
    eventually(lambda: _names(analyst.events())["page_view"] == 1)

    phone.set_offline(True)
    for number in range(25):
        page.evaluate("number => window.hatua.track('offline_click', {number})", number)
    page.wait_for_timeout(1_500)
    assert _names(analyst.events())["offline_click"] == 0
    phone.set_offline(False)

    eventually(lambda: _names(analyst.events())["offline_click"] >= 25)
    page.wait_for_timeout(1_500)
    numbers = [e["properties"]["number"] for e in analyst.events() if e["event_name"] == "offline_click"]
    assert sorted(numbers) == list(range(25))
    assert numbers == list(range(25)), "the order of the clicks is kept"


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(server: HatuaServer, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(f"{server.url}/demo/")
    for round_number in range(3):
        for number in range(20):
            page.evaluate("n => window.hatua.track('survivor', {number: n})", round_number * 20 + number)
        page.evaluate("() => window.hatua.flush()")
        server.kill()
        page.evaluate("n => window.hatua.track('survivor_while_down', {number: n})", round_number)
        server.start()

    analyst = Analyst(server)
    eventually(lambda: _names(analyst.events())["survivor_while_down"] >= 3, timeout_s=60)
    eventually(lambda: _names(analyst.events())["survivor"] >= 60, timeout_s=60)
    page.wait_for_timeout(2_000)
    events = analyst.events()
    assert sorted(e["properties"]["number"] for e in events if e["event_name"] == "survivor") == list(range(60))
    assert sorted(e["properties"]["number"] for e in events if e["event_name"] == "survivor_while_down") == [0, 1, 2]
    assert len({e["event_id"] for e in events}) == len(events)
