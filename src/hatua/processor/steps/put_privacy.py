"""What of a person may be stored: the IP address and phone numbers, as the project decides. Runs last of all."""

import hashlib
import hmac
import ipaddress
import re
from functools import lru_cache
from typing import Any

import msgspec

from hatua.base.settings import Secret
from hatua.processor.context import Context
from hatua.processor.draft import Draft, Step

_PHONE_KEY = re.compile(
    r"^(?:.*[_.\- ])?(?i:phone|phone_?number|mobile|mobile_?number|msisdn|tel|telephone|whatsapp|wa_?id|cell_?phone)$"
    r"|^.*[a-z](?:Phone|PhoneNumber|Mobile|MobileNumber|Msisdn|Tel|WhatsApp|WaId)$"
)
"""Names of properties whose value is a phone number, alone or after a prefix: `phone`, `customer_phone`, `waId`."""

_FULL_NUMBER = re.compile(r"^\+\d[\d\s().-]{6,20}$")
"""A value that is an international number wherever it stands."""

_DIGITS = re.compile(r"\D")
_FEWEST_DIGITS = 7
"""Shorter is no subscriber's number (a short code), and a masked one (`2547*****11`) is no number any more."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class PhoneHasher:
    """Replaces phone numbers by `ph_` + 32 hex digits of HMAC-SHA256(pepper, digits). The same number, however it
    is written (`+254 712 345678`, `254712345678`), gives the same hash, so that it still joins; without the pepper
    it cannot be found by trying all numbers."""

    def __init__(self, pepper: Secret) -> None:
        if not pepper:
            raise ValueError("the pepper is empty: hashes of phone numbers could be reversed by trying all numbers")
        self._pepper = pepper.encode()

    def hash(self, number: str) -> str:
        """`number` as text, with at least seven digits."""
        digits = _DIGITS.sub("", number).encode()
        return "ph_" + hmac.new(self._pepper, digits, hashlib.sha256).hexdigest()[:32]

    def hash_in(self, document: str) -> str:
        """A JSON object as text, with every phone number in it hashed, at any depth. Unchanged when there is none."""
        before = _decode(document)
        after = self._hashed(before, named=False)
        return _encode(after).decode() if after != before else document

    def _hashed(self, value: Any, *, named: bool) -> Any:
        if isinstance(value, dict):
            return {key: self._hashed(inner, named=bool(_PHONE_KEY.match(key))) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._hashed(inner, named=named) for inner in value]
        if isinstance(value, bool) or not isinstance(value, str | int):
            return value
        text = str(value)
        is_number = (named and "*" not in text) or (isinstance(value, str) and _FULL_NUMBER.match(text))
        return self.hash(text) if is_number and len(_DIGITS.sub("", text)) >= _FEWEST_DIGITS else value


def put_privacy(phones: PhoneHasher) -> Step:
    """The step. The IP is dropped unless the project keeps it, and then cut to /24 (IPv4) or /48 (IPv6) unless it
    asks for all. An event without identity keeps nothing that could give it one, whatever the project says."""

    def step(draft: Draft) -> None:
        project = draft.project
        nameless = draft.raw.cookieless
        kept = "none" if nameless else project.keep_ip
        draft.ip = "" if kept == "none" else kept_ip(draft.raw.ip, kept == "full")
        if nameless:
            draft.context = _without_person(draft.context)
            draft.handshake_token = ""
            draft.rest = "{}"
        if project.hash_phones or nameless:
            draft.properties = phones.hash_in(draft.properties)
            draft.rest = phones.hash_in(draft.rest)

    return step


def _without_person(context: Context) -> Context:
    """Of an event without identity nothing stays that could lead to a person: no ids of other systems, and no query
    strings, which carry tokens and e-mail addresses. Campaigns have been read out of them by now."""
    page = context.page
    bare = msgspec.structs.replace(page, url=_bare(page.url), referrer=_bare(page.referrer), search="")
    return msgspec.structs.replace(context, page=bare, external_id="", handshake_token="", rest="{}")


def _bare(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


@lru_cache(maxsize=8_192)
def kept_ip(ip: str, full: bool) -> str:
    """The address in its shortest form: as it is, or the network it lies in (`41.90.64.0`, `2c0f:fe38:1::`)."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if full:
        return str(address)
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, prefix), strict=False).network_address)
