"""The preset funnels that integrations bring along, and which of them new projects get."""

from collections.abc import Callable

from hatua.analytics.funnel_shapes import FunnelDefinition
from hatua.base.errors import InvalidSetting
from hatua.cli.settings import Settings
from hatua.dashboard_api.saved_funnels import presets_of
from hatua.integrations.taxapp.presets import preset_funnels
from hatua.registry.model import FunnelPreset

PACKS: dict[str, Callable[[], tuple[FunnelDefinition, ...]]] = {"taxapp": preset_funnels}
"""By the name of the integration."""


def presets_for_new_projects(settings: Settings) -> tuple[FunnelDefinition, ...]:
    """Those that HATUA_PRESETS names. Raises InvalidSetting."""
    names = [name.strip() for name in settings.process.presets.split(",") if name.strip() not in ("", "none")]
    unknown = [name for name in names if name not in PACKS]
    if unknown:
        raise InvalidSetting(f"HATUA_PRESETS names {', '.join(unknown)}; there are {', '.join(PACKS)}, or none")
    return tuple(each for name in names for each in PACKS[name]())


def pack(name: str) -> tuple[FunnelPreset, ...]:
    """One integration's presets, as the registry installs them."""
    return presets_of(PACKS[name]())


def every_preset() -> tuple[FunnelPreset, ...]:
    """Of all integrations: what is installed of them is brought up to date at start."""
    return tuple(preset for name in PACKS for preset in pack(name))
