"""The built dashboard in a real browser over the real product: set-up, numbers, filters, keys, roles, accessibility."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.fixtures.browser import DESKTOP, PHONE, console_errors
from tests.fixtures.server import HatuaServer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/",
    "/realtime/",
    "/ledger/",
    "/settings/",
    "/settings/?tab=install",
    "/settings/?tab=keys",
    "/settings/?tab=privacy",
    "/no/such/page/",
)
VISITORS = 40
_QUESTIONS = r"/api/(query|dashboard/(overview|timeseries|breakdown|heatmap|dimension-values))"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HatuaServer]:
    """The demo with a month of traffic that stands still, so that two looks see the same numbers."""
    data = tmp_path_factory.mktemp("dashboard") / "data"
    server = HatuaServer(data, ["--demo", "--demo-visitors", str(VISITORS), "--no-live"])
    server.start()
    server.wait_for_line("/auth/open?token=")
    server.wait_until_stored()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def signed_in(demo: HatuaServer, chromium: Browser) -> Any:
    """The cookies of the demo's admin: its link opens once, its session as often as wanted."""
    link = demo.wait_for_line("/auth/open?token=").split(": ", 1)[1].strip()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(link.replace("localhost", "127.0.0.1"))
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=20_000)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(demo: HatuaServer, chromium: Browser, signed_in: Any) -> Iterator[Page]:
    """The demo's admin at a desk."""
    context = chromium.new_context(base_url=demo.url, viewport=DESKTOP, storage_state=signed_in)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def _figure(page: Page, name: str) -> str:
    """What a key figure shows, once it shows something."""
    card = page.get_by_label("Pick the main figure").get_by_role("button", name=re.compile(f"^{name}"))
    expect(card).to_contain_text(re.compile(r"\d"))
    return card.inner_text().split("\n")[1]


def _ask(page: Page, path: str) -> Any:
    """The same question, asked of the API with the same session."""
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def _questions(request: Request) -> list[dict[str, Any]]:
    """Those of a batch."""
    body: Any = request.post_data_json
    questions: list[dict[str, Any]] = body["questions"]
    return questions


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[HatuaServer]:
    """The product on its very first start."""
    server = HatuaServer(tmp_path / "data")
    server.start()
    yield server
    server.stop()


