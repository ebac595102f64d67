"""The parts every question shares: project, range, time zone, filters. Strict: unknown fields and values are refused.

`read(OverviewQuestion, {...})` takes decoded JSON or the strings of a query string (`filters` as JSON text, lists as
comma-separated text) and raises InvalidQuestion with the path of what is wrong.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from hatua.analytics.errors import InvalidQuestion

Operator = Literal["is", "is_not", "contains", "not_contains", "matches", "exists", "not_exists"]
FilterScope = Literal["event", "visit"]
Compare = Literal["none", "previous", "year"]
Interval = Literal["hour", "day", "week", "month"]

MAX_FILTERS = 20
MAX_VALUES = 100
MAX_TEXT = 2_048

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition. Several values: any of them (`is_not`, `not_contains`: none of them). Conditions of one question
    all hold together, on the same event.

    `scope`: "event" asks the event's own value, "visit" the value of the first event of its session. Left out, it is
    the dimension's own: acquisition, device and place belong to the visit, all else to the event.
    """

    dimension: Name
    operator: Operator
    values: Annotated[tuple[Text, ...], Meta(max_length=MAX_VALUES)] = ()
    scope: FilterScope | None = None

    def __post_init__(self) -> None:
        if self.operator in ("exists", "not_exists"):
            if self.values:
                raise ValueError(f"operator {self.operator} takes no values, {len(self.values)} given")
        elif not self.values:
            raise ValueError(f"operator {self.operator} needs at least one value")


Filters = Annotated[tuple[Filter, ...], Meta(max_length=MAX_FILTERS)]


class EventMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event by name, where it is said also by path (wildcards `*`, `**`; a trailing slash does not matter) and by
    filters on the event or its visit."""

    event: Annotated[str, Meta(min_length=1, max_length=100)]
    path: Annotated[Text, Meta(min_length=1)] | None = None
    filters: Filters = ()


class ProjectQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asked of one project. `tz`: IANA name; the API fills in the project's own where the client gives none."""

    project: Name
    tz: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    filters: Filters = ()


class Question(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asked of a time range. `from`/`to`: dates (whole days of `tz`, both inclusive) or ISO instants ([from, to))."""

    from_: Annotated[str, Meta(max_length=40)] = msgspec.field(name="from")
    to: Annotated[str, Meta(max_length=40)]


Q = TypeVar("Q", bound=ProjectQuestion)


def read(kind: type[Q], data: Mapping[str, Any]) -> Q:
    """One question of `kind`, or InvalidQuestion. Text is taken for numbers and lists where the field is one."""
    try:
        return msgspec.convert(_unfold(kind, data), kind, strict=False, str_keys=True)
    except msgspec.ValidationError as problem:
        raise _invalid(problem) from None


def _unfold(kind: type[Q], data: Mapping[str, Any]) -> dict[str, Any]:
    """Gives list-valued fields that came as text their structure: JSON where it starts like JSON, else commas."""
    listed = {field.encode_name for field in msgspec.structs.fields(kind) if _is_list(field.type)}
    unfolded: dict[str, Any] = {}
    for name, value in data.items():
        if name in listed and isinstance(value, str):
            unfolded[name] = _parse_list(name, value)
        else:
            unfolded[name] = value
    return unfolded


def _parse_list(name: str, text: str) -> Any:
    text = text.strip()
    if not text:
        return []
    if text[0] not in "[{":
        return [part.strip() for part in text.split(",")]
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise InvalidQuestion(name, f"is not valid JSON ({problem})") from None


def _is_list(kind: Any) -> bool:
    info = msgspec.inspect.type_info(kind)
    if isinstance(info, msgspec.inspect.Metadata):
        info = info.type
    return isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType)


def _invalid(problem: msgspec.ValidationError) -> InvalidQuestion:
    """msgspec says `Expected `str`, got `int` - at `$.filters[0].values[1]``; we split text and path."""
    text, _, path = str(problem).partition(" - at `$")
    return InvalidQuestion(path.rstrip("`").lstrip("."), text[:1].lower() + text[1:])
