"""The tax journeys as preset funnels: data (journeys.json), which a project may take, edit and copy."""

from functools import cache
from importlib.resources import files

import msgspec

from hatua.analytics.funnel_shapes import FunnelDefinition


@cache
def preset_funnels() -> tuple[FunnelDefinition, ...]:
    """MRI, TOT and NIL, in this order. Steps list every spelling that the live app, its guides and the demo use."""
    text = files("hatua.integrations.taxapp").joinpath("journeys.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[FunnelDefinition, ...])
