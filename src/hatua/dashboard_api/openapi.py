"""How the API describes itself: query parameters and bodies from the question structs, one error shape everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import MediaType, Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, Parameter, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from hatua.analytics.kinds import KINDS
from hatua.dashboard_api.batches import MAX_QUESTIONS
from hatua.dashboard_api.errors import ErrorAnswer
from hatua.dashboard_api.examples import PARAMETERS
from hatua.dashboard_api.saved_funnels import FunnelChanges, NewFunnel, SavedDefinition


def _problem(text: str) -> ResponseSpec:
    return ResponseSpec(ErrorAnswer, generate_examples=False, description=text, media_type="application/json")


PROBLEMS = {
    400: _problem("A parameter or field is malformed; `path` says which"),
    401: _problem("Not signed in"),
    403: _problem("Not open to this role or key"),
    404: _problem("No such thing within reach"),
    409: _problem("Does not fit what is there"),
    415: _problem("A body that is not said to be JSON"),
    422: _problem("The question is too heavy; ask for less"),
    429: _problem("Asked too often; Retry-After says when to try again"),
    503: _problem("Cannot be answered now; Retry-After says when to try again"),
}

_MEANINGS = {
    "project": "Project id.",
    "from": "YYYY-MM-DD (whole days, inclusive) or an ISO instant. Default: 30 days before the end.",
    "to": "YYYY-MM-DD (whole day, inclusive) or an ISO instant (exclusive). Default: today.",
    "tz": "IANA time zone; default: the project's.",
    "goal": "Event name of a conversion; default: the project's.",
    "filters": "JSON array of filters: "
    '[{"dimension":"page_path","operator":"is","values":["/"],"scope":"event"}]; all hold together.',
    "compare": "The range to compare with.",
    "metrics": "Comma-separated.",
    "dimension": "A key of /api/dashboard/definitions, or property:<key>.",
    "cursor": "`next_cursor` of the page before.",
    "start": "JSON array of events, or their names, comma-separated; for paths one page or event.",
    "return": "JSON array of events, or their names, comma-separated.",
    "end": "JSON array of events, or their names, comma-separated; for paths one page or event.",
    "event": "JSON array of events, or their names, comma-separated.",
    "sequence": "JSON array, or comma-separated.",
    "named_by": "The dimension of the start event that tells journeys apart.",
    "next": "The page or event after the last of the sequence.",
    "then": "After the last of the sequence: what is not among the `top` next, or nothing.",
    "search": "Text, in any case.",
    "per": "Who is counted: person, session, or property:<key> (events without it take no part).",
}

_OF_THE_PROJECT = frozenset(("tz", "goal", "from", "to", "cursor", "search"))
"""Where the struct's own default never shows, or says nothing."""

QUERY = "Query"
BATCH = "Batch"
_BODIES: tuple[type[msgspec.Struct], ...] = (
    *(kind.question for kind in KINDS.values()),
    SavedDefinition,
    NewFunnel,
    FunnelChanges,
)
_COMPONENT = "#/components/schemas/{name}"


def asks(kind: type[msgspec.Struct], *left_out: str) -> type[Operation]:
    """The operation class of a route whose query string is this question."""
    asked = [parameter for parameter in _parameters(kind) if parameter.name not in left_out]

    @dataclass
    class Asking(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *asked]

    return Asking


def takes(component: str, examples: Mapping[str, Any]) -> type[Operation]:
    """The operation class of a route that reads its body itself: JSON of a component, with examples."""
    shown: dict[str, Example | Reference] = {
        name.lower().replace(" ", "_"): Example(summary=name, value=value) for name, value in examples.items()
    }
    media = OpenAPIMediaType(schema=Reference(_COMPONENT.format(name=component)), examples=shown)
    body = RequestBody(content={"application/json": media}, required=True)

    @dataclass
    class Taking(Operation):
        def __post_init__(self) -> None:
            self.request_body = body

    return Taking


def _parameters(kind: type[msgspec.Struct]) -> list[Parameter]:
    described: dict[str, Any] = msgspec.json.schema_components([kind], ref_template=_COMPONENT)[1][kind.__name__]
    required = set(described.get("required", ()))
    return [_parameter(kind, name, field, required=name in required) for name, field in described["properties"].items()]


