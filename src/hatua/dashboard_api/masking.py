"""Personal data, hidden from those who may not see it. The same value has the same pseudonym everywhere in a tenant, so
that a person can still be followed through lists without being known.

What is hidden: user ids; anonymous ids that are a phone number, PIN or e-mail; phone numbers, PINs and e-mails inside
any text; whatever stands under a key that names such things; the query part of addresses; handshake tokens.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Any

import msgspec

from hatua.analytics.dimensions import PROPERTY_PREFIX
from hatua.analytics.event import Event
from hatua.dashboard_api.sealing import Seal

_EMAIL = r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
_PIN = r"(?P<pin>(?<![A-Za-z0-9])[A-Za-z]\d{9}[A-Za-z](?![A-Za-z0-9]))"
# 9 to 15 digits, with the separators people write; not a date, not inside a decimal, a word or a longer number.
_PHONE = (
    r"(?P<phone>(?<![A-Za-z0-9.])(?!\d{4}-\d\d-\d\d(?!\d))"
    r"\+?\d(?:[ ()]{0,2}\d|-\d){8,14}(?![A-Za-z0-9]|\.\d))"
)
_UUID = r"(?P<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
_PERSONAL = re.compile(f"{_UUID}|{_EMAIL}|{_PIN}|{_PHONE}")
_MAYBE_PERSONAL = re.compile(r"@|\d(?:[ ()-]{0,2}\d){8}")
"""What every personal text contains: most texts are let through by this alone."""
_LIKE_A_PHONE = re.compile(r"\d{9,15}")

_NAMING_KEY = re.compile(
    r"(?:^|[_.\-\s])(?:e[_-]?mail|phone|mobile|msisdn|tel|telephone|whatsapp|wa[_-]?id|pin|kra[_-]?pin|national[_-]?id|"
    r"id[_-]?number|passport|name|first[_-]?name|last[_-]?name|full[_-]?name|surname|username|address|dob|"
    r"date[_-]?of[_-]?birth|birth[_-]?date|user[_-]?id|external[_-]?id|anonymous[_-]?id|contact|ip|ip[_-]?address|"
    r"token|handshake[_-]?token|hs[_-]?token|feedback|password|otp|receipt[_-]?number|prn)"
    r"(?:s|[_-](?:masked|hash|hashed|number|no))?$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HARMLESS_KEYS = frozenset(("event_name", "campaign_name", "form_name", "file_name", "page_name", "template_name"))
_LIBRARY_KEYS = frozenset(("library", "app", "os", "browser", "device"))
_ADDRESS_KEYS = frozenset(("url", "href", "referrer", "search", "page_url", "link"))

HIDDEN = "[hidden]"
_PSEUDONYM = re.compile(r"\b(?:user|email|phone|pin|hidden)-[0-9a-f]{10}\b")
_RANDOM_ID = re.compile(f"{_UUID}|{_PSEUDONYM.pattern}")
_MOST_GIVEN = 200_000
"""Pseudonyms remembered, about 30 MB; then all are forgotten, and learned again as they are shown again."""


@lru_cache(maxsize=10_000)
def names_personal_data(key: str) -> bool:
    """Whether a property of this name holds personal data by its very name (`phone`, `taxPayer.email`, `kra_pin`)."""
    plain = _CAMEL.sub("_", key).lower()
    return plain not in _HARMLESS_KEYS and _NAMING_KEY.search(plain) is not None


def personal_dimension(dimension: str) -> bool:
    """Whether breaking down or filtering by this dimension would show or probe personal data."""
    return dimension.startswith(PROPERTY_PREFIX) and names_personal_data(dimension[len(PROPERTY_PREFIX) :])


def without_random_ids(text: str) -> str:
    """What is left of a text without its pseudonyms and UUIDs, which say nothing about anybody."""
    return _RANDOM_ID.sub("", text)


def holds_personal_data(text: str) -> bool:
    """Whether a phone number, PIN or e-mail address stands in a text, in clear."""
    return _PERSONAL.search(without_random_ids(text)) is not None


class Masker:
    """Pseudonyms under one tenant's secret key; without the key they cannot be computed from a guess. Those it has
    given out it can take back: so who may not see a value can still ask about it by its pseudonym."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._given: dict[str, str] = {}
        self.seal = Seal(key)

    def pseudonym(self, kind: str, value: str) -> str:
        """`user-3f9c2a1b5d`; 40 bits tell apart the people of any project a person can look through."""
        name = f"{kind}-{hmac.new(self._key, value.encode('utf-8', 'replace'), hashlib.sha256).hexdigest()[:10]}"
        if len(self._given) >= _MOST_GIVEN:
            self._given = {}
        self._given[name] = value
        return name

    def revealed(self, text: str) -> str:
        """A text with every pseudonym that this process gave out turned back; others stay as they are."""
        if "-" not in text:
            return text
        return _PSEUDONYM.sub(lambda found: self._given.get(found.group(), found.group()), text)

    def names_somebody(self, text: str) -> bool:
        """Whether a text holds a pseudonym."""
        return _PSEUDONYM.search(text) is not None

    def pads(self) -> tuple[str, str]:
        """The inner and outer key block of HMAC (RFC 2104) in hex: with them the engine computes pseudonyms."""
        key = self._key if len(self._key) <= 64 else hashlib.sha256(self._key).digest()
        block = key.ljust(64, b"\0")
        return bytes(each ^ 0x36 for each in block).hex(), bytes(each ^ 0x5C for each in block).hex()

    def text(self, value: str) -> str:
        """A text with every phone number, PIN and e-mail address in it replaced."""
        return _PERSONAL.sub(self._replaced, value) if _MAYBE_PERSONAL.search(value) else value

    def user(self, user_id: str) -> str:
        """A user id is personal whatever it looks like."""
        return self.pseudonym("user", user_id) if user_id else ""

    def address(self, url: str) -> str:
        """A URL without its query and fragment, where tokens and search terms live."""
        return self.text(re.split(r"[?#]", url, maxsplit=1)[0])

    def value(self, value: Any, key: str = "") -> Any:
        """JSON, at any depth, with what is personal by name or by look replaced."""
        if isinstance(value, dict):
            inside = key in _LIBRARY_KEYS
            return {self.text(k): self.value(v, "" if inside and k == "name" else k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(item, key) for item in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        if key and names_personal_data(key):
            return self.pseudonym("hidden", str(value))
        if isinstance(value, str):
            return self.address(value) if key in _ADDRESS_KEYS else self.text(value)
        # A number that reads like a phone number is taken for one; an amount of a billion is hidden with it.
        return HIDDEN if isinstance(value, int) and _LIKE_A_PHONE.fullmatch(str(value)) else value

    def event(self, event: Event) -> Event:
        """One event as an analyst sees it."""
        user = self.user(event.user_id)
        anonymous = self.text(event.anonymous_id)
        return msgspec.structs.replace(
            event,
            user_id=user,
            anonymous_id=anonymous,
            person=anonymous if event.person == event.anonymous_id else self.user(event.person),
            session_id=self.text(event.session_id),
            page_path=self.text(event.page_path),
            page_title=self.text(event.page_title),
            page_url=self.address(event.page_url),
            properties=self.value(event.properties),
            context=self.value(event.context),
        )

    def _replaced(self, found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        return found.group() if kind == "uuid" else self.pseudonym(kind, found.group())
