"""Questions of those who may not see personal data: refused where they would probe it, and with the pseudonyms they
were shown turned back into what these stand for, so that they can follow what they see."""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any, TypeVar

import msgspec

from hatua.analytics.journey_shapes import JourneyListQuestion
from hatua.analytics.known import known_among
from hatua.analytics.people_shapes import PeopleQuestion, PersonQuestion
from hatua.analytics.question import Filter, ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.analytics.session_shapes import SessionsQuestion
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.masking import Masker, holds_personal_data, personal_dimension, without_random_ids
from hatua.warehouse.sql import load

S = TypeVar("S", bound=msgspec.Struct)
Q = TypeVar("Q", bound=ProjectQuestion)

_DIMENSIONS = frozenset(("dimension", "per", "named_by", "number"))
"""Fields that name a dimension, wherever they stand."""

_USER = re.compile(r"user-([0-9a-f]{10})")


_NEVER_PERSONAL = frozenset(
    ("event_name", "referrer_channel", "country", "region", "city", "device_type", "os", "browser", "locale", "channel")
)
"""Dimensions in which no phone number, PIN or e-mail address can stand."""

_VALUES = frozenset(("sequence", "start", "end", "from_node", "to_node", "next", "group"))
"""Fields that name a page, an event or a group as answers show it."""

_QUANTIFIER = re.compile(r"(?<!\\)\{\d*,?\d*\}")
_TELLING = re.compile(r"[0-9@]")
"""Who may ask for parts of a text by these gets a number or an address out of it piece by piece."""


def refuse_personal(asked: msgspec.Struct, where: str) -> None:
    """Raises Refused 403 for a dimension that holds personal data, for a search among people, and for a text that names
    somebody in clear or could find them out piece by piece. `where`: what the question stands in (`query`, `body`)."""
    for path, dimension in _named(asked, where):
        if personal_dimension(dimension):
            raise Refused(HTTPStatus.FORBIDDEN, "personal_data", f"{dimension} holds personal data.", path)
    for path, text, partly in chain(_texts(asked, where), _values(asked, where)):
        if holds_personal_data(text):
            raise Refused(HTTPStatus.FORBIDDEN, "personal_data", "Ask by the pseudonym that you were shown.", path)
        if partly and _TELLING.search(partly):
            reason = "A part of a text that holds digits or @ could find out somebody's number: ask for whole values."
            raise Refused(HTTPStatus.FORBIDDEN, "personal_data", reason, path)
    if isinstance(asked, PeopleQuestion) and asked.search:
        text = "People are searched by id, phone number, PIN and e-mail: personal data."
        raise Refused(HTTPStatus.FORBIDDEN, "personal_data", text, f"{where}.search")


def with_real_values(masker: Masker, reader: Reader, question: Q) -> Q:
    """The question about what its pseudonyms stand for. A person that is named without one, though known by a user id,
    is nobody: a guess is not answered. Raises what the warehouse raises."""
    real = replaced(question, masker.revealed)
    if isinstance(question, SessionsQuestion):
        real = msgspec.structs.replace(real, search_in="visit")
    if isinstance(question, PersonQuestion | SessionsQuestion) and question.person:
        real = msgspec.structs.replace(real, person=_person(masker, reader, question.project, question.person))
    return real


def replaced(asked: S, text: Callable[[str], str]) -> S:
    """The struct with every text in it, at any depth, put through `text`."""
    result: S = _replaced(asked, text)
    return result


def _person(masker: Masker, reader: Reader, project: str, said: str) -> str:
    revealed = masker.revealed(said)
    if revealed != said:
        return revealed
    pseudonym = _USER.fullmatch(said)
    if pseudonym:
        inner, outer = masker.pads()
        parameters = {"project": project, "inner": inner, "outer": outer, "digits": pseudonym[1]}
        rows = reader.rows(load("hatua.dashboard_api", "user_of_pseudonym.sql"), parameters)
        return rows[0]["user_id"] if rows else said
    return masker.pseudonym("nobody", said) if said in known_among(reader, project, [said]) else said


def _replaced(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        return tuple(_replaced(each, text) for each in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: _replaced(getattr(value, name), text) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **fields)
    return value


def _named(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _named(each, f"{path}[{index}]")
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            inside = getattr(value, field.name)
            if isinstance(inside, str) and field.name in _DIMENSIONS:
                yield f"{path}.{field.encode_name}", inside
            else:
                yield from _named(inside, f"{path}.{field.encode_name}")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """(path, text, the part of it that may be found within a longer one) of everything that asks by text."""
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _texts(each, f"{path}[{index}]")
    elif isinstance(value, Filter):
        if value.dimension not in _NEVER_PERSONAL:
            for index, each in enumerate(value.values):
                yield f"{path}.values[{index}]", each, _open_part(value.operator, each)
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            inside, here = getattr(value, field.name), f"{path}.{field.encode_name}"
            if field.name == "search" and isinstance(inside, str) and not isinstance(value, PeopleQuestion):
                chosen = getattr(value, "dimension", "")
                if chosen not in _NEVER_PERSONAL:
                    yield here, inside, _open_part("contains", inside)
            elif field.name == "path" and isinstance(inside, str):
                mixed = [part for part in inside.split("/") if "*" in part]
                yield here, inside, without_random_ids(" ".join(mixed))
            else:
                yield from _texts(inside, here)


def _values(value: Any, path: str, *, is_one: bool = False) -> Iterator[tuple[str, str, str]]:
    """The same of everything that names a whole value."""
    if isinstance(value, str) and is_one:
        yield path, value, ""
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _values(each, f"{path}[{index}]", is_one=is_one)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Filter):
        for field in msgspec.structs.fields(value):
            names_one = field.name in _VALUES or (field.name == "name" and isinstance(value, JourneyListQuestion))
            yield from _values(getattr(value, field.name), f"{path}.{field.encode_name}", is_one=names_one)


def _open_part(operator: str, text: str) -> str:
    """Of `contains`, the ends: what stands between two slashes is whole. Of a pattern, all but its repetitions."""
    plain = without_random_ids(text)
    if operator == "matches":
        return _QUANTIFIER.sub("", plain)
    if operator in ("contains", "not_contains"):
        parts = plain.split("/")
        return f"{parts[0]} {parts[-1]}"
    return ""
