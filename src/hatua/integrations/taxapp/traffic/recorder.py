"""Writes down what happens in one visit as the events that an SDK would send."""

from datetime import UTC, datetime
from typing import Any

from hatua.integrations.taxapp.traffic.chance import Random, new_id, pause_ms
from hatua.integrations.taxapp.traffic.people import Browser
from hatua.integrations.taxapp.traffic.sources import Source

Event = dict[str, Any]
"""One event as `POST /v1/capture` takes it."""

SITE = "https://tax.example"

TITLES = {
    "": "Tax App",
    "validation": "Who you are · Tax App",
    "otp": "Code · Tax App",
    "rental-income": "Your return · Tax App",
    "turnover-tax": "Your return · Tax App",
    "select-obligation": "Your return · Tax App",
    "payment": "Payment · Tax App",
    "done": "Done · Tax App",
    "help": "Help · Tax App",
}


def iso(moment_ms: int) -> str:
    """`2026-01-15T10:00:00.000Z`."""
    stamp = datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return f"{stamp[:23]}Z"


class Visit:
    """One session of one browser. `at` is the visit's clock, Unix ms: `wait` moves it, `send` reads it."""

    def __init__(
        self, rng: Random, browser: Browser, at: int, source: Source, *, token: str = "", user_id: str = ""
    ) -> None:
        self.rng = rng
        self.browser = browser
        self.at = at
        self.user_id = user_id
        self.events: list[tuple[int, Event]] = []
        self._session_id = new_id(rng)
        self._source = source
        self._token = token
        self._path = ""
        self._url = ""
        self._referrer = source.referrer

    def wait(self, median_s: float) -> None:
        """Somebody reads, types, or looks for something."""
        self.at += pause_ms(self.rng, median_s)

    def page(self, path: str) -> None:
        """A page view; the first one carries the referrer and the campaign's query."""
        search = ""
        if self._url:
            self._referrer = self._url
        else:
            search = f"?hs_token={self._token}" if self._token else self._source.search
        self._path = path
        self._url = f"{SITE}{path}{search}"
        self.send("page_view", {}, kind="page", search=search)

    def click(self, element: str, label: str, *, start: bool = False, **more: str) -> None:
        """A click on a button with an id; `start` opens a journey."""
        self.send("click", {"element": element, "id": element, "label": label, **more}, start=start)

    def submit(self, form: str, button: str, label: str) -> None:
        """A form sent by its button, as autocapture sees it."""
        self.click(button, label)
        self.at += 2
        self.send("form_submit", {"form": form})

    def send(
        self,
        name: str,
        properties: dict[str, Any],
        *,
        kind: str = "track",
        start: bool = False,
        end: bool = False,
        search: str = "",
    ) -> None:
        """Notes one event at the visit's moment."""
        device = self.browser.device
        context: dict[str, Any] = {
            "library": {"name": "hatua-js", "version": "0.1.0"},
            "page": {
                "path": self._path,
                "url": self._url,
                "title": TITLES.get(self._path.rpartition("/")[2], "Tax App"),
                "referrer": self._referrer,
                "search": search,
            },
            "userAgent": device.user_agent,
            "locale": self.browser.locale,
            "screen": {"width": device.width, "height": device.height},
        }
        if self._token:
            context |= {"channel": "webview", "handshakeToken": self._token}
        if self._source.campaign:
            context["campaign"] = self._source.campaign
        event: Event = {
            "event_id": new_id(self.rng),
            "event_name": name,
            "event_type": kind,
            "timestamp": iso(self.at),
            "anonymous_id": self.browser.anonymous_id,
            "session_id": self._session_id,
            "seq": len(self.events) + 1,
            "context": context,
            "properties": properties,
        }
        if self.user_id:
            event["user_id"] = self.user_id
        if start:
            event["journey_start"] = True
        if end:
            event["journey_end"] = True
        self.events.append((self.at, event))
