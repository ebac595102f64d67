"""A visitor's whole story over the days that are back-filled, cut into the requests that carry it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Protocol

import msgspec

from hatua.integrations.taxapp.traffic.chance import Random, pause_ms
from hatua.integrations.taxapp.traffic.chats import Conversation, opening, reminder
from hatua.integrations.taxapp.traffic.devices import SERVER
from hatua.integrations.taxapp.traffic.people import Person, draw_crawler, draw_person, other_journey
from hatua.integrations.taxapp.traffic.places import CONTACT_CENTRE
from hatua.integrations.taxapp.traffic.recorder import Event, Visit
from hatua.integrations.taxapp.traffic.rhythm import DAY_MS, HOUR_MS, NAIROBI_MS, Rhythm, day_start, waking_hour
from hatua.integrations.taxapp.traffic.sources import SOURCES, Source
from hatua.integrations.taxapp.traffic.visits import browse, walk

CRAWLER_SHARE = 0.025
WHATSAPP_SHARE = 0.38
SERVER_IP = CONTACT_CENTRE.network.replace(".0/24", ".10")


class Parcel(msgspec.Struct, frozen=True):
    """Events that arrive together: from one address, as one client's batches do."""

    ip: str
    user_agent: str
    events: list[Event]


Part = tuple[str, str, list[tuple[int, Event]]]
"""(ip, user agent, [(Unix ms, event)]): one visit or one conversation."""


class Calendar(Protocol):
    """When things can happen. Unix ms."""

    @property
    def start_ms(self) -> int: ...

    @property
    def now_ms(self) -> int: ...

    def moment(self, rng: Random) -> int:
        """When somebody comes for the first time."""


class Story:
    """What one visitor does. `rng` is used up by this story alone."""

    def __init__(self, rng: Random, calendar: Calendar) -> None:
        self._rng = rng
        self._calendar = calendar
        self._parts: list[Part] = []

    def parcels(self) -> Iterator[Parcel]:
        """What of it is past by now, each part in order of time."""
        now = self._calendar.now_ms
        for ip, agent, events in self.parts():
            past = [event for at, event in sorted(events, key=itemgetter(0)) if at <= now]
            if past:
                yield Parcel(ip, agent, past)

    def parts(self) -> list[Part]:
        """All of it, whenever it happens. Tells the story once: a second call gives the same list."""
        if self._parts:
            return self._parts
        rng = self._rng
        if rng.random() < CRAWLER_SHARE:
            self._crawl()
        else:
            person = draw_person(rng)
            if rng.random() < WHATSAPP_SHARE:
                self._talk(person)
            else:
                self._visit(person)
        return self._parts

    def _crawl(self) -> None:
        browser = draw_crawler(self._rng)
        for _ in range(self._rng.randrange(1, 4)):
            visit = Visit(self._rng, browser, self._calendar.moment(self._rng), Source())
            for path in ("/", "/help", "/privacy")[: self._rng.randrange(1, 4)]:
                visit.page(path)
                visit.wait(2)
            self._keep(visit)

    def _visit(self, person: Person) -> None:
        rng = self._rng
        if rng.random() < 0.24:
            visit = Visit(rng, person.browser, self._calendar.moment(rng), SOURCES.draw(rng))
            browse(visit)
            self._keep(visit)
            return
        self._attempts(person, self._calendar.moment(rng), "")

    def _attempts(self, person: Person, at: int, known: str) -> None:
        """Tries until it is done or given up; then some come back with another errand."""
        rng = self._rng
        source = SOURCES.draw(rng)
        wants, browser = person.wants, person.browser
        for _ in range(5):
            visit = Visit(rng, browser, at, source, user_id=known)
            done = walk(visit, person, wants)
            self._keep(visit)
            known = visit.user_id
            if rng.random() > (0.3 if done else 0.4 + 0.3 * person.diligence):
                return
            if done:
                wants = other_journey(rng, person)
            if person.second_browser is not None and rng.random() < 0.5:
                browser, known = person.second_browser, ""
            at = self._later(visit.at)
            source = Source() if rng.random() < 0.6 else SOURCES.draw(rng)

    def _talk(self, person: Person) -> None:
        """A conversation, perhaps after a reminder; the link in it leads to the web app."""
        rng = self._rng
        at = self._calendar.moment(rng)
        if rng.random() < 0.3:
            self._remind(person)
        chat = Conversation(rng, person, at)
        if rng.random() < 0.45:
            chat.send("contact.created", {"source": "inbound_message", "countryCode": "KE"})
        wanted = person.wants if rng.random() < 0.72 else None
        token = opening(chat, wanted)
        if token:
            visit = Visit(rng, person.in_whatsapp, chat.at + pause_ms(rng, 3), Source(), token=token)
            visit.page("/")
            visit.send("handshake_complete", {"handshake_token": token})
            visit.wait(2)
            done = walk(visit, person, person.wants)
            self._keep(visit)
            chat.at = visit.at + pause_ms(rng, 20)
            chat.user_id = visit.user_id
            if done:
                chat.says("bot", kind="template", template="receipt_sent")
                chat.resolves("bot", "self_served")
            elif rng.random() < 0.35:
                chat.hears(90)
                chat.hands_over()
            if not done and rng.random() < 0.25:
                self._attempts(person, self._later(visit.at), "")
        self._keep_chat(chat)

    def _remind(self, person: Person) -> None:
        """The reminder goes out at 10 in the morning of the 15th or 18th, where the days hold one."""
        rng = self._rng
        day = rng.choice((15, 18))
        for moment in range(self._calendar.start_ms, self._calendar.now_ms, DAY_MS):
            local = datetime.fromtimestamp((moment + NAIROBI_MS) / 1000, UTC)
            if local.day != day:
                continue
            sent = day_start(moment) + 10 * HOUR_MS + rng.randrange(HOUR_MS)
            chat = Conversation(rng, person, sent, campaign_id=f"reminder-{local:%Y-%m}-{day}")
            if reminder(chat):
                chat.hears(1)
                chat.says("bot", kind="interactive", template="welcome_menu")
            self._keep_chat(chat)

    def _later(self, after: int) -> int:
        """A return visit: the same day, or some days on at a waking hour."""
        rng = self._rng
        if rng.random() < 0.35:
            return after + HOUR_MS + rng.randrange(4 * HOUR_MS)
        return waking_hour(after + int(rng.lognormvariate(0.9, 0.8) * DAY_MS), rng)

    def _keep(self, visit: Visit) -> None:
        browser = visit.browser
        self._parts.append((browser.ip, browser.device.user_agent, visit.events))

    def _keep_chat(self, chat: Conversation) -> None:
        self._parts.append((SERVER_IP, SERVER.user_agent, chat.events))


def story_of(seed: int, rhythm: Rhythm, number: int) -> Story:
    """The story of visitor `number`: the same for the same seed and the same days, whatever the order and the hour of
    the call. A later hour only adds what has happened since."""
    return Story(Random(f"{seed}:{rhythm.start_ms}:{day_start(rhythm.now_ms)}:{number}"), rhythm)


class _Now(msgspec.Struct, frozen=True):
    """A calendar of one moment."""

    start_ms: int
    now_ms: int

    def moment(self, rng: Random) -> int:
        return self.now_ms


def encounter(rng: Random, at: int) -> list[Part]:
    """Somebody who comes at `at`, Unix ms. What follows may lie hours or days after it."""
    return Story(rng, _Now(at, at)).parts()
