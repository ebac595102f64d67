"""Who comes: a person, their devices, and what they mean to do."""

import msgspec

from hatua.integrations.taxapp.journeys import JOURNEYS, MRI, NIL, TOT, Journey
from hatua.integrations.taxapp.traffic.chance import Random, Weighted, digits, new_id
from hatua.integrations.taxapp.traffic.devices import BROWSERS, CRAWLERS, IN_WHATSAPP, Device
from hatua.integrations.taxapp.traffic.places import CRAWLERS as CRAWLER_PLACE
from hatua.integrations.taxapp.traffic.places import PLACES

_GIVEN = (
    *("Wanjiku", "Akinyi", "Chebet", "Mwende", "Fatuma", "Nafula", "Wairimu", "Atieno", "Jerono", "Halima"),
    *("Kamau", "Otieno", "Kiprono", "Mutua", "Hassan", "Wekesa", "Njoroge", "Ochieng", "Kibet", "Omar"),
)
_FAMILY = (
    *("Mwangi", "Odhiambo", "Koech", "Musyoka", "Abdi", "Barasa", "Kariuki", "Owino", "Rotich", "Ali"),
    *("Njuguna", "Onyango", "Cheruiyot", "Kioko", "Mohamed", "Simiyu", "Maina", "Juma", "Langat", "Muthoni"),
)

_WANTS: Weighted[Journey] = Weighted([(MRI, 45), (TOT, 33), (NIL, 22)])


class Browser(msgspec.Struct, frozen=True):
    """One browser on one device, at one address."""

    anonymous_id: str
    device: Device
    ip: str
    locale: str


class Person(msgspec.Struct, frozen=True):
    """A taxpayer. `phone` in international form without +; `diligence` 0..1 tells how likely each next step is."""

    pin: str
    name: str
    phone: str
    email: str
    wants: Journey
    diligence: float
    browser: Browser
    second_browser: Browser | None
    in_whatsapp: Browser


def draw_person(rng: Random) -> Person:
    """A new person; the same generator state gives the same one."""
    name = f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"
    browser = _browser(rng, BROWSERS)
    second = _browser(rng, BROWSERS, browser) if rng.random() < 0.14 else None
    return Person(
        pin=f"A0{digits(rng, 8)}{rng.choice('BCDEFGHJKLMNPQRSTUVWXYZ')}",
        name=name,
        phone=f"2547{digits(rng, 8)}",
        email=f"{name.lower().replace(' ', '.')}{digits(rng, 2)}@example.com",
        wants=_WANTS.draw(rng),
        diligence=rng.betavariate(4, 2.2),
        browser=browser,
        second_browser=second,
        in_whatsapp=_browser(rng, IN_WHATSAPP, browser),
    )


def draw_crawler(rng: Random) -> Browser:
    """A search engine's robot: it runs scripts, so it shows up, and is marked by its user agent."""
    place = CRAWLER_PLACE
    return Browser(new_id(rng), CRAWLERS.draw(rng), place.address(rng), place.locale)


def other_journey(rng: Random, person: Person) -> Journey:
    """What a person with a second errand wants."""
    return rng.choice([journey for journey in JOURNEYS if journey is not person.wants])


def _browser(rng: Random, devices: Weighted[Device], near: Browser | None = None) -> Browser:
    place = PLACES.draw(rng)
    if near is not None and rng.random() < 0.8:
        return Browser(new_id(rng), devices.draw(rng), near.ip, near.locale)
    return Browser(new_id(rng), devices.draw(rng), place.address(rng), place.locale)
