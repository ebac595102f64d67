"""How the API describes itself: query parameters from the question structs, one error shape everywhere."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import MediaType, Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import OpenAPIMediaType, Operation, Parameter, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType

from hatua.analytics.question import MAX_FILTERS, Filter
from hatua.dashboard_api.errors import ErrorAnswer


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
    "from": "YYYY-MM-DD (whole days, inclusive) or an ISO instant.",
    "to": "YYYY-MM-DD (whole day, inclusive) or an ISO instant (exclusive).",
    "tz": "IANA time zone; default: the project's.",
    "goal": "Event name of a conversion; default: the project's.",
    "filters": "JSON array of filters: "
    '[{"dimension":"page_path","operator":"is","values":["/"],"scope":"event"}]; all hold together.',
    "compare": "The range to compare with.",
    "metrics": "Comma-separated.",
    "dimension": "A key of /api/dashboard/definitions, or property:<key>.",
    "cursor": "`next_cursor` of the page before.",
}


_OF_THE_PROJECT = frozenset(("tz", "goal"))
"""Where the question's own default never shows, since the project's stands before it."""

_FILTERS = Schema(type=OpenAPIType.ARRAY, items=Reference("#/components/schemas/Filter"), max_items=MAX_FILTERS)


def asks(kind: type[msgspec.Struct], *left_out: str) -> type[Operation]:
    """The operation class of a route whose query string is this question."""
    asked = [parameter for parameter in _parameters(kind) if parameter.name not in left_out]

    @dataclass
    class Asking(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *asked]

    return Asking


def _parameters(kind: type[msgspec.Struct]) -> list[Parameter]:
    described: dict[str, Any] = msgspec.json.schema_components([kind], ref_template="#/{name}")[1][kind.__name__]
    required = set(described.get("required", ()))
    return [
        Parameter(
            name=name,
            param_in="query",
            required=name in required,
            description=_MEANINGS.get(name),
            schema=None if name == "filters" else _schema(field, with_default=name not in _OF_THE_PROJECT),
            content={"application/json": OpenAPIMediaType(schema=_FILTERS)} if name == "filters" else None,
            explode=False if field.get("type") == "array" and name != "filters" else None,
        )
        for name, field in described["properties"].items()
    ]


class FinishedDocument(JsonRenderPlugin):
    """Serves the document as `finished` leaves it."""

    def __init__(self) -> None:
        super().__init__(path=["/", "/openapi.json"], media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """JSON."""
        return msgspec.json.encode(finished(openapi_schema))


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with what it does not know (the filter) and without what misleads type generators
    (a choice of one; a number that is an integer or a number)."""
    done: dict[str, Any] = _simpler(document)
    described: dict[str, Any] = msgspec.json.schema_components([Filter])[1]["Filter"]
    # Type generators take a field with a default for one that is always there; in a request it may be left out.
    fields = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in described["properties"].items()
    }
    for item in done["paths"].values():
        for operation in item.values():
            operation.get("responses", {}).get("204", {}).pop("content", None)  # the framework says JSON of nothing
    done["components"]["schemas"]["Filter"] = {**described, "properties": fields}
    return done


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
        return Schema(one_of=[_schema(each) for each in field["anyOf"]])
    kind = field.get("type", "string")
    return Schema(
        type=OpenAPIType(kind),
        enum=field.get("enum"),
        items=_schema(field["items"]) if kind == "array" else None,
        minimum=field.get("minimum"),
        maximum=field.get("maximum"),
        min_length=field.get("minLength"),
        max_length=field.get("maxLength"),
        min_items=field.get("minItems"),
        max_items=field.get("maxItems"),
        default=field.get("default") if with_default else None,
    )
