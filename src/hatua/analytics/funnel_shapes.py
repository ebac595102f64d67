"""Questions and answers of funnels."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.actors import refuse_unknown
from hatua.analytics.question import EventMatch, Filters, Name, Question, Text
from hatua.analytics.shapes import RangeAnswer

Order = Literal["ordered", "strict", "any"]
Touch = Literal["first", "last", "all", "first_step"]
Outcome = Literal["reached", "dropped"]

MAX_STEPS = 20
MAX_EXCLUSIONS = 10
MAX_WINDOW_S = 10 * 366 * 86_400


class FunnelStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of its alternatives is the step. Without a name it is called after its first alternative's event."""

    any_of: Annotated[tuple[EventMatch, ...], Meta(min_length=1, max_length=50)]
    name: Annotated[str, Meta(max_length=200)] = ""

    def label(self) -> str:
        return self.name or self.any_of[0].event


class Exclusion(EventMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that must not come between two steps (numbered from 1). It voids the attempt; where the later step is
    never reached, until the window closes."""

    after_step: Annotated[int, Meta(ge=1, le=MAX_STEPS)]
    before_step: Annotated[int, Meta(ge=2, le=MAX_STEPS)]

    def __post_init__(self) -> None:
        if self.before_step <= self.after_step:
            raise ValueError(f"before_step {self.before_step} does not come after after_step {self.after_step}")


class FunnelBreakdown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose value of the dimension an actor counts under. `first`/`last`: the first or last of its events in range that
    has one; `all`: each value it has (groups then overlap); `first_step`: the event of its first step."""

    dimension: Name
    touch: Touch = "first"
    limit: Annotated[int, Meta(ge=1, le=200)] = 10


class FunnelQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`per`: whose steps are chained: `person`, `session`, or `property:<key>` (events without it take no part).
    `window_s`: from the first step on, inclusive; left out: 14 days, for sessions the session."""

    steps: Annotated[tuple[FunnelStep, ...], Meta(min_length=1, max_length=MAX_STEPS)]
    order: Order = "ordered"
    window_s: Annotated[int, Meta(ge=1, le=MAX_WINDOW_S)] | None = None
    per: Name = "person"
    exclusions: Annotated[tuple[Exclusion, ...], Meta(max_length=MAX_EXCLUSIONS)] = ()
    breakdown: FunnelBreakdown | None = None

    def __post_init__(self) -> None:
        refuse_unknown(self.per)
        if self.exclusions and self.order == "any":
            raise ValueError("exclusions need an order of steps; order any has none")
        for index, each in enumerate(self.exclusions):
            if each.before_step > len(self.steps):
                raise ValueError(
                    f"exclusions[{index}].before_step is {each.before_step}; there are {len(self.steps)} steps"
                )


class FunnelDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A funnel without a project and a range: what is saved, and what integrations bring along as presets."""

    key: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[a-z0-9_-]+$")]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    description: Annotated[str, Meta(max_length=2_000)] = ""
    steps: Annotated[tuple[FunnelStep, ...], Meta(min_length=1, max_length=MAX_STEPS)]
    order: Order = "ordered"
    window_s: Annotated[int, Meta(ge=1, le=MAX_WINDOW_S)] | None = None
    per: Name = "person"
    exclusions: Annotated[tuple[Exclusion, ...], Meta(max_length=MAX_EXCLUSIONS)] = ()

    def question(self, project: str, from_: str, to: str, tz: str, filters: Filters = ()) -> FunnelQuestion:
        """This funnel, asked of a project and a range."""
        return FunnelQuestion(
            project=project,
            from_=from_,
            to=to,
            tz=tz,
            filters=filters,
            steps=self.steps,
            order=self.order,
            window_s=self.window_s,
            per=self.per,
            exclusions=self.exclusions,
        )


class FunnelStepResult(msgspec.Struct, frozen=True, kw_only=True):
    """`count`: who reached this step. `dropped`: who reached the one before and not this one. Times are from the step
    before, over those who reached this one; null for the first step and where there is nobody."""

    name: str
    count: int
    conversion_from_start: float | None
    conversion_from_previous: float | None
    dropped: int
    median_s: float | None
    mean_s: float | None


class FunnelGroup(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    steps: list[FunnelStepResult]


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """`groups`: the largest by their first step; `total_groups`: how many there are. Both null without a breakdown.
    `window_s` null: only the session bounds a chain."""

    range: RangeAnswer
    order: Order
    per: str
    window_s: int | None
    steps: list[FunnelStepResult]
    groups: list[FunnelGroup] | None = None
    total_groups: int | None = None


class FunnelPeopleQuestion(FunnelQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is behind one bar: `step` from 1; `group`: of one value of the breakdown."""

    step: Annotated[int, Meta(ge=1, le=MAX_STEPS)]
    outcome: Outcome = "reached"
    group: Text | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step > len(self.steps):
            raise ValueError(f"step is {self.step}; there are {len(self.steps)} steps")
        if self.group is not None and self.breakdown is None:
            raise ValueError("group is given without a breakdown")


class FunnelActor(msgspec.Struct, frozen=True, kw_only=True):
    """`key`: the person, session id or property value. `reached`: its furthest step; `step_times`: when it took each,
    in the first attempt that got so far."""

    key: str
    reached: int
    step_times: list[str]


class FunnelPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Latest start first. `total` is the bar's own number."""

    people: list[FunnelActor]
    total: int
    next_cursor: str | None
