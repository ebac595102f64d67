"""Which browser, system and kind of device. Bots are marked, never dropped: the one who asks decides whether they
count."""

from functools import lru_cache

from ua_parser import Domain, Result
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from hatua.contract.limits import MAX_TEXT_CHARS
from hatua.processor.draft import NOBODY, Agent, Draft, Step
from hatua.processor.steps import user_agent_table as table

_CACHED_AGENTS = 8_192
"""A busy site sees some thousands of different user agents a day; an uncached parse costs 50-300 µs."""

_PARSED_CHARS = 512
"""No real user agent is longer; the rest of a longer text is stored, not parsed."""


class AgentReader:
    """Reads user agents, remembering the last 8,192. Opening compiles some thousand patterns (0.2 s)."""

    def __init__(self) -> None:
        self._resolve = Resolver(load_lazy_builtins())
        self.read = lru_cache(maxsize=_CACHED_AGENTS)(self._read)

    def _read(self, text: str) -> Agent:
        text = text[:_PARSED_CHARS]
        parsed = self._resolve(text, Domain.ALL).complete()
        device_type = _device_type(text, parsed)
        app = "" if device_type in ("bot", "server") else _app(text)
        family = parsed.user_agent.family if parsed.user_agent else ""
        system = parsed.os.family if parsed.os else ""
        return Agent(
            device_type=device_type,
            os=table.SYSTEMS.get(system, system),
            os_version=_version(parsed.os.major, parsed.os.minor) if parsed.os else "",
            browser=table.BROWSERS.get(family, family),
            browser_version=_version(parsed.user_agent.major, parsed.user_agent.minor) if parsed.user_agent else "",
            webview=bool(app) or table.ANDROID_WEB_VIEW in text or bool(table.APPLE_WEB_VIEW.search(text)),
            app=app,
        )


def put_user_agent(agents: AgentReader) -> Step:
    """The step. `context.userAgent` wins over the request's header: a server sends for its visitor's browser."""
    read = agents.read

    def step(draft: Draft) -> None:
        text = draft.context.user_agent or draft.raw.user_agent[:MAX_TEXT_CHARS]
        draft.user_agent = text
        draft.agent = read(text) if text else NOBODY

    return step


def _device_type(text: str, parsed: Result) -> str:
    if table.SERVER.match(text):
        return "server"
    device = parsed.device
    if (device and device.family == "Spider") or table.BOT.search(text):
        return "bot"
    if table.TELEVISION.search(text):
        return "desktop"
    if table.TABLET.search(text) or (device and device.brand == "Generic_Android_Tablet"):
        return "tablet"
    if table.MOBILE.search(text) or table.NATIVE_APP.match(text):
        return "mobile"
    return "desktop" if parsed.os or text.startswith("Mozilla/") else ""


def _app(text: str) -> str:
    return next((app for mark, app in table.APPS if mark in text), "")


def _version(major: str | None, minor: str | None) -> str:
    """`17.4`, `131`: two parts say enough, and a `.0` says nothing."""
    if not major:
        return ""
    return f"{major}.{minor}" if minor and minor != "0" else major
