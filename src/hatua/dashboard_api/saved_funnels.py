"""Saved funnels on the wire, and how presets become them. Times are ISO 8601 UTC with milliseconds."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.funnel_shapes import (
    MAX_EXCLUSIONS,
    MAX_STEPS,
    MAX_WINDOW_S,
    Exclusion,
    FunnelDefinition,
    FunnelQuestion,
    FunnelStep,
    Order,
)
from hatua.analytics.funnel_sql import funnel_sql
from hatua.analytics.question import Name, read_json
from hatua.analytics.timerange import ALL_TIME, iso_utc
from hatua.registry import model
from hatua.registry.model import FunnelPreset

FunnelName = Annotated[str, Meta(min_length=1, max_length=200)]
Description = Annotated[str, Meta(max_length=2_000)]


class SavedDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A funnel without a project and a range. Fields as in a funnel question."""

    steps: Annotated[tuple[FunnelStep, ...], Meta(min_length=1, max_length=MAX_STEPS)]
    order: Order = "ordered"
    window_s: Annotated[int, Meta(ge=1, le=MAX_WINDOW_S)] | None = None
    per: Name = "person"
    exclusions: Annotated[tuple[Exclusion, ...], Meta(max_length=MAX_EXCLUSIONS)] = ()


class NewFunnel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`definition` is checked as if it were asked."""

    project: Name
    name: FunnelName
    description: Description = ""
    definition: SavedDefinition


class FunnelChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: FunnelName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    definition: SavedDefinition | UnsetType = UNSET


class SavedFunnel(msgspec.Struct, frozen=True, kw_only=True):
    """`preset`: it came with an integration; `edited`: somebody has changed it since, so that a new version of the
    integration leaves it alone."""

    id: str
    project_id: str
    name: str
    description: str
    preset: bool
    edited: bool
    definition: SavedDefinition
    created_at: str
    updated_at: str


class SavedFunnels(msgspec.Struct, frozen=True, kw_only=True):
    """Oldest first."""

    funnels: list[SavedFunnel]


def checked(definition: SavedDefinition) -> dict[str, Any]:
    """As the registry stores it. Raises InvalidQuestion, with the path inside the request, when it cannot be asked."""
    plain = _plain(definition)
    try:
        funnel_sql(read_json(FunnelQuestion, {"project": "any", **plain}), ALL_TIME)
    except InvalidQuestion as problem:
        raise InvalidQuestion(f"definition.{problem.path}".rstrip("."), problem.message) from None
    return plain


def shown(funnel: model.SavedFunnel) -> SavedFunnel:
    """A funnel of the registry as the wire shows it."""
    return SavedFunnel(
        id=funnel.id,
        project_id=funnel.project_id,
        name=funnel.name,
        description=funnel.description,
        preset=funnel.preset is not None,
        edited=funnel.edited,
        definition=msgspec.convert(funnel.definition, SavedDefinition),
        created_at=iso_utc(funnel.created_at),
        updated_at=iso_utc(funnel.updated_at),
    )


def presets_of(definitions: Iterable[FunnelDefinition]) -> tuple[FunnelPreset, ...]:
    """What an integration brings along, as the registry installs it."""
    return tuple(
        FunnelPreset(
            key=each.key,
            name=each.name,
            description=each.description,
            definition=_plain(
                SavedDefinition(
                    steps=each.steps,
                    order=each.order,
                    window_s=each.window_s,
                    per=each.per,
                    exclusions=each.exclusions,
                )
            ),
        )
        for each in definitions
    )


def _plain(definition: SavedDefinition) -> dict[str, Any]:
    """Lists, not tuples: equal to what comes back from the registry."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(definition))
    return plain
