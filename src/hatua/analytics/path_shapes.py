"""Questions and answers about the ways through a site."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.question import Question, Text

PathOf = Literal["pages", "events"]
Then = Literal["others", "stops"]
Direction = Literal["forward", "backward"]
Node = Annotated[Text, Meta(min_length=1)]


class PathsQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of visits with an event that meets the filters: pages (or events, heartbeats left out) in order, equal neighbours
    told once. `start`: from its first time on; `end`: back from its last time; neither: from where the visit begins in
    the range. `top`: how many values a step shows by themselves; the rest is one other node."""

    of: PathOf = "pages"
    start: Node | None = None
    end: Node | None = None
    steps: Annotated[int, Meta(ge=2, le=6)] = 5
    top: Annotated[int, Meta(ge=1, le=50)] = 10

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None:
            raise ValueError("start and end are both given; a path goes on from one or back from the other")


class PathNode(msgspec.Struct, frozen=True, kw_only=True):
    """`step`: 0 is the start (of a path that goes back: the end, and steps before it are -1, -2, ...). `value` null:
    all others of the step. `stops`: visits whose path ends here (going back: begins here)."""

    step: int
    value: str | None
    visits: int
    stops: int


class PathEdge(msgspec.Struct, frozen=True, kw_only=True):
    """From a node of `step` to one of `step + 1`, in order of time. Counts visits; `mean_s` is from reaching the one to
    reaching the other."""

    step: int
    from_: str | None = msgspec.field(name="from")
    to: str | None
    visits: int
    mean_s: float


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    of: PathOf
    direction: Direction
    visits: int
    nodes: list[PathNode]
    edges: list[PathEdge]


class PathSessionsQuestion(PathsQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visits behind one edge. `from_node`, `to_node`: null is the step's other node."""

    step: Annotated[int, Meta(ge=-5, le=4)]
    from_node: Text | None = None
    to_node: Text | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class SessionsBehind(msgspec.Struct, frozen=True, kw_only=True):
    """Session ids in their order; `total` is the number they stand behind."""

    sessions: list[str]
    total: int
    next_cursor: str | None


class PathReachQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many visits walk a sequence of neighbours, and what comes after its first time."""

    sequence: Annotated[tuple[Node, ...], Meta(min_length=1, max_length=10)]
    of: PathOf = "pages"
    top: Annotated[int, Meta(ge=1, le=50)] = 10


class PathNext(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    visits: int
    mean_s: float


class PathReach(msgspec.Struct, frozen=True, kw_only=True):
    """`visits[n]`: visits that walk the first n + 1 of the sequence. `next`: the largest; `others`: visits that go on
    to something else; `stops`: that end there."""

    of: PathOf
    visits: list[int]
    next: list[PathNext]
    others: int
    stops: int


class PathReachSessionsQuestion(PathReachQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visits behind one number: `step`: that walk so many of the sequence. Of those that walk all of it, `next`:
    that go on to this value; `then`: that go on to what is not among the `top` (`others`), or end there (`stops`)."""

    step: Annotated[int, Meta(ge=1, le=10)]
    next: Node | None = None
    then: Then | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""

    def __post_init__(self) -> None:
        length = len(self.sequence)
        if self.step > length:
            raise ValueError(f"step is {self.step}; the sequence has {length}")
        if self.next is not None and self.then is not None:
            raise ValueError("next and then are both given; a visit goes on one way")
        if self.step < length and (self.next is not None or self.then is not None):
            raise ValueError(f"step is {self.step}; next and then are asked after the last of the sequence, {length}")
