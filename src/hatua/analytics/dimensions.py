"""Every dimension that can be asked for: the allow-list from which identifiers get into SQL, and nothing else does."""

import re
from typing import Literal

import msgspec

from hatua.analytics.errors import InvalidQuestion


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """`event_column`: where an event carries the value; None for what only a visit has. `visit_column`: where the
    sessions table keeps the value of the visit's first event (entry and exit page: of its page views); None when it
    is looked up on that first event itself. A missing value is ""."""

    key: str
    label: str
    belongs_to: Literal["event", "visit"]
    event_column: str | None
    visit_column: str | None = None
    leaves_out_missing: bool = False
    """Breakdowns show only visits that have a value (UTM)."""
    property_key: str = ""


def _event(key: str, label: str, column: str = "", visit_column: str | None = None) -> Dimension:
    return Dimension(key=key, label=label, belongs_to="event", event_column=column or key, visit_column=visit_column)


def _visit(key: str, label: str, column: str = "", *, leaves_out_missing: bool = False) -> Dimension:
    name = column or key
    return Dimension(
        key=key,
        label=label,
        belongs_to="visit",
        event_column=name,
        visit_column=name,
        leaves_out_missing=leaves_out_missing,
    )


_ALL = (
    _event("page_path", "Page"),
    _event("page_title", "Page title"),
    Dimension(key="entry_page", label="Entry page", belongs_to="visit", event_column=None, visit_column="entry_page"),
    Dimension(key="exit_page", label="Exit page", belongs_to="visit", event_column=None, visit_column="exit_page"),
    _event("event_name", "Event"),
    _visit("referrer_host", "Referrer"),
    _visit("referrer_channel", "Referrer channel"),
    _visit("utm_source", "UTM source", leaves_out_missing=True),
    _visit("utm_medium", "UTM medium", leaves_out_missing=True),
    _visit("utm_campaign", "UTM campaign", leaves_out_missing=True),
    _visit("utm_term", "UTM term", leaves_out_missing=True),
    _visit("utm_content", "UTM content", leaves_out_missing=True),
    _visit("country", "Country", "country_code"),
    _visit("region", "Region"),
    _visit("city", "City"),
    _visit("device_type", "Device"),
    _visit("os", "Operating system"),
    _visit("browser", "Browser"),
    _visit("locale", "Language"),
    _event("channel", "Channel"),
    _visit("campaign_id", "Campaign"),
)

DIMENSIONS: dict[str, Dimension] = {dimension.key: dimension for dimension in _ALL}

PROPERTY_PREFIX = "property:"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def dimension_of(key: str, path: str) -> Dimension:
    """The dimension of a key, `property:<key>` included; InvalidQuestion naming `path` for anything else."""
    if key.startswith(PROPERTY_PREFIX):
        name = key[len(PROPERTY_PREFIX) :]
        if not name or _CONTROL.search(name):
            raise InvalidQuestion(path, f"{key!r} names no property")
        return Dimension(key=key, label=name, belongs_to="event", event_column="properties", property_key=name)
    if key not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise InvalidQuestion(path, f"unknown dimension {key!r}; known are {known} and property:<key>")
    return DIMENSIONS[key]