def test_the_first_run_leads_from_the_printed_token_to_the_first_event(
    fresh: HatuaServer, desk: BrowserContext
) -> None:
    server = fresh
    page = desk.new_page()
    complaints = console_errors(page)
    page.goto(server.url)
    page.wait_for_url("**/set-up/**")
    token = re.search(r"(?:token[=: ]+)([\w-]{8,})", server.wait_for_line("token"))
    assert token, server.said()
    page.get_by_label("Set-up token").fill(token[1])
    page.get_by_label("Organisation").fill("Revenue Authority")
    page.get_by_label("First project").fill("Tax App")
    page.get_by_label("Your name").fill("Achieng")
    page.get_by_label("E-mail").fill("achieng@example.org")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("button", name="Create and open the dashboard").click()

    expect(page.get_by_role("heading", name="Send your first event")).to_be_visible()
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    page.get_by_role("button", name="Command line").click()
    snippet = page.locator("pre").inner_text()
    key = re.search(r"X-Write-Key: (\S+)'", snippet)
    body = re.search(r"-d '(.+)'", snippet)
    assert key, snippet
    assert body, snippet
    status, answer = server.request("POST", "/v1/capture", json.loads(body[1]), {"X-Write-Key": key[1]})
    assert status == 200, answer

    expect(page.get_by_label("Pick the main figure")).to_be_visible(timeout=15_000)
    card = page.get_by_label("Pick the main figure").get_by_role("button", name=re.compile("^Visitors"))
    expect(card).to_have_text(re.compile(r"^Visitors\D*1(?!\d)"), timeout=10_000)

    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")
    page.get_by_label("E-mail").fill("achieng@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_be_visible()
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert [each for each in complaints if "401" not in each] == []


def test_the_key_figures_are_the_numbers_of_the_api(page: Page) -> None:
    page.goto("/?range=90d")
    visitors = _figure(page, "Visitors")
    project = page.url.split("project=")[1].split("&")[0]
    with page.expect_response(re.compile("/api/query/batch")) as answered:
        page.reload()
    names = [each["question"] for each in _questions(answered.value.request)]
    metrics = answered.value.json()["answers"][names.index("overview")]["answer"]["metrics"]
    assert 0 < metrics["visitors"]["value"] <= VISITORS * 2, "a taxpayer on two devices is one person once known"
    assert visitors == f"{metrics['visitors']['value']:,}"
    assert _figure(page, "Sessions") == f"{metrics['sessions']['value']:,}"
    assert _figure(page, "Bounce rate") == f"{metrics['bounce_rate']['value']:.1%}"
    whole = _ask(page, f"/api/dashboard/overview?project={project}&from=2020-01-01&to=2099-01-01")
    assert whole["metrics"]["visitors"]["value"] == metrics["visitors"]["value"]


def test_the_overview_asks_once_and_shows_what_each_of_its_questions_would_be_told_alone(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda each: asked.append(each) if re.search(_QUESTIONS, each.url) else None)
    with page.expect_response(re.compile("/api/query/batch")) as answered:
        page.goto("/?f=device_type~is~mobile&compare=previous")
    visitors = _figure(page, "Visitors")
    expect(page.get_by_role("region", name="Devices").get_by_role("button", name=re.compile("^Mobile"))).to_be_visible()
    expect(page.locator("[aria-hidden].animate-pulse")).to_have_count(0)
    assert [each.method for each in asked] == ["POST"], [each.url for each in asked]

    questions = _questions(asked[0])
    answers = answered.value.json()["answers"]
    assert len(questions) == len(answers) >= 8
    assert {each["question"] for each in questions} == {"overview", "timeseries", "breakdown", "heatmap"}
    for question, told in zip(questions, answers, strict=True):
        assert told["status"] == 200, (question, told)
        path = question.pop("question")
        query = {
            **question,
            "filters": json.dumps(question["filters"]),
            **({"metrics": ",".join(question["metrics"])} if "metrics" in question else {}),
        }
        assert told["answer"] == _ask(page, f"/api/dashboard/{path}?{urlencode(query)}"), question
        if path == "overview":
            assert visitors == f"{told['answer']['metrics']['visitors']['value']:,}"

    with page.expect_response(re.compile("/api/dashboard/heatmap")) as alone:
        page.get_by_role("group", name="Count").get_by_role("button", name="Events").click()
    assert alone.value.request.method == "GET", "a question that is alone keeps its ETag"
    assert alone.value.ok


def test_a_clicked_row_filters_every_panel_and_travels_in_the_address(page: Page, demo: HatuaServer) -> None:
    page.goto("/")
    everybody = int(_figure(page, "Visitors").replace(",", ""))
    page.get_by_role("region", name="Devices").get_by_role("button", name=re.compile("^Desktop")).click()
    chip = page.get_by_role("list", name="Filters")
    expect(chip).to_contain_text("Device is Desktop")
    expect(page).to_have_url(re.compile(r"f=device_type~is~desktop"))
    card = page.get_by_label("Pick the main figure").get_by_role("button", name=re.compile("^Visitors"))
    expect(card).not_to_contain_text(f"\n{everybody:,}")
    fewer = int(_figure(page, "Visitors").replace(",", ""))
    assert 0 < fewer < everybody

    page.reload()
    expect(chip).to_contain_text("Device is Desktop")
    assert int(_figure(page, "Visitors").replace(",", "")) == fewer
    page.get_by_role("link", name="Ledger").click()
    expect(page).to_have_url(re.compile(r"/ledger/\?.*f=device_type~is~desktop"))
    page.go_back()
    expect(chip).to_contain_text("Device is Desktop")
    page.get_by_role("button", name="Remove the filter: Device is Desktop").click()
    expect(page).not_to_have_url(re.compile("f="))
    page.go_back()
    expect(chip).to_contain_text("Device is Desktop")
    page.goto(f"{demo.url}/?f=nonsense&range=fortnight")
    assert int(_figure(page, "Visitors").replace(",", "")) == everybody


def test_a_picked_figure_and_a_custom_range_become_the_chart_and_the_table(page: Page) -> None:
    page.goto("/?from=2026-01-01&to=2026-01-07")
    expect(page.get_by_text("Nothing happened here")).to_be_visible()
    page.goto("/")
    page.get_by_label("Pick the main figure").get_by_role("button", name=re.compile("^Sessions")).click()
    expect(page.get_by_role("heading", name="Sessions by day")).to_be_visible()
    expect(page.locator(".recharts-surface").first).to_be_visible()
    page.get_by_role("button", name="Show Sessions by day as a table").click()
    table = page.get_by_role("region", name="Sessions by day").get_by_role("row")
    expect(table).to_have_count(31)
    counts = [int(row.split("\t")[1].replace(",", "")) for row in table.all_inner_texts()[1:]]
    assert sum(counts) >= int(_figure(page, "Sessions").replace(",", ""))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Sessions by day as CSV").click()
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Bucket,Sessions")
    assert [int(line.split(",")[1]) for line in lines[1:]] == counts


def test_an_api_key_is_shown_once_and_works_until_it_is_revoked(page: Page, demo: HatuaServer) -> None:
    page.goto("/settings/?tab=api")
    page.get_by_role("button", name="New API key").click()
    page.get_by_label("Name").fill("Nightly export")
    page.get_by_role("button", name="Create").click()
    key = page.get_by_role("dialog", name="Keep this key now").locator("code").inner_text()
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text(key)).to_have_count(0)
    project = page.url.split("project=")[1].split("&")[0]
    question = f"/api/dashboard/overview?project={project}&from=2026-01-01&to=2026-01-02"
    headers = {"Authorization": f"Bearer {key}"}
    assert demo.request("GET", question, headers=headers)[0] == 200
    page.get_by_role("button", name="Revoke API key Nightly export").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("No API keys yet")).to_be_visible()
    assert demo.request("GET", question, headers=headers)[0] == 401


def test_the_ledger_says_that_every_event_is_accounted_for(page: Page) -> None:
    page.goto("/ledger/")
    page.get_by_role("button", name="30 days").click()
    expect(page.get_by_text(re.compile(r"All [\d,]+ events are accounted for"))).to_be_visible()
    expect(page.get_by_text("No event failed")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_the_screen(
    demo: HatuaServer, chromium: Browser, signed_in: Any, viewport: Any, scheme: Any
) -> None:
    context = chromium.new_context(
        base_url=demo.url, viewport=viewport, color_scheme=scheme, reduced_motion="reduce", storage_state=signed_in
    )
    page = context.new_page()
    complaints = console_errors(page)
    axe = AXE.read_text()
    for path in PAGES:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=20_000)
        expect(page.locator("[aria-hidden].animate-pulse")).to_have_count(0, timeout=20_000)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (
            f"{path} scrolls sideways"
        )
        page.evaluate(axe)
        violations = page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes[0].html]))")
        assert violations == [], path
    assert [each for each in complaints if "404" not in each] == []
    context.close()
