"""Lists longer than a ClickHouse server takes as one parameter travel as several, put together by the engine."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hatua.warehouse.ids import MAX_PARAMETER_BYTES

_ARRAY = r"\{%s:(Array\([^{}]+\))\}"


def fitted(sql: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same question with no list above the server's limit. Values stay what they are: typed parameters."""
    fitting: dict[str, Any] = {}
    for name, value in parameters.items():
        parts = list(_parts(value)) if isinstance(value, list | tuple) else []
        if len(parts) < 2:
            fitting[name] = value
            continue
        names = [f"{name}__{number}" for number in range(len(parts))]
        fitting.update(zip(names, parts, strict=True))
        # The type repeats in each place; one name has one type.
        together = ", ".join(f"{{{each}:\\1}}" for each in names)
        sql = re.sub(_ARRAY % re.escape(name), f"arrayConcat({together})", sql)
    return sql, fitting


def _parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    size = 0
    for value in values:
        cost = _bytes(value)
        if part and size + cost > MAX_PARAMETER_BYTES:
            yield part
            part, size = [], 0
        part.append(value)
        size += cost
    yield part


def _bytes(value: Any) -> int:
    """At most so long once it is written as ClickHouse reads it."""
    if isinstance(value, str):
        return 4 * len(value.encode("utf-8", "surrogatepass")) + 4 if not value.isalnum() else len(value.encode()) + 4
    if isinstance(value, list | tuple):
        return sum(map(_bytes, value)) + 4
    return len(str(value)) + 4
