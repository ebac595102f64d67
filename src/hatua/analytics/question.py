"""The parts every question shares: project, range, time zone, filters. Strict: unknown fields and values are refused.

`read(OverviewQuestion, {...})` takes the strings of a query string (`filters` as JSON text, lists as comma-separated
text, events by their names alone), `read_json` decoded JSON; both raise InvalidQuestion with the path of what is wrong.
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
Weekday = Annotated[int, Meta(ge=1, le=7)]
Hour = Annotated[int, Meta(ge=0, le=23)]


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
    """Asked of a time range. `from`/`to`: dates (whole days of `tz`, both inclusive) or ISO instants ([from, to)).
    What is left out, `timerange.with_range` fills in: the last 30 days."""

    from_: Annotated[str, Meta(max_length=40)] = msgspec.field(name="from", default="")
    to: Annotated[str, Meta(max_length=40)] = ""


Q = TypeVar("Q", bound=ProjectQuestion)


def read(kind: type[Q], data: Mapping[str, Any]) -> Q:
    """One question of `kind`, or InvalidQuestion. Text is taken for numbers and lists where the field is one."""
    unfolded = _unfold(kind, data)
    _refuse_surrogates(unfolded, "")
    try:
        return msgspec.convert(unfolded, kind, strict=False, str_keys=True)
    except msgspec.ValidationError as problem:
        raise _invalid(problem, unfolded) from None


def read_json(kind: type[Q], data: Mapping[str, Any]) -> Q:
    """One question of `kind`, or InvalidQuestion. A number is a number, not its text."""
    _refuse_surrogates(data, "")
    try:
        return msgspec.convert(dict(data), kind, str_keys=True)
    except msgspec.ValidationError as problem:
        raise _invalid(problem, data) from None


def _unfold(kind: type[Q], data: Mapping[str, Any]) -> dict[str, Any]:
    """Gives list-valued fields that came as text their structure: JSON where it starts like JSON, else commas."""
    items = {field.encode_name: _item_of(field.type) for field in msgspec.structs.fields(kind)}
    unfolded: dict[str, Any] = {}
    for name, value in data.items():
        item = items.get(name)
        if item is None or not isinstance(value, str):
            unfolded[name] = value
            continue
        listed = _parse_list(name, value)
        if item is EventMatch and isinstance(listed, list):
            listed = [{"event": each} if isinstance(each, str) else each for each in listed]
        unfolded[name] = listed
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


def _item_of(kind: Any) -> Any:
    """What a list holds: a struct's class, or its description; None for what is no list."""
    info = msgspec.inspect.type_info(kind)
    if isinstance(info, msgspec.inspect.Metadata):
        info = info.type
    if not isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        return None
    item = info.item_type
    return item.cls if isinstance(item, msgspec.inspect.StructType) else item


def _refuse_surrogates(value: Any, path: str) -> None:
    """A lone surrogate is no text that an engine could be asked about."""
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise InvalidQuestion(path, "is not text: it has a lone surrogate")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_surrogates(str(key), path)
            _refuse_surrogates(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _refuse_surrogates(inner, f"{path}[{index}]")


def _invalid(problem: msgspec.ValidationError, data: Mapping[str, Any]) -> InvalidQuestion:
    """msgspec says `Expected `int` <= 1000 - at `$.limit``; we split text and path, and say the value."""
    text, _, path = str(problem).partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    value = data.get(path)
    said = f"; it is {value!r}" if isinstance(value, str | int | float) and len(str(value)) <= 100 else ""
    return InvalidQuestion(path, text[:1].lower() + text[1:] + said)
