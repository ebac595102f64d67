import pytest

from hatua.processor.draft import Agent
from hatua.processor.steps.put_user_agent import AgentReader, put_user_agent
from tests.unit.processor.drafts import ANDROID, draft

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WV = "Mozilla/5.0 (Linux; Android 13; SM-A135F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"


@pytest.fixture(scope="module")
def agents() -> AgentReader:
    return AgentReader()


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
            Agent("desktop", "Windows", "10", "Chrome", "131"),
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.4 Safari/605.1.15",
            Agent("desktop", "macOS", "10.15", "Safari", "17.4"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            Agent("desktop", "Linux", "", "Firefox", "133"),
        ),
        (ANDROID, Agent("mobile", "Android", "13", "Chrome", "120")),
        (f"{IPHONE} Version/17.4.1 Mobile/15E148 Safari/604.1", Agent("mobile", "iOS", "17.4", "Safari", "17.4")),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
            "Mobile/15E148 Safari/604.1",
            Agent("tablet", "iOS", "17.1", "Safari", "17.1"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 12; SM-T220) {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
            Agent("tablet", "Android", "12", "Chrome", "120"),
        ),
        (
            "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/191.308; U; en) Presto/2.12.423 Version/12.16",
            Agent("mobile", "", "", "Opera Mini", "7.1"),
        ),
        (
            "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
            Agent("mobile", "KaiOS", "2.5", "Firefox", "48"),
        ),
    ],
)
def test_a_browser_is_told_by_device_system_and_name(agents: AgentReader, text: str, agent: Agent) -> None:
    assert agents.read(text) == agent


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "Mozilla/5.0 (compatible; SomethingNewBot/0.1)",
        "WhatsApp/2.23.20.0 A",
    ],
)
def test_a_robot_is_marked_as_one_and_is_no_web_view(agents: AgentReader, text: str) -> None:
    agent = agents.read(text)
    assert agent.device_type == "bot"
    assert not agent.webview
    assert not agent.app


def test_a_phone_called_cubot_is_a_phone(agents: AgentReader) -> None:
    text = f"Mozilla/5.0 (Linux; Android 10; CUBOT X19) {WEBKIT} Chrome/96.0 Mobile Safari/537.36"
    assert agents.read(text).device_type == "mobile"


@pytest.mark.parametrize(
    "text",
    [
        "curl/8.5.0",
        "python-requests/2.31.0",
        "Python-urllib/3.11",
        "python-httpx/0.27.0",
        "hatua-python/1.0.0",
        "node",
        "Wget/1.21",
        "Go-http-client/1.1",
        "axios/1.6.2",
        "PostmanRuntime/7.36.0",
        "Java/17.0.2",
        "GuzzleHttp/7",
    ],
)
def test_a_program_is_a_server(agents: AgentReader, text: str) -> None:
    assert agents.read(text).device_type == "server"


@pytest.mark.parametrize("text", ["okhttp/4.12.0", "Dart/3.1 (dart:io)", "TaxApp/7 CFNetwork/1490.0.4 Darwin/23.2.0"])
def test_the_http_libraries_of_phone_apps_are_phones(agents: AgentReader, text: str) -> None:
    assert agents.read(text).device_type == "mobile"


@pytest.mark.parametrize(
    ("text", "app"),
    [
        (f"{WV} Chrome/120.0.6099.144 Mobile Safari/537.36", ""),
        (f"{WV} Chrome/120.0.6099.144 Mobile Safari/537.36 WhatsApp/2.24.1.78", "whatsapp"),
        (f"{WV} Chrome/120.0.6099.144 Mobile Safari/537.36 Instagram 312.0.0.34.111 Android", "instagram"),
        (f"{WV} Chrome/120.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/443.0.0.23.229;]", "facebook"),
        (f"{IPHONE} Mobile/15E148", ""),
        (f"{IPHONE} Mobile/21E236 [FBAN/FBIOS;FBAV/456.0.0.41.90;FBDV/iPhone14,5]", "facebook"),
    ],
)
def test_a_page_inside_an_app_is_a_web_view_on_a_phone(agents: AgentReader, text: str, app: str) -> None:
    agent = agents.read(text)
    assert (agent.device_type, agent.webview, agent.app) == ("mobile", True, app)


def test_a_television_counts_as_desktop(agents: AgentReader) -> None:
    text = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 SamsungBrowser/2.0 Chrome/76.0 TV Safari/537.36"
    assert agents.read(text).device_type == "desktop"


def test_nonsense_and_silence_say_nothing(agents: AgentReader) -> None:
    assert agents.read("garbage text here") == Agent()
    one = draft(user_agent="")
    put_user_agent(agents)(one)
    assert one.agent == Agent()
    assert one.user_agent == ""


def test_the_context_wins_over_the_header_of_the_request(agents: AgentReader) -> None:
    one = draft(user_agent="python-requests/2.31.0", context={"userAgent": ANDROID})
    put_user_agent(agents)(one)
    assert (one.user_agent, one.agent.device_type) == (ANDROID, "mobile")


def test_a_very_long_user_agent_is_read_by_its_beginning(agents: AgentReader) -> None:
    assert agents.read(ANDROID + " x" * 5_000) == agents.read(ANDROID)
