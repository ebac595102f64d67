"""The client's `context`, read tolerantly: a number where text belongs, or a page that is a string, loses nothing
and fails nobody's event. What became columns leaves the context; what we do not know stays in `rest`, as the client
wrote it."""

from functools import lru_cache
from typing import Any

import msgspec

from hatua.contract.limits import MAX_ID_CHARS, MAX_TEXT_CHARS

MAX_WORD_CHARS = 200
"""Names, versions, locales, UTM values: they become dictionary-encoded columns, where a long text would cost
everyone."""

_MAX_CACHED_BYTES = 2_048
_CACHED_CONTEXTS = 4_096
_MAX_PIXELS = 65_535

Fields = dict[str, msgspec.Raw]
_fields = msgspec.json.Decoder(Fields).decode
_value = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Page(msgspec.Struct, frozen=True, gc=False):
    """`context.page`, each text cut at 2,048 characters. The path is kept as sent, trailing slash and all."""

    path: str = ""
    url: str = ""
    title: str = ""
    referrer: str = ""
    search: str = ""


class Campaign(msgspec.Struct, frozen=True, gc=False):
    """The five utm_* values, each cut at 200 characters. `paid`: a click identifier of an advertisement came
    along."""

    source: str = ""
    medium: str = ""
    name: str = ""
    term: str = ""
    content: str = ""
    paid: bool = False


NO_CAMPAIGN = Campaign()


class Context(msgspec.Struct, frozen=True, gc=False):
    """What we know how to read in a context. "" and 0 stand for missing. `rest`: everything else, a JSON object as
    text."""

    page: Page = Page()
    campaign: Campaign = NO_CAMPAIGN
    """From `context.campaign` or `context.utm` only; the URL's own is read by `put_campaign`."""
    user_agent: str = ""
    locale: str = ""
    screen_width: int = 0
    screen_height: int = 0
    channel: str = ""
    handshake_token: str = ""
    campaign_id: str = ""
    external_id: str = ""
    library_name: str = ""
    library_version: str = ""
    rest: str = "{}"


def read_context(data: bytes) -> Context:
    """`data` is a JSON object. Equal bytes give the same object while they are remembered: a page's events share
    their context, and remembering it makes this a dictionary look-up. Raises msgspec.DecodeError when it is not
    JSON."""
    return _remembered(data) if len(data) <= _MAX_CACHED_BYTES else _read(data)


def _read(data: bytes) -> Context:
    found = _object(msgspec.Raw(data))
    if found is None:
        return Context(rest=data.decode())
    page, screen, library = (_nested(found, key) for key in ("page", "screen", "library"))
    return Context(
        page=Page(*(take_text(page, (key,), MAX_TEXT_CHARS) for key in Page.__struct_fields__)),
        campaign=_campaign(found),
        user_agent=take_text(found, ("userAgent", "user_agent"), MAX_TEXT_CHARS),
        locale=take_text(found, ("locale",), MAX_WORD_CHARS),
        screen_width=_take_pixels(screen, "width"),
        screen_height=_take_pixels(screen, "height"),
        channel=take_text(found, ("channel",), MAX_WORD_CHARS).strip().lower(),
        handshake_token=take_text(found, ("handshakeToken", "handshake_token", "hs_token"), MAX_ID_CHARS),
        campaign_id=take_text(found, ("campaignId", "campaign_id"), MAX_ID_CHARS),
        external_id=take_text(found, ("externalId", "external_id"), MAX_ID_CHARS),
        library_name=take_text(library, ("name",), MAX_WORD_CHARS),
        library_version=take_text(library, ("version",), MAX_WORD_CHARS),
        rest=_rest(found, page=page, screen=screen, library=library),
    )


_remembered = lru_cache(maxsize=_CACHED_CONTEXTS)(_read)


def take_text(found: Fields, keys: tuple[str, ...], limit: int) -> str:
    """Takes the first of `keys` that holds a non-empty text or number out of `found`; all empty ones go with it.
    A value of another kind stays where it is, and so ends up in `rest`."""
    text = ""
    for key in keys:
        raw = found.get(key)
        if raw is None:
            continue
        value = _value(raw)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            if text:
                continue  # a second spelling with another value: keep it in `rest` rather than lose it
            text = str(value)
        elif value is not None:
            continue
        del found[key]
    return text[:limit]


def _object(raw: msgspec.Raw) -> Fields | None:
    try:
        return _fields(raw)
    except msgspec.ValidationError:
        return None  # JSON, but not an object


def _nested(found: Fields, key: str) -> Fields:
    inside = _object(found[key]) if key in found else None
    if inside is None:
        return {}
    del found[key]
    return inside


def _rest(found: Fields, **nested: Fields) -> str:
    for key, left in nested.items():
        if left:
            found[key] = msgspec.Raw(_encode(left))
    return _encode(found).decode() if found else "{}"


def _campaign(found: Fields) -> Campaign:
    for key in ("campaign", "utm"):
        inside = _nested(found, key)
        if not inside:
            continue
        words = [
            take_text(inside, (word, f"utm_{word}", *also), MAX_WORD_CHARS).strip()
            for word, also in (
                ("source", ()),
                ("medium", ()),
                ("name", ("campaign", "utm_campaign")),
                ("term", ()),
                ("content", ()),
            )
        ]
        if inside:
            found[key] = msgspec.Raw(_encode(inside))
        if any(words):
            source, medium, name, term, content = words
            return Campaign(source, medium, name, term, content)
    return NO_CAMPAIGN


def _take_pixels(found: Fields, key: str) -> int:
    raw = found.get(key)
    value: Any = _value(raw) if raw is not None else None
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_PIXELS:
        return 0
    del found[key]
    return round(value)
