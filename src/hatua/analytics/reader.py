"""What analytics asks of the warehouse: rows of a SELECT, at once or kept for the next one."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Rows(Protocol):
    """Answers SELECTs. Analytics never writes."""

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Column name -> value, one dict a row. Values are bound by the engine (`{name:Type}`), never composed.
        Blocks until the whole answer is there; raises the warehouse's own errors."""
        ...


class Keeper(Rows, Protocol):
    """`hatua.warehouse.client.Keeper` is one."""

    def keep(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> str:
        """The rows of a SELECT stay in the engine; returns the name by which later statements read them."""
        ...

    def forget(self, name: str) -> None:
        """Gives back the memory of what was kept."""
        ...


class Reader(Rows, Protocol):
    """`hatua.warehouse.client.Warehouse` is one."""

    def keeping(self) -> AbstractContextManager[Keeper]:
        """Whose kept rows end with the context; inside it, ask only the keeper."""
        ...
