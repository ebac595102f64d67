"""The tax journeys in a real browser: a walk through MRI moves every bar of its preset by one, and who walked it is
behind each of them; the session of the walk tells what happened."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.fixtures.browser import PHONE, console_errors
from tests.fixtures.server import HatuaServer
from tests.fixtures.taxapp import MRI_EVENTS, walk_mri

pytestmark = pytest.mark.browser

STEPS = [
    "View home",
    "Start",
    "Validation",
    "OTP",
    "Return form",
    "Return filed",
    "Payment initiated",
    "Payment complete",
]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[HatuaServer]:
    """The demo without any traffic of its own."""
    server = HatuaServer(tmp_path / "data", ["--demo", "--demo-visitors", "0", "--no-live"])
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dashboard(demo: HatuaServer, desk: BrowserContext) -> Page:
    """The demo's admin, signed in by the printed link."""
    link = demo.wait_for_line("/auth/open?token=").split(": ", 1)[1].strip()
    page = desk.new_page()
    page.goto(link.replace("localhost", "127.0.0.1"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


class Api:
    """The same questions as the page asks, with the page's own session."""

    def __init__(self, page: Page, url: str) -> None:
        self._request = page.request
        self._url = url
        self._csrf: str = self._got(page.request.get(f"{url}/api/auth/state"))["csrf"]
        self.project: str = self.get("projects")["projects"][0]["id"]
        self.mri: dict[str, Any] = self.get(f"funnels?project={self.project}")["funnels"][0]

    def get(self, path: str) -> Any:
        return self._got(self._request.get(f"{self._url}/api/dashboard/{path}"))

    def post(self, path: str, body: Any) -> Any:
        headers = {"X-Hatua-Csrf": self._csrf}
        return self._got(self._request.post(f"{self._url}/api/dashboard/{path}", data=body, headers=headers))

    def bars(self) -> list[int]:
        """How many people reached each step of the MRI preset in the last 30 days."""
        answer = self.post("funnel", {"project": self.project, **self.mri["definition"]})
        assert [step["name"] for step in answer["steps"]] == STEPS
        return [step["count"] for step in answer["steps"]]

    def behind(self, step: int) -> list[str]:
        """Who reached it."""
        bar = {"project": self.project, **self.mri["definition"], "step": step, "outcome": "reached"}
        answer = self.post("funnel/people", bar)
        assert answer["total"] == len(answer["people"])
        return [actor["key"] for actor in answer["people"]]

    @staticmethod
    def _got(answer: Any) -> Any:
        assert answer.ok, answer.text()
        return answer.json()


def eventually(check: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Waits for the pipeline; the last look is an assertion of its own."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and not check():
        time.sleep(0.1)
    assert check()


def bars_of(page: Page) -> list[tuple[str, int]]:
    """Name and number of every bar that the page shows."""
    items = page.get_by_role("region", name="Bars of the funnel").get_by_role("listitem")
    expect(items).to_have_count(len(STEPS))
    return [_bar(items.nth(index)) for index in range(len(STEPS))]


def _bar(item: Locator) -> tuple[str, int]:
    opener = item.get_by_role("button", name=re.compile("show who reached"))
    found = re.match(r"\s*([\d,]+)", opener.inner_text())
    name = re.search(r"who reached (.+)$", opener.inner_text())
    assert found, opener.inner_text()
    assert name, opener.inner_text()
    return name[1].strip(), int(found[1].replace(",", ""))


def test_a_walk_through_mri_moves_each_of_the_eight_bars_by_one(
    demo: HatuaServer, dashboard: Page, phone: BrowserContext, chromium: Browser
) -> None:
    complaints = console_errors(dashboard)
    api = Api(dashboard, demo.url)
    assert api.mri["preset"] is True
    assert api.bars() == [0] * 8
    dashboard.goto(f"{demo.url}/funnels/")
    expect(dashboard.get_by_text("Nobody took the first step")).to_be_visible()

    walk_mri(phone.new_page(), demo.url)
    eventually(lambda: api.bars() == [1] * 8)
    dashboard.reload()
    expect(dashboard.get_by_text("MRI: File & Pay Monthly Rental Income").first).to_be_visible()
    assert bars_of(dashboard) == [(name, 1) for name in STEPS]
    expect(dashboard.get_by_text("1 of 1 people")).to_be_visible()
    first = {who for step in range(1, 9) for who in api.behind(step)}
    assert len(first) == 1

    other = chromium.new_context(viewport=PHONE, locale="en-KE", timezone_id="Africa/Nairobi")  # type: ignore[arg-type]
    other.set_default_timeout(20_000)
    walk_mri(other.new_page(), demo.url)
    eventually(lambda: api.bars() == [2] * 8)
    other.close()  # not before: what a private window has not sent is gone with it
    dashboard.reload()
    assert bars_of(dashboard) == [(name, 2) for name in STEPS]
    assert {who for step in range(1, 9) for who in api.behind(step)} > first
    assert complaints == []


def test_behind_each_bar_is_the_person_who_walked_and_behind_them_their_session(
    demo: HatuaServer, dashboard: Page, phone: BrowserContext
) -> None:
    complaints = console_errors(dashboard)
    api = Api(dashboard, demo.url)
    walk_mri(phone.new_page(), demo.url)
    eventually(lambda: api.bars() == [1] * 8)
    (walker,) = api.behind(8)

    dashboard.goto(f"{demo.url}/funnels/")
    for name in STEPS:
        bar = dashboard.get_by_role("button", name=re.compile(f"show who reached {name}$"))
        bar.click()
        sheet = dashboard.get_by_role("dialog", name=f"Reached {name}")
        expect(sheet.get_by_text("1 people, latest start first")).to_be_visible()
        expect(sheet.get_by_role("listitem")).to_have_count(1)
        expect(sheet.get_by_role("link", name=walker)).to_be_visible()
        dashboard.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
    dashboard.get_by_role("button", name=re.compile("show who dropped before Payment complete$")).click()
    expect(dashboard.get_by_text("No people here")).to_be_visible()
    dashboard.keyboard.press("Escape")

    dashboard.get_by_role("button", name=re.compile("show who reached Payment complete$")).click()
    dashboard.get_by_role("link", name=walker).click()
    sessions = dashboard.get_by_role("list", name="Sessions, latest first").get_by_role("listitem")
    expect(sessions).to_have_count(1)
    expect(sessions).to_contain_text("Converted")
    (session,) = api.get(f"sessions?project={api.project}&person={walker}")["sessions"]
    sessions.get_by_role("button").click()

    timeline = dashboard.get_by_role("list", name="Events of the session, first to last").get_by_role("listitem")
    told = api.get(f"sessions/{session['session_id']}?project={api.project}")["events"]
    names = [event["event_name"] for event in told]
    assert [name for name in names if name in MRI_EVENTS] == MRI_EVENTS
    expect(timeline).to_have_count(len(told))
    for index, name in enumerate(names):
        expect(timeline.nth(index)).to_contain_text(name)
    timeline.filter(has_text="return_filed").get_by_role("button").click()
    expect(dashboard.get_by_role("dialog").get_by_text("receipt_number")).to_be_visible()
    assert complaints == []


def test_a_preset_is_copied_changed_and_asked_again(demo: HatuaServer, dashboard: Page, phone: BrowserContext) -> None:
    api = Api(dashboard, demo.url)
    walk_mri(phone.new_page(), demo.url)
    eventually(lambda: api.bars() == [1] * 8)
    dashboard.goto(f"{demo.url}/funnels/")
    expect(dashboard.get_by_text("1 of 1 people")).to_be_visible()
    dashboard.get_by_role("button", name="Edit").click()
    dashboard.get_by_role("button", name="Save", exact=True).click()
    dashboard.get_by_role("dialog").get_by_label("Name").fill("Ours, from MRI")
    dashboard.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(dashboard.get_by_role("button", name="Funnel: Ours, from MRI")).to_be_visible()
    funnels = api.get(f"funnels?project={api.project}")["funnels"]
    assert [(each["name"].split(":")[0], each["preset"]) for each in funnels] == [
        ("MRI", True),
        ("TOT", True),
        ("NIL", True),
        ("Ours, from MRI", False),
    ]
    assert [step["name"] for step in funnels[3]["definition"]["steps"]] == STEPS
    assert bars_of(dashboard) == [(name, 1) for name in STEPS]
