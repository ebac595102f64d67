"""The one thing analytics asks of the warehouse: rows of a SELECT."""

from collections.abc import Mapping
from typing import Any, Protocol


class Reader(Protocol):
    """`hatua.warehouse.client.Warehouse` is one. Analytics never writes."""

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Column name -> value, one dict a row. Values are bound by the engine (`{name:Type}`), never composed.
        Blocks until the whole answer is there; raises the warehouse's own errors."""
        ...
