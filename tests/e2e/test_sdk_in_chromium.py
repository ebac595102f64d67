"""The built SDK in a real browser, on another origin than its collector: tabs, navigation, networks that fail."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import BrowserContext, Page, Request

from hatua.contract.event import RawEvent
from tests.fixtures.browser import console_errors
from tests.fixtures.capture import CaptureServer, Project

pytestmark = pytest.mark.browser

SDK = Path(__file__).parents[2] / "sdk" / "browser" / "dist" / "hatua.js"
QUEUE_IS_EMPTY = "Object.keys(localStorage).every(key => !key.startsWith('hatua.wk_'))"


@pytest.fixture
def project(capture_server: CaptureServer) -> Project:
    return capture_server.project()


class Shop:
    """A small site with the one-tag install, on an origin of its own, and one visitor's browser."""

    def __init__(self, phone: BrowserContext, project: Project) -> None:
        self.phone = phone
        host = f"http://127.0.0.1:{project.server.port}"
        page = f"""<!doctype html><title>Shop</title>
            <script async src="/hatua.js" data-write-key="{project.key}" data-host="{host}" data-autocapture
                    data-flush-interval-ms="200"></script>
            <a id="next" href="/next">Next</a> <button id="buy" data-hatua-plan="small">Buy</button>"""
        files = {"/hatua.js": ("text/javascript", SDK.read_bytes())}

        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = files.get(self.path, ("text/html; charset=utf-8", page.encode()))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def shop(phone: BrowserContext, project: Project) -> Iterator[Shop]:
    shop = Shop(phone, project)
    thread = threading.Thread(target=shop.server.serve_forever)
    thread.start()
    yield shop
    phone.close()
    shop.server.shutdown()
    thread.join()
    shop.server.server_close()


def visit(shop: Shop, path: str = "/") -> Page:
    page = shop.phone.new_page()
    page.goto(shop.url + path)
    page.wait_for_function("!!(window.hatua && window.hatua.init)")
    return page


def wait(page: Page, project: Project, check: Callable[[list[RawEvent]], bool]) -> list[RawEvent]:
    """The events in the log once `check` holds of them."""
    end = time.monotonic() + 15
    while not check(project.events) and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert check(project.events), [event.event_name for event in project.events]
    return project.events


def named(events: list[RawEvent], name: str) -> list[Any]:
    """The properties of the events with this name."""
    return [msgspec.json.decode(event.properties) for event in events if event.event_name == name]


def session(page: Page) -> str:
    found: str = page.evaluate("JSON.parse(sessionStorage.getItem('hatua_session')).id")
    return found


def test_one_tag_sends_page_views_and_clicks_to_another_origin_without_a_preflight(
    shop: Shop, project: Project
) -> None:
    methods: Counter[str] = Counter()

    def note(request: Request) -> None:
        if "/v1/capture" in request.url:
            methods[request.method] += 1

    shop.phone.on("request", note)
    page = shop.phone.new_page()
    complaints = console_errors(page)
    page.goto(f"{shop.url}/?utm_source=sms")
    page.wait_for_function("!!(window.hatua && window.hatua.init)")
    page.click("#buy")
    events = wait(page, project, lambda found: len(found) >= 2)
    assert [event.event_name for event in events] == ["page_view", "click"]
    assert named(events, "click") == [{"element": "buy", "id": "buy", "label": "Buy", "plan": "small"}]
    context = msgspec.json.decode(events[0].context)
    assert context["page"]["url"] == f"{shop.url}/?utm_source=sms"
    assert context["campaign"] == {"source": "sms"}
    assert methods.keys() == {"POST"}
    assert complaints == []


def test_a_click_on_a_link_survives_the_navigation_and_is_stored_once(shop: Shop, project: Project) -> None:
    page = visit(shop)
    page.click("#buy")
    page.click("#next")
    page.wait_for_url("**/next")
    wait(page, project, lambda found: len(found) >= 4)
    page.wait_for_function(QUEUE_IS_EMPTY)
    events = sorted(project.events, key=lambda event: event.seq)
    assert [event.event_name for event in events] == ["page_view", "click", "click", "page_view"]
    assert len({event.session_id for event in events}) == 1


