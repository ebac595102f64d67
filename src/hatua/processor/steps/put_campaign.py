"""Which campaign brought the visitor: utm_* values, and the click identifiers that advertisers add to a URL."""

from functools import lru_cache
from urllib.parse import parse_qsl

import msgspec

from hatua.processor.context import MAX_WORD_CHARS, NO_CAMPAIGN, Campaign, Page
from hatua.processor.draft import Draft

AD_CLICK_IDS = frozenset(("gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "twclid", "li_fat_id", "yclid"))
"""Added to a landing page's URL by an advertising network to paid clicks only. Not fbclid: Facebook adds that to
every link."""

_HINTS = ("utm_", *AD_CLICK_IDS)


def put_campaign(draft: Draft) -> None:
    """From `context.campaign` where the client gives it, else from the query of the page."""
    query = query_of(draft.context.page)
    found = from_query(query) if query else NO_CAMPAIGN
    named = draft.context.campaign
    if named == NO_CAMPAIGN:
        draft.campaign = found
    else:
        draft.campaign = msgspec.structs.replace(named, paid=True) if found.paid else named


def query_of(page: Page) -> str:
    """The query of a page without its `?` and without the fragment: `page.search` where it is given, else the
    URL's."""
    query = page.search or page.url.partition("?")[2]
    return query.removeprefix("?").partition("#")[0]


@lru_cache(maxsize=4_096)
def from_query(query: str) -> Campaign:
    """`utm_source=wa&utm_medium=chat` -> Campaign. The first value of a repeated key counts; keys in any case."""
    lower = query.lower()
    if not any(hint in lower for hint in _HINTS):
        return NO_CAMPAIGN  # most queries: spares the parse
    found: dict[str, str] = {}
    for key, value in parse_qsl(query):
        found.setdefault(key.lower(), value.strip()[:MAX_WORD_CHARS])
    campaign = Campaign(
        source=found.get("utm_source", ""),
        medium=found.get("utm_medium", ""),
        name=found.get("utm_campaign", ""),
        term=found.get("utm_term", ""),
        content=found.get("utm_content", ""),
        paid=not AD_CLICK_IDS.isdisjoint(found),
    )
    return campaign if campaign != NO_CAMPAIGN else NO_CAMPAIGN
