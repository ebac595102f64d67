"""People in a real browser: an invitation by link, what each role is shown, and a person erased with a receipt."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.fixtures.browser import DESKTOP, PHONE
from tests.fixtures.server import HatuaServer

pytestmark = pytest.mark.browser

PIN = "A012345678X"
PASSWORD = "a long enough password"
WAIT_MS = 60_000


class Site:
    """A server with one project, one admin and two people's visits."""

    def __init__(self, server: HatuaServer, chromium: Browser) -> None:
        self.server = server
        self.chromium = chromium
        token = server.wait_for_line("/set-up?token=").split("token=", 1)[1].strip()
        admin = self.somebody()
        made = self.post(
            admin,
            "/api/auth/setup",
            setup_token=token,
            email="admin@example.org",
            name="Achieng",
            password=PASSWORD,
            organisation="Revenue",
            project_name="Tax App",
        )
        self.csrf = made["csrf"]
        self.admin_state: Any = admin.storage_state()
        self.admin = admin
        events = [
            {"event_name": "page_view", "event_type": "page", "anonymous_id": f"b-{user}", "user_id": user}
            | {"session_id": f"s-{user}", "event_id": f"{user}-{n}"}
            for user in (PIN, "V-somebody-else")
            for n in range(3)
        ]
        key = made["project"]["write_keys"][0]["key"]
        status, said = server.request("POST", "/v1/capture", {"batch": events}, {"X-Write-Key": key})
        assert status == 200, said
        server.wait_until_stored()

    def somebody(self, *, phone: bool = False, state: Any = None) -> BrowserContext:
        """A browser of its own."""
        context = self.chromium.new_context(
            base_url=self.server.url,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            storage_state=state,
        )
        context.set_default_timeout(WAIT_MS)
        return context

    def post(self, context: BrowserContext, path: str, **body: Any) -> Any:
        headers = {"Content-Type": "application/json", "X-Hatua-Csrf": getattr(self, "csrf", "")}
        answer = context.request.post(path, data=json.dumps(body), headers=headers)
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    server = HatuaServer(tmp_path_factory.mktemp("people") / "data")
    server.start()
    yield Site(server, chromium)
    server.stop()


def pages_of(page: Page) -> list[str]:
    """The names in the side bar, once it is there."""
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(links.first).to_be_visible(timeout=WAIT_MS)
    return links.all_inner_texts()


def test_who_is_invited_as_a_viewer_joins_by_the_link_and_sees_two_pages(site: Site) -> None:
    admin = site.somebody(state=site.admin_state).new_page()
    admin.goto("/settings/?tab=members")
    admin.get_by_role("button", name="Invite", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("otieno@example.org")
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_role("button", name="Invite", exact=True).click()
    link = admin.get_by_role("dialog").locator("code").inner_text()
    assert "/invitation/" in link

    otieno = site.somebody().new_page()
    otieno.goto(link)
    expect(otieno.get_by_role("heading", name="Join Revenue")).to_be_visible(timeout=WAIT_MS)
    assert "token" not in otieno.url, "the token leaves the address at once"
    otieno.get_by_label("Your name").fill("Otieno")
    otieno.get_by_label("Password", exact=True).fill(PASSWORD)
    otieno.get_by_role("button", name="Join Revenue").click()
    assert pages_of(otieno) == ["Overview", "Funnels"]
    otieno.goto("/settings/?tab=privacy")
    expect(otieno.get_by_text("This page is not part of your role")).to_be_visible(timeout=WAIT_MS)

    again = site.somebody().new_page()
    again.goto(link)
    expect(again.get_by_role("heading", name="This invitation does not work")).to_be_visible(timeout=WAIT_MS)
    for page in (admin, otieno, again):
        page.context.close()


def test_an_analyst_sees_pseudonyms_where_an_admin_sees_who_it_was(site: Site) -> None:
    invited = site.post(site.admin, "/api/dashboard/invitations", email="wanjiru@example.org", role="analyst")
    token = invited["path"].split("token=", 1)[1]
    analyst = site.somebody(phone=True)
    site.post(analyst, "/api/auth/invitation/accept", token=token, name="Wanjiru", password=PASSWORD)
    seen = {}
    for name, context in (("analyst", analyst), ("admin", site.somebody(state=site.admin_state))):
        page = context.new_page()
        page.goto("/sessions/")
        rows = page.get_by_role("list", name="Sessions, latest first").get_by_role("listitem")
        expect(rows).to_have_count(2, timeout=WAIT_MS)
        seen[name] = page.content()
        context.close()
    assert PIN in seen["admin"]
    assert PIN not in seen["analyst"]
    assert "V-somebody-else" not in seen["analyst"]


def test_an_admin_erases_a_person_and_gets_a_receipt(site: Site) -> None:
    context = site.somebody(state=site.admin_state)
    page = context.new_page()
    page.goto("/settings/?tab=privacy")

    def look() -> None:
        page.get_by_label("User id, PIN, phone, e-mail or browser id").fill(PIN)
        page.get_by_role("button", name="Find").click()

    look()
    card = page.get_by_role("article", name=f"What is kept of {PIN}")
    expect(card).to_contain_text(f"b-{PIN}")
    with page.expect_download(timeout=WAIT_MS) as download:
        card.get_by_role("link", name="Download everything").click()
    lines = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
    assert [one["kind"] for one in lines].count("event") == 3

    card.get_by_role("button", name="Erase this person").click()
    dialog = page.get_by_role("dialog")
    go_on = dialog.get_by_role("button", name="Erase for good")
    expect(go_on).to_be_disabled()
    dialog.get_by_label(f"Type {PIN} to go on").fill(PIN)
    go_on.click()
    receipt = page.get_by_label("Receipt", exact=True)
    expect(receipt.get_by_role("row", name="Events 3 0")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("list", name="Receipts").get_by_text("3 events")).to_be_visible(timeout=WAIT_MS)
    look()
    expect(page.get_by_text("Nothing is kept of this person")).to_be_visible(timeout=WAIT_MS)
    context.close()