def _parameter(kind: type[msgspec.Struct], name: str, field: dict[str, Any], *, required: bool) -> Parameter:
    schema = _schema(field, with_default=name not in _OF_THE_PROJECT)
    as_json = isinstance(schema.items, Reference)
    return Parameter(
        name=name,
        param_in="query",
        required=required,
        description=_MEANINGS.get(name),
        schema=None if as_json else schema,
        content={"application/json": OpenAPIMediaType(schema=schema)} if as_json else None,
        explode=False if field.get("type") == "array" and not as_json else None,
        example=PARAMETERS.get((kind.__name__, name), PARAMETERS.get(("", name))),
    )


class FinishedDocument(JsonRenderPlugin):
    """Serves the document as `finished` leaves it."""

    def __init__(self) -> None:
        super().__init__(path=["/", "/openapi.json"], media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """JSON."""
        return msgspec.json.encode(finished(openapi_schema))


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with what it does not know (questions in bodies) and without what misleads type
    generators (a choice of one; a number that is an integer or a number)."""
    done: dict[str, Any] = _simpler(document)
    described = msgspec.json.schema_components(_BODIES, ref_template=_COMPONENT)[1]
    parts = {name: _of_request(schema) for name, schema in described.items()}
    done["components"]["schemas"] |= {**parts, **_query(parts)}
    for item in done["paths"].values():
        for operation in item.values():
            operation.get("responses", {}).get("204", {}).pop("content", None)  # the framework says JSON of nothing
    return done


def _of_request(schema: dict[str, Any]) -> dict[str, Any]:
    """Type generators take a field with a default for one that is always there; in a request it may be left out."""
    fields = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in schema["properties"].items()
    }
    text = " ".join(schema.get("description", "").split())
    return {**schema, "properties": fields, **({"description": text} if text else {})}


def _query(parts: dict[str, Any]) -> dict[str, Any]:
    """The tagged union of all questions, each with its name in the field `question`; and a batch of them."""
    tagged: dict[str, Any] = {}
    for kind in KINDS.values():
        schema = parts[kind.question.__name__]
        name = "".join(word.title() for word in kind.name.split("_"))
        tagged[f"Query{name}"] = {
            **schema,
            "title": f"Query{name}",
            "properties": {"question": {"type": "string", "enum": [kind.name]}, **schema["properties"]},
            "required": ["question", *schema.get("required", [])],
        }
    mapping = {each["properties"]["question"]["enum"][0]: _COMPONENT.format(name=name) for name, each in tagged.items()}
    union = {
        "oneOf": [{"$ref": place} for place in mapping.values()],
        "discriminator": {"propertyName": "question", "mapping": mapping},
    }
    questions = {
        "type": "array",
        "items": {"$ref": _COMPONENT.format(name=QUERY)},
        "minItems": 1,
        "maxItems": MAX_QUESTIONS,
    }
    batch = {
        "title": BATCH,
        "type": "object",
        "properties": {"questions": questions},
        "required": ["questions"],
        "additionalProperties": False,
    }
    return {**tagged, QUERY: union, BATCH: batch}


def _simpler(part: Any) -> Any:
    if isinstance(part, list):
        return [_simpler(each) for each in part]
    if not isinstance(part, dict):
        return part
    plain = {key: _simpler(value) for key, value in part.items()}
    choices = plain.get("oneOf")
    if isinstance(choices, list):
        if {"type": "number"} in choices:
            choices = [each for each in choices if each != {"type": "integer"}]
        plain["oneOf"] = choices
        if len(choices) == 1:
            del plain["oneOf"]
            plain = {**choices[0], **plain}
    return plain


def _schema(field: dict[str, Any], *, with_default: bool = True) -> Schema:
    """A JSON schema of msgspec as one of Litestar; the questions' fields are text, whole numbers, choices and lists."""
    if "anyOf" in field:
        # A query string cannot say null: what is null there is left out.
        given = [each for each in field["anyOf"] if each.get("type") != "null"]
        return _schema(given[0], with_default=False)
    kind = field.get("type", "string")
    return Schema(
        type=OpenAPIType(kind),
        enum=field.get("enum"),
        items=_items(field["items"]) if kind == "array" else None,
        minimum=field.get("minimum"),
        maximum=field.get("maximum"),
        min_length=field.get("minLength"),
        max_length=field.get("maxLength"),
        min_items=field.get("minItems"),
        max_items=field.get("maxItems"),
        default=_default(field) if with_default else None,
    )


def _items(field: dict[str, Any]) -> Schema | Reference:
    return Reference(field["$ref"]) if "$ref" in field else _schema(field)


def _default(field: dict[str, Any]) -> Any:
    value = field.get("default")
    return None if value in ("", []) else value