def test_each_tab_has_a_session_of_its_own_even_one_opened_by_another(shop: Shop, project: Project) -> None:
    first = visit(shop)
    wait(first, project, lambda found: len(found) == 1)
    second = visit(shop)
    with shop.phone.expect_page() as opened:
        first.evaluate("void window.open('/popup')")
    third = opened.value
    events = wait(first, project, lambda found: len(found) == 3)
    assert len({session(page) for page in (first, second, third)}) == 3
    assert len({event.session_id for event in events}) == 3
    assert len({event.anonymous_id for event in events}) == 1
    before = session(first)
    first.reload()
    wait(first, project, lambda found: len(found) == 4)
    assert session(first) == before


def test_three_tabs_that_come_back_online_together_send_each_event_once(shop: Shop, project: Project) -> None:
    tabs = [visit(shop, f"/tab{number}") for number in range(3)]
    wait(tabs[0], project, lambda found: len(found) == 3)
    shop.phone.set_offline(True)
    for number, tab in enumerate(tabs):
        tab.evaluate("t => { for (let k = 0; k < 40; k++) hatua.track('offline', { t, k }) }", number)
    tabs[0].wait_for_timeout(500)
    shop.phone.set_offline(False)
    events = wait(tabs[0], project, lambda found: len(named(found, "offline")) >= 120)
    assert Counter((each["t"], each["k"]) for each in named(events, "offline")) == Counter(
        (t, k) for t in range(3) for k in range(40)
    )
    tabs[0].wait_for_function(QUEUE_IS_EMPTY)
    assert project.ledger.duplicate == 0


def test_what_a_closed_tab_left_behind_offline_is_sent_by_the_next_visit(shop: Shop, project: Project) -> None:
    tab = visit(shop)
    wait(tab, project, lambda found: len(found) == 1)
    shop.phone.set_offline(True)
    tab.evaluate("hatua.track('left behind')")
    tab.close(run_before_unload=False)
    shop.phone.set_offline(False)
    next_visit = visit(shop)
    wait(next_visit, project, lambda found: len(named(found, "left behind")) == 1)
    next_visit.wait_for_function(QUEUE_IS_EMPTY)
    assert len(named(project.events, "left behind")) == 1


def test_with_storage_blocked_events_arrive_and_the_page_hears_nothing(shop: Shop, project: Project) -> None:
    shop.phone.add_init_script(
        """for (const area of ['localStorage', 'sessionStorage'])
             Object.defineProperty(window, area, { get() { throw new DOMException('blocked', 'SecurityError') } })"""
    )
    page = shop.phone.new_page()
    complaints = console_errors(page)
    page.goto(shop.url)
    page.wait_for_function("!!(window.hatua && window.hatua.init)")
    page.evaluate("hatua.track('one'); hatua.track('two')")
    events = wait(page, project, lambda found: len(found) == 3)
    assert len({event.anonymous_id for event in events}) == 1
    assert len({event.session_id for event in events}) == 1
    cookies = {cookie["name"]: cookie for cookie in shop.phone.cookies(shop.url)}
    assert cookies["analytics_anonymous_id"]["value"] == events[0].anonymous_id
    assert (
        cookies["analytics_anonymous_id"]["expires"] - time.time() > 390 * 86_400
    )  # browsers cap two years at 400 days
    assert complaints == []


def test_a_closing_tab_says_its_last_word_by_beacon(shop: Shop, project: Project) -> None:
    other = shop.phone.new_page()
    page = visit(shop)
    wait(page, project, lambda found: len(found) == 1)
    page.evaluate("hatua.track('goodbye')")
    page.close(run_before_unload=True)
    wait(other, project, lambda found: len(named(found, "goodbye")) == 1)
